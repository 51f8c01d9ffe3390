use super::{Uri, Url, check};

/// As `ReqwestTransport` does it: reqwest parses what `http` wrote.
fn checked(text: &str, plain_allowed: bool) -> Result<(), &'static str> {
    let uri: Uri = text.parse().expect("a URI");
    let url = Url::parse(&uri.to_string()).expect("a URL");
    check(&url, &uri, plain_allowed)
}

#[test]
fn plain_http_reaches_loopback_only() {
    for host in [
        "localhost",
        "LOCALHOST",
        "127.0.0.1",
        "127.255.1.2",
        "[::1]",
        // Short forms of 127.0.0.1 that are dialled as such.
        "127.1",
        "0x7f000001",
    ] {
        for rest in ["/", ":8080/pay?a=1"] {
            let url = format!("http://{host}{rest}");
            assert_eq!(checked(&url, true), Ok(()), "{url}");
            assert!(checked(&url, false).is_err(), "{url}");
        }
    }
}

#[test]
fn other_hosts_need_https() {
    for host in [
        "api.mch.weixin.qq.com",
        "localhost.example.com",
        "127.0.0.1.example.com",
        "localhost.",
        "0.0.0.0",
        "128.0.0.1",
        "10.0.0.1",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[fe80::1]",
        "127.0.0.1@example.com",
        "localhost:80@example.com",
    ] {
        let url = format!("http://{host}/");
        assert!(checked(&url, true).is_err(), "{url}");
    }
    assert!(checked("ftp://127.0.0.1/", true).is_err());
}

#[test]
#[cfg(feature = "rustls")]
fn https_goes_anywhere() {
    for plain_allowed in [false, true] {
        assert_eq!(
            checked("https://api.mch.weixin.qq.com/pay/x?a=1", plain_allowed),
            Ok(())
        );
    }
}

#[test]
#[cfg(feature = "rustls")]
fn url_goes_as_written() {
    for (url, as_written) in [
        ("https://example.com", true),
        ("https://example.com/a%20b/%E4%BD%A0?q=%22&r=a+b", true),
        ("https://example.com/a?", true),
        ("https://example.com/a/../b", false),
        ("https://example.com/a/./b", false),
        ("https://example.com/a/%2e%2e/b", false),
        ("https://example.com/?q=a'b", false),
        ("https://user@example.com/", false),
        ("https://user:password@example.com/", false),
    ] {
        assert_eq!(checked(url, false).is_ok(), as_written, "{url}");
    }
}
