use http::{HeaderMap, HeaderName, HeaderValue};
use wxpay_core::Timestamp;

use crate::Fault;
use crate::platform::PlatformKey;
use crate::random::{Random, another};

/// Signs a body into the headers that a response or a notification carries.
pub(crate) fn sign(
    body: &[u8],
    key: &PlatformKey,
    fault: Option<&Fault>,
    now: Timestamp,
    random: &Random,
) -> HeaderMap {
    let stale = fault == Some(&Fault::StaleSignature);
    let timestamp = now.unix() - if stale { AN_HOUR } else { 0 };
    let nonce = random.nonce();
    let mut message = format!("{timestamp}\n{nonce}\n").into_bytes();
    message.extend_from_slice(body);
    message.push(b'\n');
    if fault == Some(&Fault::WrongSignature) {
        message.push(b'\n');
    }
    let mut signature = key.sign(&message);
    if fault == Some(&Fault::ProbeSignature) {
        signature.insert_str(0, "WECHATPAY/SIGNTEST/");
    }
    let serial = match fault {
        Some(Fault::UnknownSerial) => another(key.serial()),
        _ => key.serial().to_owned(),
    };

    let mut headers = HeaderMap::new();
    put(&mut headers, "wechatpay-nonce", &nonce);
    put(&mut headers, "wechatpay-serial", &serial);
    if fault != Some(&Fault::MissingSignature) {
        put(&mut headers, "wechatpay-signature", &signature);
    }
    put(
        &mut headers,
        "wechatpay-signature-type",
        key.signature_type(),
    );
    put(&mut headers, "wechatpay-timestamp", &timestamp.to_string());
    headers
}

pub(crate) fn put(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

/// In seconds.
const AN_HOUR: i64 = 3600;
