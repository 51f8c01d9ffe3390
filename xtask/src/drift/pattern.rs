//! Texts with `*` for any characters, none included.

/// Whether the whole of `text` is of this form.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        // The earliest place leaves the most for the parts that follow.
        let Some((_, after)) = rest.split_once(part) else {
            return false;
        };
        rest = after;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_star_is_any_text() {
        for (pattern, text) in [
            ("body.a", "body.a"),
            ("*", ""),
            ("*", "body.a"),
            ("body.*", "body."),
            ("*.a", "body.b.a"),
            ("b*d*y", "body"),
            ("*ab*", "aab"),
            ("*a*b", "a.b.a.b"),
        ] {
            assert!(fits(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("", "a"),
            ("body.a", "body.ab"),
            ("body.*", "body"),
            ("*.a", "body.ab"),
            ("a*a", "a"),
            ("a*b*b", "a.b"),
        ] {
            assert!(!fits(pattern, text), "{pattern} {text}");
        }
    }
}
