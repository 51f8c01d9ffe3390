//! The table that decides about money: how each fault is told, and how often the server was asked.

use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::timeout;
use wxpay_core::{Effect, Sent};
use wxpay_transport::{ReqwestTransport, Transport};

use crate::server::{Act, Server};
use crate::{assert_sent, chain, plain, post};

const ALL_HINTS: [Option<Effect>; 3] = [Some(Effect::Write), Some(Effect::Read), None];

/// After every one of these the server may have acted, and it was asked exactly once.
#[tokio::test]
async fn connected_faults_are_maybe_sent() {
    let over_cap = "x".repeat(64 * 1024 + 1);
    let chunked = format!("{CHUNKED}10001\n{over_cap}\n0\n\n");
    let faults = [
        ("reset after reading", Act::ResetAfterReading),
        ("close after reading", Act::CloseAfterReading),
        ("stall", Act::Stall),
        ("empty answer", Act::reply("")),
        ("garbage", Act::reply("\u{1}\u{2}garbage\n\n")),
        ("not HTTP", Act::reply("SSH-2.0-OpenSSH_9.9\n")),
        ("half a status line", Act::reply("HTTP/1.1 20")),
        ("half a head", Act::reply("HTTP/1.1 200 OK\ncontent-le")),
        ("HTTP/2 preface", Act::reply("PRI * HTTP/2.0\n\nSM\n\n")),
        (
            "bad status",
            Act::reply("HTTP/1.1 9999 OK\ncontent-length: 0\n\n"),
        ),
        (
            "two lengths",
            Act::reply("HTTP/1.1 200 OK\ncontent-length: 1\ncontent-length: 2\n\nab"),
        ),
        (
            "length is no number",
            Act::reply("HTTP/1.1 200 OK\ncontent-length: -1\n\n"),
        ),
        (
            "huge head",
            Act::reply(&format!(
                "HTTP/1.1 200 OK\nx: {}\n\n",
                "y".repeat(1_000_000)
            )),
        ),
        (
            "body cut short",
            Act::reply("HTTP/1.1 200 OK\ncontent-length: 10\n\n<xml>"),
        ),
        (
            "chunk cut short",
            Act::reply(&format!("{CHUNKED}10\n<xml>")),
        ),
        (
            "last chunk missing",
            Act::reply(&format!("{CHUNKED}5\n<xml>\n")),
        ),
        (
            "chunk size is garbage",
            Act::reply(&format!("{CHUNKED}zz\n<xml>\n0\n\n")),
        ),
        (
            "interim answer only",
            Act::reply("HTTP/1.1 100 Continue\n\n"),
        ),
        (
            "body stalls",
            Act::ReplyThenStall(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n<xml>".to_vec()),
        ),
        (
            "body drips",
            Act::ReplyThenDrip(b"HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n\r\n".to_vec()),
        ),
        (
            "declared over the cap",
            Act::ReplyThenStall(b"HTTP/1.1 200 OK\r\ncontent-length: 65537\r\n\r\n".to_vec()),
        ),
        ("chunked over the cap", Act::reply(&chunked)),
        (
            "over the cap until closed",
            Act::reply(&format!("HTTP/1.1 200 OK\n\n{over_cap}")),
        ),
    ];
    let transport = crate::builder()
        .allow_plain_http_to_loopback()
        .max_response_bytes(64 * 1024)
        .build()
        .unwrap();
    let mut checks = JoinSet::new();
    for (name, act) in faults {
        for effect in ALL_HINTS {
            let context = format!("{name}, {effect:?}");
            let transport = transport.clone();
            checks.spawn(maybe_sent_once(context, transport, act.clone(), effect));
        }
    }
    while let Some(check) = checks.join_next().await {
        check.unwrap();
    }
}

async fn maybe_sent_once(
    context: String,
    transport: ReqwestTransport,
    act: Act,
    effect: Option<Effect>,
) {
    let server = Server::start(act).await;
    let call = transport.send(post(server.url("/pay?secret=1"), effect));
    let answer = timeout(Duration::from_secs(5), call).await.expect(&context);
    let error = assert_sent(answer, Sent::Maybe, &context);
    assert_eq!(server.requests().await.len(), 1, "{context}");
    assert_eq!(server.connections().await, 1, "{context}");
    let text = chain(&error);
    assert!(!text.contains("/pay") && !text.contains("<xml>"), "{text}");
}

/// The server did not read the request, but nobody here can know that.
#[tokio::test]
async fn closing_before_reading_is_maybe_sent() {
    for act in [Act::CloseAtOnce, Act::ResetAtOnce] {
        for effect in ALL_HINTS {
            let context = format!("{act:?}, {effect:?}");
            let server = Server::start(act.clone()).await;
            let answer = plain().send(post(server.url("/pay"), effect)).await;
            assert_sent(answer, Sent::Maybe, &context);
            assert_eq!(server.connections().await, 1, "{context}");
        }
    }
}

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

const CHUNKED: &str = "HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n";
