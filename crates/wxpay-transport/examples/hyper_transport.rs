//! A `Transport` directly over hyper and tokio-rustls, a connection for each call, and what the
//! suite for implementers says of it.
//!
//! `cargo run -p wxpay-transport --example hyper_transport`

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderValue, Request, Response, Uri, header};
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
use wxpay_core::TransportError;
use wxpay_transport::conformance::{self, Setup};
use wxpay_transport::{Deadline, Transport};

type BoxError = Box<dyn Error + Send + Sync>;

#[derive(Debug)]
struct HyperTransport {
    tls: Arc<ClientConfig>,
    limits: Setup,
}

impl HyperTransport {
    fn new(setup: &Setup) -> Result<Self, BoxError> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(setup.root_pem.as_bytes())?)?;
        let config = ClientConfig::builder().with_root_certificates(roots);
        let config = match &setup.identity {
            None => config.with_no_client_auth(),
            Some(identity) => config.with_client_auth_cert(
                vec![CertificateDer::from_pem_slice(
                    identity.cert_pem.as_bytes(),
                )?],
                PrivateKeyDer::from_pem_slice(identity.key_pem.as_bytes())?,
            )?,
        };
        Ok(Self {
            tls: Arc::new(config),
            limits: setup.clone(),
        })
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

        let (head, body) = request.into_parts();
        let request = Request::from_parts(head, Full::new(body));
        let between = self.limits.response_timeout;
        let mut answer = timeout(between, sender.send_request(request)).await??;
        let mut whole = Vec::new();
        while let Some(frame) = timeout(between, answer.body_mut().frame()).await? {
            let Ok(data) = frame?.into_data() else {
                continue;
            };
            if data.len() > self.limits.max_response_bytes - whole.len() {
                return Err("the answer is too long".into());
            }
            whole.extend_from_slice(&data);
        }
        Ok(answer.map(|_| whole.into()))
    }
}

#[async_trait]
impl Transport for HyperTransport {
    async fn send(&self, mut request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let connecting = timeout(self.limits.connect_timeout, self.connect(request.uri()));
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
        let rest = self.limits.total_timeout - self.limits.connect_timeout;
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
fn main() -> ExitCode {
    let report = conformance::check(|setup| HyperTransport::new(setup).unwrap());
    println!("{report}");
    let longest = Duration::from_secs(3);
    let right = report.is_conforming() && report.rows().iter().all(|row| row.elapsed < longest);
    if right {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
