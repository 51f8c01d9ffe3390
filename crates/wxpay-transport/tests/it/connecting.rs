//! Faults before the request can leave: all of them are "not sent".

use std::time::{Duration, Instant};

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use wxpay_core::{Effect, Sent};
use wxpay_transport::Transport;

use crate::{assert_sent, plain, post};

#[tokio::test]
async fn refused_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
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
    while let Ok(stream) =
        tokio::time::timeout(Duration::from_millis(100), TcpStream::connect(address)).await
    {
        queued.push(stream.unwrap());
    }

    let start = Instant::now();
    let answer = plain().send(post(format!("http://{address}/"), None)).await;
    let error = assert_sent(answer, Sent::No, "connect timeout");
    let elapsed = start.elapsed().as_millis();
    assert!((280..850).contains(&elapsed), "took {elapsed} ms");
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
