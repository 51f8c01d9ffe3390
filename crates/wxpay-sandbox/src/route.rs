use http::header::AUTHORIZATION;
use http::{Method, Response, StatusCode};

use crate::described;
use crate::endpoint::{ENDPOINTS, Endpoint};
use crate::exchange::Call;
use crate::payload::{self, Payload};
use crate::state::Shared;
use crate::v2::return_fail;
use crate::v3;

/// The endpoint of a request, and the parts of its path that differ.
pub(crate) struct Route<'a> {
    pub(crate) endpoint: &'static Endpoint,
    parts: Vec<(&'static str, &'a str)>,
}

/// Why a request has no endpoint.
#[derive(Clone, Copy)]
pub(crate) enum Unrouted {
    NoPath,
    /// The path is that of a page, which the user's browser opens.
    Page(&'static Endpoint),
    /// The path has this other method.
    Method(&'static Method),
}

impl<'a> Route<'a> {
    pub(crate) fn of(method: &Method, target: &'a str) -> Result<Self, Unrouted> {
        let path = target.split('?').next().unwrap_or_default();
        let mut other = Unrouted::NoPath;
        let mut found = None;
        for endpoint in ENDPOINTS {
            if let Some(parts) = endpoint.parts(path) {
                if endpoint.takes(method) {
                    found = Some(Self { endpoint, parts });
                    break;
                }
                other = Unrouted::Method(endpoint.method);
            }
        }
        if let Some(found) = found.take_if(|found| found.parts.is_empty()) {
            return Ok(found);
        }
        let described = described::route(method, path).and_then(|endpoint| {
            let parts = endpoint.parts(path)?;
            Some(Self { endpoint, parts })
        });
        match (found, described) {
            // A path without parameters goes before one that has them.
            (Some(found), Some(described)) if described.parts.len() < found.parts.len() => {
                Ok(described)
            }
            (Some(found), _) | (None, Some(found)) => Ok(found),
            (None, None) => Err(described::page(method, path).map_or(other, Unrouted::Page)),
        }
    }

    /// A part of the path, as it came.
    pub(crate) fn part(&self, name: &str) -> &'a str {
        let part = self.parts.iter().find(|(other, _)| *other == name);
        part.map_or("", |(_, part)| part)
    }
}

impl Unrouted {
    /// The response in the form of the protocol, which says who it is that does not know the
    /// operation. It is signed as a refusal is, so that a client that believes nothing else can
    /// show it.
    pub(crate) fn answer(self, call: &Call, shared: &Shared) -> Response<Payload> {
        let path = call.target.split('?').next().unwrap_or_default();
        let method = &call.method;
        let (status, code, what) = match self {
            Self::NoPath => {
                let what = format!("has no endpoint {method} {path}");
                (404, "NO_SUCH_OPERATION", what)
            }
            Self::Page(page) => {
                let name = page.name;
                let what =
                    format!("has no page {path} ({name}), which the browser of a user opens");
                (404, "NO_SUCH_OPERATION", what)
            }
            Self::Method(other) => {
                let what = format!("takes {other} at {path}, not {method}");
                (405, "INVALID_REQUEST", what)
            }
        };
        let message = format!(
            "wxpay-sandbox {} (a local WeChat Pay for tests) {what}; nothing was done",
            env!("CARGO_PKG_VERSION")
        );
        if is_v3(call, path) {
            let now = shared.state().now();
            let key = v3::caller::signer(call, call.serial(), shared);
            let answer = v3::Answer::error(status, code, &message);
            return answer.seal(&key, None, now, &shared.random);
        }
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::NOT_FOUND);
        let body = return_fail(&message, None).to_xml("xml");
        payload::whole(status, "text/plain", body)
    }
}

/// Whether a request is one of APIv3, as far as can be seen.
fn is_v3(call: &Call, path: &str) -> bool {
    let authorization = call.headers.get(AUTHORIZATION);
    let signed = authorization.is_some_and(|value| value.as_bytes().starts_with(b"WECHATPAY"));
    signed || path.starts_with("/v3/")
}
