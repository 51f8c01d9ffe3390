use std::fmt::Debug;

use wxpay_core::{InvalidInput, PartnerTradeNo};

/// Makes the numbers of payouts (商户订单号).
pub trait Numbers: Debug + Send + Sync + 'static {
    /// A number that was never used and never will be: it is paid under once.
    ///
    /// # Errors
    /// There is none to be had.
    fn next(&self) -> Result<PartnerTradeNo, InvalidInput>;
}

/// Numbers of 28 random letters and digits, 140 bits of chance: no two are ever alike.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct RandomNumbers;

impl Numbers for RandomNumbers {
    fn next(&self) -> Result<PartnerTradeNo, InvalidInput> {
        let number = random().ok_or_else(|| {
            InvalidInput::new(
                "partner_trade_no",
                "needs the system's random numbers",
                "无法取得系统随机数",
            )
        })?;
        PartnerTradeNo::new(number)
    }
}

/// 28 random letters and digits.
pub(crate) fn random() -> Option<String> {
    let mut bytes = [0; 28];
    getrandom::fill(&mut bytes).ok()?;
    let letter = |byte: &u8| LETTERS.get(usize::from(byte % 32)).copied().map(char::from);
    bytes.iter().map(letter).collect()
}

/// Thirty-two, without those that people confuse.
const LETTERS: &[u8] = b"0123456789ABCDEFGHJKLMNPQRSTVWXY";
