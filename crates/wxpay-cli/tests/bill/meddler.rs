//! A man in the middle with a certificate that the command trusts: it passes everything on, and
//! alters one byte of a bill.

use std::net::SocketAddr;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use reqwest::Certificate;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use wxpay_sandbox::Sandbox;

pub(crate) struct Meddler {
    pub(crate) url: String,
    pub(crate) ca_pem: String,
}

/// What becomes of the body of a bill.
#[derive(Clone, Copy)]
pub(crate) enum Change {
    /// The byte at this place becomes another one.
    Byte(usize),
    /// So many bytes are not sent, though their length was told.
    Cut(usize),
}

impl Meddler {
    /// Stands before a sandbox until the test ends.
    pub(crate) async fn start(sandbox: &Sandbox, change: Change) -> Self {
        let ca = Certificate::from_pem(sandbox.ca_pem().as_bytes()).unwrap();
        let client = reqwest::Client::builder().tls_certs_only([ca]).no_proxy();
        let client = client.build().unwrap();
        let (acceptor, ca_pem) = identity();
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await;
        let listener = listener.unwrap();
        let url = format!(
            "https://localhost:{}",
            listener.local_addr().unwrap().port()
        );
        let to = sandbox.base_url().to_owned();
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let (acceptor, client, to) = (acceptor.clone(), client.clone(), to.clone());
                tokio::spawn(async move { pass(connection, acceptor, client, &to, change).await });
            }
        });
        Self { url, ca_pem }
    }
}

async fn pass(
    connection: TcpStream,
    acceptor: TlsAcceptor,
    client: reqwest::Client,
    to: &str,
    change: Change,
) -> Option<()> {
    let mut connection = acceptor.accept(connection).await.ok()?;
    let mut request = Vec::new();
    // A request for a bill has no body.
    while !request.ends_with(b"\r\n\r\n") {
        request.push(connection.read_u8().await.ok()?);
    }
    let request = String::from_utf8(request).ok()?;
    let mut lines = request.split("\r\n");
    let target = lines.next()?.split(' ').nth(1)?.to_owned();
    let mut onward = client.get(format!("{to}{target}"));
    // With the host that it was asked by, the sandbox names URLs that lead here.
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        onward = onward.header(name, value);
    }
    let response = onward.send().await.ok()?;
    let mut head = format!("HTTP/1.1 {}\r\nconnection: close\r\n", response.status());
    for (name, value) in response.headers() {
        if name != "transfer-encoding" && name != "connection" && name != "content-length" {
            head += &format!("{name}: {}\r\n", value.to_str().ok()?);
        }
    }
    let mut body = response.bytes().await.ok()?.to_vec();
    head += &format!("content-length: {}\r\n\r\n", body.len());
    if target.starts_with("/v3/billdownload/") {
        match change {
            Change::Byte(at) => body[at] ^= 1,
            Change::Cut(bytes) => body.truncate(body.len() - bytes),
        }
    }
    connection.write_all(head.as_bytes()).await.ok()?;
    connection.write_all(&body).await.ok()?;
    connection.shutdown().await.ok()
}

fn identity() -> (TlsAcceptor, String) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().unwrap();
    let authority_certificate = authority.self_signed(&authority_key).unwrap();
    let key = KeyPair::generate().unwrap();
    let server = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let issuer = Issuer::new(authority, authority_key);
    let certificate = server.signed_by(&key, &issuer).unwrap();
    let chain = vec![CertificateDer::from(certificate.der().to_vec())];
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(
        tokio_rustls::rustls::crypto::aws_lc_rs::default_provider(),
    ));
    let config = config.with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth();
    let config = config.with_single_cert(chain, key).unwrap();
    (
        TlsAcceptor::from(Arc::new(config)),
        authority_certificate.pem(),
    )
}
