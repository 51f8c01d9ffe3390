use serde::{Deserialize, Serialize};
use wxpay_core::{Fen, Timestamp};

use crate::random::{self, DIGITS};
use crate::snapshot::{fen, millis};

/// A transfer (转账明细单) as the APIv3 query reports it.
///
/// Make one with [`new`](Self::new), then change what matters. Texts go out as they are, so that a
/// test can send what no document lists.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Transfer {
    /// The merchant's batch number (商家批次单号).
    pub out_batch_no: String,
    /// The merchant detail number (商家明细单号).
    pub out_detail_no: String,
    /// WeChat Pay's batch number (微信支付批次单号).
    pub batch_id: String,
    /// WeChat Pay's number of the transfer (微信支付明细单号).
    pub detail_id: String,
    /// The app (商户的appid).
    pub appid: Option<String>,
    /// The state (明细状态).
    pub detail_status: String,
    /// The amount (转账金额).
    #[serde(with = "fen")]
    pub total_amount: Fen,
    /// The member that carries the amount when the transfer is found by the merchant batch and
    /// detail numbers. Found by WeChat Pay's, it is `transfer_amount` in any case.
    pub amount_field: AmountField,
    /// The remark (转账备注).
    pub transfer_remark: String,
    /// Why it failed (明细失败原因).
    pub fail_reason: Option<String>,
    /// Who is paid (收款用户openid).
    pub openid: String,
    /// The name of who is paid (收款用户姓名), at most 214 bytes; empty if none was given. It is
    /// encrypted for the merchant on its way out.
    pub username: String,
    /// A text to send in place of the encrypted name, such as one that can't be decrypted.
    pub raw_username: Option<String>,
    /// When the transfer was asked for (转账发起时间).
    #[serde(with = "millis")]
    pub initiate_time: Timestamp,
    /// When its state changed last (明细更新时间).
    #[serde(with = "millis")]
    pub update_time: Timestamp,
    /// The kind of account (收款账户类型).
    pub account_type: Option<String>,
    /// The bank (银行名称).
    pub bank_name: Option<String>,
    /// The end of the card's number (银行卡尾号).
    pub bank_card_number_tail: Option<String>,
}

/// The two names under which WeChat Pay sends the amount of a transfer.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AmountField {
    /// `total_amount`, as the document has it.
    #[default]
    TotalAmount,
    /// `transfer_amount`, as the official Go library has it.
    TransferAmount,
}

impl Transfer {
    /// A transfer in the state `SUCCESS`, made just now, of `total_amount` fen.
    pub fn new(out_batch_no: &str, out_detail_no: &str, total_amount: i64) -> Self {
        let now = Timestamp::now();
        Self {
            out_batch_no: out_batch_no.to_owned(),
            out_detail_no: out_detail_no.to_owned(),
            batch_id: format!("1030{}", random::text(DIGITS, 36)),
            detail_id: format!("1040{}", random::text(DIGITS, 36)),
            appid: None,
            detail_status: "SUCCESS".to_owned(),
            total_amount: Fen::new(total_amount),
            amount_field: AmountField::default(),
            transfer_remark: "2020年4月报销".to_owned(),
            fail_reason: None,
            openid: "o-MYE42l80oelYMDE34nYD456Xoy".to_owned(),
            username: "张三".to_owned(),
            raw_username: None,
            initiate_time: now,
            update_time: now,
            account_type: Some("WECHATPAY_ACCOUNT".to_owned()),
            bank_name: None,
            bank_card_number_tail: None,
        }
    }
}
