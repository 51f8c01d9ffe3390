//! The URLs that a merchant gives: of the client, for notifications, and of an H5 payment.

use wxpay_client::sign::v2::SignType;
use wxpay_client::{check_base_url, check_notify_url, check_text, h5_payment_url};
use wxpay_test_support::clients;
use wxpay_test_support::scripted::Scripted;

#[test]
fn a_base_url_is_https_or_this_machine() {
    for url in [
        "https://api.mch.weixin.qq.com",
        "https://gateway.example:8443/wechat/",
        "http://127.0.0.1:8080",
        "http://[::1]:8080",
        "http://localhost",
    ] {
        check_base_url(url).unwrap();
    }
    for (url, rule) in [
        ("https://a b", "must be a URL"),
        (
            "http://api.mch.weixin.qq.com",
            "must begin with https://; plain HTTP goes to this machine only",
        ),
        (
            "http://8.8.8.8",
            "must begin with https://; plain HTTP goes to this machine only",
        ),
        (
            "ftp://localhost",
            "must begin with https://; plain HTTP goes to this machine only",
        ),
        (
            "/v3",
            "must begin with https://; plain HTTP goes to this machine only",
        ),
        (
            "https://a.example?x=1",
            "must have no query and no fragment",
        ),
        ("https://a.example/#x", "must have no query and no fragment"),
        (
            "https://user@a.example",
            "must have a host and no user name",
        ),
    ] {
        let error = check_base_url(url).unwrap_err();
        assert_eq!((error.field(), error.rule()), ("base_url", rule), "{url}");
        let builder = clients::v2_builder(SignType::Md5, Scripted::default());
        assert_eq!(builder.base_url(url).build().unwrap_err(), error);
    }
}

#[test]
fn the_way_back_is_encoded_behind_the_url_of_the_order() {
    let url = "https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx20&package=1";
    assert_eq!(
        h5_payment_url(url, "https://shop.example/done?a=1#top").unwrap(),
        format!("{url}&redirect_url=https%3A%2F%2Fshop.example%2Fdone%3Fa%3D1%23top")
    );
    h5_payment_url(url, "http://shop.example").unwrap();
    for wrong in [
        "http://wx.tenpay.com/x?prepay_id=1",
        "https://wx.tenpay.com/x",
        "https://wx.tenpay.com/x?prepay_id=",
        "https://wx.tenpay.com/x?prepay_id",
        "https://wx.tenpay.com/x?other=1",
        "https://wx.tenpay.com/x?prepay_id=1#top",
        "https:///x?prepay_id=1",
        "",
    ] {
        let error = h5_payment_url(wrong, "https://shop.example").unwrap_err();
        assert_eq!(error.field(), "h5_url", "{wrong}");
        assert!(error.rule().contains("with a prepay_id"), "{error}");
    }
    let twice = format!("{url}&redirect_url=x");
    let error = h5_payment_url(&twice, "https://shop.example").unwrap_err();
    assert!(error.rule().contains("no redirect_url yet"), "{error}");
    for wrong in [
        "shop.example",
        "https%3A%2F%2Fshop.example",
        "ftp://shop.example",
        "/done",
        "https://shop.example/#a b",
        "https://shop.example/#好",
    ] {
        let error = h5_payment_url(url, wrong).unwrap_err();
        assert_eq!(error.field(), "redirect_url", "{wrong}");
    }
}

#[test]
fn an_address_for_notifications_can_be_reached() {
    for url in [
        "https://shop.example/n",
        "https://8.8.8.8/notify",
        "https://[2001:4860:4860::8888]/n",
        "http://shop.wxpay.local:8080/n",
    ] {
        check_notify_url(url).unwrap();
    }
    for (url, rule) in [
        ("https://shop.example", "path"),
        ("https://shop.example/", "path"),
        ("http://shop.example/n", "https://"),
        ("/n", "whole address"),
        ("https://a b/n", "whole address"),
        ("https://10.0.0.1/n", "local address"),
        ("https://127.0.0.1/n", "local address"),
        ("https://169.254.1.1/n", "local address"),
        ("https://0.0.0.0/n", "local address"),
        ("https://[::ffff:10.0.0.1]/n", "local address"),
        ("https://[::1]/n", "local address"),
        ("https://[::]/n", "local address"),
        ("https://[fd00::1]/n", "local address"),
        ("https://[fe80::1]/n", "local address"),
        ("https://localhost/n", "local address"),
        ("https://shop.localhost/n", "local address"),
        ("https://shop.example/n?a=1", "parameters"),
        ("https://shop.example/n#a", "fragment"),
        ("https://user@shop.example/n", "user name"),
        ("http://shop.wxpay.local/n", "8080"),
        ("http://shop.wxpay.local:8081/n", "8080"),
        ("https://shop.wxpay.local:8080/n", "8080"),
    ] {
        let error = check_notify_url(url).unwrap_err();
        assert_eq!(error.field(), "notify_url");
        assert!(error.rule().contains(rule), "{url}: {error}");
    }
}

#[test]
fn a_text_is_held_to_its_length_and_its_characters() {
    check_text("x", "", 0, "").unwrap();
    check_text("x", "微信", 2, "").unwrap();
    check_text("x", "a-9", 3, "a-z0-9-").unwrap();
    let error = check_text("x", "微信", 3, "").unwrap_err();
    assert_eq!(
        error.to_string(),
        "x: must have at least 3 characters, has 2"
    );
    let error = check_text("x", "ab!", 1, "a-z").unwrap_err();
    assert_eq!(
        error.to_string(),
        "x: must have only characters of a-z, and character 3 is another"
    );
}
