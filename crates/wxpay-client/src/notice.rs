//! What the notifications (回调通知) of both protocols have in common.

mod combined;
mod refund_end;
mod refusal;
mod sub_merchant;
mod unexpected;

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use thiserror::Error;
use wxpay_core::{DecodeError, VerificationError};

pub(crate) use combined::ToldSubOrder;
pub use combined::{ExpectedCombined, ExpectedSubOrder};
pub use refund_end::RefundEnd;
pub use refusal::Refusal;
pub use sub_merchant::SubMerchant;
pub use unexpected::Unexpected;
pub(crate) use unexpected::all_hold;

use crate::v3::NoticeKind;

/// Why a notification is not believed, not understood or not the expected one.
///
/// It says nothing about the money: query the order. WeChat Pay sends a notification again that was
/// not acknowledged, so answer with [`v2::refuse`](crate::v2::refuse) or
/// [`v3::refuse`](crate::v3::refuse).
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum NoticeError {
    /// Its body did not come whole: it is too long, or the connection broke. Nothing was checked.
    #[error("the body could not be read: {0}")]
    Body(String),
    /// It is not proven to be WeChat Pay's, which signature probes (签名探测) are not meant to be.
    #[error(transparent)]
    Unverified(#[from] VerificationError),
    /// It is proven, and lacks what it must have.
    #[error(transparent)]
    Unreadable(#[from] DecodeError),
    /// It is of another kind than the one that was asked for.
    #[error("it is about {0}")]
    OtherEvent(String),
    /// Its event is the one that was asked for, and it is of another kind all the same. Money may
    /// have come in: have what reads this kind take it in before you acknowledge it.
    #[error("it is about {0}, which is read in another way")]
    OtherKind(NoticeKind),
    /// It is authentic, and about something else than what was expected. Do not ship: have a person
    /// look.
    #[error(transparent)]
    Unexpected(#[from] Unexpected),
}

/// Tells whether a notification was taken in before.
///
/// WeChat Pay delivers a notification until it is acknowledged, also at once and out of order:
/// fifteen times or fewer for most kinds, and up to about a hundred times for some
/// ([`NoticeKind::waits`]). Ask where you record the payment itself, in the same transaction: an
/// entry that is made before the work is done loses the payment when the work fails.
pub trait SeenNotices {
    /// Whether the key was recorded. A payment's key is the order and the event, so that a repeated
    /// delivery under a new notification id is found too.
    fn seen(&self, key: &str) -> bool;
}

impl<F: Fn(&str) -> bool> SeenNotices for F {
    fn seen(&self, key: &str) -> bool {
        self(key)
    }
}

/// [`Fen`](wxpay_core::Fen) are of the yuan, which is meant where no currency is named.
pub(crate) fn is_yuan(currency: Option<&str>) -> bool {
    currency.is_none_or(|currency| currency == "CNY")
}

pub(crate) fn answer(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Bytes>,
) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let content_type = HeaderValue::from_static(content_type);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, content_type);
    response
}
