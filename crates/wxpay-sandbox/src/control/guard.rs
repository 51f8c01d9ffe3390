//! Keeping other sites out: a page that a browser has open elsewhere must not steer a port of this machine.

use std::net::IpAddr;
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

/// The names that the port may be asked by. Another one means that somebody else's name leads here (DNS rebinding).
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

    /// Whether this is the host of a URL, `[::1]:80` and all.
    fn has(&self, authority: &str) -> bool {
        let Ok(uri) = authority.parse::<Uri>() else {
            return false;
        };
        let Some(host) = uri.host().map(str::to_ascii_lowercase) else {
            return false;
        };
        let ip = host.trim_start_matches('[').trim_end_matches(']');
        match ip.parse::<IpAddr>() {
            Ok(ip) => ip.is_loopback() || ip == self.ip,
            Err(_) => host == "localhost" || self.names.contains(&host),
        }
    }
}

/// Refuses what does not come from this machine's own page or from a program.
pub(crate) async fn check(
    State(hosts): State<Arc<Hosts>>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = match allowed(&hosts, request.method(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    };
    for (name, value) in HEADERS {
        let value = HeaderValue::from_static(value);
        response.headers_mut().insert(name, value);
    }
    response
}

fn allowed(hosts: &Hosts, method: &Method, headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name: HeaderName| {
        let value = headers.get(name);
        value.map(|value| value.to_str().unwrap_or_default())
    };
    let host = text(HOST).unwrap_or_default();
    if !hosts.has(host) {
        let message = "the Host is none of this machine's names; ask by localhost, or give the sandbox the name";
        return Err(Problem::forbidden(message));
    }
    let from_elsewhere = text(ORIGIN).is_some_and(|origin| {
        let authority = origin.split_once("://").map(|(_, authority)| authority);
        authority != Some(host)
    });
    // A link from elsewhere to the page is harmless, and all else is not.
    let site = text(HeaderName::from_static("sec-fetch-site"));
    let foreign = site.is_some_and(|site| !["same-origin", "none"].contains(&site));
    if from_elsewhere || foreign && *method != Method::GET {
        return Err(Problem::forbidden("the request comes from another site"));
    }
    let is_json = text(CONTENT_TYPE).is_some_and(|kind| {
        let kind = kind.split(';').next().unwrap_or_default();
        kind.trim().eq_ignore_ascii_case("application/json")
    });
    if !matches!(*method, Method::GET | Method::HEAD) && !is_json {
        return Err(Problem::media_type());
    }
    Ok(())
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
    use std::net::Ipv4Addr;

    use super::*;

    fn verdict(
        method: Method,
        headers: &[(&'static str, &'static str)],
    ) -> Result<(), &'static str> {
        let hosts = Hosts::new(Ipv4Addr::LOCALHOST.into(), &["Sandbox".to_owned()]);
        let headers = headers.iter().map(|(name, value)| {
            let value = HeaderValue::from_static(value);
            (HeaderName::from_static(name), value)
        });
        allowed(&hosts, &method, &headers.collect()).map_err(|problem| problem.code())
    }

    #[test]
    fn only_names_of_this_machine_lead_here() {
        for host in ["localhost:7080", "127.0.0.1", "[::1]:7080", "sandbox:80"] {
            assert_eq!(verdict(Method::GET, &[("host", host)]), Ok(()), "{host}");
        }
        for host in ["evil.example", "localhost.evil.example", "10.0.0.1", ""] {
            let found = verdict(Method::GET, &[("host", host)]);
            assert_eq!(found, Err("forbidden"), "{host}");
        }
        assert_eq!(verdict(Method::GET, &[]), Err("forbidden"));
    }

    #[test]
    fn other_sites_steer_nothing() {
        let json = ("content-type", "application/json; charset=utf-8");
        let host = ("host", "localhost:7080");
        let own = ("origin", "http://localhost:7080");
        assert_eq!(verdict(Method::POST, &[host, json]), Ok(()));
        assert_eq!(verdict(Method::POST, &[host, json, own]), Ok(()));
        for origin in ["http://evil.example", "null", "http://localhost:3000"] {
            let found = verdict(Method::POST, &[host, json, ("origin", origin)]);
            assert_eq!(found, Err("forbidden"), "{origin}");
        }
        let site = ("sec-fetch-site", "cross-site");
        assert_eq!(verdict(Method::POST, &[host, json, site]), Err("forbidden"));
        assert_eq!(verdict(Method::GET, &[host, site]), Ok(()));
    }

    #[test]
    fn a_form_of_html_can_not_post() {
        let host = ("host", "localhost:7080");
        for kind in ["text/plain", "application/x-www-form-urlencoded"] {
            let found = verdict(Method::POST, &[host, ("content-type", kind)]);
            assert_eq!(found, Err("media_type"), "{kind}");
        }
        assert_eq!(verdict(Method::POST, &[host]), Err("media_type"));
    }
}
