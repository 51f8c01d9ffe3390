//! Faults before the request can leave: all of them are "not sent".

use std::time::{Duration, Instant};

use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use wxpay_core::{Effect, Sent};
use wxpay_transport::Transport;

use crate::server::refusing;
use crate::{BUSY, assert_sent, hasty, plain, post};

#[tokio::test]
async fn refused_connection() {
    let (_refusing, address) = refusing();
    let url = format!("http://{address}/");
    for effect in [Some(Effect::Read), Some(Effect::Write), None] {
        assert_sent(plain().send(post(&url, effect)).await, Sent::No, "refused");
    }
}

/// A listener whose queue is full drops every new SYN: connecting neither succeeds nor fails.
#[tokio::test]
#[cfg(target_os = "linux")]
async fn connect_timeout() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut queued = Vec::new();
    // Twice, for a busy machine may be late once.
    let mut late = 0;
    while late < 2 {
        match timeout(Duration::from_millis(100), TcpStream::connect(address)).await {
            Ok(stream) => queued.push(stream.unwrap()),
            Err(_) => late += 1,
        }
    }

    let transport = hasty().allow_plain_http_to_loopback().build().unwrap();
    let start = Instant::now();
    let answer = transport
        .send(post(format!("http://{address}/"), None))
        .await;
    let error = assert_sent(answer, Sent::No, "connect timeout");
    let elapsed = start.elapsed();
    let limit = Duration::from_millis(280)..BUSY;
    assert!(limit.contains(&elapsed), "took {elapsed:?}");
    assert!(
        crate::chain(&error).contains("TimedOut"),
        "{}",
        crate::chain(&error)
    );
}

/// `.invalid` never resolves (RFC 2606).
#[tokio::test]
#[cfg(feature = "rustls")]
async fn unknown_name() {
    let transport = crate::builder().build().unwrap();
    let answer = transport
        .send(post("https://wxpay.invalid/pay", None))
        .await;
    let error = assert_sent(answer, Sent::No, "unknown name");
    assert!(!crate::chain(&error).contains("/pay"));
}

#[tokio::test]
#[cfg(not(feature = "rustls"))]
async fn https_without_tls() {
    let answer = plain().send(post("https://127.0.0.1/", None)).await;
    let error = assert_sent(answer, Sent::No, "no TLS");
    assert!(crate::chain(&error).contains("feature `rustls`"));
}
