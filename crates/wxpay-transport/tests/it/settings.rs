use std::sync::Arc;
use std::time::Duration;

use wxpay_transport::{BuildError, ReqwestTransport, ReqwestTransportBuilder, Transport};

use crate::chain;
use crate::server::{Act, Server};

#[track_caller]
fn refused(builder: ReqwestTransportBuilder, setting: &str) -> BuildError {
    let builder = builder.allow_plain_http_to_loopback();
    let error = builder.build().unwrap_err();
    assert_eq!(error.setting(), setting, "{error}");
    error
}

#[test]
fn defaults_build() {
    let built = ReqwestTransport::new();
    assert_eq!(built.is_ok(), cfg!(feature = "rustls"));
}

#[test]
fn connect_timeout_must_be_clearly_the_shortest() {
    let seconds = Duration::from_secs;
    let builder = |connect, response, total| {
        ReqwestTransport::builder()
            .allow_plain_http_to_loopback()
            .connect_timeout(seconds(connect))
            .response_timeout(seconds(response))
            .total_timeout(seconds(total))
    };
    builder(5, 10, 10).build().unwrap();
    builder(5, 100, 10).build().unwrap();
    builder(5, 10, 100).build().unwrap();
    for (connect, response, total) in [
        (5, 9, 60),
        (5, 30, 9),
        (60, 30, 60),
        (0, 30, 60),
        (1, 0, 60),
    ] {
        refused(builder(connect, response, total), "connect_timeout");
    }
}

#[test]
fn tiny_cap_is_refused() {
    let builder = |bytes| ReqwestTransport::builder().max_response_bytes(bytes);
    refused(builder(0), "max_response_bytes");
    refused(builder(64 * 1024 - 1), "max_response_bytes");
    builder(64 * 1024)
        .allow_plain_http_to_loopback()
        .build()
        .unwrap();
}

#[test]
fn user_agent_must_be_a_header() {
    for user_agent in ["", "a\r\nb: c", "a\0"] {
        refused(
            ReqwestTransport::builder().user_agent(user_agent),
            "user_agent",
        );
    }
}

#[test]
fn proxy_must_be_an_http_url() {
    for url in [
        "",
        "socks5://user:hunter2@p:1",
        "http://",
        "http://user:hunter2@",
        "ftp://p:1",
        "http://p:hunter2",
    ] {
        let error = refused(ReqwestTransport::builder().proxy(url), "proxy");
        assert!(!chain(&error).contains("hunter2"), "{}", chain(&error));
    }
}

#[test]
fn debug_hides_secrets() {
    let builder = ReqwestTransport::builder()
        .allow_plain_http_to_loopback()
        .proxy("http://user:hunter2@proxy.example:3128");
    let text = format!("{builder:?}");
    assert!(!text.contains("hunter2"), "{text}");
    let text = format!("{:?}", builder.build().unwrap());
    assert!(
        !text.contains("hunter2") && !text.contains("proxy.example"),
        "{text}"
    );
}

#[tokio::test]
async fn any_pointer_to_a_transport_is_one() {
    let server = Server::start(Act::reply("HTTP/1.1 200 OK\ncontent-length: 0\n\n")).await;
    let shared: Arc<dyn Transport> = Arc::new(crate::plain());
    let answer = shared
        .send(crate::post(server.url("/"), None))
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
}
