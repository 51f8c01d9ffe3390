use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use wxpay_core::{Fen, Timestamp};

use crate::notice::FundsTold;
use crate::random::{self, DIGITS};
use crate::refund::BALANCE;
use crate::snapshot::{fen, millis_option};
use crate::{NoticeKind, Refund};

/// What a notification tells.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub(crate) enum Told {
    Payment,
    Refund(RefundTold),
    /// The payment of a combined order.
    Combined,
    Sharing(SharingTold),
    Complaint(ComplaintTold),
    Funds(FundsTold),
}

/// What a notification tells of a complaint.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ComplaintTold {
    pub(crate) complaint_id: String,
    /// What happened (动作类型), such as `CREATE_COMPLAINT`.
    pub(crate) action_type: String,
}

/// What a notification tells of a share.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SharingTold {
    /// 分账 or 分账回退.
    pub(crate) summary: String,
    /// What is encrypted.
    pub(crate) resource: Value,
}

/// What a notification tells of a refund.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefundTold {
    pub(crate) out_refund_no: String,
    pub(crate) refund_id: String,
    #[serde(with = "fen")]
    pub(crate) refund_fee: Fen,
    /// `SUCCESS`, `ABNORMAL` or `CLOSED`.
    pub(crate) status: String,
    pub(crate) funds_account: String,
    pub(crate) received_account: String,
    /// When it succeeded, if that is not now.
    #[serde(with = "millis_option")]
    pub(crate) success_time: Option<Timestamp>,
}

impl Told {
    pub(crate) fn kind(&self) -> NoticeKind {
        match self {
            Self::Payment => NoticeKind::Payment,
            Self::Refund(_) => NoticeKind::Refund,
            Self::Combined => NoticeKind::CombinedPayment,
            Self::Sharing(_) => NoticeKind::ProfitSharing,
            Self::Complaint(_) => NoticeKind::Complaint,
            Self::Funds(told) => told.event.kind(),
        }
    }

    pub(crate) fn refund(&self) -> Option<&RefundTold> {
        match self {
            Self::Refund(told) => Some(told),
            _ => None,
        }
    }

    /// How long after this many attempts the next one follows, if there is to be one.
    pub(crate) fn pause(&self, attempts: u32) -> Option<Duration> {
        if let Self::Complaint(_) = self {
            return match attempts {
                ..=10 => Some(minutes(1)),
                // Two hours in all.
                11..=32 => Some(minutes(5)),
                _ => None,
            };
        }
        if let Self::Funds(told) = self {
            return told.event.pause(attempts);
        }
        let n = usize::try_from(attempts).ok()?.checked_sub(1)?;
        PAYMENT.get(n).copied()
    }

    pub(crate) fn complaint_id(&self) -> Option<&str> {
        match self {
            Self::Complaint(told) => Some(&told.complaint_id),
            _ => None,
        }
    }
}

impl RefundTold {
    /// A refund that the sandbox has no books of.
    pub(crate) fn new(out_refund_no: &str, refund_fee: i64) -> Self {
        Self {
            out_refund_no: out_refund_no.to_owned(),
            refund_id: format!("5030{}", random::text(DIGITS, 24)),
            refund_fee: Fen::new(refund_fee),
            status: "SUCCESS".to_owned(),
            funds_account: "AVAILABLE".to_owned(),
            received_account: BALANCE.to_owned(),
            success_time: None,
        }
    }

    pub(crate) fn of(refund: &Refund) -> Self {
        Self {
            out_refund_no: refund.out_refund_no.clone(),
            refund_id: refund.refund_id.clone(),
            refund_fee: refund.refund,
            status: refund.status.clone(),
            funds_account: refund.funds_account.clone(),
            received_account: refund.received_account.clone(),
            success_time: refund.success_time(),
        }
    }
}

const fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

/// The pauses of everything that has to do with payments.
const PAYMENT: [Duration; 15] = [
    Duration::from_secs(15),
    Duration::from_secs(15),
    Duration::from_secs(30),
    minutes(3),
    minutes(10),
    minutes(20),
    minutes(30),
    minutes(30),
    minutes(30),
    minutes(60),
    minutes(3 * 60),
    minutes(3 * 60),
    minutes(3 * 60),
    minutes(6 * 60),
    minutes(6 * 60),
];
