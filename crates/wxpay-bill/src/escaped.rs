use std::fmt;

/// A text of the merchant's in which a bill writes some characters in another way. `Debug` does not
/// show it.
#[derive(Clone, Eq, PartialEq)]
pub struct Escaped {
    raw: Box<str>,
    rule: Rule,
}

/// How characters are written.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Rule {
    /// A trade bill: a backslash before a character, or `\140` for the back-quote of a refund.
    Trade,
    /// A fund bill: `\n` and `\r` alone, and a backslash stays as it is.
    Fund,
}

impl Escaped {
    pub(crate) fn new(raw: &str, rule: Rule) -> Self {
        let raw = raw.into();
        Self { raw, rule }
    }

    /// The text as the bill has it.
    pub fn raw(&self) -> &str {
        &self.raw
    }

    /// The text as the merchant wrote it, as far as the bill tells.
    ///
    /// A trade bill writes a comma and U+E000 alike: both are read as a comma. A fund bill does not
    /// mark a backslash, so that a `\n` which the merchant wrote reads as a line feed, and it
    /// writes U+0001 as a space.
    ///
    /// <https://pay.weixin.qq.com/doc/v3/merchant/4013071246>,
    /// <https://pay.weixin.qq.com/doc/v3/merchant/4013071249>
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(self.raw.len());
        let mut rest = &*self.raw;
        while let Some((before, after)) = rest.split_once('\\') {
            text.push_str(before);
            rest = after;
            if self.rule == Rule::Trade
                && let Some(after) = rest.strip_prefix("140")
            {
                text.push('`');
                rest = after;
                continue;
            }
            let mut characters = rest.chars();
            let written = characters.next();
            match written.and_then(|written| self.rule.meant(written)) {
                Some(meant) => {
                    text.push(meant);
                    rest = characters.as_str();
                }
                // Not an escape of the documents: it stays as it is.
                None => text.push('\\'),
            }
        }
        text.push_str(rest);
        text
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }
}

impl Rule {
    /// What a character after a backslash means.
    fn meant(self, written: char) -> Option<char> {
        match (self, written) {
            (_, 'n') => Some('\n'),
            (_, 'r') => Some('\r'),
            (Self::Fund, _) => None,
            (Self::Trade, 't') => Some('\t'),
            (Self::Trade, ' ') => Some(','),
            (Self::Trade, '\\' | '\'' | '"' | '`' | '\u{1A}') => Some(written),
            (Self::Trade, _) => None,
        }
    }
}

impl fmt::Debug for Escaped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} bytes]", self.raw.len())
    }
}

/// The text as the merchant wrote it.
#[cfg(feature = "serde")]
impl serde::Serialize for Escaped {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}
