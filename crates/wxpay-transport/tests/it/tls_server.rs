//! A TLS server, and the authorities and certificates for it.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
    date_time_ymd,
};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use crate::server::{read_request, write_reply};

/// An authority.
pub(crate) struct Ca {
    pub(crate) pem: String,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate and its key, in PEM.
pub(crate) struct Leaf {
    pub(crate) cert: String,
    pub(crate) key: String,
}

impl Ca {
    pub(crate) fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        let issuer = Issuer::new(params, key);
        Self { pem, issuer }
    }

    pub(crate) fn leaf(&self, name: &str) -> Leaf {
        self.leaf_with(name, |_| {}, KeyPair::generate().unwrap())
    }

    pub(crate) fn expired_leaf(&self, name: &str) -> Leaf {
        let expire = |params: &mut CertificateParams| {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2021, 1, 1);
        };
        self.leaf_with(name, expire, KeyPair::generate().unwrap())
    }

    pub(crate) fn leaf_with(
        &self,
        name: &str,
        change: impl FnOnce(&mut CertificateParams),
        key: KeyPair,
    ) -> Leaf {
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        change(&mut params);
        let cert = params.signed_by(&key, &self.issuer).unwrap().pem();
        Leaf {
            cert,
            key: key.serialize_pem(),
        }
    }
}

/// How a [`TlsServer`] ends its answer, which has no length of its own.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    /// With close_notify, as is right.
    Notified,
    /// By closing the TCP connection, as an attacker could who cuts the answer short.
    Cut,
}

pub(crate) struct TlsServer {
    pub(crate) address: SocketAddr,
    connections: Arc<AtomicUsize>,
    requests: Arc<AtomicUsize>,
    clients: Arc<Mutex<Vec<Option<Vec<u8>>>>>,
}

impl TlsServer {
    pub(crate) async fn start(leaf: &Leaf) -> Self {
        Self::start_with(leaf, None, true, End::Notified).await
    }

    /// With `client_ca`, the handshake demands a certificate of that authority.
    pub(crate) async fn start_with(
        leaf: &Leaf,
        client_ca: Option<&Ca>,
        tls13: bool,
        end: End,
    ) -> Self {
        let version = if tls13 { &TLS13 } else { &TLS12 };
        let provider = Arc::new(default_provider());
        let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&[version])
            .unwrap();
        let config = match client_ca {
            None => config.with_no_client_auth(),
            Some(ca) => {
                let mut roots = RootCertStore::empty();
                roots
                    .add(CertificateDer::from_pem_slice(ca.pem.as_bytes()).unwrap())
                    .unwrap();
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                config.with_client_cert_verifier(verifier.build().unwrap())
            }
        };
        let cert = CertificateDer::from_pem_slice(leaf.cert.as_bytes()).unwrap();
        let key = PrivateKeyDer::from_pem_slice(leaf.key.as_bytes()).unwrap();
        let acceptor =
            TlsAcceptor::from(Arc::new(config.with_single_cert(vec![cert], key).unwrap()));

        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            connections: Arc::default(),
            requests: Arc::default(),
            clients: Arc::default(),
        };
        let (connections, requests, clients) = (
            Arc::clone(&server.connections),
            Arc::clone(&server.requests),
            Arc::clone(&server.clients),
        );
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                connections.fetch_add(1, Ordering::SeqCst);
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    continue;
                };
                let client = stream.get_ref().1.peer_certificates();
                let client = client.map(|chain| chain[0].to_vec());
                clients.lock().unwrap().push(client);
                if read_request(&mut stream).await.is_some() {
                    requests.fetch_add(1, Ordering::SeqCst);
                    write_reply(&mut stream, b"HTTP/1.1 200 OK\r\n\r\n<xml>").await;
                    match end {
                        End::Notified => stream.shutdown().await.unwrap(),
                        End::Cut => stream.get_mut().0.shutdown().await.unwrap(),
                    }
                }
            }
        });
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("https://localhost:{}/pay", self.address.port())
    }

    pub(crate) async fn connections(&self) -> usize {
        sleep(Duration::from_millis(30)).await;
        self.connections.load(Ordering::SeqCst)
    }

    pub(crate) async fn requests(&self) -> usize {
        sleep(Duration::from_millis(30)).await;
        self.requests.load(Ordering::SeqCst)
    }

    /// The client certificates that were shown, one entry per completed handshake.
    pub(crate) fn clients(&self) -> Vec<Option<Vec<u8>>> {
        self.clients.lock().unwrap().clone()
    }
}
