//! Who is believed to be WeChat Pay. A failed handshake is always "not sent".

use std::time::{Duration, Instant};

use wxpay_core::Sent;
use wxpay_transport::{ReqwestTransport, Roots, Transport};

use crate::server::{Act, Server};
use crate::tls_server::{Ca, End, TlsServer};
use crate::{BUSY, assert_sent, builder, chain, hasty, post};

fn trusting(ca: &Ca) -> ReqwestTransport {
    builder().only_root_pem(ca.pem.as_bytes()).build().unwrap()
}

#[tokio::test]
async fn right_certificate() {
    let ca = Ca::new("test");
    for tls13 in [true, false] {
        let server = TlsServer::start_with(&ca.leaf("localhost"), None, tls13, End::Notified).await;
        let answer = trusting(&ca).send(post(server.url(), None)).await.unwrap();
        assert_eq!(answer.body(), "<xml>");
        assert_eq!(server.requests().await, 1);
        assert_eq!(server.clients(), [None]);
    }
}

#[tokio::test]
async fn wrong_certificates_are_not_sent() {
    let ca = Ca::new("test");
    let other = Ca::new("other");
    for (name, leaf, reason) in [
        ("wrong name", ca.leaf("example.com"), "NotValidForName"),
        ("unknown root", other.leaf("localhost"), "UnknownIssuer"),
        ("expired", ca.expired_leaf("localhost"), "Expired"),
    ] {
        let server = TlsServer::start(&leaf).await;
        let answer = trusting(&ca).send(post(server.url(), None)).await;
        let error = assert_sent(answer, Sent::No, name);
        assert!(chain(&error).contains(reason), "{name}: {}", chain(&error));
        assert!(!chain(&error).contains("/pay"), "{}", chain(&error));
        assert_eq!(server.requests().await, 0, "{name}");
        assert_eq!(server.connections().await, 1, "{name}");
    }
}

#[tokio::test]
async fn own_authority_is_trusted_only_when_given() {
    let ca = Ca::new("test");
    let server = TlsServer::start(&ca.leaf("localhost")).await;
    let pem = ca.pem.as_bytes();
    let other = Ca::new("other");
    for (name, builder, trusted) in [
        ("defaults", builder(), false),
        ("WebPki", builder().roots(Roots::WebPki), false),
        ("Platform", builder().roots(Roots::Platform), false),
        ("added", builder().add_root_pem(pem), true),
        (
            "added to WebPki",
            builder().roots(Roots::WebPki).add_root_pem(pem),
            true,
        ),
        (
            "added to Platform",
            builder().roots(Roots::Platform).add_root_pem(pem),
            true,
        ),
        ("only", builder().only_root_pem(pem), true),
        (
            "only, then another only",
            builder()
                .only_root_pem(pem)
                .only_root_pem(other.pem.as_bytes()),
            false,
        ),
        (
            "only another, then added",
            builder()
                .only_root_pem(other.pem.as_bytes())
                .add_root_pem(pem),
            true,
        ),
    ] {
        let answer = builder
            .build()
            .unwrap()
            .send(post(server.url(), None))
            .await;
        if trusted {
            assert_eq!(answer.unwrap().status(), 200, "{name}");
        } else {
            assert_sent(answer, Sent::No, name);
        }
    }
}

#[test]
fn bad_roots_are_refused() {
    let truncated = "-----BEGIN CERTIFICATE-----\nAAAA\n";
    let nonsense = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for pem in ["", "not PEM", truncated, nonsense] {
        let error = builder().add_root_pem(pem.as_bytes()).build().unwrap_err();
        assert_eq!(error.setting(), "root certificates", "{error}");
        builder().only_root_pem(pem.as_bytes()).build().unwrap_err();
    }
}

#[tokio::test]
async fn servers_without_tls_are_not_sent() {
    for act in [
        Act::CloseAtOnce,
        Act::ResetAtOnce,
        Act::reply("HTTP/1.1 200 OK\ncontent-length: 0\n\n"),
        Act::ReplyThenDrip(b"\x16\x03\x03".to_vec()),
    ] {
        let server = Server::start(act.clone()).await;
        let url = format!("https://{}/pay", server.address);
        let answer = hasty().build().unwrap().send(post(url, None)).await;
        assert_sent(answer, Sent::No, &format!("{act:?}"));
        assert_eq!(server.connections().await, 1, "{act:?}");
    }
}

/// The connect timeout covers the handshake, and says "not sent" long before the other timeouts
/// end.
#[tokio::test]
async fn stalled_handshake_is_a_connect_timeout() {
    let server = Server::start(Act::Stall).await;
    let url = format!("https://{}/pay", server.address);
    let start = Instant::now();
    let answer = hasty().build().unwrap().send(post(url, None)).await;
    let error = assert_sent(answer, Sent::No, "stalled handshake");
    assert!(chain(&error).contains("timed out"), "{}", chain(&error));
    let elapsed = start.elapsed();
    let limit = Duration::from_millis(280)..BUSY;
    assert!(limit.contains(&elapsed), "took {elapsed:?}");
}

/// An answer without a length ends with its connection, and only close_notify tells that nobody cut
/// it short.
#[tokio::test]
async fn cut_answer_is_maybe_sent() {
    let ca = Ca::new("test");
    for tls13 in [true, false] {
        let server = TlsServer::start_with(&ca.leaf("localhost"), None, tls13, End::Cut).await;
        let answer = trusting(&ca).send(post(server.url(), None)).await;
        assert_sent(answer, Sent::Maybe, "cut");
        assert_eq!(server.requests().await, 1);
    }
}
