use std::fmt;
use std::str::FromStr;

use crate::{FromWire, InvalidInput};

/// A decimal number with the digits that it was written with, such as `1.50`. Amounts are never
/// one: they are [`Fen`](crate::Fen).
///
/// At most 15 digits, so that no reader of JSON rounds it.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Decimal(String);

impl Decimal {
    /// The number as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Decimal {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, InvalidInput> {
        Self::from_wire(text).ok_or_else(|| {
            InvalidInput::new(
                "decimal",
                "must be a decimal number of at most 15 digits, such as 1.5",
                "必须是最多 15 位数字的小数，如 1.5",
            )
        })
    }
}

impl AsRef<str> for Decimal {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromWire for Decimal {
    fn from_wire(text: &str) -> Option<Self> {
        let number = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = match number.split_once('.') {
            Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
            Some(_) => return None,
            None => (number, ""),
        };
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        let leads = whole.len() > 1 && whole.starts_with('0');
        let sound = !whole.is_empty() && !leads && digits(whole) && digits(fraction);
        (sound && whole.len() + fraction.len() <= 15).then(|| Self(text.to_owned()))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::Decimal;

    #[test]
    fn only_plain_decimals_are_read() {
        for text in ["0", "1.5", "-0.10", "123456789012345"] {
            assert_eq!(text.parse::<Decimal>().unwrap().as_str(), text);
        }
        for text in [
            "",
            "-",
            ".5",
            "1.",
            "01",
            "1e3",
            "+1",
            "1.5.2",
            "1234567890.123456",
            "１",
        ] {
            assert!(text.parse::<Decimal>().is_err(), "{text}");
        }
    }
}
