//! A server on loopback that answers every request with one reply, signed beforehand, so that it
//! costs next to nothing.

use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::sync::{Arc, mpsc};
use std::thread;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// Where it answers, until the process ends.
pub(crate) struct Server {
    pub(crate) base_url: String,
    /// Who issued its certificate; over plain HTTP, nobody is asked.
    pub(crate) root_pem: String,
}

impl Server {
    /// Starts it on a thread of its own.
    pub(crate) fn start(answer: Response<Bytes>, tls: bool) -> Self {
        let (acceptor, root_pem) = identity();
        let (tell, told) = mpsc::channel();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_io()
                .build()
                .unwrap();
            runtime.block_on(async {
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
                tell.send(listener.local_addr().unwrap().port()).unwrap();
                accept(listener, tls.then_some(acceptor), Arc::new(answer)).await;
            });
        });
        let (port, scheme) = (told.recv().unwrap(), if tls { "https" } else { "http" });
        Self {
            base_url: format!("{scheme}://localhost:{port}"),
            root_pem,
        }
    }
}

async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, answer: Arc<Response<Bytes>>) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        let (tls, answer) = (tls.clone(), Arc::clone(&answer));
        tokio::spawn(async move {
            let Some(tls) = tls else {
                return serve(stream, answer).await;
            };
            // Otherwise the client changed its mind.
            if let Ok(stream) = tls.accept(stream).await {
                serve(stream, answer).await;
            }
        });
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin, answer: Arc<Response<Bytes>>) {
    let service = service_fn(|request: Request<Incoming>| {
        let answer = Response::clone(&answer).map(Full::new);
        async move {
            // A body that was not read would cost the connection.
            let _ = request.into_body().collect().await;
            Ok::<_, Infallible>(answer)
        }
    });
    // A client that goes away ends its connection.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

fn identity() -> (TlsAcceptor, String) {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["localhost".to_owned()])
        .unwrap()
        .signed_by(&key, &authority)
        .unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        )
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), authority.pem())
}
