//! Which addresses WeChat Pay can send a notification to.

use wxpay_api::{NOTICE_SENDERS, check_notify_url};

#[test]
fn an_address_that_can_be_reached_is_taken() {
    for url in [
        "https://www.weixin.qq.com/wxpay/pay.php",
        "https://shop.example:8443/notify",
        "https://8.8.8.8/notify",
        "https://[2001:4860:4860::8888]/notify",
        "HTTPS://Shop.Example/n",
        "http://shop.wxpay.local:8080/payscore/callback",
    ] {
        assert!(check_notify_url(url).is_ok(), "{url}");
    }
}

#[test]
fn each_rule_has_its_words() {
    let cases = [
        ("https://www.weixin.qq.com", "path"),
        ("https://www.weixin.qq.com/", "path"),
        ("http://www.weixin.qq.com/notify.aspx", "https://"),
        ("./PayNotify.aspx", "whole address"),
        ("/PayNotify.aspx", "whole address"),
        ("xxxxxxx", "whole address"),
        ("1234567", "whole address"),
        ("", "whole address"),
        ("https:///notify", "whole address"),
        ("https://a b/notify", "whole address"),
        ("https://127.0.0.1/pay/notify.php", "local address"),
        ("https://192.168.1.1/n", "local address"),
        ("https://10.0.0.1/n", "local address"),
        ("https://[::ffff:10.0.0.1]/n", "local address"),
        ("https://172.16.0.1:8443/n", "local address"),
        ("https://169.254.1.1/n", "local address"),
        ("https://0.0.0.0/n", "local address"),
        ("https://localhost/n", "local address"),
        ("https://LOCALHOST:8443/n", "local address"),
        ("https://[::1]/n", "local address"),
        ("https://[fd00::1]/n", "local address"),
        ("https://[fe80::1]/n", "local address"),
        ("https://shop.example/n?order=1", "parameters"),
        ("https://shop.example/n?", "parameters"),
        ("https://shop.example/n#x", "fragment"),
        ("https://user:pass@shop.example/n", "user name"),
        ("http://shop.wxpay.local/n", "8080"),
        ("https://shop.wxpay.local:8080/n", "8080"),
    ];
    for (url, rule) in cases {
        let refused = check_notify_url(url).unwrap_err();
        assert_eq!(refused.field(), "notify_url");
        assert!(refused.rule().contains(rule), "{url}: {refused}");
    }
}

#[test]
fn the_senders_are_networks_or_addresses() {
    assert_eq!(NOTICE_SENDERS.len(), 16);
    for sender in NOTICE_SENDERS {
        let (address, bits) = sender.split_once('/').unwrap_or((sender, "32"));
        let address: std::net::Ipv4Addr = address.parse().unwrap();
        let bits: u32 = bits.parse().unwrap();
        assert!(bits <= 32);
        let rest = u32::from(address).checked_shl(bits).unwrap_or(0);
        assert_eq!(rest, 0, "{sender}");
    }
}
