//! How long a call may take, what it may read, and what is left when it is dropped. How faults are
//! told is checked by the suite for implementers.

use std::time::{Duration, Instant};

use tokio::select;
use wxpay_core::{Effect, Sent};
use wxpay_transport::Transport;

use crate::server::{Act, Server};
use crate::{BUSY, MINUTE, PATIENCE, assert_sent, builder, chain, plain, post};

#[tokio::test]
async fn timeouts_end_the_call_in_time() {
    let [response, total] = [900, 1500].map(Duration::from_millis);
    let drip = b"HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n\r\n";
    ends_after(response, Act::Stall, response, MINUTE).await;
    // Its pieces come in time, each of them.
    ends_after(total, Act::ReplyThenDrip(drip.to_vec()), response, total).await;
}

async fn ends_after(limit: Duration, act: Act, response: Duration, total: Duration) {
    for times in PATIENCE {
        let server = Server::start(act.clone()).await;
        let transport = builder()
            .connect_timeout(response * times / 3)
            .response_timeout(response * times)
            .total_timeout(total * times)
            .allow_plain_http_to_loopback()
            .build()
            .unwrap();
        let start = Instant::now();
        let answer = transport.send(post(server.url("/"), None)).await;
        let elapsed = start.elapsed();
        let (limit, context) = (limit * times, format!("{act:?} took {elapsed:?}"));
        assert!(elapsed < limit + BUSY, "{context}");
        let arrived = !server.requests().await.is_empty();
        let error = answer.unwrap_err();
        if arrived {
            assert_eq!(error.sent(), Sent::Maybe, "{context}");
        }
        if arrived && elapsed >= limit - Duration::from_millis(50) {
            return;
        }
        // The machine is so slow that a connection or a piece comes too late.
        assert!(
            chain(&error).contains("TimedOut"),
            "{context}: {}",
            chain(&error)
        );
    }
    panic!("{act:?} ends before {limit:?}, however long that is");
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
    assert!(start.elapsed() < BUSY);
}

#[tokio::test]
async fn dropped_call_is_not_repeated() {
    let server = Server::start(Act::Stall).await;
    let transport = plain();
    let call = transport.send(post(server.url("/"), Some(Effect::Write)));
    select! {
        end = call => panic!("{end:?}"),
        () = async { while server.requests().await.is_empty() {} } => {}
    }
    assert_eq!(server.requests().await.len(), 1);
    assert_eq!(server.connections().await, 1);
}
