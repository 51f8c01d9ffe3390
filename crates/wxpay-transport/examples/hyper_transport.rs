//! A `Transport` directly over hyper and tokio-rustls, a connection for each call, and what the
//! suite for implementers says of it.
//!
//! `cargo run -p wxpay-transport --example hyper_transport`

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::AbortHandle;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use wxpay_transport::bytes::Bytes;
use wxpay_transport::http::{HeaderValue, Request, Response, Uri, header};
use wxpay_transport::{Deadline, Hints, Transport, TransportError};

type BoxError = Box<dyn Error + Send + Sync>;

#[derive(Debug)]
pub(crate) struct HyperTransport {
    tls: Arc<ClientConfig>,
    limits: Limits,
}

/// What one call may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// For the name, the connection and the TLS handshake.
    pub(crate) connect: Duration,
    /// Until the response begins, and between two pieces of it.
    pub(crate) wait: Duration,
    /// For everything; clearly more than `connect`.
    pub(crate) call: Duration,
    /// The longest body of a response.
    pub(crate) bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            wait: Duration::from_secs(30),
            call: Duration::from_secs(60),
            bytes: 1 << 20,
        }
    }
}

/// Whom to trust, and the merchant's certificate (双向证书) if calls of APIv2 need it.
pub(crate) fn tls(
    roots: &[u8],
    identity: Option<(&[u8], &[u8])>,
) -> Result<ClientConfig, BoxError> {
    let mut trusted = RootCertStore::empty();
    let roots: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(roots).collect();
    trusted.add_parsable_certificates(roots?);
    let config = ClientConfig::builder().with_root_certificates(trusted);
    let Some((certificate, key)) = identity else {
        return Ok(config.with_no_client_auth());
    };
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificate).collect();
    Ok(config.with_client_auth_cert(chain?, PrivateKeyDer::from_pem_slice(key)?)?)
}

impl HyperTransport {
    pub(crate) fn new(tls: ClientConfig, limits: Limits) -> Self {
        let tls = Arc::new(tls);
        Self { tls, limits }
    }

    /// Name, connection and TLS handshake. Whatever fails in here, no byte of the request was sent.
    async fn connect(&self, uri: &Uri) -> Result<Box<dyn Stream>, BoxError> {
        let host = uri.host().ok_or("the URL has no host")?;
        let secure = uri.scheme_str() == Some("https");
        // Plain HTTP is for the suite's servers alone.
        if !secure && host != "127.0.0.1" {
            return Err("the URL must be https".into());
        }
        let port = uri.port_u16().unwrap_or(443);
        let tcp = TcpStream::connect((host, port)).await?;
        tcp.set_nodelay(true)?;
        if !secure {
            return Ok(Box::new(tcp));
        }
        let name = ServerName::try_from(host.to_owned())?;
        let tls = TlsConnector::from(Arc::clone(&self.tls));
        Ok(Box::new(tls.connect(name, tcp).await?))
    }

    /// The rest. Whatever fails in here, the request may have been sent.
    async fn exchange(
        &self,
        stream: Box<dyn Stream>,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>, BoxError> {
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        let _connection = Running(tokio::spawn(connection).abort_handle());

        let request = request.map(Full::new);
        let mut answer = timeout(self.limits.wait, sender.send_request(request)).await??;
        let mut whole = Vec::new();
        while let Some(frame) = timeout(self.limits.wait, answer.body_mut().frame()).await? {
            let Ok(data) = frame?.into_data() else {
                continue;
            };
            if data.len() > self.limits.bytes - whole.len() {
                return Err("the answer is too long".into());
            }
            whole.extend_from_slice(&data);
        }
        Ok(answer.map(|_| whole.into()))
    }
}

#[async_trait]
impl Transport for HyperTransport {
    fn check(&self, request: &Request<Bytes>) -> Result<(), TransportError> {
        let hints = request.extensions().get::<Hints>();
        let needs_certificate = hints.is_some_and(|hints| hints.client_cert);
        match needs_certificate && !self.tls.client_auth_cert_resolver.has_certs() {
            true => Err(TransportError::not_sent("it needs a client certificate")),
            false => Ok(()),
        }
    }

    async fn send(&self, mut request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.check(&request)?;
        let connecting = timeout(self.limits.connect, self.connect(request.uri()));
        let stream = match connecting.await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return Err(TransportError::not_sent(error)),
            Err(elapsed) => return Err(TransportError::not_sent(elapsed)),
        };
        to_origin_form(&mut request).map_err(TransportError::not_sent)?;
        // The last moment at which nothing has left: connecting takes time.
        if let Some(deadline) = Deadline::of(&request) {
            deadline.check()?;
        }
        let rest = self.limits.call.saturating_sub(self.limits.connect);
        match timeout(rest, self.exchange(stream, request)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(TransportError::maybe_sent(error)),
            Err(elapsed) => Err(TransportError::maybe_sent(elapsed)),
        }
    }
}

/// hyper writes what it is given: the target without scheme and host, which go into `Host`.
fn to_origin_form(request: &mut Request<Bytes>) -> Result<(), BoxError> {
    let authority = request.uri().authority().ok_or("the URL has no host")?;
    let host = HeaderValue::from_str(authority.as_str())?;
    let target = request.uri().path_and_query().cloned();
    *request.uri_mut() = Uri::from(target.ok_or("the URL has no path")?);
    let headers = request.headers_mut();
    headers.insert(header::HOST, host);
    headers
        .entry(header::USER_AGENT)
        .or_insert(HeaderValue::from_static("hyper-example/1"));
    Ok(())
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A connection ends with its call, also when that is dropped.
struct Running(AbortHandle);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[allow(clippy::print_stdout, clippy::unwrap_used)] // an example reports to its terminal
fn main() -> std::process::ExitCode {
    let report = wxpay_transport::conformance::check(|setup| {
        let identity = setup.identity.as_ref();
        let identity = identity.map(|own| (own.cert_pem.as_bytes(), own.key_pem.as_bytes()));
        let limits = Limits {
            connect: setup.connect_timeout,
            wait: setup.response_timeout,
            call: setup.total_timeout,
            bytes: setup.max_response_bytes,
        };
        HyperTransport::new(tls(setup.root_pem.as_bytes(), identity).unwrap(), limits)
    });
    println!("{report}");
    match report.is_conforming() {
        true => std::process::ExitCode::SUCCESS,
        false => std::process::ExitCode::FAILURE,
    }
}
