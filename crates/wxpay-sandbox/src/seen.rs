mod log;

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, Method};
use wxpay_core::Timestamp;

use crate::{Api, Fault, SignatureCheck};

pub(crate) use log::SeenLog;
pub use log::Watch;

/// A request as it came in, and what became of it.
///
/// `Debug` leaves the bodies and the values of the headers out.
#[derive(Clone)]
#[non_exhaustive]
pub struct SeenRequest {
    /// Its number; the first request has 1.
    pub number: u64,
    /// When it came, by the sandbox's clock.
    pub time: Timestamp,
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
    /// The body; of an upload (上传) no more than its first 8 MiB.
    pub body: Bytes,
    /// The signatures that were looked at, in order. A check that fails is the last.
    pub signatures: Vec<SignatureCheck>,
    /// The fault that was waiting for this request.
    pub fault: Option<Fault>,
    /// The status of the response, unless none was sent or it is not sent yet.
    pub status: Option<u16>,
    /// The body of the response, as far as it was to be sent.
    pub reply: Bytes,
    /// Whether nothing more will become of it: it was answered, or its connection was closed.
    pub ended: bool,
}

impl fmt::Debug for SeenRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeenRequest")
            .field("number", &self.number)
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
