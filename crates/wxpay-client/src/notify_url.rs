use std::net::IpAddr;

use http::Uri;
use wxpay_core::InvalidInput;

/// The addresses that notifications come from, as WeChat Pay lists them for firewalls (回调IP白名单,
/// July 2024): networks, and single addresses without `/`.
///
/// Let them in, and trust none of them for its address: only the signature proves a notification.
/// The list changes, so compare it with the page.
///
/// <https://pay.weixin.qq.com/doc/v3/merchant/4012075420>
pub const NOTICE_SENDERS: &[&str] = &[
    "101.226.103.0/25",
    "140.207.54.0/25",
    "121.51.58.128/25",
    "183.3.234.0/25",
    "58.251.80.0/25",
    "121.51.30.128/25",
    "203.205.219.128/25",
    "81.71.199.64",
    "81.71.198.25",
    "81.71.199.59",
    // Refunds and profit sharing come from these, too.
    "175.24.214.208",
    "175.24.211.24",
    "175.24.213.135",
    "109.244.180.23",
    "114.132.203.119",
    "43.139.43.69",
];

/// Checks an address for notifications (`notify_url`, 回调地址), for the start of a program: WeChat Pay
/// takes orders with an address that it can't reach, and then tells nothing.
///
/// It must be a whole `https` address with a path, without parameters, and not in a local network.
/// The one exception is a private line (专线): `http://<name>.wxpay.local:8080/<path>`. Whether it
/// answers, asks for a login or needs an ICP record (备案) can't be seen from here.
///
/// <https://pay.weixin.qq.com/doc/v3/merchant/4012075420>
///
/// # Errors
/// The rule that it breaks. Nothing was sent.
pub fn check_notify_url(url: &str) -> Result<(), InvalidInput> {
    let broken = |rule, rule_zh| Err(InvalidInput::new("notify_url", rule, rule_zh));
    if url.contains('?') {
        return broken("must have no parameters (不能携带参数)", "不能携带参数");
    }
    if url.contains('#') {
        return broken("must have no fragment", "不能带有 # 片段");
    }
    let Ok(uri) = url.parse::<Uri>() else {
        return broken(
            "must be a whole address: https://, a host and a path",
            "必须是完整的地址：https://、域名和路径",
        );
    };
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return broken(
            "must be a whole address: https://, a host and a path",
            "必须是完整的地址：https://、域名和路径",
        );
    };
    if authority.as_str().contains('@') {
        return broken(
            "must have no user name and no password",
            "不能含有用户名和密码",
        );
    }
    let host = authority.host().to_ascii_lowercase();
    let on_private_line = host.ends_with(".wxpay.local");
    match (scheme, on_private_line) {
        ("https", false) => {}
        ("http", true) if authority.port_u16() == Some(8080) => {}
        (_, true) => {
            return broken(
                "must be http with port 8080 on a private line (专线)",
                "专线地址必须是 http 且端口为 8080",
            );
        }
        (_, false) => return broken("must begin with https://", "必须以 https:// 开头"),
    }
    if is_local(&host) {
        return broken(
            "must be reachable from the internet, and not a local address",
            "必须是外网可访问的地址，不能是内网地址",
        );
    }
    if uri.path().len() < 2 {
        return broken(
            "must have a path, not the host alone",
            "必须带有路径，不能只有域名",
        );
    }
    Ok(())
}

fn is_local(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    // `::ffff:10.0.0.1` is 10.0.0.1.
    match bare.parse().map(|ip: IpAddr| ip.to_canonical()) {
        Ok(IpAddr::V4(ip)) => {
            ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_unspecified()
        }
        Ok(IpAddr::V6(ip)) => {
            ip.is_loopback()
                || ip.is_unspecified()
                || ip.is_unique_local()
                || ip.is_unicast_link_local()
        }
        Err(_) => bare == "localhost" || bare.ends_with(".localhost"),
    }
}
