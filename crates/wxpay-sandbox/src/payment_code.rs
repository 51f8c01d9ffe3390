use std::time::Duration;

use serde::{Deserialize, Serialize};
use wxpay_core::Timestamp;

use crate::Api;
use crate::random::{ALPHANUMERIC, Random};
use crate::snapshot::millis;

/// A payment code (付款码) on a user's phone. It is good for one payment.
///
/// Any 18 digits that begin with 10 to 15 are a payment code too, of which the first two digits say
/// what happens:
///
/// | Digits | What happens |
/// | --- | --- |
/// | `10` | It pays at once. |
/// | `11` | The user is asked for the password, and does nothing: the payment fails after 60 seconds. |
/// | `12` | The user is asked for the password, and enters it after 10 seconds. |
/// | `13` | The user is asked for the password, and cancels after 10 seconds. |
/// | `14` | It fails with `NOTENOUGH`. |
/// | `15` | It fails with `AUTHCODEEXPIRE`. |
///
/// The seconds are those of the sandbox's clock. [`Sandbox::pay_order`](crate::Sandbox::pay_order)
/// and [`Sandbox::cancel_payment`](crate::Sandbox::cancel_payment) end the asking earlier.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PaymentCode {
    /// What the cashier scans (付款码): 18 digits.
    pub auth_code: String,
    /// What happens when it is charged.
    pub behaviour: CodeBehaviour,
    /// The user who shows it (用户标识).
    pub openid: String,
    /// The merchant order number (商户订单号) that it was used for, if it was.
    pub used_by: Option<String>,
}

/// What happens when a payment code (付款码) is charged.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
#[non_exhaustive]
pub enum CodeBehaviour {
    /// The user has paid when the request is answered.
    Pays,
    /// The order is `USERPAYING` (用户支付中) until the user enters the password or cancels. A reversal
    /// is refused meanwhile.
    AsksPassword {
        /// When the asking ends by itself.
        ends_after: Duration,
        /// Whether the user pays then. If not, the order becomes `PAYERROR` (支付失败).
        pays: bool,
    },
    /// The payment fails.
    ///
    /// The codes of APIv2 and APIv3 are the same but for their form, and each protocol says its
    /// own. `AUTHCODEEXPIRE`, `AUTH_CODE_ERROR` and `AUTH_CODE_INVALID` leave no order behind,
    /// `SYSTEMERROR` and `BANKERROR` one that is `NOTPAY` and can still be paid by
    /// [`Sandbox::pay_order`](crate::Sandbox::pay_order), and any other one that is `PAYERROR`.
    Fails {
        /// The code, such as `NOTENOUGH`.
        code: String,
    },
}

/// The request that charged a payment code (付款码支付).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CodePayment {
    /// The endpoint that made the order.
    pub api: Api,
    /// What is sold (商品描述).
    pub description: String,
    /// The payment code (付款码).
    pub auth_code: String,
    /// The user who showed it (用户标识), and who alone can pay the order.
    pub openid: String,
    /// When it was charged.
    #[serde(with = "millis")]
    pub create_time: Timestamp,
    /// The code of APIv2 with which the payment failed, if it did at once.
    pub failure: Option<String>,
}

impl PaymentCode {
    /// The code of these digits, if they are a payment code, as long as it was not used.
    pub(crate) fn of_digits(auth_code: &str, random: &Random) -> Option<Self> {
        let digits = auth_code.len() == 18 && auth_code.bytes().all(|b| b.is_ascii_digit());
        let asks = |seconds, pays| CodeBehaviour::AsksPassword {
            ends_after: Duration::from_secs(seconds),
            pays,
        };
        let fails = |code: &str| CodeBehaviour::Fails {
            code: code.to_owned(),
        };
        let behaviour = match auth_code.get(..2).filter(|_| digits)? {
            "10" => CodeBehaviour::Pays,
            "11" => asks(60, false),
            "12" => asks(10, true),
            "13" => asks(10, false),
            "14" => fails("NOTENOUGH"),
            "15" => fails("AUTHCODEEXPIRE"),
            _ => return None,
        };
        Some(Self::new(auth_code.to_owned(), behaviour, random))
    }

    /// A code of a user that follows from its digits.
    pub(crate) fn new(auth_code: String, behaviour: CodeBehaviour, random: &Random) -> Self {
        let mut choices = random.about(&format!("payer {auth_code}"));
        let name: String = (0..27)
            .filter_map(|_| choices.choice(ALPHANUMERIC))
            .map(|byte| char::from(*byte))
            .collect();
        Self {
            auth_code,
            behaviour,
            openid: format!("o{name}"),
            used_by: None,
        }
    }
}

/// The code of APIv3 for one of APIv2.
pub(crate) fn code_of_v3(code: &str) -> &str {
    let pair = PAIRS.iter().find(|(v2, _)| *v2 == code);
    pair.map_or(code, |(_, v3)| v3)
}

/// The code of APIv2 for one of APIv3.
pub(crate) fn code_of_v2(code: &str) -> &str {
    let pair = PAIRS.iter().find(|(_, v3)| *v3 == code);
    pair.map_or(code, |(v2, _)| v2)
}

/// What the documents say of a code of APIv2.
pub(crate) fn words(code: &str) -> &'static str {
    match code {
        "NOTENOUGH" => "余额不足",
        "AUTHCODEEXPIRE" => "二维码已过期，请用户在微信上刷新后再试",
        "AUTH_CODE_ERROR" => "付款码参数错误，每个付款码仅限使用一次，请刷新再试",
        "AUTH_CODE_INVALID" => "扫描的不是微信支付的条码",
        "NOTSUPORTCARD" => "不支持卡类型",
        "BANKERROR" => "银行系统异常",
        "SYSTEMERROR" => "系统超时",
        _ => "交易错误",
    }
}

/// The codes that the two protocols write in two ways. Where APIv3 has none of its own, it says
/// what comes nearest; the first pair of a code counts.
const PAIRS: [(&str, &str); 8] = [
    ("NOTENOUGH", "NOT_ENOUGH"),
    ("AUTHCODEEXPIRE", "AUTH_CODE_EXPIRE"),
    ("AUTH_CODE_INVALID", "AUTH_CODE_INVALID"),
    ("AUTH_CODE_ERROR", "AUTH_CODE_INVALID"),
    ("BANKERROR", "BANK_ERROR"),
    ("SYSTEMERROR", "SYSTEM_ERROR"),
    ("TRADE_ERROR", "TRADE_ERROR"),
    ("NOTSUPORTCARD", "TRADE_ERROR"),
];
