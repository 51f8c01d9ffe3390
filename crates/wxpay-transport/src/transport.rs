use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use wxpay_core::TransportError;

#[cfg(feature = "download")]
use crate::{Download, DownloadLimits};
#[cfg(feature = "upload")]
use crate::{UploadBody, UploadError};

/// Sends one HTTP request and returns the whole response.
///
/// # Contract
///
/// Callers decide about money by what an implementation says, so it keeps to this:
///
/// - One call is one attempt. Never retry and never follow a redirect, not even with the same
///   bytes: the caller alone knows whether a request may be sent again.
/// - Any HTTP status is an `Ok`, redirects and server errors included. An `Err` means that no
///   complete response arrived.
/// - Say [`TransportError::not_sent`] only when no byte of the request can have reached the server:
///   the address was not resolved, the connection not opened, the TLS handshake not completed. In
///   every other case, and in every doubt, say [`TransportError::maybe_sent`]. A connection that is
///   closed without a response is such a doubt, whenever it is closed: the server may have read the
///   request and acted on it.
/// - Compare the [deadline](crate::Hints::deadline) of a request with the clocks as late as you
///   can: just before the first byte is written, after connecting and the TLS handshake, and on a
///   kept connection as well. If it has passed, send nothing, and say `not_sent`:
///   [`Deadline::check`](crate::Deadline::check) makes that error. The caller's right to send has
///   ended, and someone else may have acted on it. After the first byte the deadline means nothing
///   any more: the response may come later.
/// - Bound the time of a call, and let the time to connect run out clearly before the whole: a
///   timeout in which "still connecting" can't be determined from "waiting for the response" is
///   `maybe_sent`.
/// - A response that ends early is an `Err`: a body shorter than its length, chunks without the
///   last one, and over TLS a body without a length whose connection ends without close_notify.
///   Some HTTP clients take such an end for the whole.
/// - Send the path and the query as they are written, an empty body as no body at all, and no
///   cookie or credentials that the request doesn't carry.
/// - Bound the size of what is read, and give bodies back byte for byte, never decompressed: they
///   are signed.
/// - Log no body and no header, and put none into an error. Keep URLs out of errors too: they carry
///   identifiers.
/// - Put a `User-Agent` on a request that has none: WeChat Pay refuses a request without one.
/// - Use `https` only, with the server's certificate and name checked: some responses of APIv2 are
///   unsigned, and then TLS is all that proves them.
///
#[cfg_attr(
    feature = "conformance",
    doc = "[`conformance::check`](crate::conformance::check) shows whether an implementation does all that."
)]
#[cfg_attr(
    not(feature = "conformance"),
    doc = "The feature `conformance` brings a test suite that shows whether an implementation does all that."
)]
///
/// A call can be dropped before it ends. The request may have been executed by then, so a dropped
/// call means what `maybe_sent` means.
///
/// [`Hints`](crate::Hints) in the request's extensions tell what kind of request it is. All of them
/// may be ignored but the deadline.
#[async_trait]
pub trait Transport: Debug + Send + Sync + 'static {
    /// Sends `request`, whose URL is absolute, in one attempt.
    ///
    /// # Errors
    ///
    /// No complete response arrived. [`TransportError::sent`] tells whether the request may have
    /// taken effect: after [`Sent::No`](crate::Sent::No) it has none, after
    /// [`Sent::Maybe`](crate::Sent::Maybe) only a query can tell.
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError>;

    /// Looks at `request` without sending it: whether it would be refused on this side for a cause
    /// that lasts, such as a client certificate that is missing or has expired. It says nothing
    /// about the network or the server.
    ///
    /// Ask before a write that can only be undone by another one, for that other one. By itself it
    /// finds nothing; a wrapper asks the transport that it wraps.
    ///
    /// # Errors
    ///
    /// What [`send`](Self::send) would end with as well. Nothing was sent.
    fn check(&self, request: &Request<Bytes>) -> Result<(), TransportError> {
        let _ = request;
        Ok(())
    }

    /// Sends `request` in one attempt and hands the body of the response over in pieces, for files
    /// such as bills (账单).
    ///
    /// By itself it reads the whole response with [`send`](Self::send), under that method's limits,
    /// and hands it over in one piece. An implementation that can read on demand overrides it, and
    /// keeps to both timeouts of `limits`.
    ///
    /// # Errors
    ///
    /// No response began, or a body that is already here is too long. Files are only read, so this
    /// can be asked again.
    #[cfg(feature = "download")]
    async fn download(
        &self,
        request: Request<Bytes>,
        limits: DownloadLimits,
    ) -> Result<Response<Download>, TransportError> {
        let answer = self.send(request).await?;
        Ok(answer.map(|body| Download::whole(body, limits)))
    }

    /// Sends `request` in one attempt, reading its body while it is sent, for files of any size.
    ///
    /// By itself it puts the body together in memory and gives it to [`send`](Self::send), as long
    /// as it has no more than [`UploadBody::MAX_COLLECTED`] bytes, and refuses a longer one. An
    /// implementation that can stream overrides it:
    ///
    /// - `Content-Length` is the body's [`length`](UploadBody::length); the body is not sent in
    ///   chunks.
    /// - The first piece is read before anything is sent, so that a file that is not there is
    ///   `not_sent`. The deadline is compared as in `send`, before the first byte.
    /// - When a later piece can't be read, the connection is closed without the rest, and the error
    ///   is `maybe_sent`, with the [`UploadError`] as its source.
    /// - The time of `send` is too short for a large file. Bound the time without progress as well
    ///   as the whole.
    ///
    /// # Errors
    ///
    /// As with [`send`](Self::send). A source of the type [`UploadError`] says that it was the
    /// file, or that this transport can't stream.
    #[cfg(feature = "upload")]
    async fn upload(
        &self,
        request: Request<UploadBody>,
    ) -> Result<Response<Bytes>, TransportError> {
        let (head, body) = request.into_parts();
        let whole = body
            .collect(UploadBody::MAX_COLLECTED)
            .await
            .map_err(UploadError::not_sent)?;
        self.send(Request::from_parts(head, whole)).await
    }
}

#[async_trait]
impl<T: Transport + ?Sized> Transport for Arc<T> {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        (**self).send(request).await
    }

    fn check(&self, request: &Request<Bytes>) -> Result<(), TransportError> {
        (**self).check(request)
    }

    #[cfg(feature = "download")]
    async fn download(
        &self,
        request: Request<Bytes>,
        limits: DownloadLimits,
    ) -> Result<Response<Download>, TransportError> {
        (**self).download(request, limits).await
    }

    #[cfg(feature = "upload")]
    async fn upload(
        &self,
        request: Request<UploadBody>,
    ) -> Result<Response<Bytes>, TransportError> {
        (**self).upload(request).await
    }
}
