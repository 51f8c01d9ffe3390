//! Hiding secrets in whatever is shown.

use super::Keys;

/// The text with `********` for every symmetric key and for the value of a `key` or `secret`.
pub(crate) fn mask(text: &str, keys: &Keys) -> String {
    let mut text = text.to_owned();
    for (_, secret) in keys.secrets() {
        for form in [secret.expose(), secret.expose().trim()] {
            for form in [form.to_owned(), form.to_uppercase(), form.to_lowercase()] {
                if form.len() >= SHORTEST {
                    text = text.replace(&form, MASK);
                }
            }
        }
    }
    // A key that is not among the given ones: the text that was signed, as its program logged it.
    let mut masked = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((name, behind)) = named(rest) {
        masked = masked + name + MASK;
        let ends = |c: char| c.is_whitespace() || matches!(c, '&' | '"' | '<' | '>');
        rest = behind
            .find(ends)
            .and_then(|at| behind.get(at..))
            .unwrap_or_default();
    }
    masked + rest
}

/// The text up to a key, and from there on: behind `key=` or `secret=`, however they are written,
/// at a line's beginning or after `&`.
fn named(text: &str) -> Option<(&str, &str)> {
    let is_name = |before: &str, name: &str| {
        let begin = before.len().checked_sub(name.len());
        let parts = begin.and_then(|begin| before.split_at_checked(begin));
        parts.is_some_and(|(before, found)| {
            let begins = before.is_empty() || before.ends_with(['&', '\n']);
            begins && found.eq_ignore_ascii_case(name)
        })
    };
    let mut marks = text.match_indices('=').map(|(at, _)| at);
    let at = marks.find(|at| {
        let before = text.get(..*at).unwrap_or_default();
        is_name(before, "key") || is_name(before, "secret")
    })?;
    text.split_at_checked(at + 1)
}

const MASK: &str = "********";

/// Shorter texts would be found where they mean nothing.
const SHORTEST: usize = 6;
