use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use serde::Serialize;
use serde_json::{Value, json};
#[cfg(feature = "sm")]
use sm3::Digest;
use wxpay_core::Timestamp;

use crate::Fault;
use crate::payload::{self, Payload};
use crate::platform::PlatformKey;
use crate::random::{HEX, Random};
use crate::v3::signature::{put, sign};

/// A response, and whether it is to be signed.
pub(crate) struct Answer {
    status: StatusCode,
    body: Body,
    signed: bool,
    /// What stands in its head beside what every response has.
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// The body of a response that is not an error.
pub(crate) trait Content: Send {
    fn to_json(&self) -> Vec<u8>;

    /// Turns into the body about another number.
    fn become_another(&mut self);

    /// Changes what matters most.
    fn tamper(&mut self);
}

enum Body {
    Content(Box<dyn Content>),
    File {
        kind: &'static str,
        bytes: Vec<u8>,
        /// The header with its SHA-1, which is what is signed.
        digest: Option<&'static str>,
    },
    Nothing,
    Error(ErrorBody),
}

#[derive(Serialize)]
struct ErrorBody {
    code: String,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<Value>,
}

impl Answer {
    pub(crate) fn ok(content: impl Content + 'static) -> Self {
        Self {
            status: StatusCode::OK,
            body: Body::Content(Box::new(content)),
            signed: true,
            headers: Vec::new(),
        }
    }

    /// 202: what was asked for is not done yet.
    pub(crate) fn accepted(content: impl Content + 'static) -> Self {
        Self {
            status: StatusCode::ACCEPTED,
            ..Self::ok(content)
        }
    }

    /// 204, which has no body and is signed all the same.
    pub(crate) fn no_content() -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            body: Body::Nothing,
            signed: true,
            headers: Vec::new(),
        }
    }

    /// 202 without a body: what was asked for is taken in.
    pub(crate) fn nothing_yet() -> Self {
        Self {
            status: StatusCode::ACCEPTED,
            ..Self::no_content()
        }
    }

    /// A file, which is never signed.
    pub(crate) fn file(kind: &'static str, bytes: Vec<u8>) -> Self {
        Self {
            status: StatusCode::OK,
            body: Body::File {
                kind,
                bytes,
                digest: None,
            },
            signed: false,
            headers: Vec::new(),
        }
    }

    /// A file whose digest stands in a header and is signed in its place.
    pub(crate) fn file_by_digest(kind: &'static str, bytes: Vec<u8>, digest: &'static str) -> Self {
        Self {
            status: StatusCode::OK,
            body: Body::File {
                kind,
                bytes,
                digest: Some(digest),
            },
            signed: true,
            headers: Vec::new(),
        }
    }

    pub(crate) fn error(status: u16, code: &str, message: &str) -> Self {
        Self {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            body: Body::Error(ErrorBody {
                code: code.to_owned(),
                message: message.to_owned(),
                detail: None,
            }),
            signed: true,
            headers: Vec::new(),
        }
    }

    /// `PARAM_ERROR` about one field. The `location` is `body`, `query` or `url`.
    pub(crate) fn param_error(location: &str, field: &str, value: Value, issue: &str) -> Self {
        let detail = json!({
            "field": field,
            "value": value,
            "issue": issue,
            "location": location,
        });
        Self::error(400, "PARAM_ERROR", "参数错误").with_detail(detail)
    }

    /// An error with the status that the documents give its code.
    pub(crate) fn documented_error(code: &str, message: &str) -> Self {
        let status = match code {
            "USERPAYING" => 202,
            "SIGN_ERROR" => 401,
            "NO_AUTH"
            | "ACCOUNT_NOT_VERIFIED"
            | "CONTRACT_NOT_CONFIRMED"
            | "USER_ERROR"
            | "RULE_LIMIT"
            | "NOT_ENOUGH"
            | "OUT_TRADE_NO_USED"
            | "ACCOUNT_ERROR"
            | "AUTH_CODE_EXPIRE"
            | "TRADE_ERROR"
            | "REQUEST_BLOCKED"
            | "USER_ACCOUNT_ABNORMAL" => 403,
            // The pages of combined orders write theirs without a line.
            "NOAUTH" | "RULELIMIT" | "NOTENOUGH" | "ACCOUNTERROR" => 403,
            "NOT_FOUND" | "RESOURCE_NOT_EXISTS" | "ORDER_NOT_EXIST" | "ORDERNOTEXIST" => 404,
            "MCH_NOT_EXISTS" => 404,
            "FREQUENCY_LIMIT"
            | "FREQUENCY_LIMITED"
            | "FREQUENCY_LIMIT_EXCEED"
            | "RATELIMIT_EXCEEDED" => 429,
            "SYSTEM_ERROR" | "SYSTEMERROR" | "BANK_ERROR" | "BANKERROR" | "OPENID_MISMATCH" => 500,
            "SERVICE_UNAVAILABLE" => 503,
            _ => 400,
        };
        let answer = Self::error(status, code, message);
        Self {
            signed: status != 401,
            ..answer
        }
    }

    /// The same response without a signature, as every response is before the merchant is known.
    pub(crate) fn unsigned(self) -> Self {
        Self {
            signed: false,
            ..self
        }
    }

    /// The same with another header.
    pub(crate) fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::try_from(value) {
            self.headers.push((name, value));
        }
        self
    }

    /// The same file with the header that has its digest, which no signature covers.
    #[cfg(feature = "sm")]
    pub(crate) fn with_sm3_digest(self) -> Self {
        let digest = sm3::Sm3::digest(self.body.to_bytes());
        let hex: String = digest.iter().map(|byte| format!("{byte:02X}")).collect();
        self.with_header(HeaderName::from_static("sm3-digest"), &hex)
    }

    /// The same file: only a sandbox of the national algorithms (国密) has them.
    #[cfg(not(feature = "sm"))]
    pub(crate) fn with_sm3_digest(self) -> Self {
        self
    }

    pub(crate) fn with_detail(mut self, value: Value) -> Self {
        if let Body::Error(error) = &mut self.body {
            error.detail = Some(value);
        }
        self
    }

    /// The same response about another number.
    pub(crate) fn about_another(mut self) -> Self {
        if let Body::Content(content) = &mut self.body {
            content.become_another();
        }
        self
    }

    /// Writes and signs the response.
    pub(crate) fn seal(
        mut self,
        key: &PlatformKey,
        fault: Option<&Fault>,
        now: Timestamp,
        random: &Random,
    ) -> Response<Payload> {
        let body = self.body.to_bytes();
        let mut headers = HeaderMap::new();
        if self.signed {
            headers = match &self.body {
                Body::File {
                    digest: Some(name), ..
                } => by_digest(name, &body, |text| sign(text, key, fault, now, random)),
                _ => sign(&body, key, fault, now, random),
            };
        }
        let error = matches!(self.body, Body::Error(_));
        let internal = if error { "1" } else { "0" };
        let request_id = format!("08{}-{internal}", random.text(HEX, 38));
        put(&mut headers, "request-id", &request_id);

        let body = match fault {
            Some(Fault::TamperedBody) if self.signed => {
                self.body.tamper();
                self.body.to_bytes()
            }
            _ => body,
        };
        let mut response = match &self.body {
            Body::File { kind, .. } => payload::whole(self.status, kind, body),
            // WeChat Pay says so of 204 too, and there are clients that look.
            _ => payload::whole(self.status, "application/json; charset=utf-8", body),
        };
        response.headers_mut().extend(headers);
        response.headers_mut().extend(self.headers);
        response
    }
}

impl Body {
    fn tamper(&mut self) {
        match self {
            Self::Content(content) => content.tamper(),
            Self::Nothing => {}
            Self::File { bytes, .. } => bytes.push(b'!'),
            Self::Error(error) => "TAMPERED".clone_into(&mut error.code),
        }
    }

    fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Content(content) => content.to_json(),
            Self::File { bytes, .. } => bytes.clone(),
            Self::Nothing => Vec::new(),
            Self::Error(error) => to_json(error),
        }
    }
}

/// The headers of a file whose digest is signed in its place.
fn by_digest(name: &'static str, file: &[u8], sign: impl FnOnce(&[u8]) -> HeaderMap) -> HeaderMap {
    let sha1: String = digest(&SHA1_FOR_LEGACY_USE_ONLY, file)
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let mut headers = sign(format!(r#"{{"sha1":"{sha1}"}}"#).as_bytes());
    if let (Ok(name), Ok(sha1)) = (HeaderName::try_from(name), HeaderValue::try_from(sha1)) {
        headers.insert(name, sha1);
    }
    headers
}

/// Writes texts, numbers and lists of them.
pub(crate) fn to_json(body: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(body).expect("texts and numbers are JSON")
}
