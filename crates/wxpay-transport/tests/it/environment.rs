//! The environment has no say unless it is asked. Each case runs in a child process, because a
//! process can't safely change its own variables.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use wxpay_core::Sent;
use wxpay_transport::{Roots, Transport};

use crate::proxy::Proxy;
use crate::tls_server::{Ca, TlsServer};
use crate::{assert_sent, builder, post};

#[tokio::test]
async fn proxies_of_the_environment() {
    let ca = Ca::new("test");
    let server = TlsServer::start(&ca.leaf("localhost")).await;
    let proxy = Proxy::start(server.address).await;
    let url = format!("http://{}", proxy.address);
    let all = [
        "HTTPS_PROXY",
        "https_proxy",
        "HTTP_PROXY",
        "http_proxy",
        "ALL_PROXY",
        "all_proxy",
    ];
    let everything = all.map(|name| (name, url.as_str()));
    let host_and_port = proxy.address.to_string();
    for (case, variables, proxied) in [
        ("direct", everything.as_slice(), false),
        ("proxy", &everything, true),
        ("proxy", &[("https_proxy", &url)], true),
        ("proxy", &[("ALL_PROXY", &host_and_port)], true),
        ("proxy", &[("HTTPS_PROXY", ""), ("all_proxy", &url)], true),
        ("proxy", &[("HTTP_PROXY", &url)], false),
        (
            "proxy",
            &[("HTTPS_PROXY", &url), ("NO_PROXY", "localhost")],
            false,
        ),
        ("proxy", &[], false),
        (
            "bad proxy",
            &[("HTTPS_PROXY", "socks5://u:hunter2@p:1")],
            false,
        ),
    ] {
        let before = proxy.requests().await.len();
        child(case, &server, &ca, variables).await;
        let seen = proxy.requests().await.len() - before;
        assert_eq!(seen, usize::from(proxied), "{case}, {variables:?}");
    }
}

#[tokio::test]
async fn authorities_of_the_environment() {
    let ca = Ca::new("test");
    let server = TlsServer::start(&ca.leaf("localhost")).await;
    let file = scratch("authority.pem");
    fs::write(&file, &ca.pem).unwrap();
    let variables = [("SSL_CERT_FILE", file.to_str().unwrap())];
    // The same variable must reach the platform's roots, or the test would prove nothing.
    child("platform", &server, &ca, &variables).await;
    child("WebPki", &server, &ca, &variables).await;
    assert_eq!(server.requests().await, 1);
}

#[tokio::test]
async fn keys_are_not_logged_on_request_of_the_environment() {
    let ca = Ca::new("test");
    let server = TlsServer::start(&ca.leaf("localhost")).await;
    let file = scratch("keys.log");
    let variables = [("SSLKEYLOGFILE", file.to_str().unwrap())];
    child("direct", &server, &ca, &variables).await;
    assert!(!Path::new(&file).exists());
}

#[tokio::test]
#[ignore = "run by the tests above, in a child process"]
async fn in_child() {
    let url = env::var(URL).unwrap();
    let ca = env::var(CA).unwrap();
    let trusting = builder().only_root_pem(ca.as_bytes());
    let builder = match env::var(CASE).unwrap().as_str() {
        "direct" => trusting,
        "proxy" => trusting.proxy_from_env(),
        "platform" => builder().roots(Roots::Platform),
        "WebPki" => {
            let answer = builder().build().unwrap().send(post(url, None)).await;
            assert_sent(answer, Sent::No, "an authority of the environment");
            return;
        }
        "bad proxy" => {
            let error = trusting.proxy_from_env().build().unwrap_err();
            assert_eq!(error.setting(), "HTTPS_PROXY");
            assert!(!crate::chain(&error).contains("hunter2"));
            return;
        }
        other => panic!("{other}"),
    };
    let answer = builder.build().unwrap().send(post(url, None)).await;
    assert_eq!(answer.unwrap().status(), 200);
}

async fn child(case: &str, server: &TlsServer, ca: &Ca, variables: &[(&str, &str)]) {
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args(["--exact", "environment::in_child", "--ignored"])
        .env_clear()
        .env(CASE, case)
        .env(URL, server.url())
        .env(CA, &ca.pem)
        .envs(variables.iter().copied());
    let output = tokio::task::spawn_blocking(move || command.output())
        .await
        .unwrap()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{case}, {variables:?}: {text}"
    );
}

fn scratch(name: &str) -> PathBuf {
    let path =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", std::process::id()));
    let _ = fs::remove_file(&path);
    path
}

const CASE: &str = "WXPAY_TEST_CASE";
const URL: &str = "WXPAY_TEST_URL";
const CA: &str = "WXPAY_TEST_CA";
