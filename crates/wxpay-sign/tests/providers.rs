//! The two providers against each other, on random messages.

#![cfg(all(feature = "aws-lc-rs", feature = "rust-crypto"))]
#![allow(clippy::unwrap_used)]

use std::sync::LazyLock;

use aes_gcm::aead::{AeadInPlace, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use tokio::runtime::{Builder, Runtime};
use wxpay_core::FromWire;
use wxpay_sign::provider::Provider;
use wxpay_sign::v3::{
    ApiKey, Certificate, Encrypted, MerchantKey, PlatformKeys, PrivateKey, PublicKeys, Sealed,
};

struct Side {
    merchant: PrivateKey,
    keys: PublicKeys,
    api_key: ApiKey,
}

const API_KEY: &str = "ExampleApiV3Key0123456789abcdefg";

/// The merchant's pair stands in for the platform's, so that one side can open what the other
/// sealed.
static SIDES: LazyLock<[Side; 2]> = LazyLock::new(|| {
    let file: serde_json::Value =
        serde_json::from_str(include_str!("../../../tests/vectors/public.json")).unwrap();
    let pem = |name: &str| {
        file.pointer(&format!("/keys/{name}/pem"))
            .unwrap()
            .as_str()
            .unwrap()
    };
    let certificate = Certificate::from_pem(pem("mch_cert")).unwrap();
    [Provider::aws_lc(), Provider::rust_crypto()].map(|provider| Side {
        merchant: PrivateKey::from_pem_for_certificate_with(provider, pem("mch"), pem("mch_cert"))
            .unwrap(),
        keys: PublicKeys::new()
            .with_certificate_by(provider, &certificate)
            .unwrap(),
        api_key: ApiKey::with_provider(provider, API_KEY).unwrap(),
    })
});

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().build().unwrap());

/// Each side beside the other.
fn pairs() -> [(&'static Side, &'static Side); 2] {
    let [a, b] = &*SIDES;
    [(a, b), (b, a)]
}

#[test]
fn each_provider_is_its_own_and_aws_lc_is_the_default() {
    let (aws_lc, rust_crypto) = (Provider::aws_lc(), Provider::rust_crypto());
    assert_eq!(format!("{aws_lc:?}"), "Provider(AwsLc)");
    assert_eq!(format!("{rust_crypto:?}"), "Provider(RustCrypto)");
    assert_eq!(format!("{:?}", Provider::default()), format!("{aws_lc:?}"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn signatures_are_equal_and_verify(
        message in proptest::collection::vec(any::<u8>(), 0..2000),
        bit in 0_usize..2048,
    ) {
        RUNTIME.block_on(async {
            for (one, other) in pairs() {
                let mut signature = one.merchant.sign(&message).await.unwrap();
                let serial_no = one.merchant.serial_no();
                prop_assert_eq!(&signature, &other.merchant.sign(&message).await.unwrap());
                prop_assert!(other.keys.verify(serial_no, &message, &signature).await.is_ok());
                if let Some(byte) = signature.get_mut(bit / 8) {
                    *byte ^= 1 << (bit % 8);
                }
                let changed = other.keys.verify(serial_no, &message, &signature).await;
                let as_seen_here = one.keys.verify(serial_no, &message, &signature).await;
                prop_assert!(changed.is_err());
                prop_assert_eq!(changed, as_seen_here);
                for length in [0, 1, 255] {
                    signature.truncate(length);
                    prop_assert!(one.keys.verify(serial_no, &message, &signature).await.is_err());
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn one_seals_and_the_other_opens(text in "[a-z0-9]{0,40}|[一-龥]{0,71}|.{0,53}") {
        RUNTIME.block_on(async {
            for (one, other) in pairs() {
                let sealed = one.keys.seal(&[&text, ""]).await.unwrap();
                prop_assert_eq!(&sealed.serial_no, other.merchant.serial_no());
                for (sealed, text) in sealed.texts.iter().zip([text.as_str(), ""]) {
                    let field = Sealed::from_wire(sealed).unwrap();
                    let opened = field.open(&other.merchant).await.unwrap();
                    prop_assert_eq!(opened.expose(), text);
                    let mut bytes = STANDARD.decode(sealed).unwrap();
                    bytes.reverse();
                    prop_assert!(other.merchant.decrypt(&bytes).await.is_err());
                    bytes.pop();
                    prop_assert!(other.merchant.decrypt(&bytes).await.is_err());
                }
            }
            Ok(())
        })?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_open_the_same_and_refuse_the_same(
        plaintext in proptest::collection::vec(any::<u8>(), 0..500),
        nonce in "[ -~]{12}",
        associated_data in proptest::option::of(".{0,20}"),
        change in proptest::option::of((any::<prop::sample::Index>(), 0_u8..8)),
    ) {
        let aad = associated_data.as_deref().unwrap_or_default().as_bytes();
        let cipher = Aes256Gcm::new_from_slice(API_KEY.as_bytes()).unwrap();
        let mut ciphertext = plaintext.clone();
        let nonce_bytes = Nonce::from_slice(nonce.as_bytes());
        let tag = cipher.encrypt_in_place_detached(nonce_bytes, aad, &mut ciphertext).unwrap();
        ciphertext.extend(tag);
        if let Some((at, bit)) = change {
            *at.get_mut(&mut ciphertext) ^= 1 << bit;
        }
        let ciphertext = STANDARD.encode(ciphertext);
        for (one, _) in pairs() {
            let opened = one.api_key.open(&Encrypted {
                algorithm: "AEAD_AES_256_GCM",
                nonce: &nonce,
                associated_data: associated_data.as_deref(),
                ciphertext: &ciphertext,
            });
            prop_assert_eq!(opened.is_ok(), change.is_none());
            if let Ok(opened) = opened {
                prop_assert_eq!(opened.as_bytes(), plaintext.as_slice());
            }
        }
    }
}
