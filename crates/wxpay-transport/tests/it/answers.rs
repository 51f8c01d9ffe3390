//! What must be an `Ok`, and what goes out and comes back byte for byte.

use bytes::Bytes;
use http::{Request, Version};
use wxpay_core::{Effect, Sent};
use wxpay_transport::Transport;

use crate::server::{Act, Server};
use crate::{assert_sent, plain, post};

#[tokio::test]
async fn every_status_is_an_answer() {
    for status in [
        200, 202, 204, 304, 400, 401, 403, 404, 408, 421, 425, 429, 500, 502, 503, 504, 599,
    ] {
        for effect in [Effect::Read, Effect::Write] {
            let body = if matches!(status, 204 | 304) {
                ""
            } else {
                "abc"
            };
            let reply = format!(
                "HTTP/1.1 {status} Whatever\nretry-after: 0\ncontent-length: {}\n\n{body}",
                body.len()
            );
            let server = Server::start(Act::reply(&reply)).await;
            let answer = plain()
                .send(post(server.url("/"), Some(effect)))
                .await
                .unwrap();
            assert_eq!(answer.status(), status);
            assert_eq!(answer.body(), body);
            assert_eq!(server.requests().await.len(), 1, "{status}");
        }
    }
}

/// A 307 or 308 that is followed sends the payment again, and perhaps to somebody else.
#[tokio::test]
async fn redirects_come_back_and_are_not_followed() {
    for status in [300, 301, 302, 303, 307, 308] {
        for effect in [Some(Effect::Read), Some(Effect::Write), None] {
            let elsewhere = Server::start(Act::reply("HTTP/1.1 200 OK\n\n")).await;
            let location = elsewhere.url("/stolen");
            let reply =
                format!("HTTP/1.1 {status} Moved\nlocation: {location}\ncontent-length: 0\n\n");
            let server = Server::start(Act::reply(&reply)).await;
            let answer = plain().send(post(server.url("/"), effect)).await.unwrap();
            assert_eq!(answer.status(), status);
            assert_eq!(answer.headers()["location"], location.as_str());
            assert_eq!(server.requests().await.len(), 1, "{status}");
            assert_eq!(elsewhere.connections().await, 0, "{status}");
        }
    }
}

#[tokio::test]
async fn forms_of_a_body() {
    let exactly = "x".repeat(64 * 1024);
    for (reply, body) in [
        ("HTTP/1.1 200 OK\ncontent-length: 5\n\n<xml>", "<xml>"),
        (
            "HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n2\n<x\n3\nml>\n0\n\n",
            "<xml>",
        ),
        ("HTTP/1.1 200 OK\n\n<xml>", "<xml>"),
        ("HTTP/1.0 200 OK\n\n<xml>", "<xml>"),
        ("HTTP/1.1 200 OK\ncontent-length: 0\n\n", ""),
        (
            "HTTP/1.1 100 Continue\n\nHTTP/1.1 200 OK\ncontent-length: 1\n\na",
            "a",
        ),
        // Never asked for, so never undone: what is signed is what was sent.
        (
            "HTTP/1.1 200 OK\ncontent-encoding: gzip\ncontent-length: 4\n\nnope",
            "nope",
        ),
        (
            &format!("HTTP/1.1 200 OK\ncontent-length: 65536\n\n{exactly}"),
            &exactly,
        ),
    ] {
        let server = Server::start(Act::reply(reply)).await;
        let transport = crate::builder()
            .allow_plain_http_to_loopback()
            .max_response_bytes(64 * 1024)
            .build()
            .unwrap();
        let answer = transport.send(post(server.url("/"), None)).await.unwrap();
        assert_eq!(answer.body(), body);
    }
}

#[tokio::test]
async fn headers_come_back() {
    let reply = "HTTP/1.1 200 OK\nWechatpay-Serial: A1\nx: 1\nx: 2\ncontent-length: 0\n\n";
    let server = Server::start(Act::reply(reply)).await;
    let answer = plain().send(post(server.url("/"), None)).await.unwrap();
    assert_eq!(answer.headers()["wechatpay-serial"], "A1");
    assert_eq!(answer.headers().get_all("x").iter().count(), 2);
    assert_eq!(answer.version(), Version::HTTP_11);
}

#[tokio::test]
async fn request_goes_as_written() {
    let server = Server::start(Act::reply("HTTP/1.1 200 OK\ncontent-length: 0\n\n")).await;
    let mut request = post(server.url("/v3/a%20b?x=%E4%BD%A0&y=a+b"), None);
    *request.version_mut() = Version::HTTP_2;
    plain().send(request).await.unwrap();
    let seen = server.requests().await.remove(0);
    assert!(
        seen.starts_with("POST /v3/a%20b?x=%E4%BD%A0&y=a+b HTTP/1.1\r\n"),
        "{seen}"
    );
    assert!(seen.ends_with("\r\n\r\n<xml>pay</xml>"), "{seen}");
    assert!(seen.contains("content-type: text/xml\r\n"), "{seen}");
    assert!(seen.contains("content-length: 14\r\n"), "{seen}");
    let agent = concat!("user-agent: wxpay-rs/", env!("CARGO_PKG_VERSION"), "\r\n");
    assert!(seen.contains(agent), "{seen}");
    for absent in ["accept-encoding", "referer", "cookie", "authorization"] {
        assert!(!seen.contains(absent), "{seen}");
    }
}

#[tokio::test]
async fn get_has_no_body() {
    let server = Server::start(Act::reply("HTTP/1.1 200 OK\ncontent-length: 0\n\n")).await;
    let request = Request::get(server.url("/v3/certificates"))
        .body(Bytes::new())
        .unwrap();
    plain().send(request).await.unwrap();
    let seen = server.requests().await.remove(0);
    assert!(
        seen.starts_with("GET /v3/certificates HTTP/1.1\r\n"),
        "{seen}"
    );
    assert!(
        !seen.contains("content-length") && !seen.contains("transfer-encoding"),
        "{seen}"
    );
}

#[tokio::test]
async fn own_user_agent_stays() {
    for (setting, header, expected) in [
        (Some("shop/1"), None, "user-agent: shop/1\r\n"),
        (Some("shop/1"), Some("mine/2"), "user-agent: mine/2\r\n"),
        (None, Some("mine/2"), "user-agent: mine/2\r\n"),
    ] {
        let server = Server::start(Act::reply("HTTP/1.1 200 OK\ncontent-length: 0\n\n")).await;
        let mut builder = crate::builder().allow_plain_http_to_loopback();
        if let Some(setting) = setting {
            builder = builder.user_agent(setting);
        }
        let mut request = post(server.url("/"), None);
        if let Some(header) = header {
            request
                .headers_mut()
                .insert("user-agent", header.parse().unwrap());
        }
        builder.build().unwrap().send(request).await.unwrap();
        let seen = server.requests().await.remove(0);
        assert!(seen.contains(expected), "{seen}");
        assert_eq!(seen.matches("user-agent").count(), 1, "{seen}");
    }
}

#[tokio::test]
async fn refused_urls_are_not_sent() {
    let server = Server::start(Act::reply("HTTP/1.1 200 OK\ncontent-length: 0\n\n")).await;
    let port = server.address.port();
    let allowing = plain();
    for url in [
        format!("http://user:hunter2@127.0.0.1:{port}/"),
        format!("http://127.0.0.1:{port}/a/../b"),
        format!("http://127.0.0.1:{port}/?q='"),
        format!("http://0.0.0.0:{port}/"),
        "http://example.com/".to_owned(),
        format!("ftp://127.0.0.1:{port}/"),
        "/relative".to_owned(),
    ] {
        let error = assert_sent(allowing.send(post(&url, None)).await, Sent::No, &url);
        assert!(!crate::chain(&error).contains("hunter2"));
    }
    assert_eq!(server.connections().await, 0);
    allowing.send(post(server.url("/"), None)).await.unwrap();
    let by_name = format!("http://localhost:{port}/");
    allowing.send(post(by_name, None)).await.unwrap();
}

#[tokio::test]
#[cfg(feature = "rustls")]
async fn plain_http_is_not_sent_unless_allowed() {
    let server = Server::start(Act::reply("HTTP/1.1 200 OK\ncontent-length: 0\n\n")).await;
    let strict = crate::builder().build().unwrap();
    assert_sent(
        strict.send(post(server.url("/"), None)).await,
        Sent::No,
        "plain",
    );
    assert_eq!(server.connections().await, 0);
}
