//! A merchant's callback, over HTTPS with the certificate that the sandbox hands out.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio_rustls::TlsAcceptor;
use wxpay_sandbox::Sandbox;

pub(crate) struct Callback {
    pub(crate) url: String,
    told: UnboundedReceiver<(HeaderMap, Bytes)>,
}

impl Callback {
    /// Says yes to whatever comes.
    pub(crate) async fn of(sandbox: &Sandbox) -> Self {
        let made = sandbox.callback_certificate();
        let certificate = CertificateDer::from_pem_slice(made.certificate_pem.as_bytes()).unwrap();
        let key = PrivateKeyDer::from_pem_slice(made.key_pem.expose().as_bytes()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        let tls = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, told) = unbounded_channel();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let mut stream = BufReader::new(tls.accept(stream).await.unwrap());
                let mut headers = HeaderMap::new();
                let mut line = String::new();
                while stream.read_line(&mut line).await.unwrap() > 2 {
                    if let Some((name, value)) = line.trim_end().split_once(": ") {
                        let name: HeaderName = name.parse().unwrap();
                        headers.insert(name, HeaderValue::from_str(value).unwrap());
                    }
                    line.clear();
                }
                let length = headers["content-length"].to_str().unwrap();
                let mut body = vec![0; length.parse().unwrap()];
                stream.read_exact(&mut body).await.unwrap();
                sender.send((headers, body.into())).unwrap();
                let yes = b"HTTP/1.1 204 No Content\r\n\r\n";
                stream.get_mut().write_all(yes).await.unwrap();
                stream.get_mut().shutdown().await.unwrap();
            }
        });
        let url = format!("https://localhost:{port}/notify");
        Self { url, told }
    }

    /// What has come, and was answered.
    pub(crate) fn take(&mut self) -> (HeaderMap, Bytes) {
        self.told.try_recv().unwrap()
    }
}
