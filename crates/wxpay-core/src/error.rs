use std::error::Error as StdError;
use std::fmt;

use bytes::Bytes;
use thiserror::Error;

use crate::{
    BusinessError, DecodeError, Effect, InvalidInput, Outcome, ProtocolError, Sent, SigningError,
    TransportError, VerificationError,
};

/// A result whose error is [`Error`](struct@Error).
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failed call, with what it says about the money.
///
/// One word wide. [`outcome`](Self::outcome) is the question to ask first.
pub struct Error(Box<Inner>);

struct Inner {
    endpoint: &'static str,
    effect: Effect,
    kind: ErrorKind,
    reply: Option<Bytes>,
    request_id: Option<String>,
}

impl Error {
    /// An error of `kind` from a call to `endpoint`.
    pub fn new(endpoint: &'static str, effect: Effect, kind: impl Into<ErrorKind>) -> Self {
        Self(Box::new(Inner {
            endpoint,
            effect,
            kind: kind.into(),
            reply: None,
            request_id: None,
        }))
    }

    /// The same error with the response's body, so that nothing the server said is lost.
    #[must_use]
    pub fn with_reply(mut self, body: Bytes) -> Self {
        self.0.reply = Some(body);
        self
    }

    /// The same error with the id that WeChat Pay gave the request.
    #[must_use]
    pub fn with_request_id(mut self, request_id: Option<&str>) -> Self {
        self.0.request_id = request_id.map(str::to_owned);
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// The endpoint that was called, such as `v2.wecom.pay_employee`.
    pub fn endpoint(&self) -> &'static str {
        self.0.endpoint
    }

    /// Whether the call could change anything.
    pub fn effect(&self) -> Effect {
        self.0.effect
    }

    /// What this failure says about the effect that was asked for.
    ///
    /// It leans towards [`Outcome::Unknown`]: a needless query costs a request, a wrong "not
    /// executed" costs money.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        if self.0.effect == Effect::Read {
            return Outcome::ReadFailed;
        }
        match &self.0.kind {
            ErrorKind::Invalid(_) | ErrorKind::Signing(_) => Outcome::NotExecuted,
            ErrorKind::Transport(transport) => match transport.sent() {
                Sent::No => Outcome::NotExecuted,
                Sent::Maybe => Outcome::Unknown,
            },
            ErrorKind::Business(business) => business.outcome(),
            ErrorKind::Protocol(_)
            | ErrorKind::Verification(_)
            | ErrorKind::NotProcessed
            | ErrorKind::Decode(_) => Outcome::Unknown,
        }
    }

    /// Whether the state has to be queried before acting: everything but a proven "not executed".
    ///
    /// It speaks of this call: an earlier one under the same number keeps its own outcome.
    #[must_use]
    pub fn must_query(&self) -> bool {
        self.outcome() != Outcome::NotExecuted
    }

    /// The refusal in an accepted response, if that is what this is.
    pub fn business(&self) -> Option<&BusinessError> {
        match self.kind() {
            ErrorKind::Business(business) => Some(business),
            _ => None,
        }
    }

    /// The id that WeChat Pay gave the request (`Request-ID`, 唯一请求ID), which its support asks for.
    /// APIv3 only.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The body of the response, where there was one, whether or not it could be trusted.
    ///
    /// For support and for people. It may hold personal data, and an unverified one proves nothing.
    pub fn raw_reply(&self) -> Option<&[u8]> {
        self.0.reply.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.endpoint, self.0.kind)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("endpoint", &self.0.endpoint)
            .field("outcome", &self.outcome())
            .field("kind", &self.0.kind)
            .field("request_id", &self.0.request_id)
            .finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.kind.source()
    }
}

/// The kinds of failure, in the order in which a call can meet them.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request was refused here; nothing was sent.
    #[error(transparent)]
    Invalid(#[from] InvalidInput),
    /// The request could not be signed; nothing was sent.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// No complete HTTP response arrived.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// Something answered, but not about the business: an HTTP error, or `return_code` is `FAIL`.
    #[error(transparent)]
    Protocol(#[from] ProtocolError),
    /// The response is not proven to be WeChat Pay's.
    #[error(transparent)]
    Verification(#[from] VerificationError),
    /// A verified response says that the request was taken in and not worked on yet (HTTP 202,
    /// 已接受请求，但尚未处理). Repeat it with the same merchant order number and the same parameters; a new
    /// number could pay twice. APIv3 only.
    #[error(
        "HTTP 202: the request was taken in and not worked on yet; repeat it with the same number and the same parameters"
    )]
    NotProcessed,
    /// An accepted response refuses the business: `result_code` is `FAIL`, or an APIv3 error.
    #[error(transparent)]
    Business(#[from] BusinessError),
    /// The response is accepted but not understood, or answers something else.
    #[error(transparent)]
    Decode(#[from] DecodeError),
}
