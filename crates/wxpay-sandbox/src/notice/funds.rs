//! What is told of money that goes out.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::NoticeKind;

/// What a notification tells of money that goes out.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FundsTold {
    pub(crate) event: FundsEvent,
    /// What is encrypted, without the merchant ID.
    pub(crate) resource: Value,
}

/// What has happened to money that goes out.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FundsEvent {
    /// A transfer to a user has ended.
    TransferFinished,
    /// A user has agreed to transfers without confirmation.
    AuthorizationConfirmed,
    /// An authorization of transfers without confirmation was closed.
    AuthorizationClosed,
}

impl FundsEvent {
    pub(crate) fn kind(self) -> NoticeKind {
        match self {
            Self::TransferFinished => NoticeKind::Transfer,
            Self::AuthorizationConfirmed | Self::AuthorizationClosed => {
                NoticeKind::TransferAuthorization
            }
        }
    }

    pub(crate) fn event_type(self) -> &'static str {
        match self {
            Self::TransferFinished => "MCHTRANSFER.BILL.FINISHED",
            Self::AuthorizationConfirmed => "MCHTRANSFER.AUTHORIZATION.CONFIRMED",
            Self::AuthorizationClosed => "MCHTRANSFER.AUTHORIZATION.CLOSED",
        }
    }

    pub(crate) fn summary(self) -> &'static str {
        match self {
            Self::TransferFinished => "商家转账单据终态通知",
            Self::AuthorizationConfirmed => "商家转账用户免确认收款授权确认通知",
            Self::AuthorizationClosed => "商家转账用户免确认收款授权关闭通知",
        }
    }

    pub(crate) fn original_type(self) -> &'static str {
        match self {
            Self::TransferFinished | Self::AuthorizationConfirmed | Self::AuthorizationClosed => {
                "mch_payment"
            }
        }
    }

    /// The member of what is encrypted that has the merchant ID.
    pub(crate) fn merchant_member(self) -> Option<&'static str> {
        match self {
            Self::TransferFinished => Some("mch_id"),
            Self::AuthorizationConfirmed | Self::AuthorizationClosed => None,
        }
    }

    /// How long after this many attempts the next one follows, if there is to be one.
    pub(crate) fn pause(self, attempts: u32) -> Option<Duration> {
        let most = match self {
            Self::TransferFinished | Self::AuthorizationConfirmed | Self::AuthorizationClosed => 64,
        };
        let seconds = match attempts {
            ..=10 => 15,
            11..=20 => 300,
            attempts if attempts <= most => 1800,
            _ => return None,
        };
        Some(Duration::from_secs(seconds))
    }
}
