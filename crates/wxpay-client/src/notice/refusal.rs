use std::error::Error;
use std::fmt;

use bytes::Bytes;
use http::Response;

use crate::NoticeError;

/// A notification that was refused: why, for the shop's own log, and the response for its sender.
///
/// `Display` says why. The response does not: who sent it may be anyone. With the feature
/// `tracing`, an event of the target `wxpay.notice` was emitted already, of level `WARN`, or `INFO`
/// for a signature probe (签名探测).
#[derive(Debug)]
pub struct Refusal(Box<Inner>);

#[derive(Debug)]
struct Inner {
    error: NoticeError,
    response: Response<Bytes>,
}

impl Refusal {
    pub(crate) fn new(
        protocol: &'static str,
        error: NoticeError,
        response: Response<Bytes>,
    ) -> Self {
        report(protocol, &error, response.status().as_u16());
        Self(Box::new(Inner { error, response }))
    }

    /// Why it was refused.
    pub fn error(&self) -> &NoticeError {
        &self.0.error
    }

    /// What its sender is to be answered. WeChat Pay sends a notification again that was refused.
    pub fn into_response(self) -> Response<Bytes> {
        self.0.response
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the notification was refused: {}", self.0.error)
    }
}

impl Error for Refusal {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.error.source()
    }
}

#[cfg(feature = "tracing")]
fn report(protocol: &'static str, error: &NoticeError, status: u16) {
    use wxpay_core::VerificationFailure;

    let is_probe = matches!(
        error,
        NoticeError::Unverified(error) if *error.failure() == VerificationFailure::Probe
    );
    if is_probe {
        tracing::info!(target: "wxpay.notice", protocol, status, %error, "a notification was refused");
    } else {
        tracing::warn!(target: "wxpay.notice", protocol, status, %error, "a notification was refused");
    }
}

#[cfg(not(feature = "tracing"))]
fn report(_: &'static str, _: &NoticeError, _: u16) {}
