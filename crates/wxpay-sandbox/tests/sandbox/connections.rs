//! Connections that keep the sandbox waiting, and too many of them.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use tokio::task::JoinSet;
use wxpay_sandbox::{ConnectionLimits, Sandbox};

use crate::client::{Client, QUERY, codes};

/// Far more than the patience that is set, and far less than for ever.
const SOON: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn who_keeps_the_sandbox_waiting_is_let_go() {
    let limits = limits(5, 100);
    let patience = limits.patience;
    let client = Client::start_built(Sandbox::builder().connection_limits(limits)).await;
    let (address, tls) = (address(&client.sandbox), tls(&client.sandbox));
    let plain = move || TcpStream::connect(address).unwrap();
    let secure = move |sent: String| {
        let name = "localhost".try_into().unwrap();
        let connection = ClientConnection::new(Arc::clone(&tls), name).unwrap();
        let (mut stream, start) = (StreamOwned::new(connection, plain()), Instant::now());
        if let Err(error) = stream.write_all(sent.as_bytes()) {
            // On a slow machine the patience is at its end before the handshake is.
            assert!(start.elapsed() >= patience, "{error}");
        }
        let StreamOwned { mut conn, mut sock } = stream;
        let _ = conn.complete_io(&mut sock);
        end(sock)
    };
    let body =
        format!("POST {QUERY} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n<xml>");
    // No handshake, nothing, half a head, and half a body.
    let mut all = JoinSet::new();
    all.spawn_blocking(move || end(plain()));
    for sent in ["", "POST /mmpaymkttransfers HTTP/1.1\r\nhost: lo", &body] {
        for _ in 0..3 {
            let (secure, sent) = (secure.clone(), sent.to_owned());
            all.spawn_blocking(move || secure(sent));
        }
    }
    assert_eq!(all.join_all().await, [true; 10]);
    assert!(client.sandbox.requests().is_empty());
    // Other requests are answered.
    let reply = client.post(QUERY, &client.sign(client.query("A1"))).await;
    assert_eq!(codes(&reply)[2], "NOT_FOUND");
}

/// What is longer than the sandbox takes is refused by its head.
#[tokio::test(flavor = "multi_thread")]
async fn far_too_long_an_upload_is_not_even_read() {
    let client = Client::start().await;
    let (address, tls) = (address(&client.sandbox), tls(&client.sandbox));
    let refused = tokio::task::spawn_blocking(move || {
        let name = "localhost".try_into().unwrap();
        let connection = ClientConnection::new(tls, name).unwrap();
        let mut stream = StreamOwned::new(connection, TcpStream::connect(address).unwrap());
        let head = "POST /v3/merchant/media/upload HTTP/1.1\r\nhost: localhost\r\n\
            content-length: 4294967297\r\n\r\n";
        stream.write_all(head.as_bytes()).unwrap();
        let mut said = [0; 12];
        stream.read_exact(&mut said).unwrap();
        said
    });
    assert_eq!(&refused.await.unwrap(), b"HTTP/1.1 413");
    assert!(client.sandbox.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_connection_too_many_is_closed_at_once() {
    let client = Client::start_built(Sandbox::builder().connection_limits(limits(600, 3))).await;
    let address = address(&client.sandbox);
    let connect = move || tokio::task::spawn_blocking(move || TcpStream::connect(address).unwrap());
    let mut kept = Vec::new();
    for _ in 0..3 {
        kept.push(connect().await.unwrap());
    }
    let further = connect().await.unwrap();
    assert!(
        tokio::task::spawn_blocking(move || end(further))
            .await
            .unwrap()
    );
    let query = client.sign(client.query("A1"));
    assert!(client.try_post(QUERY, &query).await.is_err());

    // A place that is free again is given to the next.
    kept.pop();
    let until = Instant::now() + SOON;
    while client.try_post(QUERY, &query).await.is_err() {
        assert!(Instant::now() < until, "no place became free");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[cfg(feature = "control")]
#[tokio::test(flavor = "multi_thread")]
async fn the_control_port_waits_no_longer() {
    use wxpay_sandbox::Control;

    let sandbox = Sandbox::builder().connection_limits(limits(1, 100));
    let sandbox = Arc::new(sandbox.start().await.unwrap());
    let control = Control::start(sandbox, "127.0.0.1:0".parse().unwrap(), &[]).await;
    let control = control.unwrap();
    let port = control.url().rsplit(':').next().unwrap().parse().unwrap();
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let ended = tokio::task::spawn_blocking(move || {
        let head = "POST /v1/reset HTTP/1.1\r\nhost: localhost\r\n\
                    content-type: application/json\r\ncontent-length: 9\r\n";
        [
            "",
            "GET /v1/status HTTP/1.1\r\nhost: lo",
            &format!("{head}\r\n{{"),
        ]
        .map(|sent| {
            let (mut stream, start) = (TcpStream::connect(address).unwrap(), Instant::now());
            if let Err(error) = stream.write_all(sent.as_bytes()) {
                // On a slow machine the patience is at its end before anything is sent.
                assert!(start.elapsed() >= Duration::from_secs(1), "{error}");
            }
            end(stream)
        })
    });
    assert_eq!(ended.await.unwrap(), [true; 3]);
}

/// Whether the other side closes the connection, whatever it says before.
fn end(mut stream: TcpStream) -> bool {
    stream.set_read_timeout(Some(SOON)).unwrap();
    let mut buffer = [0; 4096];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) => return error.kind() == std::io::ErrorKind::ConnectionReset,
        }
    }
}

fn limits(seconds: u64, connections: usize) -> ConnectionLimits {
    let mut limits = ConnectionLimits::default();
    limits.patience = Duration::from_secs(seconds);
    limits.connections = connections;
    limits
}

fn address(sandbox: &Sandbox) -> SocketAddr {
    let port = sandbox.base_url().rsplit(':').next().unwrap();
    SocketAddr::from(([127, 0, 0, 1], port.parse().unwrap()))
}

fn tls(sandbox: &Sandbox) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    let ca = CertificateDer::from_pem_slice(sandbox.ca_pem().as_bytes()).unwrap();
    roots.add(ca).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap();
    Arc::new(config.with_root_certificates(roots).with_no_client_auth())
}
