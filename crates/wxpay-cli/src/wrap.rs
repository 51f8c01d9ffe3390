//! Long lines, broken where a reader expects it: at spaces, and between the characters of Chinese.

use textwrap::core::{Word, display_width};
use textwrap::{Options, WordSeparator, WordSplitter, wrap};

/// A text whose lines are no wider than this. What follows of a line is indented as its text is:
/// behind the gap of a row in two columns. Escape sequences have no width.
pub(crate) fn fit(text: &str, width: usize) -> String {
    let lines = text
        .split('\n')
        .map(|line| fit_line(line.trim_end(), width));
    lines.collect::<Vec<_>>().join("\n")
}

/// A text whose indented lines are items: what follows of one is indented by four more. A word that
/// is wider stays whole, to be copied.
pub(crate) fn fit_items(text: &str, width: usize) -> String {
    let lines = text.split('\n').map(|line| match Shape::of(line).indent {
        0 => hang(line, width, 0),
        indent => hang(line, width, indent + 4),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A line, of which all but the first part is indented by this. A word that is wider stays whole.
pub(crate) fn hang(line: &str, width: usize, indent: usize) -> String {
    if display_width(line) <= width {
        return line.to_owned();
    }
    broken(line, width, "", &" ".repeat(indent), false)
}

/// A text whose paragraphs and rows are each one line, to be broken again for another width. A line
/// that begins where the text of the one before it does goes on with it; indented lines without
/// columns are examples, and stay.
pub(crate) fn unwrap(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let shape = Shape::of(line);
        match lines.last_mut() {
            Some(last) if !line.is_empty() && goes_on(&Shape::of(last), last, shape.indent) => {
                let text = line.trim_start();
                if is_spaced(last.chars().next_back(), text.chars().next()) {
                    last.push(' ');
                }
                last.push_str(text);
            }
            _ => lines.push(line.to_owned()),
        }
    }
    lines.join("\n")
}

fn goes_on(last: &Shape, text: &str, indent: usize) -> bool {
    let is_prose = last.indent == 0 && last.gap.is_none() && indent == 0 && !text.is_empty();
    is_prose || last.gap.as_ref().is_some_and(|gap| gap.column == indent)
}

/// Whether there is a space between two words: not between two Chinese ones, and not beside a stop.
fn is_spaced(last: Option<char>, next: Option<char>) -> bool {
    let (Some(last), Some(next)) = (last, next) else {
        return false;
    };
    let is_stop = |c: char| is_wide(c) && (OPENING.contains(c) || CLOSING.contains(c));
    !(is_wide(last) && is_wide(next) || is_stop(last) || is_stop(next))
}

fn fit_line(line: &str, width: usize) -> String {
    if display_width(line) <= width {
        return line.to_owned();
    }
    let shape = Shape::of(line);
    match shape.gap {
        // Too little room is left beside the first column: the second goes below it.
        Some(gap) if gap.column > width * 3 / 5 => {
            let (left, right) = line.split_at(gap.end);
            let left = fit_line(left.trim_end(), width);
            let indent = " ".repeat(shape.indent + BELOW);
            format!("{left}\n{}", broken(right, width, &indent, &indent, true))
        }
        Some(gap) => broken(line, width, "", &" ".repeat(gap.column), true),
        None => broken(line, width, "", &" ".repeat(shape.text), true),
    }
}

fn broken(line: &str, width: usize, first: &str, rest: &str, breaks_words: bool) -> String {
    let options = Options::new(width)
        .initial_indent(first)
        .subsequent_indent(rest)
        .break_words(breaks_words)
        .word_separator(WordSeparator::Custom(words))
        .word_splitter(WordSplitter::NoHyphenation);
    wrap(line, options).join("\n")
}

/// Where the parts of a line begin, in columns.
struct Shape {
    indent: usize,
    /// Where it goes on if it has no gap: behind the dash of an item or the word `Usage:`, or
    /// farther in than an example.
    text: usize,
    gap: Option<Gap>,
}

/// The first two or more spaces within a line.
struct Gap {
    /// The byte behind it.
    end: usize,
    /// The column behind it.
    column: usize,
}

impl Shape {
    fn of(line: &str) -> Self {
        let plain = anstream::adapter::strip_str(line).to_string();
        let inner = plain.trim_start();
        let indent = plain.len() - inner.len();
        let label = LABELS.iter().find(|label| inner.starts_with(**label));
        let text = match label {
            Some(label) => display_width(label),
            None if indent > 0 && EXAMPLES.iter().any(|begin| inner.starts_with(begin)) => 4,
            None => 0,
        };
        Self {
            indent,
            text: indent + text,
            gap: gap(line),
        }
    }
}

fn gap(line: &str) -> Option<Gap> {
    let (mut begun, mut spaces, mut escaped) = (false, 0, false);
    for (at, c) in line.char_indices() {
        match c {
            '\u{1b}' => escaped = true,
            _ if escaped => escaped = c != 'm',
            ' ' => spaces += 1,
            _ if begun && spaces > 1 => {
                let column = display_width(line.get(..at)?);
                return Some(Gap { end: at, column });
            }
            _ => (begun, spaces) = (true, 0),
        }
    }
    None
}

/// The pieces of a line between which it may be broken, each with the spaces behind it. Code
/// between backticks is broken at spaces only.
fn words(line: &str) -> Box<dyn Iterator<Item = Word<'_>> + '_> {
    let mut breaks = vec![0];
    let (mut last, mut escaped, mut in_code) = (' ', false, false);
    for (at, c) in line.char_indices() {
        match c {
            '\u{1b}' => escaped = true,
            _ if escaped => escaped = c != 'm',
            _ => {
                if at > 0 && may_break(last, c, in_code) {
                    breaks.push(at);
                }
                in_code ^= c == '`';
                last = c;
            }
        }
    }
    breaks.push(line.len());
    let pieces: Vec<Word<'_>> = breaks
        .windows(2)
        .filter_map(|ends| line.get(*ends.first()?..*ends.last()?))
        .map(Word::from)
        .collect();
    Box::new(pieces.into_iter())
}

fn may_break(last: char, next: char, in_code: bool) -> bool {
    if last == ' ' || next == ' ' {
        return last == ' ' && next != ' ';
    }
    !in_code
        && (is_wide(last) || is_wide(next))
        && !OPENING.contains(last)
        && !CLOSING.contains(next)
}

fn is_wide(c: char) -> bool {
    display_width(c.encode_utf8(&mut [0; 4])) == 2
}

/// How much farther than its first column the second column of a row is indented that is below it.
const BELOW: usize = 8;
const LABELS: [&str; 3] = ["- ", "Usage: ", "用法： "];
/// How the command lines of examples begin.
const EXAMPLES: [&str; 3] = ["wxpay ", "`wxpay ", "pbpaste "];
/// What a line does not end with.
const OPENING: &str = "（《“‘「【(<[\"";
/// What no line begins with.
const CLOSING: &str = "，。、；：！？）》”’」】…)>]\",.;:!?%";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_go_on_below_their_text() {
        let row = "  --dir <DIR>  The folder for the keys";
        assert_eq!(
            fit(row, 30),
            "  --dir <DIR>  The folder for\n               the keys"
        );
        let far = "  --a-long-option <VALUE>  说明";
        assert_eq!(fit(far, 30), "  --a-long-option <VALUE>\n          说明");
        let example = "  wxpay sandbox ctl pay ORDER1";
        assert_eq!(fit(example, 24), "  wxpay sandbox ctl pay\n      ORDER1");
        let usage = "Usage: wxpay sign v3 <METHOD> <URL>";
        assert_eq!(
            fit(usage, 24),
            "Usage: wxpay sign v3\n       <METHOD> <URL>"
        );
    }

    #[test]
    fn chinese_is_broken_between_characters_but_not_before_a_stop() {
        assert_eq!(fit("微信支付，沙箱。", 8), "微信支\n付，沙\n箱。");
        assert_eq!(fit("用 `wxpay list` 查询", 12), "用 `wxpay\nlist` 查询");
        assert_eq!(fit("见（接口）说明", 8), "见（接\n口）说明");
    }

    #[test]
    fn escape_sequences_have_no_width() {
        let styled = "\u{1b}[1mUsage:\u{1b}[0m wxpay";
        assert_eq!(fit(styled, 12), styled);
    }

    #[test]
    fn paragraphs_and_rows_become_one_line_and_examples_stay() {
        let text = "Columns of\nthe file:\n\n  intent   a name,\n           unique\n  fen      amount\n\n  wxpay a\n  wxpay b";
        assert_eq!(
            unwrap(text),
            "Columns of the file:\n\n  intent   a name, unique\n  fen      amount\n\n  wxpay a\n  wxpay b"
        );
        assert_eq!(unwrap("密钥、\n证书\n或\nhosts"), "密钥、证书或 hosts");
    }
}
