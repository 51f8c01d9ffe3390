//! Notifications of APIv3 as WeChat Pay sends them, sealed and signed.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};
use wxpay_api::core::Timestamp;
use wxpay_api::sign::v3::{ApiKey, PublicKeys};
use wxpay_api::v3::{Notice, Notices};

use crate::{clients, replies};

/// The merchant's APIv3 key.
pub const API_KEY: &str = "ExampleApiV3Key0123456789abcdefg";

/// What opens the notifications of this module.
pub fn notices() -> Notices {
    let keys = PublicKeys::new()
        .with_public_key(replies::PLATFORM_KEY_ID, &replies::platform_public_key())
        .unwrap();
    Notices::new(keys, ApiKey::new(API_KEY).unwrap())
        .clock(|| Timestamp::from_unix(clients::NOW).unwrap())
}

/// A notification to be sent.
#[derive(Clone, Debug)]
pub struct Told<'a> {
    /// `event_type`.
    pub event: &'a str,
    /// `original_type`.
    pub original: Option<&'a str>,
    /// `summary`.
    pub summary: Option<&'a str>,
    /// What is sealed.
    pub resource: Value,
}

impl<'a> Told<'a> {
    /// A notification without a summary.
    pub fn new(event: &'a str, original: Option<&'a str>, resource: &Value) -> Self {
        Self {
            event,
            original,
            summary: None,
            resource: resource.clone(),
        }
    }

    /// The request, signed when the tests' clocks say that it is now.
    pub fn request(&self) -> Request<Bytes> {
        self.request_at(clients::NOW)
    }

    /// The same, signed at another time.
    pub fn request_at(&self, timestamp: i64) -> Request<Bytes> {
        let signed = replies::v3_signed(200, &self.body().to_string(), timestamp);
        let (head, body) = signed.into_parts();
        let mut request = Request::post("/notify").body(body).unwrap();
        *request.headers_mut() = head.headers;
        request
    }

    /// The notification, opened.
    pub async fn opened(&self) -> Notice {
        notices().receive(self.request()).await.unwrap()
    }

    fn body(&self) -> Value {
        let mut sealed = self.resource.to_string().into_bytes();
        let key = UnboundKey::new(&AES_256_GCM, API_KEY.as_bytes()).unwrap();
        LessSafeKey::new(key)
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(*b"EcZ9Cmy4Xyx1"),
                Aad::from(b""),
                &mut sealed,
            )
            .unwrap();
        let mut body = json!({
            "id": "EV-1",
            "event_type": self.event,
            "resource": {
                "algorithm": "AEAD_AES_256_GCM",
                "nonce": "EcZ9Cmy4Xyx1",
                "ciphertext": STANDARD.encode(sealed),
            },
        });
        if let Some(original) = self.original {
            body["resource"]["original_type"] = original.into();
        }
        if let Some(summary) = self.summary {
            body["summary"] = summary.into();
        }
        body
    }
}
