use std::fmt;
use std::fmt::Debug;
use std::str::FromStr;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use wxpay_core::InvalidInput;

use crate::IntentId;

/// The number of a payment, by which WeChat Pay knows it: a merchant order number, a merchant
/// refund number (商户退款单号) or what else a product calls it.
///
/// 1 to 64 letters, digits and `_-|*@`. A product may take fewer characters, and says so before
/// anything is sent. Cheap to clone.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Number(Arc<str>);

impl Number {
    /// Checks and wraps a number.
    ///
    /// # Errors
    /// It is empty, longer than 64 characters, or holds another character.
    pub fn new(number: impl Into<String>) -> Result<Self, InvalidInput> {
        let number = number.into();
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-|*@".contains(&byte);
        if !(1..=64).contains(&number.len()) || !number.bytes().all(allowed) {
            let rule = "must have 1 to 64 letters, digits and `_-|*@`";
            let rule_zh = "必须为 1 至 64 个字母、数字或 `_-|*@`";
            return Err(InvalidInput::new("number", rule, rule_zh));
        }
        Ok(Self(number.into()))
    }

    /// The number as it goes on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Number {
    type Err = InvalidInput;

    fn from_str(number: &str) -> Result<Self, InvalidInput> {
        Self::new(number)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Gives payouts their numbers (商户订单号).
///
/// WeChat Pay pays one number once. So the number must follow from the intent alone: anyone who has
/// lost the journal, or uses another one, then comes to the same number again, and nothing is paid
/// a second time.
pub trait Numbers: Debug + Send + Sync + 'static {
    /// The number of one payment. It is the same every time, on every machine, and never that of
    /// another payment.
    ///
    /// # Errors
    /// There is no such number. Nothing was sent.
    fn number(&self, of: &Numbered<'_>) -> Result<Number, InvalidInput>;
}

/// What a number stands for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Numbered<'a> {
    /// The merchant ID (商户号) that pays.
    pub merchant: &'a str,
    /// What it pays with, such as `v2.wecom.pay_employee`.
    pub product: &'a str,
    /// The caller's name for the payment.
    pub intent: &'a IntentId,
    /// How many numbers of this intent WeChat Pay declared failed before. 0 for the first.
    pub generation: u32,
}

impl<'a> Numbered<'a> {
    /// The payment of this intent in this generation.
    pub const fn new(
        merchant: &'a str,
        product: &'a str,
        intent: &'a IntentId,
        generation: u32,
    ) -> Self {
        Self {
            merchant,
            product,
            intent,
            generation,
        }
    }
}

/// Numbers that are a digest of what they stand for: 28 digits and capital letters, 140 bits of
/// SHA-256.
///
/// They never change from one version of this crate to the next.
///
/// ```
/// # use wxpay_payout::{DerivedNumbers, Numbered, Numbers};
/// let intent = "bonus-2026-11-E1001".parse()?;
/// let of = Numbered::new("1900000109", "v2.wecom.pay_employee", &intent, 0);
/// let number = DerivedNumbers.number(&of)?;
/// assert_eq!(number.as_str(), "GB8R3F42QRN6JLTQM0TY0RE20APA");
/// # Ok::<(), wxpay_core::InvalidInput>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[allow(clippy::exhaustive_structs)] // it has no settings
pub struct DerivedNumbers;

impl Numbers for DerivedNumbers {
    fn number(&self, of: &Numbered<'_>) -> Result<Number, InvalidInput> {
        let mut digest = Sha256::new();
        for part in [VERSION, of.merchant, of.product, of.intent.as_str()] {
            // The length keeps neighbours apart.
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        digest.update(of.generation.to_be_bytes());
        Number::new(text(&digest.finalize()))
    }
}

/// The first 140 bits, five for each character.
fn text(digest: &[u8]) -> String {
    let bit = |at: usize| {
        let byte = digest.get(at / 8).copied().unwrap_or_default();
        usize::from(byte >> (7 - at % 8) & 1)
    };
    let letter = |at: usize| (0..5).fold(0, |sum, offset| sum * 2 + bit(at * 5 + offset));
    (0..LENGTH)
        .filter_map(|at| LETTERS.get(letter(at)).copied().map(char::from))
        .collect()
}

/// A random name of 28 digits and letters.
pub(crate) fn random() -> Option<String> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes).ok()?;
    let letter = |byte: &u8| LETTERS.get(usize::from(byte % 32)).copied().map(char::from);
    bytes.iter().map(letter).collect()
}

/// Part of what is hashed, so that a later way of numbering can't meet numbers of this one.
const VERSION: &str = "wxpay-number-1";
/// The longest that the query takes.
const LENGTH: usize = 28;
/// Thirty-two, without those that people confuse.
const LETTERS: &[u8] = b"0123456789ABCDEFGHJKLMNPQRSTVWXY";
