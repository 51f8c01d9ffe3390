use serde::{Deserialize, Serialize};
use wxpay_core::{Fen, Timestamp};

use crate::snapshot::{fen, millis};

/// A payment to an employee (向员工付款) that was made.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Payout {
    /// The merchant order number (商户订单号).
    pub partner_trade_no: String,
    /// WeChat Pay's number (微信订单号); the query calls it `detail_id` (付款单号).
    pub payment_no: String,
    /// When it was asked for (转账时间).
    #[serde(with = "millis")]
    pub transfer_time: Timestamp,
    /// When it succeeded (微信支付成功时间); until then, when it was asked for.
    #[serde(with = "millis")]
    pub payment_time: Timestamp,
    /// Who was paid (收款用户).
    pub openid: String,
    /// How much (付款金额).
    #[serde(with = "fen")]
    pub amount: Fen,
    /// The name that was given for the user (收款用户姓名).
    pub re_user_name: Option<String>,
    /// The description (付款说明).
    pub desc: String,
    /// What has become of it (转账状态).
    pub status: PayoutStatus,
    /// How many accepted requests asked for it, the first included.
    pub requests: u32,
}

/// How often payments to employees (向员工付款) were asked for under one number.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PayoutSends {
    /// The merchant order number (商户订单号), as it came: nothing about the request was checked yet.
    pub partner_trade_no: String,
    /// How many requests named it, those that were refused or went wrong included.
    pub sends: u32,
}

/// What has become of a payment (转账状态).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
#[non_exhaustive]
pub enum PayoutStatus {
    /// `SUCCESS` (转账成功).
    Success,
    /// `PROCESSING` (处理中). Asking again with the same parameters gives `SYSTEMERROR`.
    Processing,
    /// `FAILED` (转账失败), with the `reason`. Asking again with the same parameters gives
    /// `SEND_FAILED`, or pays if
    /// [`failed_numbers_pay_again`](crate::PayoutRules::failed_numbers_pay_again).
    Failed {
        /// Why (失败原因), such as `余额不足`.
        reason: String,
    },
    /// A state that no document lists. Asking again with the same parameters gives `SYSTEMERROR`.
    Other(String),
}

impl PayoutStatus {
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Success => "SUCCESS",
            Self::Processing => "PROCESSING",
            Self::Failed { .. } => "FAILED",
            Self::Other(status) => status,
        }
    }

    pub(crate) fn reason(&self) -> Option<&str> {
        match self {
            Self::Failed { reason } => Some(reason),
            _ => None,
        }
    }
}
