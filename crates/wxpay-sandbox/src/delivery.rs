use serde::{Deserialize, Serialize};
use wxpay_core::Timestamp;

use crate::snapshot::{millis, millis_option};

/// The two protocols of WeChat Pay.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Protocol {
    /// APIv2: XML.
    V2,
    /// APIv3: JSON.
    V3,
}

/// What notifications (通知) tell.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NoticeKind {
    /// An order was paid (支付通知).
    Payment,
    /// A refund has come to its end (退款结果通知).
    Refund,
    /// A combined order was paid (合单支付通知).
    CombinedPayment,
    /// The merchant received a share, or it was taken back (分账动账通知).
    ProfitSharing,
    /// Something happened to a complaint (投诉通知).
    Complaint,
    /// A transfer to a user has ended (商家转账回调通知).
    Transfer,
    /// A user allowed transfers without confirmation, or that was ended (免确认收款授权结果通知).
    TransferAuthorization,
    /// A withdrawal has ended, or came back (商户提现状态变更通知).
    Withdrawal,
}

/// One attempt to deliver a notification (通知) that the sandbox sent on its own.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Delivery {
    /// What it tells.
    pub kind: NoticeKind,
    /// The number of what it is about: the order (商户订单号), the combined order (合单商户订单号) or, of the
    /// kinds that have no order, the transfer (商户单号), the
    /// authorization (商户侧授权单号) or the withdrawal (商户预约提现单号).
    pub out_trade_no: String,
    /// The refund that was told, unless it was the payment.
    pub out_refund_no: Option<String>,
    /// The complaint (投诉单号) that it is about, if it is one.
    pub complaint_id: Option<String>,
    /// The notification's id (通知ID), which APIv3 sends: the same in every attempt.
    pub notice_id: String,
    /// How it was told.
    pub protocol: Protocol,
    /// The `notify_url` of the order or of the refund.
    pub url: String,
    /// Which attempt this was, from 1.
    pub attempt: u32,
    /// When it was made, by the sandbox's clock.
    #[serde(with = "millis")]
    pub at: Timestamp,
    /// The HTTP status of the response, if one came.
    pub status: Option<u16>,
    /// Whether the response was a yes.
    pub acknowledged: bool,
    /// Why it was not, for people.
    pub problem: Option<String>,
    /// When the next attempt falls due, if there is to be one.
    #[serde(with = "millis_option")]
    pub next_attempt: Option<Timestamp>,
}

/// A notification (通知) that is to be sent, for the first time or again.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PendingDelivery {
    /// What it tells.
    pub kind: NoticeKind,
    /// The number of what it is about, as in [`Delivery::out_trade_no`].
    pub out_trade_no: String,
    /// The refund that is told, unless it is the payment.
    pub out_refund_no: Option<String>,
    /// The complaint (投诉单号) that it is about, if it is one.
    pub complaint_id: Option<String>,
    /// The notification's id (通知ID).
    pub notice_id: String,
    /// How it is told.
    pub protocol: Protocol,
    /// The `notify_url` of the order or of the refund.
    pub url: String,
    /// Which attempt is next, from 1.
    pub attempt: u32,
    /// When it falls due, by the sandbox's clock.
    pub due: Timestamp,
}
