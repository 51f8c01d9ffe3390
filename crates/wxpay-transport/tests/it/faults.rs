//! How long a call may take, what it may read, and what is left when it is dropped. How faults are
//! told is checked by the suite for implementers.

use std::time::{Duration, Instant};

use tokio::time::timeout;
use wxpay_core::{Effect, Sent};
use wxpay_transport::Transport;

use crate::server::{Act, Server};
use crate::{assert_sent, chain, plain, post};

#[tokio::test]
async fn timeouts_end_the_call_in_time() {
    let cases = [
        (Act::Stall, 850..1400),
        (
            Act::ReplyThenDrip(b"HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n\r\n".to_vec()),
            1450..3000,
        ),
    ];
    for (act, expected) in cases {
        let server = Server::start(act.clone()).await;
        let transport = plain();
        let start = Instant::now();
        let call = transport.send(post(server.url("/"), None));
        let answer = timeout(Duration::from_secs(5), call).await.unwrap();
        assert_sent(answer, Sent::Maybe, &format!("{act:?}"));
        let elapsed = start.elapsed().as_millis();
        assert!(expected.contains(&elapsed), "{act:?} took {elapsed} ms");
    }
}

/// A declared length over the cap ends the call before the body is read.
#[tokio::test]
async fn declared_length_is_refused_at_once() {
    let reply = b"HTTP/1.1 200 OK\r\ncontent-length: 1048577\r\n\r\n".to_vec();
    let server = Server::start(Act::ReplyThenStall(reply)).await;
    let start = Instant::now();
    let answer = plain().send(post(server.url("/"), None)).await;
    let error = assert_sent(answer, Sent::Maybe, "over the default cap");
    assert!(chain(&error).contains("1048576 bytes"), "{}", chain(&error));
    assert!(start.elapsed() < Duration::from_millis(800));
}

#[tokio::test]
async fn dropped_call_is_not_repeated() {
    let server = Server::start(Act::Stall).await;
    let transport = plain();
    let call = transport.send(post(server.url("/"), Some(Effect::Write)));
    timeout(Duration::from_millis(100), call).await.unwrap_err();
    assert_eq!(server.requests().await.len(), 1);
    assert_eq!(server.connections().await, 1);
}
