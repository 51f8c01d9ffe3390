//! Hiding secrets in whatever is shown.

use super::Keys;

/// The text with `********` for every symmetric key and for what follows `&key=` and `&secret=`.
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
    for suffix in ["&key=", "&secret="] {
        let mut parts = text.split(suffix);
        let mut masked = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let ends = |c: char| c.is_whitespace() || matches!(c, '&' | '"' | '<' | '>');
            let rest = part.find(ends).and_then(|at| part.get(at..));
            masked = masked + suffix + MASK + rest.unwrap_or_default();
        }
        text = masked;
    }
    text
}

const MASK: &str = "********";

/// Shorter texts would be found where they mean nothing.
const SHORTEST: usize = 6;
