//! What is signed of a request, and the header that carries it.

use async_trait::async_trait;
use http::Uri;
use wxpay_core::{BrandId, MchId, SigningError, Timestamp};
use wxpay_sign::v3::{MerchantKey, RequestToSign, authorize, authorize_brand, target};

use crate::vectors::{of_kind, text};

#[test]
fn five_lines_are_signed_as_documented() {
    for vector in of_kind("v3_request_sign") {
        let (input, expected) = (&vector["input"], &vector["expected"]);
        let url: Uri = text(&input["url"]).parse().unwrap();
        let timestamp = text(&input["timestamp"]).parse().unwrap();
        let request = RequestToSign {
            method: text(&input["method"]),
            target: target(&url),
            timestamp: Timestamp::from_unix(timestamp).unwrap(),
            nonce_str: text(&input["nonce"]),
            body: text(&input["signed_body"]).as_bytes(),
        };
        let message = String::from_utf8(request.message()).unwrap();
        assert_eq!(message, text(&expected["message"]), "{}", vector["id"]);
    }
}

#[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto"))]
#[tokio::test]
async fn messages_are_signed_as_documented() {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use wxpay_sign::v3::PrivateKey;

    use crate::vectors::{key, providers};
    for vector in of_kind("v3_request_sign") {
        let (input, expected) = (&vector["input"], &vector["expected"]);
        for provider in providers() {
            let pem = key(text(&input["private_key"]));
            let key = PrivateKey::from_pem_with(provider, &pem, text(&input["serial_no"])).unwrap();
            let message = text(&expected["message"]).as_bytes();
            let signature = key.sign(message).await.unwrap();
            let signature = STANDARD.encode(signature);
            assert_eq!(signature, text(&expected["signature"]), "{}", vector["id"]);
        }
    }
}

/// Its signature is the message.
#[derive(Debug)]
struct Mirror;

#[async_trait]
impl MerchantKey for Mirror {
    fn serial_no(&self) -> &str {
        "0A"
    }

    async fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningError> {
        Ok(message.to_vec())
    }
}

#[derive(Debug)]
struct Unreachable;

#[async_trait]
impl MerchantKey for Unreachable {
    fn serial_no(&self) -> &str {
        "0A"
    }

    async fn sign(&self, _: &[u8]) -> Result<Vec<u8>, SigningError> {
        Err(SigningError::new("the HSM does not answer"))
    }
}

#[tokio::test]
async fn the_header_names_everything_but_the_body() {
    let mch_id = MchId::new("1900007291").unwrap();
    let request = RequestToSign {
        method: "POST",
        target: "/v3/a?b",
        timestamp: Timestamp::from_unix(1_554_208_460).unwrap(),
        nonce_str: "593BEC0C",
        body: b"{\n\xFF}",
    };
    assert_eq!(
        request.message(),
        b"POST\n/v3/a?b\n1554208460\n593BEC0C\n{\n\xFF}\n"
    );
    // The signature is base64 of the five lines, by coreutils.
    assert_eq!(
        authorize(&Mirror, &mch_id, &request).await.unwrap(),
        concat!(
            r#"WECHATPAY2-SHA256-RSA2048 mchid="1900007291",nonce_str="593BEC0C","#,
            r#"signature="UE9TVAovdjMvYT9iCjE1NTQyMDg0NjAKNTkzQkVDMEMKewr/fQo=","#,
            r#"timestamp="1554208460",serial_no="0A""#
        )
    );
    let error = authorize(&Unreachable, &mch_id, &request).await;
    let error = error.unwrap_err().to_string();
    assert!(error.contains("the HSM does not answer"), "{error}");
}

#[tokio::test]
async fn a_brand_signs_the_same_lines_under_its_own_scheme() {
    let request = RequestToSign {
        method: "GET",
        target: "/brand/a",
        timestamp: Timestamp::from_unix(1_554_208_460).unwrap(),
        nonce_str: "ABC",
        body: b"",
    };
    let brand_id = BrandId::new("1004").unwrap();
    let header = authorize_brand(&Mirror, &brand_id, &request).await.unwrap();
    assert_eq!(
        header,
        concat!(
            r#"WECHATPAY-BRAND-SHA256-RSA2048 brand_id="1004",nonce_str="ABC","#,
            r#"signature="R0VUCi9icmFuZC9hCjE1NTQyMDg0NjAKQUJDCgo=","#,
            r#"timestamp="1554208460",serial_no="0A""#
        )
    );
}
