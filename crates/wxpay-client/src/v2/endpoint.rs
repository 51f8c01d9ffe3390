use bytes::Bytes;
use wxpay_core::{DecodeError, InvalidInput, Params};
use wxpay_sign::Verified;

use super::{Form, Meta};

/// An APIv2 request, and how its response is read.
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

    /// Checks and writes the request's own fields. The client adds its identity, the nonce and the
    /// signatures.
    ///
    /// # Errors
    /// A field breaks a documented rule. Nothing is sent.
    fn encode(&self, form: &mut Form) -> Result<(), InvalidInput>;

    /// Reads a response whose origin was checked, and compares what it repeats with what was asked.
    ///
    /// # Errors
    /// The response lacks what it must have, or answers something else. After a write, the outcome
    /// is unknown.
    fn decode(&self, reply: Verified<Params>) -> Result<Self::Response, DecodeError>;

    /// Takes the response of an endpoint that answers with a file ([`Meta::file_reply`]); other
    /// endpoints have none.
    ///
    /// # Errors
    /// The endpoint does not answer with a file.
    fn decode_file(&self, file: Verified<Bytes>) -> Result<Self::Response, DecodeError> {
        let _ = file;
        Err(DecodeError::malformed("body"))
    }
}
