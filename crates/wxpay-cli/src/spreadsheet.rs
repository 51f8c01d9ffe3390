//! Text in CSV files that spreadsheets open.

use std::borrow::Cow;

/// A text that no spreadsheet takes for a formula: an apostrophe is put before one that could be,
/// as OWASP advises against CSV injection.
///
/// Spreadsheets look behind leading spaces, line ends and quotation marks, and take full-width
/// signs for the others. A text that begins with an apostrophe gets one more, so that taking one
/// away gives every text back.
pub(crate) fn harmless(text: &str) -> Cow<'_, str> {
    let is_formula = text.trim_start_matches(is_skipped).starts_with(FORMULA);
    if is_formula || text.starts_with(['\t', '\r', '\n', APOSTROPHE]) {
        Cow::Owned(format!("{APOSTROPHE}{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The text that [`harmless`] was given.
#[cfg(test)]
fn original(text: &str) -> &str {
    text.strip_prefix(APOSTROPHE).unwrap_or(text)
}

/// What a spreadsheet may drop before it looks for a formula.
fn is_skipped(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(
            c,
            '"' | APOSTROPHE | '“' | '”' | '‘' | '’' | '\u{200b}'
                ..='\u{200f}' | '\u{2060}' | '\u{feff}'
        )
}

const APOSTROPHE: char = '\'';
const FORMULA: [char; 10] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '−', '﹣'];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_a_formula_gets_an_apostrophe() {
        for text in [
            "=1+1",
            "+1",
            "-2+3",
            "@SUM(A1)",
            "\tx",
            "\rx",
            "\nx",
            "＝1",
            "＋1",
            "－1",
            "＠x",
            " =1",
            "\u{3000}=1",
            "\u{a0}=1",
            "\u{feff}=1",
            "\"=1\"",
            " \" =cmd|'/c calc'!A0",
            "“=1",
        ] {
            assert_eq!(harmless(text), format!("'{text}"), "{text:?}");
        }
    }

    #[test]
    fn other_text_stays() {
        for text in [
            "",
            "wages-2026-11",
            "a=b",
            "余额不足",
            "oX-_1",
            "100",
            "\"quoted\"",
            " x",
            "12:00+08:00",
        ] {
            assert_eq!(harmless(text), text, "{text:?}");
        }
    }

    #[test]
    fn every_text_can_be_had_back() {
        for text in ["=1", "'=1", "''", "'", "x", "", " =1", "'x", "-"] {
            assert_eq!(original(&harmless(text)), text, "{text:?}");
        }
    }
}
