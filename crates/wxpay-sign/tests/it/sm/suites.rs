//! Which suite a message is in is decided by the keys, and never by the message.

use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use wxpay_core::{AppId, BrandId, MchId, SigningError, Timestamp, VerificationFailure};
use wxpay_sign::Proof;
use wxpay_sign::v3::{
    self, Certificate, MerchantKey, PlatformKeys, PrivateKey, PublicKeys, RequestToSign, Suite,
    payment,
};

use super::{MCH_SERIAL, keys_of, merchant};
use crate::vectors::key;

const TYPE: &str = "Wechatpay-Signature-Type";
const SM: &str = "WECHATPAY2-SM2-WITH-SM3";
const RSA: &str = "WECHATPAY2-SHA256-RSA2048";
const NOW: i64 = 1_796_000_000;

fn now() -> Timestamp {
    Timestamp::from_unix(NOW).unwrap()
}

/// A message that this key signed, with this type.
async fn signed(own: &PrivateKey, signature_type: Option<&str>) -> (HeaderMap, Bytes) {
    let body = Bytes::from_static(b"{}");
    let signature = own.sign(b"1796000000\nabc\n{}\n").await.unwrap();
    let mut headers = HeaderMap::new();
    let mut add = |name: &'static str, value: &str| {
        headers.insert(name, HeaderValue::try_from(value).unwrap());
    };
    add("wechatpay-timestamp", "1796000000");
    add("wechatpay-nonce", "abc");
    add("wechatpay-serial", own.serial_no());
    add("wechatpay-signature", &STANDARD.encode(signature));
    if let Some(signature_type) = signature_type {
        add("wechatpay-signature-type", signature_type);
    }
    (headers, body)
}

fn international() -> (PrivateKey, PublicKeys) {
    let own = PrivateKey::from_pem_for_certificate(&key("mch"), &key("mch_cert")).unwrap();
    let certificate = Certificate::from_pem(&key("mch_cert")).unwrap();
    let keys = PublicKeys::new().with_certificate(&certificate).unwrap();
    (own, keys)
}

#[tokio::test]
async fn a_message_is_taken_in_the_suite_of_the_keys_and_in_no_other() {
    let (rsa_own, rsa_keys) = international();
    let (sm_own, sm_keys) = (merchant(), keys_of("mch"));
    let verified = |own, signature_type, keys| async move {
        let (headers, body) = signed(own, signature_type).await;
        v3::verify(&headers, body, keys, now()).await
    };
    let national = verified(&sm_own, Some(SM), &sm_keys).await.unwrap();
    let serial_no = MCH_SERIAL.to_owned();
    assert_eq!(national.proof(), &Proof::Sm2 { serial_no });
    for signature_type in [None, Some(RSA), Some("wechatpay2-sm2-with-sm3"), Some("x")] {
        let error = verified(&sm_own, signature_type, &sm_keys)
            .await
            .unwrap_err();
        assert_eq!(
            error.failure(),
            &VerificationFailure::Algorithm(SM),
            "{signature_type:?}"
        );
    }
    let brand = Some("WECHATPAY-BRAND-SHA256-RSA2048");
    assert!(verified(&sm_own, brand, &sm_keys).await.is_err());
    assert!(verified(&rsa_own, Some(RSA), &rsa_keys).await.is_ok());
    assert!(verified(&rsa_own, None, &rsa_keys).await.is_ok());
    let error = verified(&rsa_own, Some(SM), &rsa_keys).await.unwrap_err();
    assert_eq!(error.failure(), &VerificationFailure::Algorithm(RSA));
    // The other side's message, with the type that is asked for.
    let error = verified(&rsa_own, Some(SM), &sm_keys).await.unwrap_err();
    assert!(matches!(
        error.failure(),
        VerificationFailure::UnknownSerial(_)
    ));
    let error = verified(&sm_own, Some(RSA), &rsa_keys).await.unwrap_err();
    assert!(matches!(
        error.failure(),
        VerificationFailure::UnknownSerial(_)
    ));
}

#[tokio::test]
async fn a_type_that_is_there_twice_or_not_text_is_refused() {
    let (headers, body) = signed(&merchant(), Some(SM)).await;
    let mut twice = headers.clone();
    twice.append(TYPE, HeaderValue::from_static(SM));
    let mut empty = headers.clone();
    empty.insert(TYPE, HeaderValue::from_static(""));
    let mut bytes = headers;
    bytes.insert(TYPE, HeaderValue::from_bytes(b"\xFF").unwrap());
    for headers in [twice, empty, bytes] {
        let verified = v3::verify(&headers, body.clone(), &keys_of("mch"), now()).await;
        assert!(verified.is_err(), "{headers:?}");
    }
}

#[tokio::test]
async fn a_request_names_the_scheme_of_its_key() {
    let own = merchant();
    let request = RequestToSign {
        method: "GET",
        target: "/v3/certificates?algorithm_type=SM2",
        timestamp: now(),
        nonce_str: "fixednonce",
        body: b"",
    };
    let mch_id = MchId::new("2480467911").unwrap();
    let header = v3::authorize(&own, &mch_id, &request).await.unwrap();
    let rest = header.strip_prefix("WECHATPAY2-SM2-WITH-SM3 mchid=\"2480467911\",");
    let signature = rest.unwrap().split("signature=\"").nth(1).unwrap();
    let signature = STANDARD
        .decode(signature.split('"').next().unwrap())
        .unwrap();
    let keys = keys_of("mch");
    let verified = keys
        .verify(MCH_SERIAL, &request.message(), &signature)
        .await;
    assert!(verified.is_ok());
    let (rsa, _) = international();
    let header = v3::authorize(&rsa, &mch_id, &request).await.unwrap();
    assert!(header.starts_with("WECHATPAY2-SHA256-RSA2048 "), "{header}");
}

/// A key that is not in this process, of the national algorithms.
#[derive(Debug)]
struct Hsm;

#[async_trait]
impl MerchantKey for Hsm {
    fn serial_no(&self) -> &str {
        MCH_SERIAL
    }

    fn suite(&self) -> Suite {
        Suite::Sm
    }

    async fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningError> {
        merchant().sign(message).await
    }
}

#[tokio::test]
async fn a_key_in_an_hsm_says_its_suite() {
    let request = RequestToSign {
        method: "GET",
        target: "/v3/x",
        timestamp: now(),
        nonce_str: "n",
        body: b"",
    };
    let shared = Arc::new(Hsm);
    let mch_id = MchId::new("2480467911").unwrap();
    for key in [&Hsm as &dyn MerchantKey, &shared] {
        let header = v3::authorize(key, &mch_id, &request).await.unwrap();
        assert!(header.starts_with("WECHATPAY2-SM2-WITH-SM3 "), "{header}");
        assert!(!key.in_memory());
    }
    let keys: Arc<dyn PlatformKeys> = Arc::new(keys_of("mch"));
    assert_eq!(Arc::new(keys).suite(), Suite::Sm);
}

#[tokio::test]
async fn brands_and_front_ends_stay_with_rsa() {
    let own = merchant();
    let request = RequestToSign {
        method: "GET",
        target: "/brand/x",
        timestamp: now(),
        nonce_str: "n",
        body: b"",
    };
    let brand = BrandId::new("40014").unwrap();
    let error = v3::authorize_brand(&own, &brand, &request)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("RSA"), "{error}");
    let brand = "WECHATPAY-BRAND-SHA256-RSA2048";
    let (headers, body) = signed(&own, Some(brand)).await;
    let error = v3::verify_brand(&headers, body, &keys_of("mch"), now())
        .await
        .unwrap_err();
    assert_eq!(error.failure(), &VerificationFailure::Algorithm(brand));
    let app_id = AppId::new("wxd930ea5d5a258f4f").unwrap();
    let error = payment::jsapi_payment(&own, &app_id, "wx1", now(), "n").await;
    assert!(error.unwrap_err().to_string().contains("RSA"));
}

#[test]
fn a_suite_has_its_names() {
    assert_eq!(Suite::default(), Suite::Rsa);
    assert_eq!(
        (Suite::Rsa.signature_type(), Suite::Rsa.encryption()),
        (RSA, "AEAD_AES_256_GCM")
    );
    assert_eq!(
        (Suite::Sm.signature_type(), Suite::Sm.encryption()),
        (SM, "AEAD_SM4_GCM")
    );
    let digest = wxpay_sign::sm3(b"abc")
        .map(|byte| format!("{byte:02x}"))
        .concat();
    assert_eq!(
        digest,
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    );
}
