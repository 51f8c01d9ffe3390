use serde::{Deserialize, Serialize};
use wxpay_core::{Fen, Timestamp};

use crate::snapshot::{fen, millis, millis_option};

/// Who can receive a share of an order's money (分账接收方).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SharingReceiver {
    /// Whose receiver it is, unless it is the merchant's own: a sub-merchant's (特约商户号).
    pub sub_mchid: Option<String>,
    /// The kind (接收方类型): `MERCHANT_ID`, `PERSONAL_OPENID` or `PERSONAL_SUB_OPENID`.
    pub kind: String,
    /// A merchant ID or an openid (接收方账号).
    pub account: String,
    /// The name (分账接收方全称), if one was given.
    pub name: Option<String>,
    /// What it is to the payer (与分账方的关系类型).
    pub relation_type: String,
    /// The same in words of the merchant's (自定义的分账关系).
    pub custom_relation: Option<String>,
}

/// A request that shared the money of an order, or released what was left of it (分账单).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ProfitSharing {
    /// The merchant profit-sharing order number (商户分账单号).
    pub out_order_no: String,
    /// WeChat Pay's number (微信分账单号).
    pub order_id: String,
    /// The order of which the money is (商户订单号).
    pub out_trade_no: String,
    /// Its WeChat Pay order number (微信订单号).
    pub transaction_id: String,
    /// Whose order it is, unless it is the merchant's own.
    pub sub_mchid: Option<String>,
    /// What each receiver gets.
    pub shares: Vec<Share>,
    /// What went to the payer for good (解冻剩余资金).
    #[serde(with = "fen")]
    pub unfrozen: Fen,
    /// Whether nothing more of the order can be shared.
    pub ends: bool,
    /// What for, if it only released what was left (解冻剩余资金描述).
    pub description: Option<String>,
    /// When it was accepted.
    #[serde(with = "millis")]
    pub create_time: Timestamp,
    /// How many accepted requests asked for it, the first included.
    pub requests: u32,
}

/// What one receiver gets.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Share {
    /// The kind of receiver (接收方类型).
    pub kind: String,
    /// The receiver (接收方账号).
    pub account: String,
    /// How much (分账金额).
    #[serde(with = "fen")]
    pub amount: Fen,
    /// What for (分账描述).
    pub description: String,
    /// What has become of it (分账结果): `PENDING`, `SUCCESS` or `CLOSED`, which gives the money to the
    /// payer.
    pub result: String,
    /// Why it was closed (分账失败原因).
    pub fail_reason: Option<String>,
    /// WeChat Pay's number of it (分账明细单号).
    pub detail_id: String,
    /// When it came to its end.
    #[serde(with = "millis_option")]
    pub finish_time: Option<Timestamp>,
}

/// A share that is taken back (分账回退).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ProfitReturn {
    /// The merchant return number (商户回退单号).
    pub out_return_no: String,
    /// WeChat Pay's number (微信回退单号).
    pub return_id: String,
    /// The merchant profit-sharing order number of what was shared (商户分账单号).
    pub out_order_no: String,
    /// The merchant that has the share (回退商户号).
    pub return_mchid: String,
    /// How much (回退金额).
    #[serde(with = "fen")]
    pub amount: Fen,
    /// What for (回退描述).
    pub description: String,
    /// What has become of it (回退结果): `PROCESSING`, `SUCCESS` or `FAILED`.
    pub result: String,
    /// Why it failed (失败原因).
    pub fail_reason: Option<String>,
    /// When it was accepted.
    #[serde(with = "millis")]
    pub create_time: Timestamp,
    /// When it came to its end.
    #[serde(with = "millis_option")]
    pub finish_time: Option<Timestamp>,
    /// How many accepted requests asked for it, the first included.
    pub requests: u32,
}

impl SharingReceiver {
    /// Whether both are one receiver of one payer.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.sub_mchid == other.sub_mchid
            && self.kind == other.kind
            && self.account == other.account
    }
}

impl ProfitSharing {
    /// Whether each receiver has come to an end.
    pub(crate) fn is_finished(&self) -> bool {
        self.shares.iter().all(|share| share.result != "PENDING")
    }

    /// The shares and what went to the payer.
    pub(crate) fn total(&self) -> i64 {
        let shares = self.shares.iter();
        shares.fold(self.unfrozen.get(), |sum, share| {
            sum.saturating_add(share.amount.get())
        })
    }
}
