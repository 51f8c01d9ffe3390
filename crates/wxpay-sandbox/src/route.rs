use http::{Method, Response, StatusCode};
use serde_json::json;

use crate::endpoint::{ENDPOINTS, Endpoint};
use crate::payload::{self, Payload};
use crate::v2::return_fail;

/// The endpoint of a request, and the parts of its path that differ.
pub(crate) struct Route<'a> {
    pub(crate) endpoint: &'static Endpoint,
    parts: Vec<(&'static str, &'a str)>,
}

/// Why a request has no endpoint.
#[derive(Clone, Copy)]
pub(crate) enum Unrouted {
    NoPath,
    /// The path has this other method.
    Method(&'static Method),
}

impl<'a> Route<'a> {
    pub(crate) fn of(method: &Method, target: &'a str) -> Result<Self, Unrouted> {
        let path = target.split('?').next().unwrap_or_default();
        let mut other = Unrouted::NoPath;
        for endpoint in ENDPOINTS {
            if let Some(parts) = endpoint.parts(path) {
                if endpoint.takes(method) {
                    return Ok(Self { endpoint, parts });
                }
                other = Unrouted::Method(endpoint.method);
            }
        }
        Err(other)
    }

    /// A part of the path, as it came.
    pub(crate) fn part(&self, name: &str) -> &'a str {
        let part = self.parts.iter().find(|(other, _)| *other == name);
        part.map_or("", |(_, part)| part)
    }
}

impl Unrouted {
    /// The response in the form of the protocol, which says who it is that has no such endpoint.
    pub(crate) fn answer(self, method: &Method, target: &str) -> Response<Payload> {
        let path = target.split('?').next().unwrap_or_default();
        let (status, code, what) = match self {
            Self::NoPath => {
                let what = format!("has no endpoint {method} {path}");
                (StatusCode::NOT_FOUND, "NOT_FOUND", what)
            }
            Self::Method(other) => {
                let what = format!("takes {other} at {path}, not {method}");
                (StatusCode::METHOD_NOT_ALLOWED, "INVALID_REQUEST", what)
            }
        };
        let message = format!(
            "wxpay-sandbox {} (a local WeChat Pay for tests) {what}",
            env!("CARGO_PKG_VERSION")
        );
        if path.starts_with("/v3/") {
            let body = json!({"code": code, "message": message}).to_string();
            return payload::whole(status, "application/json; charset=utf-8", body);
        }
        let body = return_fail(&message, None).to_xml("xml");
        payload::whole(status, "text/plain", body)
    }
}
