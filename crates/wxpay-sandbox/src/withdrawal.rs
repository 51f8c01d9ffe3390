use serde::{Deserialize, Serialize};
use wxpay_core::{Fen, Timestamp};

use crate::snapshot::{fen, millis, millis_option};

/// A withdrawal (预约提现) to a bank account.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Withdrawal {
    /// The merchant withdrawal number (商户预约提现单号). It can stand for several, made more than six days
    /// apart.
    pub out_request_no: String,
    /// WeChat Pay's number (微信支付预约提现单号).
    pub withdraw_id: String,
    /// What was asked for.
    pub terms: WithdrawalTerms,
    /// The state (预约提现单状态): `INIT`, `CREATE_SUCCESS`, `SUCCESS`, `FAIL`, `REFUND` or `CLOSE`.
    pub status: String,
    /// Why it failed or the money came back (失败原因).
    pub reason: Option<String>,
    /// When it was asked for (提交预约时间).
    #[serde(with = "millis")]
    pub create_time: Timestamp,
    /// When its state changed last (提现状态更新时间).
    #[serde(with = "millis")]
    pub update_time: Timestamp,
    /// When the money came back to the account, if it did.
    #[serde(with = "millis_option")]
    pub returned_time: Option<Timestamp>,
    /// How many accepted requests asked for it, the first included.
    pub requests: u32,
}

/// What a withdrawal is to be: the same when it is asked for once more.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct WithdrawalTerms {
    /// The sub-merchant (二级商户号) whose money it is, if it is not the merchant's own.
    pub sub_mchid: Option<String>,
    /// How much (提现金额).
    #[serde(with = "fen")]
    pub amount: Fen,
    /// The remark (提现备注).
    pub remark: Option<String>,
    /// What the bank shows (银行附言).
    pub bank_memo: Option<String>,
    /// The account (出款账户类型): `BASIC`, `OPERATION` or `FEES`.
    pub account_type: String,
    /// Where the end is to be told (提现结果通知地址). The sandbox posts to loopback and nowhere else.
    pub notify_url: Option<String>,
}

impl Withdrawal {
    /// Whether it takes money from the account that the sandbox keeps the balance of.
    pub(crate) fn is_of_balance(&self) -> bool {
        self.terms.sub_mchid.is_none() && self.terms.account_type == "OPERATION"
    }
}
