use serde::{Deserialize, Serialize};
use thiserror::Error;
use wxpay_core::{Fen, Timestamp};

use crate::AuthorizationRequest;
use crate::snapshot::{fen, millis, millis_option};

/// A transfer to a user (商家转账), which the user has to confirm.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct TransferBill {
    /// The merchant bill number (商户单号).
    pub out_bill_no: String,
    /// WeChat Pay's number (微信转账单号).
    pub transfer_bill_no: String,
    /// What was asked for.
    pub terms: TransferBillTerms,
    /// The state (单据状态): `ACCEPTED`, `PROCESSING`, `WAIT_USER_CONFIRM`, `TRANSFERING`, `SUCCESS`,
    /// `FAIL`, `CANCELING` or `CANCELLED`.
    pub state: String,
    /// Why it failed or the money went back (失败原因), such as `OVERDUE_CLOSE`.
    pub fail_reason: Option<String>,
    /// What opens the page on which the user confirms (跳转领取页面的package信息). Responses have it in
    /// `WAIT_USER_CONFIRM` only.
    pub package_info: String,
    /// When it was made (单据创建时间).
    #[serde(with = "millis")]
    pub create_time: Timestamp,
    /// When its state changed last (最后一次状态变更时间).
    #[serde(with = "millis")]
    pub update_time: Timestamp,
    /// When the money was set aside (资金锁定), if it was.
    #[serde(with = "millis_option")]
    pub locked_time: Option<Timestamp>,
    /// When the money came back, if it did.
    #[serde(with = "millis_option")]
    pub released_time: Option<Timestamp>,
    /// Whether the user agreed to the authorization that was asked for with it.
    pub agreed: bool,
    /// Its electronic receipt (电子回单), if it was applied for.
    pub receipt: Option<TransferReceipt>,
    /// How many accepted requests asked for it, the first included.
    pub requests: u32,
}

/// What a transfer to a user is to be: the same when it is asked for once more.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct TransferBillTerms {
    /// The sub-merchant (二级商户号) whose money it is, if it is not the merchant's own.
    pub sub_mchid: Option<String>,
    /// The app (商户AppID).
    pub appid: String,
    /// The scene (转账场景ID).
    pub transfer_scene_id: String,
    /// Who is paid (收款用户OpenID).
    pub openid: String,
    /// The name of who is paid (收款用户姓名), decrypted.
    pub user_name: Option<String>,
    /// How much (转账金额).
    #[serde(with = "fen")]
    pub transfer_amount: Fen,
    /// The remark (转账备注).
    pub transfer_remark: String,
    /// Where the end is to be told (通知地址). The sandbox posts to loopback and nowhere else.
    pub notify_url: Option<String>,
    /// What the user sees it is for (用户收款感知).
    pub user_recv_perception: Option<String>,
    /// What is reported of the scene (转账场景报备信息).
    pub transfer_scene_report_infos: Vec<SceneReport>,
    /// How the user receives it (用户收款样式类型): `CONFIRM_PAGE` or `RED_PACKET`.
    pub user_recv_style: Option<String>,
    /// Another merchant (出资商户号) whose money it is.
    pub sponsor_mchid: Option<String>,
    /// What the user is asked to agree to besides (免确认收款授权信息).
    pub authorization_info: Option<AuthorizationRequest>,
    /// The authorization (微信免确认收款授权单号) by which the user need not confirm it.
    pub authorization_id: Option<String>,
}

/// A line of what is reported of a scene (转账场景报备信息).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SceneReport {
    /// What it is about (信息类型).
    pub info_type: String,
    /// What it says (信息内容).
    pub info_content: String,
}

/// An electronic receipt (电子回单) that was applied for. It is good for 90 days.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct TransferReceipt {
    /// The state (申请单状态): `GENERATING`, `FINISHED` or `FAILED`.
    pub state: String,
    /// Why there is none (失败原因).
    pub fail_reason: Option<String>,
    /// When it was applied for (申请单创建时间).
    #[serde(with = "millis")]
    pub create_time: Timestamp,
    /// When its state changed last (申请单更新时间).
    #[serde(with = "millis")]
    pub update_time: Timestamp,
}

/// Why a user can't confirm a transfer.
#[derive(Clone, Debug, Error, Eq, PartialEq)]
#[non_exhaustive]
pub enum ConfirmTransferError {
    /// The sandbox has no transfer of this number.
    #[error("there is no transfer {0}")]
    NoTransfer(String),
    /// It does not wait for the user: its state is another one.
    #[error("transfer {out_bill_no} is {state}, not WAIT_USER_CONFIRM")]
    NotWaiting {
        /// Its number.
        out_bill_no: String,
        /// Its state.
        state: String,
    },
}

impl TransferBill {
    /// Whether nothing can come of it any more.
    pub(crate) fn has_ended(&self) -> bool {
        ENDS.contains(&&*self.state)
    }

    /// Whether the user has not yet confirmed it, so that it can be cancelled and expires.
    pub(crate) fn is_open(&self) -> bool {
        OPEN.contains(&&*self.state)
    }

    /// Whether it is paid with the merchant's own money.
    pub(crate) fn is_own(&self) -> bool {
        self.terms.sub_mchid.is_none() && self.terms.sponsor_mchid.is_none()
    }
}

const ENDS: [&str; 3] = ["SUCCESS", "FAIL", "CANCELLED"];

const OPEN: [&str; 3] = ["ACCEPTED", "PROCESSING", "WAIT_USER_CONFIRM"];
