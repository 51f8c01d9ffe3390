use http::Uri;
use wxpay_sign::v3::{RequestToSign, target};

use crate::vectors::{of_kind, text};

#[test]
fn the_target_is_path_and_query_as_sent() {
    for vector in of_kind("v3_canonical_url") {
        let url: Uri = text(&vector["input"]["url"]).parse().unwrap();
        assert_eq!(target(&url), text(&vector["expected"]["canonical"]));
    }
    for (url, expected) in [
        ("https://api.mch.weixin.qq.com", "/"),
        ("https://api.mch.weixin.qq.com/", "/"),
        (
            "https://h:8443/v3/a?b=%7B%22c%22%3A1%7D",
            "/v3/a?b=%7B%22c%22%3A1%7D",
        ),
        ("https://h/v3/a?b=x+y&c=%20#d?e", "/v3/a?b=x+y&c=%20"),
        ("https://h/v3/%e5%a5%bd/../x//y", "/v3/%e5%a5%bd/../x//y"),
        ("https://h/v3/a?", "/v3/a?"),
        ("/v3/a?b", "/v3/a?b"),
    ] {
        assert_eq!(target(&url.parse().unwrap()), expected, "{url}");
    }
}

#[test]
fn the_scheme_is_the_documented_one() {
    assert_eq!(RequestToSign::SCHEME, "WECHATPAY2-SHA256-RSA2048");
}
