use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use http::Uri;
use reqwest::Url;

/// `localhost` as it is dialled when plain HTTP is allowed, whatever a resolver says. The URL gives
/// the port.
pub(crate) const LOOPBACK: [SocketAddr; 2] = [
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
    SocketAddr::new(std::net::IpAddr::V6(Ipv6Addr::LOCALHOST), 0),
];

/// Refuses a URL that must not be dialled. `url` is what will be dialled, and `uri` what was asked
/// for.
pub(crate) fn check(url: &Url, uri: &Uri, plain_allowed: bool) -> Result<(), &'static str> {
    match url.scheme() {
        "https" if cfg!(feature = "rustls") => {}
        "https" => return Err("built without TLS: turn on the feature `rustls`"),
        "http" if !plain_allowed => return Err("the URL must be https"),
        "http" if is_loopback(url) => {}
        "http" => return Err("plain HTTP is allowed to loopback only"),
        _ => return Err("the URL must be https"),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("the URL must not hold a user name or password");
    }
    // The signature covers path and query as written. A normalized form would be refused, or worse,
    // understood.
    if url.path() != uri.path() || url.query() != uri.query() {
        return Err("the URL's path or query is not in normal form, so it would be sent changed");
    }
    Ok(())
}

/// Judges the host that will be dialled, after parsing: `http://127.0.0.1@example.com` and the like
/// don't pass.
fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else {
        return false;
    };
    let v6 = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
    host == "localhost"
        || host.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
        || v6.is_some_and(|h| h.parse::<Ipv6Addr>().is_ok_and(|ip| ip.is_loopback()))
}

#[cfg(test)]
mod tests;
