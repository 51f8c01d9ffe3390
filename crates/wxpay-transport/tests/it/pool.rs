//! Reads share connections, writes never do.

use wxpay_core::{Effect, Sent};
use wxpay_transport::Transport;

use crate::server::{Act, Server};
use crate::{assert_sent, plain, post};

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

#[tokio::test]
async fn writes_open_a_connection_each() {
    for (effect, connections) in [
        (Some(Effect::Read), 1),
        (Some(Effect::Write), 3),
        // Without hints it may be a write.
        (None, 3),
    ] {
        let server = Server::start(Act::Keep(OK.to_vec())).await;
        let transport = plain();
        for _ in 0..3 {
            transport.send(post(server.url("/"), effect)).await.unwrap();
            tokio::task::yield_now().await;
        }
        assert_eq!(server.connections().await, connections, "{effect:?}");
        assert_eq!(server.requests().await.len(), 3, "{effect:?}");
    }
}

/// A write never travels on what a read left open, nor the other way round.
#[tokio::test]
async fn writes_and_reads_do_not_mix() {
    let server = Server::start(Act::Keep(OK.to_vec())).await;
    let transport = plain();
    for effect in [Effect::Read, Effect::Write, Effect::Read] {
        transport
            .send(post(server.url("/"), Some(effect)))
            .await
            .unwrap();
        tokio::task::yield_now().await;
    }
    assert_eq!(server.connections().await, 2);
}

/// The keep-alive race: the server closes a kept connection on the second request.
#[tokio::test]
async fn closed_kept_connection() {
    let act = Act::KeepThenClose(OK.to_vec(), 1);

    let server = Server::start(act.clone()).await;
    let transport = plain();
    for _ in 0..5 {
        transport
            .send(post(server.url("/"), Some(Effect::Write)))
            .await
            .unwrap();
    }
    assert_eq!(server.requests().await.len(), 5);

    let server = Server::start(act).await;
    let read = || post(server.url("/"), Some(Effect::Read));
    transport.send(read()).await.unwrap();
    tokio::task::yield_now().await;
    assert_sent(transport.send(read()).await, Sent::Maybe, "second read");
    assert_eq!(server.requests().await.len(), 2, "a read was sent again");
}
