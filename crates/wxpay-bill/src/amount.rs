use std::fmt;

use wxpay_core::Fen;

use crate::error::Problem;

/// An amount in thousandths of a fen, which is 0.00001 yuan: the unit in which bills write fees
/// (手续费).
///
/// ```
/// use wxpay_bill::MilliFen;
///
/// let fee = MilliFen::new(-27_000);
/// assert_eq!(fee.to_yuan(), "-0.27000");
/// assert_eq!(fee.to_fen(), Some(wxpay_core::Fen::new(-27)));
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct MilliFen(i64);

impl MilliFen {
    /// An amount of this many thousandths of a fen.
    pub const fn new(millifen: i64) -> Self {
        Self(millifen)
    }

    /// The number of thousandths of a fen.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The amount in fen, if it is a whole number of them.
    pub const fn to_fen(self) -> Option<Fen> {
        if self.0 % PER_FEN == 0 {
            Some(Fen::new(self.0 / PER_FEN))
        } else {
            None
        }
    }

    /// The amount in yuan (元) with five decimals, as bills write it.
    pub fn to_yuan(self) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let amount = self.0.unsigned_abs();
        let per_yuan = 10_u64.pow(PLACES);
        format!("{sign}{}.{:05}", amount / per_yuan, amount % per_yuan)
    }

    /// The sum, unless it is too large to be held.
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Self(sum)),
            None => None,
        }
    }

    /// This many fen, unless that is too large to be held.
    pub const fn of_fen(fen: Fen) -> Option<Self> {
        match fen.get().checked_mul(PER_FEN) {
            Some(amount) => Some(Self(amount)),
            None => None,
        }
    }
}

/// In thousandths of a fen; [`to_yuan`](MilliFen::to_yuan) is for people.
impl fmt::Display for MilliFen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Reads an amount in yuan from its decimal text: up to five decimals, and any zeros after them.
/// Nothing is rounded.
pub(crate) fn millifen(text: &str) -> Result<MilliFen, Problem> {
    let (negative, number) = match text.strip_prefix('-') {
        Some(number) => (true, number),
        None => (false, text),
    };
    let (whole, fraction) = match number.split_once('.') {
        Some((_, "")) => return Err(Problem::NotAnAmount),
        Some(parts) => parts,
        None => (number, ""),
    };
    let are_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !are_digits(whole) || !are_digits(fraction) {
        return Err(Problem::NotAnAmount);
    }
    let (kept, beyond) = fraction.split_at(fraction.len().min(PLACES as usize));
    if beyond.bytes().any(|byte| byte != b'0') {
        return Err(Problem::NotAnAmount);
    }
    let padding = (PLACES as usize).saturating_sub(kept.len());
    let digits = whole
        .bytes()
        .chain(kept.bytes())
        .chain(std::iter::repeat_n(b'0', padding));
    let mut amount: i64 = 0;
    for digit in digits {
        let digit = i64::from(digit - b'0');
        let grown = amount.checked_mul(10).and_then(|amount| {
            if negative {
                amount.checked_sub(digit)
            } else {
                amount.checked_add(digit)
            }
        });
        amount = grown.ok_or(Problem::TooLarge)?;
    }
    Ok(MilliFen(amount))
}

/// Reads an amount in yuan that is a whole number of fen.
pub(crate) fn fen(text: &str) -> Result<Fen, Problem> {
    millifen(text)?.to_fen().ok_or(Problem::PartOfAFen)
}

/// Reads a number of rows, which may be written `45.0`.
pub(crate) fn count(text: &str) -> Result<u64, Problem> {
    let whole = match text.split_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|b| b == b'0') => whole,
        Some(_) => return Err(Problem::NotACount),
        None => text,
    };
    if whole.is_empty() || !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Problem::NotACount);
    }
    whole.parse().map_err(|_| Problem::NotACount)
}

/// How many decimals a text has.
pub(crate) fn places(text: &str) -> usize {
    text.split_once('.')
        .map_or(0, |(_, fraction)| fraction.len())
}

const PLACES: u32 = 5;
const PER_FEN: i64 = 1000;
