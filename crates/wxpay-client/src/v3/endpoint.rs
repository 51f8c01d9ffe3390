use bytes::Bytes;
use wxpay_core::{DecodeError, InvalidInput};
use wxpay_sign::Verified;

use super::{Call, Json, Meta};

/// An APIv3 request, and how its response is read.
///
/// Every request of `wxpay-api` implements it; implement it yourself for an operation that is
/// missing.
pub trait Endpoint: Send + Sync {
    /// The response when the business succeeds.
    type Response: Send;

    /// The constant facts.
    const META: &'static Meta;

    /// The facts of this request: [`META`](Self::META), unless the operation is known at run time
    /// only.
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    /// Checks and writes the request's own parameters. The client adds the headers and the
    /// signature.
    ///
    /// # Errors
    /// A parameter breaks a documented rule. Nothing is sent.
    fn encode(&self, call: &mut Call) -> Result<(), InvalidInput>;

    /// Reads a response whose origin was checked, and compares what it repeats with what was asked.
    ///
    /// A response without a body is [`Json::Null`].
    ///
    /// # Errors
    /// The response lacks what it must have, or answers something else. After a write, the outcome
    /// is unknown.
    fn decode(&self, reply: Verified<Json>) -> Result<Self::Response, DecodeError>;

    /// Reads the bytes of a response; by itself, as JSON. For a file that is downloaded (账单下载),
    /// which is not JSON.
    ///
    /// # Errors
    /// As [`decode`](Self::decode).
    fn decode_body(&self, body: Verified<Bytes>) -> Result<Self::Response, DecodeError> {
        self.decode(body.read(Json::of_body)?)
    }
}
