use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use serde::Serialize;
use serde_json::Value;
use wxpay_core::Timestamp;

use crate::Fault;
use crate::payload::{self, Payload};
use crate::random::{self, HEX};
use crate::state::Shared;
use crate::v3::detail::Detail;

/// A reply, and whether it is to be signed.
pub(crate) struct Answer {
    status: StatusCode,
    body: Body,
    signed: bool,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Body {
    Detail(Box<Detail>),
    Error {
        code: String,
        message: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        detail: Option<Value>,
    },
}

impl Answer {
    pub(crate) fn detail(detail: Detail) -> Self {
        Self {
            status: StatusCode::OK,
            body: Body::Detail(Box::new(detail)),
            signed: true,
        }
    }

    pub(crate) fn error(status: u16, code: &str, message: &str) -> Self {
        Self {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            body: Body::Error {
                code: code.to_owned(),
                message: message.to_owned(),
                detail: None,
            },
            signed: true,
        }
    }

    /// An error with the status that the documents give its code.
    pub(crate) fn documented_error(code: &str, message: &str) -> Self {
        let status = match code {
            "SIGN_ERROR" => 401,
            "NO_AUTH" | "RULE_LIMIT" | "NOT_ENOUGH" => 403,
            "NOT_FOUND" | "RESOURCE_NOT_EXISTS" => 404,
            "FREQUENCY_LIMITED" | "RATELIMIT_EXCEEDED" => 429,
            "SYSTEM_ERROR" => 500,
            "SERVICE_UNAVAILABLE" => 503,
            _ => 400,
        };
        let answer = Self::error(status, code, message);
        Self {
            signed: status != 401,
            ..answer
        }
    }

    /// The same answer without a signature, as every answer is before the merchant is known.
    pub(crate) fn unsigned(self) -> Self {
        Self {
            signed: false,
            ..self
        }
    }

    pub(crate) fn with_detail(mut self, value: Value) -> Self {
        if let Body::Error { detail, .. } = &mut self.body {
            *detail = Some(value);
        }
        self
    }

    /// The same answer about another number.
    pub(crate) fn about_another(mut self) -> Self {
        if let Body::Detail(detail) = &mut self.body {
            detail.become_another();
        }
        self
    }

    /// Writes and signs the answer.
    pub(crate) fn seal(
        mut self,
        shared: &Shared,
        fault: Option<&Fault>,
        now: Timestamp,
    ) -> Response<Payload> {
        let body = self.to_json();
        let mut headers = HeaderMap::new();
        if self.signed {
            sign(&body, shared, fault, now, &mut headers);
        }
        let internal = if self.status.is_success() { "0" } else { "1" };
        let request_id = format!("08{}-{internal}", random::text(HEX, 38));
        put(&mut headers, "request-id", &request_id);

        let body = match fault {
            Some(Fault::TamperedBody) if self.signed => {
                self.tamper();
                self.to_json()
            }
            _ => body,
        };
        let mut response = payload::whole(self.status, "application/json; charset=utf-8", body);
        response.headers_mut().extend(headers);
        response
    }

    fn tamper(&mut self) {
        match &mut self.body {
            Body::Detail(detail) => detail.tamper(),
            Body::Error { code, .. } => "TAMPERED".clone_into(code),
        }
    }

    fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(&self.body).expect("texts and numbers are JSON")
    }
}

fn sign(
    body: &[u8],
    shared: &Shared,
    fault: Option<&Fault>,
    now: Timestamp,
    headers: &mut HeaderMap,
) {
    let stale = fault == Some(&Fault::StaleSignature);
    let timestamp = now.unix() - if stale { AN_HOUR } else { 0 };
    let nonce = random::nonce();
    let mut message = format!("{timestamp}\n{nonce}\n").into_bytes();
    message.extend_from_slice(body);
    message.push(b'\n');
    if fault == Some(&Fault::WrongSignature) {
        message.push(b'\n');
    }
    let mut signature = shared.platform.sign(&message);
    if fault == Some(&Fault::ProbeSignature) {
        signature.insert_str(0, "WECHATPAY/SIGNTEST/");
    }

    put(headers, "wechatpay-nonce", &nonce);
    put(
        headers,
        "wechatpay-serial",
        &shared.merchant.platform_key_id,
    );
    if fault != Some(&Fault::MissingSignature) {
        put(headers, "wechatpay-signature", &signature);
    }
    put(
        headers,
        "wechatpay-signature-type",
        "WECHATPAY2-SHA256-RSA2048",
    );
    put(headers, "wechatpay-timestamp", &timestamp.to_string());
}

fn put(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

/// In seconds.
const AN_HOUR: i64 = 3600;
