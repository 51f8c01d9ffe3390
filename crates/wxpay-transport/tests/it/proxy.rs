//! An HTTP proxy on the way. It can fail the call only before the request leaves.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;
use wxpay_core::Sent;
use wxpay_transport::Transport;

use crate::server::{Act, Server, read_request, refusing, write_reply};
use crate::tls_server::{Ca, TlsServer};
use crate::{assert_sent, builder, chain, hasty, post};

/// A proxy that tunnels every `CONNECT` to one address.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    pub(crate) async fn start(target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        tokio::spawn(async move {
            loop {
                let (mut near, _) = listener.accept().await.unwrap();
                let seen = Arc::clone(&seen);
                tokio::spawn(async move {
                    let request = read_request(&mut near).await.unwrap();
                    seen.lock().unwrap().push(request);
                    let mut far = TcpStream::connect(target).await.unwrap();
                    write_reply(&mut near, b"HTTP/1.1 200 OK\r\n\r\n").await;
                    let _ = copy_bidirectional(&mut near, &mut far).await;
                });
            }
        });
        Self { address, requests }
    }

    pub(crate) async fn requests(&self) -> Vec<String> {
        sleep(Duration::from_millis(30)).await;
        self.requests.lock().unwrap().clone()
    }
}

#[tokio::test]
async fn tunnel() {
    let ca = Ca::new("test");
    let server = TlsServer::start(&ca.leaf("wxpay.invalid")).await;
    let proxy = Proxy::start(server.address).await;
    for scheme in ["http://", ""] {
        let transport = builder()
            .only_root_pem(ca.pem.as_bytes())
            .proxy(format!("{scheme}user:hunter2@{}", proxy.address))
            .build()
            .unwrap();
        // The proxy resolves the name; here it does not even exist.
        let answer = transport
            .send(post("https://wxpay.invalid/pay", None))
            .await;
        assert_eq!(answer.unwrap().status(), 200);
    }
    assert_eq!(server.requests().await, 2);
    for request in proxy.requests().await {
        assert!(
            request.starts_with("CONNECT wxpay.invalid:443 HTTP/1.1\r\n"),
            "{request}"
        );
        let basic = "proxy-authorization: basic dxnlcjpodw50zxiy";
        assert!(request.to_ascii_lowercase().contains(basic), "{request}");
        assert!(!request.contains("/pay"), "{request}");
    }
}

#[tokio::test]
async fn failing_proxy_is_not_sent() {
    for act in [
        Act::CloseAtOnce,
        Act::CloseAfterReading,
        Act::Stall,
        Act::reply("HTTP/1.1 407 Proxy Authentication Required\ncontent-length: 0\n\n"),
        Act::reply("HTTP/1.1 503 Service Unavailable\ncontent-length: 0\n\n"),
        Act::reply("garbage\n\n"),
        // Says yes and hangs up, before the handshake.
        Act::reply("HTTP/1.1 200 OK\n\n"),
    ] {
        let proxy = Server::start(act.clone()).await;
        let builder = match act {
            Act::Stall => hasty(),
            _ => builder(),
        };
        let transport = builder
            .proxy(format!("http://user:hunter2@{}", proxy.address))
            .build()
            .unwrap();
        let answer = transport
            .send(post("https://wxpay.invalid/pay", None))
            .await;
        let error = assert_sent(answer, Sent::No, &format!("{act:?}"));
        assert!(!chain(&error).contains("hunter2"), "{}", chain(&error));
        assert_eq!(proxy.connections().await, 1, "{act:?}");
    }
}

#[tokio::test]
async fn absent_proxy_is_not_sent() {
    let (_refusing, address) = refusing();
    let transport = builder()
        .proxy(format!("http://{address}"))
        .build()
        .unwrap();
    let answer = transport
        .send(post("https://wxpay.invalid/pay", None))
        .await;
    assert_sent(answer, Sent::No, "absent proxy");
}

/// The certificate is checked behind the proxy too: it can't put itself in WeChat Pay's place.
#[tokio::test]
async fn proxy_that_opens_tls_is_not_sent() {
    let ca = Ca::new("company");
    let server = TlsServer::start(&ca.leaf("wxpay.invalid")).await;
    let proxy = Proxy::start(server.address).await;
    let transport = builder()
        .proxy(format!("http://{}", proxy.address))
        .build()
        .unwrap();
    let answer = transport
        .send(post("https://wxpay.invalid/pay", None))
        .await;
    assert_sent(answer, Sent::No, "opened");
    assert_eq!(server.requests().await, 0);
}

#[tokio::test]
async fn plain_http_goes_past_the_proxy() {
    let server = Server::start(Act::reply("HTTP/1.1 200 OK\ncontent-length: 0\n\n")).await;
    let proxy = Proxy::start(server.address).await;
    let transport = builder()
        .allow_plain_http_to_loopback()
        .proxy(format!("http://{}", proxy.address))
        .build()
        .unwrap();
    transport.send(post(server.url("/"), None)).await.unwrap();
    assert!(proxy.requests().await.is_empty());
}
