use std::fmt;
use std::str::FromStr;

use wxpay_core::InvalidInput;

/// The shop's own name for one thing to be paid, such as `till-3-20261126-0042`: a receipt, a bill,
/// a basket.
///
/// 1 to 64 characters of ASCII without spaces. A sale is paid once. Each try to charge for it has a
/// merchant order number of its own, and a second one is made only after the first is proven not
/// paid. So the name must come from the shop's books: made up on the spot, it is another sale each
/// time.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SaleId(String);

impl SaleId {
    /// Checks and wraps a name.
    ///
    /// # Errors
    /// It is empty, longer than 64 characters, or holds a space or a character outside of ASCII.
    pub fn new(name: impl Into<String>) -> Result<Self, InvalidInput> {
        let name = name.into();
        if !(1..=64).contains(&name.len()) || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
            let rule = "must have 1 to 64 characters of ASCII without spaces";
            let rule_zh = "必须为 1 至 64 个 ASCII 字符，不含空格";
            return Err(InvalidInput::new("sale", rule, rule_zh));
        }
        Ok(Self(name))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SaleId {
    type Err = InvalidInput;

    fn from_str(name: &str) -> Result<Self, InvalidInput> {
        Self::new(name)
    }
}

impl fmt::Display for SaleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
