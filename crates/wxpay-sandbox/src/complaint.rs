use bytes::Bytes;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use wxpay_core::{Fen, Timestamp};

use crate::snapshot::{fen_option, millis};

/// A complaint (投诉单) of a user about a paid order.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Complaint {
    /// Its number (投诉单号).
    pub complaint_id: String,
    /// The order that it is about (商户订单号).
    pub out_trade_no: String,
    /// When the user complained (投诉时间).
    #[serde(with = "millis")]
    pub complaint_time: Timestamp,
    /// The state (投诉单状态): `PENDING`, `PROCESSING` or `PROCESSED`.
    pub state: String,
    /// What the user says (投诉详情).
    pub detail: String,
    /// The kind of problem (问题类型): `REFUND`, `SERVICE_NOT_WORK` or `OTHERS`.
    pub problem_type: String,
    /// The phone (投诉人联系方式). It is encrypted for the merchant on its way out.
    pub payer_phone: Option<String>,
    /// What the user wants back (申请退款金额), of the type `REFUND`.
    #[serde(with = "fen_option")]
    pub apply_refund_amount: Option<Fen>,
    /// How often the user complained (用户投诉次数).
    pub user_complaint_times: u32,
    /// Whether the user waits for a reply (是否有待回复的用户留言).
    pub incoming_user_response: bool,
    /// Whether the merchant agreed to refund.
    pub refund_approved: bool,
    /// The ids of the user's images (投诉资料).
    pub images: Vec<String>,
    /// What was said and done (投诉协商历史), in order.
    pub history: Vec<ComplaintEntry>,
}

/// Something that was said or done about a complaint (投诉协商历史).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ComplaintEntry {
    /// Its number (操作流水号).
    pub log_id: String,
    /// Who did it (操作人).
    pub operator: String,
    /// When (操作时间).
    #[serde(with = "millis")]
    pub operate_time: Timestamp,
    /// What (操作类型), such as `MERCHANT_RESPONSE`.
    pub operate_type: String,
    /// In words (操作内容).
    pub details: Option<String>,
    /// The ids of images (操作资料).
    pub images: Vec<String>,
}

/// What a user complains of.
///
/// Make one with [`new`](Self::new) or [`refund`](Self::refund), then change what matters.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ComplaintTerms {
    /// What the user says (投诉详情).
    pub detail: String,
    /// The kind of problem (问题类型).
    pub problem_type: String,
    /// The phone (投诉人联系方式).
    pub payer_phone: Option<String>,
    /// What the user wants back (申请退款金额).
    pub apply_refund_amount: Option<Fen>,
    /// Images, in JPEG, PNG or BMP.
    pub images: Vec<Bytes>,
}

/// Why nobody complains.
#[derive(Clone, Debug, Error, Eq, PartialEq)]
#[non_exhaustive]
pub enum ComplainError {
    /// The sandbox has no order of this number, or it is not paid.
    #[error("there is no paid order {0}")]
    NotPaid(String),
    /// The sandbox has no complaint of this number.
    #[error("there is no complaint {0}")]
    NoComplaint(String),
}

impl ComplaintTerms {
    /// A complaint about something else than money.
    pub fn new(detail: &str) -> Self {
        Self {
            detail: detail.to_owned(),
            problem_type: "OTHERS".to_owned(),
            payer_phone: Some("18500000000".to_owned()),
            apply_refund_amount: None,
            images: Vec::new(),
        }
    }

    /// A complaint of a user who wants `fen` fen back.
    pub fn refund(detail: &str, fen: i64) -> Self {
        Self {
            problem_type: "REFUND".to_owned(),
            apply_refund_amount: Some(Fen::new(fen)),
            ..Self::new(detail)
        }
    }
}
