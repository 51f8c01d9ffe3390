use std::time::Duration;

use serde::{Deserialize, Serialize};
use wxpay_core::Fen;

use crate::snapshot::fen;

/// How payments to employees (向员工付款) are judged and settled from now on.
///
/// The default pays at once, without other limits than the 100 fen that a payment has to have at
/// least.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PayoutRules {
    /// The limits, if there are to be any. Red packets (现金红包) then have those of their own page: 10
    /// and 1,000 yuan a day for one user, 1,000,000 yuan a day in all.
    pub limits: Option<PayoutLimits>,
    /// How long a payment is `PROCESSING` (处理中). Its request is answered with `SYSTEMERROR` then,
    /// as the real one does when it does not know the end yet; the money is taken at once, and goes
    /// back if the payment fails. Zero settles at once, and always well.
    pub settle_after: Duration,
    /// The part of the payments that fail when they settle, from 0 to 1. Which ones they are
    /// follows from the sandbox's seed and their `partner_trade_no`.
    pub failure_chance: f64,
    /// How long the query says `NOT_FOUND` after a payment was made.
    pub visible_after: Duration,
    /// Whether a number that `FAILED` is paid when the same request comes again; no document says.
    /// If not, it is answered with `SEND_FAILED` for ever.
    ///
    /// If so, a payment that the balance is not enough for is kept as `FAILED` (余额不足) beside the
    /// response `NOTENOUGH`, so that the query finds it and a repetition after a top-up pays it.
    /// Otherwise `NOTENOUGH` leaves nothing behind.
    #[serde(default)]
    pub failed_numbers_pay_again: bool,
    /// How a payment or its query is refused whose `sign` or `workwx_sign` is wrong.
    #[serde(default)]
    pub signature_refusal: SignatureRefusal,
}

/// How a wrong signature is refused. The documents show both forms.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SignatureRefusal {
    /// `result_code` is `FAIL`, and `err_code` is `SIGN_ERROR` or `WORKWX_SIGN_ERROR`.
    #[default]
    ResultCode,
    /// `return_code` is `FAIL` and `return_msg` is `签名失败`; there is no `result_code` and no
    /// `err_code`.
    ReturnCode,
}

/// Limits for payments to employees. The default is the documents'; days are those of China.
///
/// What failed does not count against the sums and the number of a day. The document of 向员工付款 names
/// no codes for the sums and the gap; those here are of 企业付款, whose family it is.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PayoutLimits {
    /// The most for one payment: 20,000 fen. Beyond it is `AMOUNT_LIMIT`.
    #[serde(with = "fen")]
    pub per_payment: Fen,
    /// The most for one user and day: 20,000 fen. Beyond it is `MONEY_LIMIT`.
    #[serde(with = "fen")]
    pub per_user_day: Fen,
    /// The most for all users and one day: 10,000,000 fen. Beyond it is `MONEY_LIMIT`.
    #[serde(with = "fen")]
    pub per_day: Fen,
    /// The most payments for one user and day: 10. Beyond it is `SENDNUM_LIMIT`.
    pub payments_per_user_day: u32,
    /// The least time between two payments to one user: 15 seconds. Sooner is `FREQ_LIMIT`.
    pub gap: Duration,
}

impl PayoutRules {
    /// The default with the documents' limits.
    pub fn documented() -> Self {
        Self {
            limits: Some(PayoutLimits::default()),
            ..Self::default()
        }
    }

    /// The same rules with a chance that is one.
    pub(crate) fn sound(mut self) -> Self {
        let chance = self.failure_chance;
        self.failure_chance = if chance.is_nan() {
            0.0
        } else {
            chance.clamp(0.0, 1.0)
        };
        self
    }
}

impl Default for PayoutLimits {
    fn default() -> Self {
        Self {
            per_payment: Fen::new(20_000),
            per_user_day: Fen::new(20_000),
            per_day: Fen::new(10_000_000),
            payments_per_user_day: 10,
            gap: Duration::from_secs(15),
        }
    }
}

/// The reason (失败原因) that a payment is given that fails when it settles.
pub(crate) const FAILURE: &str = "付款失败，款项已退回商户账户";

/// The reason (失败原因) of a payment that the balance was not enough for.
pub(crate) const NOT_ENOUGH: &str = "余额不足";
