//! Keeping other sites out: a page that a browser has open elsewhere must not steer a port of this
//! machine.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, HeaderName, ORIGIN,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::control::respond::Problem;

/// The names that the port may be asked by. Another one means that someone else's name leads here
/// (DNS rebinding).
pub(crate) struct Hosts {
    ip: IpAddr,
    names: Vec<String>,
}

impl Hosts {
    pub(crate) fn new(ip: IpAddr, names: &[String]) -> Self {
        let names = names.iter().map(|name| name.to_ascii_lowercase());
        Self {
            ip,
            names: names.collect(),
        }
    }

    /// Whether this is one of the names or addresses, with a port or without, and nothing else: no
    /// user before an `@`.
    fn has(&self, authority: &str) -> bool {
        let Some((host, port)) = split(authority) else {
            return false;
        };
        if port.is_some_and(|port| port.parse::<u16>().is_err() || port.starts_with('+')) {
            return false;
        }
        let host = host.to_ascii_lowercase();
        let address = match host.strip_prefix('[').and_then(|ip| ip.strip_suffix(']')) {
            Some(ip) => ip.parse::<Ipv6Addr>().map(IpAddr::V6),
            None => host.parse::<Ipv4Addr>().map(IpAddr::V4),
        };
        match address {
            Ok(ip) => ip.is_loopback() || ip == self.ip,
            Err(_) => host == "localhost" || self.names.contains(&host),
        }
    }
}

/// The host and the port of `localhost:80` or `[::1]:80`.
fn split(authority: &str) -> Option<(&str, Option<&str>)> {
    let end = match authority.starts_with('[') {
        true => authority.find(']')?.checked_add(1)?,
        false => authority.find(':').unwrap_or(authority.len()),
    };
    let (host, rest) = authority.split_at_checked(end)?;
    match rest {
        "" => Some((host, None)),
        rest => Some((host, Some(rest.strip_prefix(':')?))),
    }
}

/// Refuses what does not come from this machine's own page or from a program.
pub(crate) async fn check(
    State(hosts): State<Arc<Hosts>>,
    request: Request,
    next: Next,
) -> Response {
    let verdict = allowed(&hosts, request.method(), request.uri(), request.headers());
    let mut response = match verdict {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    };
    for (name, value) in HEADERS {
        let value = HeaderValue::from_static(value);
        response.headers_mut().insert(name, value);
    }
    response
}

fn allowed(
    hosts: &Hosts,
    method: &Method,
    target: &Uri,
    headers: &HeaderMap,
) -> Result<(), Problem> {
    let text = |name: HeaderName| match one(headers, &name) {
        Ok(value) => Ok(value),
        Err(Several) => {
            let message = format!("the request has more than one {name}");
            Err(Problem::forbidden(message))
        }
    };
    let host = text(HOST)?.unwrap_or_default();
    // A target with a host of its own counts for more than the header; both have to be the same.
    let other = target
        .authority()
        .is_some_and(|named| named.as_str() != host);
    if other || !hosts.has(host) {
        let message = "the Host is none of this machine's names; ask by localhost, or give the sandbox the name";
        return Err(Problem::forbidden(message));
    }
    let from_elsewhere = text(ORIGIN)?.is_some_and(|origin| {
        let authority = origin.split_once("://").map(|(_, authority)| authority);
        authority != Some(host)
    });
    // A link from elsewhere to the page is harmless, and all else is not.
    let site = text(HeaderName::from_static("sec-fetch-site"))?;
    let foreign = site.is_some_and(|site| !["same-origin", "none"].contains(&site));
    if from_elsewhere || foreign && *method != Method::GET {
        return Err(Problem::forbidden("the request comes from another site"));
    }
    let is_json = text(CONTENT_TYPE)?.is_some_and(|kind| {
        let kind = kind.split(';').next().unwrap_or_default();
        kind.trim().eq_ignore_ascii_case("application/json")
    });
    if !matches!(*method, Method::GET | Method::HEAD) && !is_json {
        return Err(Problem::media_type());
    }
    Ok(())
}

/// A header came more than once, so that which one counts would be a guess.
struct Several;

/// The value of a header; one that is no ASCII is empty.
fn one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Several> {
    let mut values = headers.get_all(name).iter();
    let value = values.next();
    if values.next().is_some() {
        return Err(Several);
    }
    Ok(value.map(|value| value.to_str().unwrap_or_default()))
}

/// Nothing from elsewhere is loaded, run or framed, whatever a request made the page show.
const HEADERS: [(HeaderName, &str); 4] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (CACHE_CONTROL, "no-store"),
];

#[cfg(test)]
mod tests {
    use super::*;

    type Headers<'a> = &'a [(&'static str, &'static str)];

    fn verdict(method: Method, headers: Headers<'_>) -> Result<(), &'static str> {
        verdict_of("/", method, headers)
    }

    fn verdict_of(
        target: &'static str,
        method: Method,
        headers: Headers<'_>,
    ) -> Result<(), &'static str> {
        let hosts = Hosts::new(Ipv4Addr::LOCALHOST.into(), &["Sandbox".to_owned()]);
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_static(value));
        }
        let target = Uri::from_static(target);
        allowed(&hosts, &method, &target, &map).map_err(|problem| problem.code())
    }

    #[test]
    fn only_names_of_this_machine_lead_here() {
        for host in [
            "localhost:7080",
            "LocalHost",
            "127.0.0.1",
            "[::1]:7080",
            "[::1]",
            "sandbox:80",
        ] {
            assert_eq!(verdict(Method::GET, &[("host", host)]), Ok(()), "{host}");
        }
        for host in [
            "evil.example",
            "localhost.evil.example",
            "10.0.0.1",
            "",
            "evil@localhost",
            "evil:7080@localhost",
            "localhost@evil.example",
            "@localhost",
            "localhost:",
            "localhost:80x",
            "localhost:+80",
            "localhost:65536",
            "localhost:80:80",
            "localhost:80@evil.example",
            "localhost/",
            "localhost?x",
            "localhost#x",
            "http://localhost",
            " localhost",
            "localhost ",
            "localhost,evil.example",
            "::1",
            "[::1",
            "[::1]x",
            "[127.0.0.1]",
            "[localhost]",
            ":7080",
            "[]",
        ] {
            let found = verdict(Method::GET, &[("host", host)]);
            assert_eq!(found, Err("forbidden"), "{host}");
        }
        assert_eq!(verdict(Method::GET, &[]), Err("forbidden"));
        let two = [("host", "localhost"), ("host", "localhost")];
        assert_eq!(verdict(Method::GET, &two), Err("forbidden"));
    }

    #[test]
    fn a_target_that_names_a_host_names_the_same_one() {
        let host = [("host", "localhost:7080")];
        let same = "http://localhost:7080/v1/status";
        assert_eq!(verdict_of(same, Method::GET, &host), Ok(()));
        for target in [
            "http://evil.example/v1/status",
            "http://evil@localhost:7080/v1/status",
            "http://localhost/v1/status",
        ] {
            let found = verdict_of(target, Method::GET, &host);
            assert_eq!(found, Err("forbidden"), "{target}");
        }
        let found = verdict_of(same, Method::GET, &[("host", "evil.example")]);
        assert_eq!(found, Err("forbidden"));
    }

    #[test]
    fn other_sites_steer_nothing() {
        let json = ("content-type", "application/json; charset=utf-8");
        let host = ("host", "localhost:7080");
        let own = ("origin", "http://localhost:7080");
        assert_eq!(verdict(Method::POST, &[host, json]), Ok(()));
        assert_eq!(verdict(Method::POST, &[host, json, own]), Ok(()));
        let evil = ("origin", "http://evil.example");
        for origins in [&[own, evil][..], &[evil, own], &[own, own]] {
            let headers = [&[host, json], origins].concat();
            let found = verdict(Method::POST, &headers);
            assert_eq!(found, Err("forbidden"), "{origins:?}");
        }
        for origin in ["http://evil.example", "null", "http://localhost:3000", ""] {
            let found = verdict(Method::POST, &[host, json, ("origin", origin)]);
            assert_eq!(found, Err("forbidden"), "{origin}");
        }
        let site = ("sec-fetch-site", "cross-site");
        assert_eq!(verdict(Method::POST, &[host, json, site]), Err("forbidden"));
        assert_eq!(verdict(Method::GET, &[host, site]), Ok(()));
        let both = [host, json, ("sec-fetch-site", "same-origin"), site];
        assert_eq!(verdict(Method::POST, &both), Err("forbidden"));
    }

    #[test]
    fn a_form_of_html_can_not_post() {
        let host = ("host", "localhost:7080");
        for kind in ["text/plain", "application/x-www-form-urlencoded"] {
            let found = verdict(Method::POST, &[host, ("content-type", kind)]);
            assert_eq!(found, Err("media_type"), "{kind}");
        }
        assert_eq!(verdict(Method::POST, &[host]), Err("media_type"));
        let two = [
            host,
            ("content-type", "application/json"),
            ("content-type", "text/plain"),
        ];
        assert_eq!(verdict(Method::POST, &two), Err("forbidden"));
    }
}
