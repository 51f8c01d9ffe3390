use serde::{Deserialize, Serialize};
use thiserror::Error;
use wxpay_core::{Fen, Timestamp};

use crate::snapshot::{fen, millis, millis_option};

/// A red packet (现金红包) that was sent.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct RedPacket {
    /// The merchant order number (商户订单号).
    pub mch_billno: String,
    /// WeChat Pay's number (微信单号); the query calls it `detail_id` (红包单号).
    pub send_listid: String,
    /// What sort of red packet it is.
    pub kind: RedPacketKind,
    /// Who receives it, or is the first to (用户openid).
    pub re_openid: String,
    /// What all users receive together (付款金额).
    #[serde(with = "fen")]
    pub total_amount: Fen,
    /// How many users receive it (红包发放总人数).
    pub total_num: u32,
    /// Who sends it (商户名称 or 发送者名称).
    pub send_name: Option<String>,
    /// The picture of the sender (发送者头像), of WeCom.
    pub sender_header_media_id: Option<String>,
    /// The wish (红包祝福语).
    pub wishing: String,
    /// The activity (活动名称).
    pub act_name: String,
    /// The remark (备注).
    pub remark: String,
    /// The state (红包状态): `SENDING`, `SENT`, `FAILED`, `RECEIVED`, `RFUND_ING` or `REFUND`.
    pub status: String,
    /// Why it failed (失败原因).
    pub reason: Option<String>,
    /// When it was sent (红包发送时间).
    #[serde(with = "millis")]
    pub send_time: Timestamp,
    /// Who has received what of it.
    pub claims: Vec<RedPacketClaim>,
    /// When what was left went back (红包退款时间), or the whole of one that failed.
    #[serde(with = "millis_option")]
    pub refund_time: Option<Timestamp>,
    /// What went back (红包退款金额).
    #[serde(with = "fen")]
    pub refund_amount: Fen,
    /// How many accepted requests asked for it, the first included.
    pub requests: u32,
}

/// A part of a red packet that a user has received (裂变红包领取列表).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct RedPacketClaim {
    /// The user (领取红包的Openid).
    pub openid: String,
    /// How much (金额).
    #[serde(with = "fen")]
    pub amount: Fen,
    /// When (接收时间).
    #[serde(with = "millis")]
    pub rcv_time: Timestamp,
}

/// The sorts of red packets, which differ in how they are sent.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RedPacketKind {
    /// For one user (普通红包).
    Normal,
    /// Shared by several users (裂变红包).
    Group,
    /// For one user, who takes it in a mini program (小程序红包).
    MiniProgram,
    /// For one user of WeCom (企业红包).
    WeCom,
}

/// Why a user does not receive anything of a red packet. It stays as it is.
#[derive(Clone, Debug, Error, Eq, PartialEq)]
#[non_exhaustive]
pub enum ReceiveError {
    /// The sandbox has no red packet of this number.
    #[error("there is no red packet {0}")]
    NoRedPacket(String),
    /// It does not wait for users: its state is another one.
    #[error("red packet {mch_billno} is {status}, not SENT")]
    NotSent {
        /// Its number.
        mch_billno: String,
        /// Its state.
        status: String,
    },
    /// It is for another user, or another user is the first.
    #[error("red packet {0} is for another user")]
    OtherUser(String),
    /// The user has received a part of it already.
    #[error("the user has received a part of red packet {0} already")]
    Twice(String),
}

impl RedPacket {
    /// What nobody has received yet.
    pub(crate) fn left(&self) -> Fen {
        let claimed = self
            .claims
            .iter()
            .map(|claim| claim.amount.get())
            .fold(0_i64, i64::saturating_add);
        Fen::new(self.total_amount.get().saturating_sub(claimed))
    }
}
