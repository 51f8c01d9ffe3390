//! Keys of one's own, such as in an HSM: what they need not do, and sharing them.

use std::sync::Arc;

use async_trait::async_trait;
use wxpay_core::{Secret, SigningError, VerificationError, VerificationFailure};
use wxpay_sign::v3::{MerchantKey, PlatformKeys, SealedTexts};

#[derive(Debug)]
struct Hsm;

#[async_trait]
impl MerchantKey for Hsm {
    fn serial_no(&self) -> &str {
        "0A"
    }

    fn in_memory(&self) -> bool {
        true
    }

    async fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningError> {
        Ok([b"signed ", message].concat())
    }

    async fn decrypt(&self, ciphertext: &[u8]) -> Result<Secret, SigningError> {
        let text = String::from_utf8(ciphertext.to_vec()).unwrap();
        Ok(Secret::new(format!("opened {text}")))
    }
}

#[async_trait]
impl PlatformKeys for Hsm {
    fn requested_serial(&self) -> Option<&str> {
        Some("PUB_KEY_ID_1")
    }

    fn holds(&self, serial_no: &str) -> bool {
        serial_no == "PUB_KEY_ID_1"
    }

    async fn ready(&self) -> Result<(), SigningError> {
        Err(SigningError::new("the HSM is locked"))
    }

    async fn verify(
        &self,
        serial_no: &str,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), VerificationError> {
        if (serial_no, message, signature) == ("PUB_KEY_ID_1", b"m", b"s") {
            return Ok(());
        }
        Err(VerificationFailure::Mismatch.into())
    }

    async fn seal(&self, plaintexts: &[&str]) -> Result<SealedTexts, SigningError> {
        let texts = plaintexts.iter().map(|text| format!("sealed {text}"));
        Ok(SealedTexts::new("PUB_KEY_ID_1", texts.collect()))
    }
}

#[tokio::test]
async fn a_shared_key_does_what_the_key_does() {
    let shared = Arc::new(Hsm);
    let key: &dyn MerchantKey = &shared;
    assert_eq!(key.serial_no(), "0A");
    assert!(key.in_memory());
    assert_eq!(key.sign(b"m").await.unwrap(), b"signed m");
    assert_eq!(key.decrypt(b"c").await.unwrap().expose(), "opened c");

    let keys: &dyn PlatformKeys = &shared;
    assert_eq!(keys.requested_serial(), Some("PUB_KEY_ID_1"));
    assert!(keys.holds("PUB_KEY_ID_1") && !keys.holds("0A"));
    let locked = keys.ready().await.unwrap_err().to_string();
    assert!(locked.contains("the HSM is locked"), "{locked}");
    assert_eq!(keys.verify("PUB_KEY_ID_1", b"m", b"s").await, Ok(()));
    for (serial_no, message, signature) in [
        ("PUB_KEY_ID_2", b"m", b"s"),
        ("PUB_KEY_ID_1", b"s", b"s"),
        ("PUB_KEY_ID_1", b"m", b"m"),
    ] {
        assert!(keys.verify(serial_no, message, signature).await.is_err());
    }
    let sealed = keys.seal(&["a", "b"]).await.unwrap();
    assert_eq!(sealed.serial_no, "PUB_KEY_ID_1");
    assert_eq!(sealed.texts, ["sealed a", "sealed b"]);
}

/// Only what there is no default for.
#[derive(Debug)]
struct Least;

#[async_trait]
impl MerchantKey for Least {
    fn serial_no(&self) -> &str {
        "0B"
    }

    async fn sign(&self, _: &[u8]) -> Result<Vec<u8>, SigningError> {
        Ok(Vec::new())
    }
}

#[async_trait]
impl PlatformKeys for Least {
    async fn verify(&self, _: &str, _: &[u8], _: &[u8]) -> Result<(), VerificationError> {
        Ok(())
    }
}

#[tokio::test]
async fn keys_need_not_seal_open_or_have_a_public_key() {
    assert_eq!(Least.requested_serial(), None);
    assert!(!Least.holds("0B"));
    assert!(!Least.in_memory() && !Arc::new(Least).in_memory());
    assert!(Least.ready().await.is_ok());
    let error = Least.seal(&["x"]).await.unwrap_err().to_string();
    assert!(error.contains("do not encrypt"), "{error}");
    let error = Least.decrypt(b"x").await.unwrap_err().to_string();
    assert!(error.contains("does not decrypt"), "{error}");
}
