//! One vocabulary: words and phrases that the project does not use, each with what it says instead.

/// What is wrong with the words of one file; `path` is from the root of the workspace.
pub(crate) fn problems(path: &str, text: &str) -> Vec<String> {
    if path == OWN {
        return Vec::new();
    }
    let is_rust = path.ends_with(".rs");
    let mut problems = Vec::new();
    let mut in_string = false;
    for (number, line) in (1..).zip(text.lines()) {
        let prose = if is_rust {
            prose(line, &mut in_string)
        } else {
            line.to_owned()
        };
        let prose = prose.to_lowercase();
        for (banned, instead) in BANNED {
            if contains(&prose, banned) && !is_allowed(path, line) {
                problems.push(format!("{path}:{number}: \"{banned}\": say {instead}"));
            }
        }
    }
    problems
}

const OWN: &str = "xtask/src/tidy/words.rs";

/// In lower case. Each is matched as whole words.
const BANNED: [(&str, &str); 24] = [
    ("does not have its form", "\"has an invalid format\""),
    ("do not have their form", "\"have an invalid format\""),
    (
        "merchant number",
        "\"merchant ID\" or \"merchant order number\"",
    ),
    (
        "merchant numbers",
        "\"merchant IDs\" or \"merchant order numbers\"",
    ),
    ("merchant's number", "\"merchant order number\""),
    ("merchant's numbers", "\"merchant order numbers\""),
    ("merchant's own number", "\"merchant order number\""),
    ("merchant's own order number", "\"merchant order number\""),
    ("vouch", "\"guarantee\" or \"prove\""),
    ("vouches", "\"guarantees\" or \"proves\""),
    ("vouched", "\"guaranteed\" or \"proven\""),
    ("anew", "\"again\""),
    ("a blank", "\"a space\""),
    ("blanks", "\"spaces\""),
    ("mend", "\"correct\" or \"fix\""),
    ("mends", "\"corrects\" or \"fixes\""),
    ("mended", "\"corrected\" or \"fixed\""),
    ("whoever", "\"anyone who\", or who it is"),
    ("as ever", "\"as usual\""),
    ("for want of", "\"for lack of\""),
    ("who asks, what proves", "\"the merchant, its credentials\""),
    ("can't be told", "\"is unknown\""),
    ("does not open with", "\"cannot be decrypted with\""),
    ("signature does not fit", "\"signature does not match\""),
];

/// Lines that may have such a word: the file, a part of the line, and why.
const ALLOWED: [(&str, &str, &str); 0] = [];

fn is_allowed(path: &str, line: &str) -> bool {
    ALLOWED
        .iter()
        .any(|(file, part, _)| path == *file && line.contains(part))
}

/// The comments and string literals of one line of Rust, the rest left out. `in_string` says
/// whether a literal of an earlier line goes on, and is set for the next line.
fn prose(line: &str, in_string: &mut bool) -> String {
    let mut prose = String::new();
    let mut chars = line.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let rest = line.get(at..).unwrap_or_default();
        match c {
            '\\' if *in_string => {
                chars.next();
            }
            '"' => {
                *in_string = !*in_string;
                prose.push(' ');
            }
            _ if *in_string => prose.push(c),
            // A quote as a character is not the beginning of a string.
            '\'' if rest.starts_with("'\"'") => {
                chars.nth(1);
            }
            '\'' if rest.starts_with("'\\\"'") => {
                chars.nth(2);
            }
            '/' if rest.starts_with("//") => {
                prose.push_str(rest);
                break;
            }
            _ => {}
        }
    }
    prose
}

/// Whether the phrase is there as whole words.
fn contains(text: &str, phrase: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(phrase).any(|(at, _)| {
        let before = text.get(..at).unwrap_or_default();
        let after = text.get(at + phrase.len()..).unwrap_or_default();
        !before.ends_with(is_word) && !after.starts_with(is_word)
    })
}

#[cfg(test)]
mod tests {
    use super::problems;

    #[test]
    fn comments_strings_and_documents_are_read() {
        for (path, text) in [
            ("crates/a/src/lib.rs", "/// Whoever asks.\n"),
            ("crates/a/src/lib.rs", "say(\"made Anew\");\n"),
            ("README.md", "It is as ever.\n"),
            ("xtask/spec/v2/a/b.toml", "en = \"The merchant number\"\n"),
        ] {
            let found = problems(path, text);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            assert!(
                found.concat().starts_with(&format!("{path}:1: ")),
                "{found:?}"
            );
        }
    }

    #[test]
    fn a_string_may_go_on() {
        let found = problems("a.rs", "say(\"one \\\n    anew\");\nlet anew = 1;\n");
        assert_eq!(found, ["a.rs:2: \"anew\": say \"again\""]);
    }

    #[test]
    fn code_and_parts_of_words_are_left_alone() {
        for fine in [
            "let blanks = anew(mend);\n",
            "/// A voucher (代金券), amended and recommended.\n",
            "if c == '\"' { anew() }\n",
            "if c == '\\\"' { anew() }\n",
        ] {
            assert_eq!(problems("a.rs", fine), Vec::<String>::new(), "{fine}");
        }
    }
}
