use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response, Version};
use reqwest::Client;
use wxpay_core::{Effect, TransportError};

use crate::limits::Limits;
#[cfg(feature = "download")]
use crate::reqwest_download;
#[cfg(feature = "upload")]
use crate::reqwest_upload;
use crate::{BuildError, Hints, ReqwestTransportBuilder, Transport};
#[cfg(feature = "download")]
use crate::{Download, DownloadLimits};
#[cfg(feature = "upload")]
use crate::{UploadBody, UploadError};
use crate::{reqwest_deadline, target};

/// A [`Transport`] over reqwest: HTTP/1.1, never retrying, never redirecting, independent of the
/// environment.
///
/// - URLs are `https`, over TLS 1.2 or 1.3. See [`Roots`](crate::Roots) for who is trusted.
/// - Requests that only read share kept connections, of which up to 64 to one host wait for later
///   requests. A request that may write, or that has no [`Hints`], opens a connection of its own.
/// - Responses come back as they were sent, never decompressed, up to a size that is set. A
///   [`download`](Transport::download) is read piece by piece, under limits of its own.
/// - The body of an [`upload`](Transport::upload) is read while it is sent, with its length in
///   `Content-Length`. It keeps two pieces of it in memory beside the buffers of the connection.
/// - A request that needs the client certificate is refused when none was given, or when it has
///   expired, and [`check`](Transport::check) says so before.
/// - The [`deadline`](Hints::deadline) of a request is compared with the clocks before connecting,
///   when the connection is ready, and once more as the body is handed over for writing. A request
///   without a body that only reads may have the first of these alone.
/// - The TLS primitives are aws-lc-rs's, unless the program installed another rustls provider for
///   the whole process.
///
/// Cloning is cheap and shares the connections. Calls are made inside a tokio runtime with I/O and
/// time turned on; elsewhere they panic.
#[derive(Clone)]
pub struct ReqwestTransport {
    pub(crate) reads: Client,
    pub(crate) writes: Client,
    /// Without timeouts but that for connecting: downloads and uploads in pieces have their own. It
    /// keeps no connections.
    #[cfg(any(feature = "download", feature = "upload"))]
    pub(crate) transfers: Client,
    pub(crate) limits: Limits,
    pub(crate) plain_http_to_loopback: bool,
    /// From when to when the client certificate is valid, if there is one.
    #[cfg(feature = "rustls")]
    pub(crate) identity: Option<crate::identity::Validity>,
}

impl ReqwestTransport {
    /// A transport with the defaults and without a client certificate.
    ///
    /// # Errors
    ///
    /// The TLS library can't be set up, or there is none. No request exists yet.
    pub fn new() -> Result<Self, BuildError> {
        Self::builder().build()
    }

    /// Starts with the defaults.
    pub fn builder() -> ReqwestTransportBuilder {
        ReqwestTransportBuilder::new()
    }

    /// What reqwest is to send, or why it must not.
    fn prepare(
        &self,
        request: Request<Bytes>,
        hints: Option<Hints>,
    ) -> Result<reqwest::Request, TransportError> {
        let deadline = hints.and_then(|hints| hints.deadline);
        self.checked(
            request.map(|body| reqwest_deadline::body(body, deadline)),
            hints,
        )
    }

    /// A request of reqwest's, with any body.
    fn checked(
        &self,
        mut request: Request<reqwest::Body>,
        hints: Option<Hints>,
    ) -> Result<reqwest::Request, TransportError> {
        let uri = request.uri().clone();
        // The type of the HTTP version, not a wish: another one would be refused after connecting,
        // as "maybe sent".
        *request.version_mut() = Version::HTTP_11;
        request.extensions_mut().clear();
        let request: reqwest::Request = request.try_into().map_err(classify)?;

        target::check(request.url(), &uri, self.plain_http_to_loopback)
            .map_err(TransportError::not_sent)?;
        // Without TLS there is no certificate to show: a simulator on loopback gets the request
        // without.
        let needs_identity = hints.is_some_and(|hints| hints.client_cert);
        if needs_identity && request.url().scheme() == "https" {
            self.check_identity()?;
        }
        Ok(request)
    }

    #[cfg(feature = "rustls")]
    fn check_identity(&self) -> Result<(), TransportError> {
        let Some(validity) = self.identity else {
            return Err(TransportError::not_sent(NO_IDENTITY));
        };
        validity
            .check(wxpay_core::Timestamp::now())
            .map_err(|problem| TransportError::not_sent(format!("apiclient_cert.pem {problem}")))
    }

    #[cfg(feature = "rustls")]
    fn has_identity(&self) -> bool {
        self.identity.is_some()
    }

    #[cfg(not(feature = "rustls"))]
    fn has_identity(&self) -> bool {
        false
    }

    #[cfg(not(feature = "rustls"))]
    fn check_identity(&self) -> Result<(), TransportError> {
        Err(TransportError::not_sent(NO_IDENTITY))
    }

    /// Reads the whole response. From here on the request was sent, whatever goes wrong.
    async fn read(
        &self,
        mut response: reqwest::Response,
    ) -> Result<Response<Bytes>, TransportError> {
        let most = self.limits.max_response_bytes;
        let too_long = || {
            let problem = format!("the response is longer than {most} bytes (max_response_bytes)");
            TransportError::maybe_sent(problem)
        };
        if response
            .content_length()
            .is_some_and(|length| length > most as u64)
        {
            return Err(too_long());
        }
        let mut body = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| TransportError::maybe_sent(error.without_url()))?
        {
            if chunk.len() > most - body.len() {
                return Err(too_long());
            }
            body.extend_from_slice(&chunk);
        }

        let mut whole = Response::new(Bytes::from(body));
        *whole.status_mut() = response.status();
        *whole.version_mut() = response.version();
        *whole.headers_mut() = std::mem::take(response.headers_mut());
        Ok(whole)
    }
}

#[async_trait]
impl Transport for ReqwestTransport {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let hints = request.extensions().get::<Hints>().copied();
        let request = self.prepare(request, hints)?;
        let client = match hints.map(|hints| hints.effect) {
            Some(Effect::Read) => &self.reads,
            Some(Effect::Write) | None => &self.writes,
        };
        let deadline = hints.and_then(|hints| hints.deadline);
        let response = reqwest_deadline::execute(client, request, deadline).await?;
        self.read(response).await
    }

    fn check(&self, request: &Request<Bytes>) -> Result<(), TransportError> {
        let hints = request.extensions().get::<Hints>().copied();
        self.prepare(request.clone(), hints).map(drop)
    }

    #[cfg(feature = "download")]
    async fn download(
        &self,
        request: Request<Bytes>,
        limits: DownloadLimits,
    ) -> Result<Response<Download>, TransportError> {
        let hints = request.extensions().get::<Hints>().copied();
        let request = self.prepare(request, hints)?;
        let deadline = hints.and_then(|hints| hints.deadline);
        reqwest_download::begin(&self.transfers, request, deadline, limits).await
    }

    #[cfg(feature = "upload")]
    async fn upload(
        &self,
        request: Request<UploadBody>,
    ) -> Result<Response<Bytes>, TransportError> {
        let hints = request.extensions().get::<Hints>().copied();
        let deadline = hints.and_then(|hints| hints.deadline);
        let (head, body) = request.into_parts();
        let pieces = body.open().await.map_err(UploadError::not_sent)?;
        let streamed = reqwest_upload::begin(pieces, body.length(), deadline)
            .await
            .map_err(UploadError::not_sent)?;
        let request = self.checked(Request::from_parts(head, streamed.body), hints)?;
        let (limits, watch) = (&self.limits, &streamed.watch);
        let response =
            reqwest_upload::send(&self.transfers, request, deadline, watch, limits).await?;
        let patience = watch.left(limits).min(limits.total_timeout);
        let read = tokio::time::timeout(patience, self.read(response)).await;
        read.unwrap_or_else(|_| Err(watch.no_end(limits)))
    }
}

impl fmt::Debug for ReqwestTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the clients: reqwest shows proxies and headers.
        f.debug_struct("ReqwestTransport")
            .field("limits", &self.limits)
            .field("plain_http_to_loopback", &self.plain_http_to_loopback)
            .field("has_identity", &self.has_identity())
            .finish_non_exhaustive()
    }
}

/// Judges an error from before the response's first line was read.
///
/// `is_connect` covers name, connection, proxy tunnel and TLS handshake. It decides before
/// `is_timeout`, because a connect timeout is both. A connection that was closed too early is
/// neither, and nobody can tell when it was closed.
pub(crate) fn classify(error: reqwest::Error) -> TransportError {
    if let Some(passed) = reqwest_deadline::reason(&error) {
        return TransportError::not_sent(passed);
    }
    let not_sent = error.is_connect() || error.is_builder();
    let error = error.without_url();
    if not_sent {
        TransportError::not_sent(error)
    } else {
        TransportError::maybe_sent(error)
    }
}

const NO_IDENTITY: &str = "this endpoint needs the merchant's client certificate: give apiclient_cert.pem and \
    apiclient_key.pem to the transport (identity_pem), or apiclient_cert.p12 (identity_p12)";
