/// The characters that a text may have, written as `0-9A-Za-z_-`: ranges and single characters.
///
/// A `-` at the end is a character of its own.
///
/// ```
/// use wxpay_core::Alphabet;
///
/// let alphabet = Alphabet::new("0-9A-Z_-");
/// assert!("ORDER_20261127-1".chars().all(|c| alphabet.contains(c)));
/// assert!(!alphabet.contains('a') && !alphabet.contains('号'));
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Alphabet<'a>(&'a str);

impl<'a> Alphabet<'a> {
    /// The alphabet that is written so.
    pub const fn new(written: &'a str) -> Self {
        Self(written)
    }

    /// Whether it has this character.
    pub fn contains(self, c: char) -> bool {
        let mut chars = self.0.chars();
        while let Some(first) = chars.next() {
            let mut ahead = chars.clone();
            let mut last = first;
            if ahead.next() == Some('-')
                && let Some(end) = ahead.next()
            {
                last = end;
                chars = ahead;
            }
            if (first..=last).contains(&c) {
                return true;
            }
        }
        false
    }

    /// How it is written.
    pub const fn as_str(self) -> &'a str {
        self.0
    }
}
