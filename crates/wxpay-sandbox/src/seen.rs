use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, Method};

use crate::{Api, Fault};

/// A request as it came in, and what became of it.
///
/// `Debug` leaves the body and the values of the headers out.
#[derive(Clone)]
#[non_exhaustive]
pub struct SeenRequest {
    /// The endpoint, if it is one of the sandbox's.
    pub api: Option<Api>,
    /// The HTTP method.
    pub method: Method,
    /// The path and query as they were on the wire.
    pub target: String,
    /// The headers.
    pub headers: HeaderMap,
    /// Whether the merchant's certificate was shown on the connection.
    pub client_certificate: bool,
    /// The body.
    pub body: Bytes,
    /// The signatures that were looked at, in order. A check that fails is the last.
    pub signatures: Vec<SignatureCheck>,
    /// The fault that was waiting for this request.
    pub fault: Option<Fault>,
    /// The status of the answer, unless none was sent or it is not sent yet.
    pub status: Option<u16>,
}

/// One signature of a request, and whether it held.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct SignatureCheck {
    /// Which signature.
    pub kind: SignatureKind,
    /// Whether it held.
    pub held: bool,
}

/// The signatures that requests carry.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum SignatureKind {
    /// `sign` (签名) of APIv2.
    Sign,
    /// `workwx_sign` (企业微信签名).
    WorkwxSign,
    /// The `Authorization` header of APIv3.
    Authorization,
}

impl SignatureCheck {
    pub(crate) fn new(kind: SignatureKind, held: bool) -> Self {
        Self { kind, held }
    }
}

impl fmt::Debug for SeenRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeenRequest")
            .field("api", &self.api)
            .field("method", &self.method)
            .field("target", &self.target)
            .field("client_certificate", &self.client_certificate)
            .field("signatures", &self.signatures)
            .field("fault", &self.fault)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}
