use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use wxpay_core::InvalidInput;

use crate::product::EmployeePayment;

/// The caller's own name for one thing to be paid, such as `bonus-2026-11-E1001`.
///
/// 1 to 64 characters of ASCII without spaces. To prepare an intent of this name again gives the
/// payout that there is and no second one, so it must come from the caller's books and never be
/// made up on the spot. Cheap to clone.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct IntentId(Arc<str>);

impl IntentId {
    /// Checks and wraps a name.
    ///
    /// # Errors
    /// It is empty, longer than 64 characters, or holds a space or a character outside of ASCII.
    pub fn new(name: impl Into<String>) -> Result<Self, InvalidInput> {
        let name = name.into();
        if !(1..=64).contains(&name.len()) || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
            let rule = "must have 1 to 64 characters of ASCII without spaces";
            let rule_zh = "必须为 1 至 64 个 ASCII 字符，不含空白";
            return Err(InvalidInput::new("intent", rule, rule_zh));
        }
        Ok(Self(name.into()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for IntentId {
    type Err = InvalidInput;

    fn from_str(name: &str) -> Result<Self, InvalidInput> {
        Self::new(name)
    }
}

impl fmt::Display for IntentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Something to be paid: once, whatever happens.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_structs)] // a new field would change what is paid
pub struct Intent<T = EmployeePayment> {
    /// Its name in the caller's books.
    pub id: IntentId,
    /// What is paid, to whom.
    pub payment: T,
}
