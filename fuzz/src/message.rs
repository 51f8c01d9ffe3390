//! A signed message of APIv3 as text, so that seeds can be read and mutations stay messages.
//!
//! Header lines, an empty line, the body. The line `:now: 1796000000` sets the receiver's clock.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use wxpay_api::core::Timestamp;
use wxpay_api::sign::v3::WINDOW_SECONDS;

use crate::fixtures::text;

/// A message and the clock of who receives it.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) now: Timestamp,
}

impl Message {
    /// Reads the text; lines that no HTTP library would hand on are left out.
    pub(crate) fn read(data: &[u8], mut now: i64) -> Self {
        let mut headers = HeaderMap::new();
        let mut rest = data;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let (line, more) = (&rest[..end], &rest[end + 1..]);
            rest = more;
            if line.is_empty() {
                break;
            }
            if let Some(clock) = line.strip_prefix(b":now: ") {
                let clock = str::from_utf8(clock)
                    .ok()
                    .and_then(|text| text.parse().ok());
                now = clock.unwrap_or(now);
                continue;
            }
            let Some(colon) = line.iter().position(|byte| *byte == b':') else {
                continue;
            };
            let value = line[colon + 1..].trim_ascii();
            if let (Ok(name), Ok(value)) = (
                HeaderName::from_bytes(&line[..colon]),
                HeaderValue::from_bytes(value),
            ) {
                headers.append(name, value);
            }
        }
        Self {
            headers,
            body: Bytes::copy_from_slice(rest),
            now: Timestamp::from_unix(now)
                .unwrap_or_else(|| Timestamp::from_unix(0).expect("1970")),
        }
    }
}

/// The one message that the platform's key signed.
#[derive(Debug)]
pub(crate) struct Genuine {
    timestamp: String,
    nonce: String,
    serial_no: String,
    signature: Vec<u8>,
    body: String,
}

impl Genuine {
    pub(crate) fn of(vector: &Value) -> Self {
        let input = &vector["input"];
        let header = |name: &str| text(&input["headers"][name]).to_owned();
        Self {
            timestamp: header("Wechatpay-Timestamp"),
            nonce: header("Wechatpay-Nonce"),
            serial_no: header("Wechatpay-Serial"),
            signature: STANDARD
                .decode(header("Wechatpay-Signature"))
                .expect("base64"),
            body: text(&input["body"]).to_owned(),
        }
    }

    /// Whether `message` is this one, received in time.
    ///
    /// Written again rather than borrowed from the code under test: signed bytes and signature are
    /// the same, the serial number names the same certificate, no header of the signature is there
    /// twice, and the clock agrees.
    pub(crate) fn is(&self, message: &Message) -> bool {
        let only = |name: &str| {
            let mut values = message.headers.get_all(name).iter();
            match (values.next(), values.next()) {
                (Some(value), None) => Some(value.as_bytes()),
                _ => None,
            }
        };
        let serial_no = only("Wechatpay-Serial").map(|number| {
            let number = String::from_utf8_lossy(number).to_ascii_uppercase();
            number.trim_start_matches('0').to_owned()
        });
        let signature_type = message.headers.get("Wechatpay-Signature-Type");
        let signature = only("Wechatpay-Signature").and_then(|text| STANDARD.decode(text).ok());
        let sent: i64 = self.timestamp.parse().expect("a number");
        only("Wechatpay-Timestamp") == Some(self.timestamp.as_bytes())
            && only("Wechatpay-Nonce") == Some(self.nonce.as_bytes())
            && serial_no.as_deref() == Some(self.serial_no.trim_start_matches('0'))
            && signature.as_deref() == Some(&*self.signature)
            && signature_type.is_none_or(|name| name.is_empty() || name == SCHEME)
            && message
                .headers
                .get_all("Wechatpay-Signature-Type")
                .iter()
                .count()
                < 2
            && message.body == self.body
            && sent.abs_diff(message.now.unix()) <= WINDOW_SECONDS
    }
}

const SCHEME: &str = "WECHATPAY2-SHA256-RSA2048";
