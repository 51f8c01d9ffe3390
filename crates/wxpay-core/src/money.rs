use std::fmt;

use crate::FromWire;

/// An amount of money in fen (分), the hundredth part of a yuan.
///
/// The wire form is a plain integer. There is no way in from a floating-point number and none out.
///
/// ```
/// use wxpay_core::Fen;
///
/// let fee = Fen::new(10_099);
/// assert_eq!(fee.to_string(), "10099");
/// assert_eq!(fee.to_yuan(), "100.99");
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Fen(i64);

impl Fen {
    /// No money.
    pub const ZERO: Self = Self(0);

    /// An amount of this many fen.
    pub const fn new(fen: i64) -> Self {
        Self(fen)
    }

    /// The number of fen.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The sum, unless it is too large to be held.
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Self(sum)),
            None => None,
        }
    }

    /// The difference, unless it is too large to be held.
    #[must_use]
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(difference) => Some(Self(difference)),
            None => None,
        }
    }

    /// The amount in yuan (元) with two decimals, for people.
    pub fn to_yuan(self) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let fen = self.0.unsigned_abs();
        format!("{sign}{}.{:02}", fen / 100, fen % 100)
    }
}

impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromWire for Fen {
    fn from_wire(text: &str) -> Option<Self> {
        i64::from_wire(text).map(Self)
    }

    fn from_integer(integer: i64) -> Option<Self> {
        Some(Self(integer))
    }
}
