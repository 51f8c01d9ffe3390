//! The fixed keys and the genuine messages, from the project's test vectors.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use http::HeaderMap;
use serde_json::Value;
use wxpay_api::core::{SigningError, VerificationError};
use wxpay_api::sign::v3::{Certificate, MerchantKey, PlatformKeys, PublicKeys};

/// The APIv2 key of the official signing example.
pub(crate) const V2_KEY: &str = "192006250b4c09247ec02edce69f6a2d";

/// The test vector of `more.json` with this id.
pub(crate) fn more_vector(id: &str) -> Value {
    let file = more();
    let all = file["vectors"].as_array().expect("a list of vectors");
    let vector = all.iter().find(|vector| vector["id"] == id);
    vector.expect("a vector of this id").clone()
}

/// A key's PEM of `more.json`.
pub(crate) fn more_key(name: &str) -> String {
    text(&more()["keys"][name]["pem"]).to_owned()
}

/// The test vector whose id starts with `id`.
pub(crate) fn vector(id: &str) -> Value {
    let named = |vector: &&Value| text(&vector["id"]).starts_with(id);
    let file = vectors();
    let all = file["vectors"].as_array().expect("a list of vectors");
    all.iter().find(named).expect("a vector of this id").clone()
}

/// The platform's certificate, as the only key.
pub(crate) fn platform_keys() -> PublicKeys {
    let file = vectors();
    let certificate = Certificate::from_pem(text(&file["keys"]["plat"]["pem"])).expect("readable");
    PublicKeys::new()
        .with_certificate(&certificate)
        .expect("a key of RSA")
}

/// The text of a member.
pub(crate) fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// Runs what has nothing to wait for.
pub(crate) fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("nothing here waits"),
    }
}

/// Keys to which every signature fits, so that inputs get past the signature and into what is read
/// behind it.
#[derive(Debug)]
pub(crate) struct Credulous;

#[async_trait]
impl PlatformKeys for Credulous {
    async fn verify(&self, _: &str, _: &[u8], _: &[u8]) -> Result<(), VerificationError> {
        Ok(())
    }
}

/// The headers that [`Credulous`] keys accept at `timestamp`.
pub(crate) fn credible_headers(timestamp: i64) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("Wechatpay-Timestamp", timestamp.into());
    for (name, value) in [
        ("Wechatpay-Nonce", "abcdef"),
        (
            "Wechatpay-Serial",
            "50062CE505775F070CAB06E697F1BBD1AD4F4D87",
        ),
        ("Wechatpay-Signature", "AAAA"),
    ] {
        headers.insert(name, http::HeaderValue::from_static(value));
    }
    headers
}

/// A merchant's key that signs with nothing.
#[derive(Debug)]
pub(crate) struct Unsigned;

#[async_trait]
impl MerchantKey for Unsigned {
    fn serial_no(&self) -> &str {
        "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"
    }

    async fn sign(&self, _: &[u8]) -> Result<Vec<u8>, SigningError> {
        Ok(vec![0])
    }
}

fn more() -> Value {
    let file = include_str!("../../tests/vectors/more.json");
    serde_json::from_str(file).expect("the vectors are JSON")
}

fn vectors() -> Value {
    let file = include_str!("../../tests/vectors/public.json");
    serde_json::from_str(file).expect("the vectors are JSON")
}
