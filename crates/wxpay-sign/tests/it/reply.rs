//! The verification of replies and notifications: four headers, a window around the clock, and the
//! exact bytes.

use std::sync::Mutex;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue};
use wxpay_core::{Timestamp, VerificationError, VerificationFailure};
use wxpay_sign::Proof;
use wxpay_sign::v3::{self, PlatformKeys};

/// Serial number, message and signature.
type Asked = (String, Vec<u8>, Vec<u8>);

/// Takes every signature, and keeps what it was asked to verify.
#[derive(Debug, Default)]
struct Listener(Mutex<Vec<Asked>>);

#[async_trait]
impl PlatformKeys for Listener {
    async fn verify(
        &self,
        serial_no: &str,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), VerificationError> {
        let asked = (serial_no.to_owned(), message.to_vec(), signature.to_vec());
        self.0.lock().unwrap().push(asked);
        Ok(())
    }
}

#[derive(Debug)]
struct NoKeys;

#[async_trait]
impl PlatformKeys for NoKeys {
    async fn verify(&self, _: &str, _: &[u8], _: &[u8]) -> Result<(), VerificationError> {
        Err(VerificationFailure::Mismatch.into())
    }
}

const TIME: i64 = 1_796_000_000;
const TIMESTAMP: &str = "Wechatpay-Timestamp";
const SIGNATURE: &str = "Wechatpay-Signature";
const NEEDED: [&str; 4] = [TIMESTAMP, "Wechatpay-Nonce", "Wechatpay-Serial", SIGNATURE];
const TYPE: &str = "Wechatpay-Signature-Type";

fn name(name: &str) -> HeaderName {
    name.parse().unwrap()
}

fn headers() -> HeaderMap {
    let values = ["1796000000", "abc", "0A", "c2ln"];
    let headers = NEEDED.into_iter().zip(values);
    headers
        .map(|(header, value)| (name(header), HeaderValue::from_static(value)))
        .collect()
}

fn with(header: &str, value: &str) -> HeaderMap {
    let mut headers = headers();
    headers.insert(name(header), HeaderValue::from_str(value).unwrap());
    headers
}

/// The result, and whether the keys were asked.
async fn verify(headers: &HeaderMap, now: i64) -> (Result<(), VerificationFailure>, bool) {
    let keys = Listener::default();
    let now = Timestamp::from_unix(now).unwrap();
    let result = v3::verify(headers, "{}".into(), &keys, now).await;
    let asked = !keys.0.lock().unwrap().is_empty();
    (
        result.map(drop).map_err(|error| error.failure().clone()),
        asked,
    )
}

async fn refused(headers: &HeaderMap, failure: VerificationFailure) {
    assert_eq!(verify(headers, TIME).await, (Err(failure), false));
}

#[tokio::test]
async fn the_signature_is_over_three_lines() {
    let keys = Listener::default();
    let now = Timestamp::from_unix(TIME).unwrap();
    let body: &[u8] = b"{\n}\xFF";
    let verified = v3::verify(&headers(), body.into(), &keys, now).await;
    let verified = verified.unwrap();
    assert_eq!(verified.get(), body);
    let serial_no = "0A".to_owned();
    assert_eq!(
        *keys.0.lock().unwrap(),
        [(
            serial_no.clone(),
            b"1796000000\nabc\n{\n}\xFF\n".to_vec(),
            b"sig".to_vec()
        )]
    );
    assert_eq!(verified.proof(), &Proof::Rsa { serial_no });
    let error = v3::verify(&headers(), body.into(), &NoKeys, now).await;
    assert_eq!(error.unwrap_err().failure(), &VerificationFailure::Mismatch);
}

#[tokio::test]
async fn each_header_is_there_once() {
    for header in NEEDED {
        let mut without = headers();
        without.remove(header);
        refused(&without, VerificationFailure::Missing(header)).await;
        refused(&with(header, ""), VerificationFailure::Missing(header)).await;
        let mut twice = headers();
        let same = twice[header].clone();
        twice.append(name(header), same);
        refused(&twice, VerificationFailure::Repeated(header)).await;
        refused(&with(header, "é"), VerificationFailure::Malformed(header)).await;
    }
}

#[tokio::test]
async fn the_type_may_be_absent_but_not_another() {
    let rsa = v3::RequestToSign::SCHEME;
    for header in [headers(), with(TYPE, ""), with(TYPE, rsa)] {
        assert_eq!(verify(&header, TIME).await, (Ok(()), true));
    }
    for other in ["WECHATPAY2-SM2-WITH-SM3", "wechatpay2-sha256-rsa2048", "x"] {
        refused(&with(TYPE, other), VerificationFailure::Algorithm(rsa)).await;
    }
    let mut twice = with(TYPE, rsa);
    twice.append(name(TYPE), HeaderValue::from_static(rsa));
    refused(&twice, VerificationFailure::Repeated(TYPE)).await;
    refused(&with(TYPE, "é"), VerificationFailure::Malformed(TYPE)).await;
}

/// A message for a brand and one for a merchant are told apart by what the caller is, never by what
/// the message says.
#[tokio::test]
async fn a_brand_takes_its_own_type_and_a_merchant_does_not() {
    let merchant = v3::RequestToSign::SCHEME;
    let brand = "WECHATPAY-BRAND-SHA256-RSA2048";
    assert_eq!(v3::RequestToSign::BRAND_SCHEME, brand);
    refused(&with(TYPE, brand), VerificationFailure::Algorithm(merchant)).await;

    let now = Timestamp::from_unix(TIME).unwrap();
    let keys = Listener::default();
    for header in [with(TYPE, brand), headers()] {
        let verified = v3::verify_brand(&header, "{}".into(), &keys, now).await;
        assert_eq!(verified.unwrap().get(), "{}");
    }
    let asked = keys.0.lock().unwrap().clone();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0].1, b"1796000000\nabc\n{}\n");
    let keys = Listener::default();
    for other in [
        merchant,
        "WECHATPAY2-SM2-WITH-SM3",
        "wechatpay-brand-sha256-rsa2048",
    ] {
        let error = v3::verify_brand(&with(TYPE, other), "{}".into(), &keys, now).await;
        let failure = VerificationFailure::Algorithm(brand);
        assert_eq!(error.unwrap_err().failure(), &failure);
    }
    assert!(keys.0.lock().unwrap().is_empty());
    let error = v3::verify_brand(&with(TYPE, brand), "{}".into(), &NoKeys, now).await;
    assert_eq!(error.unwrap_err().failure(), &VerificationFailure::Mismatch);
}

#[tokio::test]
async fn the_window_is_five_minutes_to_either_side() {
    for near in [-300, -299, 0, 1, 300] {
        assert_eq!(verify(&headers(), TIME + near).await, (Ok(()), true));
    }
    for far in [-86_400, -301, 301, 302, 86_400_i64] {
        let stale = VerificationFailure::Stale(far.unsigned_abs());
        assert_eq!(verify(&headers(), TIME + far).await, (Err(stale), false));
    }
    let zero = with(TIMESTAMP, "0");
    refused(&zero, VerificationFailure::Stale(1_796_000_000)).await;
    let largest = with(TIMESTAMP, "9223372036854775807");
    let away = i64::MAX.abs_diff(TIME);
    refused(&largest, VerificationFailure::Stale(away)).await;
    for broken in [
        "9223372036854775808",
        "+1796000000",
        "-1796000000",
        "1796000000.0",
        "1796000000,",
        "now",
    ] {
        let failure = VerificationFailure::Malformed(TIMESTAMP);
        refused(&with(TIMESTAMP, broken), failure).await;
    }
}

#[tokio::test]
async fn probes_and_broken_signatures_are_not_verified() {
    let probe = format!("WECHATPAY/SIGNTEST/{}", STANDARD.encode("sig"));
    refused(&with(SIGNATURE, &probe), VerificationFailure::Probe).await;
    for broken in ["*", "c2ln\t", "c2l", "WECHATPAY/SIGNTES/*"] {
        let failure = VerificationFailure::Malformed(SIGNATURE);
        refused(&with(SIGNATURE, broken), failure).await;
    }
}

#[test]
fn what_was_not_signed_says_so() {
    let reply = v3::danger_accept_unsigned("file".into());
    assert_eq!(reply.proof(), &Proof::TlsAlone);
    assert_eq!(reply.get(), "file");
}
