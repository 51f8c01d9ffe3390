//! Notifications (通知): what WeChat Pay tells the merchant on its own.

pub(crate) mod deliver;
mod funds;
mod post;
pub(crate) mod tls;
mod told;

use std::error::Error as StdError;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Uri};
use thiserror::Error;
use wxpay_core::{Fen, Timestamp};

use crate::brand::BrandAccount;
use crate::random::{self, DIGITS};
use crate::state::{Shared, State};
use crate::{BrandError, EventNotice, Fault, Order, v2, v3};

pub(crate) use deliver::Task;
pub(crate) use funds::{FundsEvent, FundsTold};
pub(crate) use told::{ComplaintTold, RefundTold, SharingTold, Told};

/// A notification to be sent to a callback URL.
///
/// A clone is the same notification: sending both is what WeChat Pay does when the first response
/// does not reach it.
#[derive(Clone, Debug)]
#[must_use]
pub struct Notice {
    pub(crate) id: String,
    /// The number of the order, or of the combined one.
    pub(crate) number: String,
    pub(crate) told: Told,
    pub(crate) fault: Option<NoticeFault>,
    pub(crate) hmac_sha256: bool,
    pub(crate) public_key: bool,
    /// When it was first to be sent, if that is not now.
    pub(crate) create_time: Option<Timestamp>,
}

/// A way for a notification to be one that must not be believed, or only after a query.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum NoticeFault {
    /// The body was changed after it was signed. A refund of APIv2, which has no signature, is
    /// encrypted with another key.
    Forged,
    /// The signature is one of another text. Signed notifications only.
    WrongSignature,
    /// There is no signature. Signed notifications only.
    MissingSignature,
    /// The signature is right, but an hour old. APIv3 only.
    Stale,
    /// The signature is a probe (签名探测): it begins with `WECHATPAY/SIGNTEST/`. APIv3 only.
    Probe,
    /// The signature is right, but `Wechatpay-Serial` names a key that does not exist. APIv3 only.
    UnknownSerial,
    /// The notification is authentic, but the order's amount in it is this one.
    OtherAmount(Fen),
}

/// What a callback answered.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NoticeAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Bytes,
    /// Whether WeChat Pay takes it for a yes: status 200 or 204 for APIv3, status 200 and a
    /// `return_code` of `SUCCESS` for APIv2. It sends the notification again otherwise.
    pub acknowledged: bool,
}

/// Why a notification was not sent, or got no response.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum NotifyError {
    /// The sandbox has no order of this number.
    #[error("there is no order {0}")]
    NoOrder(String),
    /// The order was not paid; nothing is told about such.
    #[error("order {0} is not paid")]
    NotPaid(String),
    /// The keys of the brand that is to be told could not be made.
    #[error(transparent)]
    Brand(#[from] BrandError),
    /// APIv2 has no such notification.
    #[error("APIv2 has no such notification")]
    Protocol,
    /// Such a notification can't go wrong in this way.
    #[error("fault {0:?} does not apply to this notification")]
    Fault(NoticeFault),
    /// The URL is not one of HTTP or HTTPS.
    #[error("the callback is not an http:// or https:// URL")]
    Url,
    /// The host is neither `localhost` nor an address of the loopback network. The sandbox never
    /// sends anything to another host.
    #[error("the sandbox sends to localhost, 127.0.0.0/8 and [::1] only, not to {0}")]
    NotLoopback(String),
    /// The callback shows a certificate that is not of the sandbox's authority, or of another host.
    /// [`Sandbox::callback_certificate`](crate::Sandbox::callback_certificate) is one that is.
    #[error(
        "the callback's certificate is not one that the sandbox trusts: serve it with its callback certificate"
    )]
    Certificate(#[source] Box<dyn StdError + Send + Sync>),
    /// The callback could not be reached, or did not answer in HTTP.
    #[error("the callback did not answer")]
    Delivery(#[source] Box<dyn StdError + Send + Sync>),
    /// The response did not come within the five seconds that WeChat Pay waits.
    #[error("the callback did not answer in time")]
    Late,
}

impl NoticeFault {
    /// What is to go wrong with the signature.
    pub(crate) fn of_signature(self) -> Option<Fault> {
        Some(match self {
            Self::Forged => Fault::TamperedBody,
            Self::WrongSignature => Fault::WrongSignature,
            Self::MissingSignature => Fault::MissingSignature,
            Self::Stale => Fault::StaleSignature,
            Self::Probe => Fault::ProbeSignature,
            Self::UnknownSerial => Fault::UnknownSerial,
            Self::OtherAmount(_) => return None,
        })
    }
}

impl Notice {
    /// The notification that an order was paid (支付通知).
    pub fn payment(out_trade_no: &str) -> Self {
        Self {
            id: format!("EV-{}", random::text(DIGITS, 20)),
            number: out_trade_no.to_owned(),
            told: Told::Payment,
            fault: None,
            hmac_sha256: false,
            public_key: false,
            create_time: None,
        }
    }

    /// The notification that `refund_fee` fen of a paid order went back (退款结果通知).
    pub fn refund(out_trade_no: &str, out_refund_no: &str, refund_fee: i64) -> Self {
        Self {
            told: Told::Refund(RefundTold::new(out_refund_no, refund_fee)),
            ..Self::payment(out_trade_no)
        }
    }

    /// The same notification of a refund that has come to another end: `ABNORMAL` (退款异常) or
    /// `CLOSED` (退款关闭).
    pub fn refund_status(mut self, status: &str) -> Self {
        if let Told::Refund(refund) = &mut self.told {
            status.clone_into(&mut refund.status);
        }
        self
    }

    /// The notification that a combined order was paid (合单支付通知). APIv3 alone has it.
    pub fn combined_payment(combine_out_trade_no: &str) -> Self {
        Self {
            told: Told::Combined,
            ..Self::payment(combine_out_trade_no)
        }
    }

    /// The same notification, gone wrong.
    pub fn fault(mut self, fault: NoticeFault) -> Self {
        self.fault = Some(fault);
        self
    }

    /// The same notification, signed with HMAC-SHA256 where APIv2 would sign with MD5.
    pub fn hmac_sha256(mut self) -> Self {
        self.hmac_sha256 = true;
        self
    }

    /// The same notification, signed with the public key's side in the mode
    /// [`Trust::Both`](crate::Trust::Both), where a part of the notifications is. No other mode has
    /// a choice.
    pub fn public_key(mut self) -> Self {
        self.public_key = true;
        self
    }

    /// The notification's id (通知ID) in APIv3.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The amount of the order, as it is to be told.
    pub(crate) fn total(&self, order: &Order) -> Fen {
        match self.fault {
            Some(NoticeFault::OtherAmount(amount)) => amount,
            _ => order.total_fee,
        }
    }

    /// What is to go wrong with the signature.
    pub(crate) fn signature_fault(&self) -> Option<Fault> {
        self.fault.and_then(NoticeFault::of_signature)
    }

    /// The paid order that it is about.
    pub(crate) fn order(&self, state: &State) -> Result<Order, NotifyError> {
        let order = state
            .orders
            .get(&self.number)
            .cloned()
            .ok_or_else(|| NotifyError::NoOrder(self.number.clone()))?;
        // A refunded order was paid.
        if order.was_paid() {
            Ok(order)
        } else {
            Err(NotifyError::NotPaid(order.out_trade_no))
        }
    }
}

/// Whether an order can have this `notify_url` (通知地址): HTTP or HTTPS, without parameters.
pub(crate) fn is_notify_url(url: &str) -> bool {
    url.parse::<Uri>().is_ok_and(|url| {
        let web = matches!(url.scheme_str(), Some("http" | "https"));
        web && url.host().is_some_and(|host| !host.is_empty()) && url.query().is_none()
    })
}

/// Sends a notification of APIv3.
pub(crate) async fn notify_v3(
    shared: &Shared,
    url: &str,
    notice: &Notice,
) -> Result<NoticeAnswer, NotifyError> {
    let (headers, body) = v3::notice::write(notice, shared)?;
    post_v3(shared, url, headers, body).await
}

async fn post_v3(
    shared: &Shared,
    url: &str,
    headers: HeaderMap,
    body: Vec<u8>,
) -> Result<NoticeAnswer, NotifyError> {
    let (status, body) = post::post(&shared.callback_tls, url, headers, body).await?;
    Ok(NoticeAnswer {
        status,
        body,
        acknowledged: matches!(status, 200 | 204),
    })
}

/// Sends a notification of APIv3 about any event.
pub(crate) async fn notify_event(
    shared: &Arc<Shared>,
    url: &str,
    notice: &EventNotice,
) -> Result<NoticeAnswer, NotifyError> {
    let brand = match notice.to_brand {
        true => Some(BrandAccount::of(shared).await?),
        false => None,
    };
    let (headers, body) = v3::notice::write_event(notice, brand, shared)?;
    post_v3(shared, url, headers, body).await
}

/// Sends a notification of APIv2.
pub(crate) async fn notify_v2(
    shared: &Shared,
    url: &str,
    notice: &Notice,
) -> Result<NoticeAnswer, NotifyError> {
    let (headers, body) = v2::notice::write(notice, shared)?;
    let (status, body) = post::post(&shared.callback_tls, url, headers, body).await?;
    Ok(NoticeAnswer {
        status,
        acknowledged: status == 200 && v2::notice::is_success(&body),
        body,
    })
}
