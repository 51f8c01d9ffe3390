use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use wxpay_core::{FromWire, Timestamp, VerificationFailure};
use wxpay_sign::v3::{Certificate, MerchantKey, PlatformKeys, PrivateKey, PublicKeys, Sealed};

use crate::vectors::{key, of_kind, pem, providers, text};

const PUBLIC_KEY_ID: &str = "PUB_KEY_ID_0114232134912410000000000000";

fn certificate(name: &str) -> Certificate {
    Certificate::from_pem(&pem(name)).unwrap()
}

#[tokio::test]
async fn texts_are_sealed_up_to_the_limit_of_one_block() {
    for vector in of_kind("oaep_encrypt_limit") {
        let (input, expected) = (&vector["input"], &vector["expected"]);
        let platform = Certificate::from_pem(&key(text(&input["public_key"]))).unwrap();
        for provider in providers() {
            let keys = PublicKeys::new()
                .with_certificate_by(provider, &platform)
                .unwrap();
            let plaintext = text(&input["text"]);
            match keys.seal(&["short", plaintext]).await {
                Ok(sealed) => {
                    assert_eq!(expected["allowed"], true, "{}", vector["id"]);
                    assert_eq!(sealed.serial_no, platform.serial_no());
                    let own = PrivateKey::from_pem_with(provider, &key("plat_key"), "00").unwrap();
                    for (sealed, plaintext) in sealed.texts.iter().zip(["short", plaintext]) {
                        assert_eq!(STANDARD.decode(sealed).unwrap().len(), 256);
                        let opened = Sealed::from_wire(sealed).unwrap().open(&own).await;
                        assert_eq!(opened.unwrap().expose(), plaintext);
                    }
                }
                Err(error) => {
                    assert_eq!(expected["allowed"], false, "{}", vector["id"]);
                    let error = error.to_string();
                    assert!(
                        error.contains(&expected["utf8_bytes"].to_string()),
                        "{error}"
                    );
                    assert!(error.contains("214"), "{error}");
                    assert!(!error.contains(plaintext));
                }
            }
        }
    }
}

#[tokio::test]
async fn bytes_are_counted_not_characters() {
    for provider in providers() {
        let keys = PublicKeys::new()
            .with_certificate_by(provider, &certificate("serial_high_bit.pem"))
            .unwrap();
        for fits in ["", &"x".repeat(214), &"好".repeat(71)] {
            assert!(keys.seal(&[fits]).await.is_ok(), "{}", fits.len());
        }
        for over in ["x".repeat(215), "好".repeat(72), "x".repeat(100_000)] {
            assert!(keys.seal(&["", &over]).await.is_err(), "{}", over.len());
        }
        assert!(keys.seal(&[]).await.unwrap().texts.is_empty());
        // Sealing uses fresh random numbers each time.
        let sealed = keys.seal(&["same", "same"]).await.unwrap();
        assert_ne!(sealed.texts[0], sealed.texts[1]);
    }
}

#[tokio::test]
async fn the_sealing_key_is_the_public_key_else_the_newest_certificate() {
    let old = Certificate::from_pem(&key("plat")).unwrap();
    let new = certificate("serial_high_bit.pem");
    assert!(old.not_before() < new.not_before());
    for provider in providers() {
        let serial_no = async |keys: &PublicKeys| keys.seal(&["x"]).await.unwrap().serial_no;
        let with = |keys: PublicKeys, certificate: &Certificate| {
            keys.with_certificate_by(provider, certificate).unwrap()
        };
        let both = with(with(PublicKeys::new(), &new), &old);
        assert_eq!(serial_no(&both).await, new.serial_no());
        let both = with(with(PublicKeys::new(), &old), &new);
        assert_eq!(serial_no(&both).await, new.serial_no());
        let public_key = key("doc_wechatpay_public");
        let all = both
            .clone()
            .with_public_key_by(provider, PUBLIC_KEY_ID, &public_key)
            .unwrap();
        assert_eq!(serial_no(&all).await, PUBLIC_KEY_ID);
        assert_eq!(all.requested_serial(), Some(PUBLIC_KEY_ID));
        assert_eq!(both.requested_serial(), None);
        let serials: Vec<_> = all.serials().collect();
        assert_eq!(serials, [old.serial_no(), new.serial_no(), PUBLIC_KEY_ID]);
        assert_eq!((both.len(), all.len()), (2, 3));
        assert!(all.contains(&new.serial_no().to_lowercase()) && !all.contains("01"));
    }
    let error = PublicKeys::new().seal(&["x"]).await.unwrap_err();
    assert!(error.to_string().contains("no key"), "{error}");
}

/// Until it is switched on, a public key verifies and nothing else; then it seals before all
/// certificates.
#[tokio::test]
async fn a_key_that_only_verifies_seals_nothing_and_is_not_named() {
    let platform = Certificate::from_pem(&key("plat")).unwrap();
    let public_key = key("doc_wechatpay_public");
    for provider in providers() {
        let coming = PublicKeys::new()
            .with_public_key_by(provider, PUBLIC_KEY_ID, &public_key)
            .unwrap()
            .only_verifying(PUBLIC_KEY_ID)
            .unwrap();
        assert!(coming.contains(PUBLIC_KEY_ID) && !coming.can_seal());
        let error = coming.ready().await.unwrap_err();
        assert!(error.to_string().contains("only verify"), "{error}");
        let error = coming.verify(PUBLIC_KEY_ID, b"", b"").await.unwrap_err();
        assert_eq!(error.failure(), &VerificationFailure::Mismatch, "known");
        assert!(coming.seal(&["x"]).await.is_err(), "nothing seals");
        let both = coming.with_certificate_by(provider, &platform).unwrap();
        assert_eq!(both.requested_serial(), None);
        assert!(both.can_seal() && both.ready().await.is_ok());
        for texts in [["x"].as_slice(), &[]] {
            let sealed = both.seal(texts).await.unwrap();
            assert_eq!(sealed.serial_no, platform.serial_no());
        }
        let unknown = both.only_verifying("PUB_KEY_ID_9").unwrap_err();
        assert_eq!(unknown.field(), "serial_no");
    }
}

/// WeChat Pay's list may say another moment than the certificate itself.
#[tokio::test]
async fn the_moment_of_use_chooses_the_sealing_certificate() {
    let old = Certificate::from_pem(&key("plat")).unwrap();
    let new = certificate("serial_high_bit.pem");
    let later = Timestamp::from_unix(new.not_before().unix() + 1).unwrap();
    let keys = PublicKeys::new()
        .with_certificate(&new)
        .unwrap()
        .with_certificate(&old)
        .unwrap();
    let sealing = async |keys: &PublicKeys| keys.seal(&[]).await.unwrap().serial_no;
    assert_eq!(sealing(&keys).await, new.serial_no());
    let turned = keys.clone().effective_from(old.serial_no(), later);
    assert_eq!(sealing(&turned.unwrap()).await, old.serial_no());
    let without = keys.clone().only_verifying(new.serial_no()).unwrap();
    assert_eq!(sealing(&without).await, old.serial_no());
    assert!(keys.clone().effective_from("01", later).is_err());
    let keys = keys.with_public_key(PUBLIC_KEY_ID, &key("doc_wechatpay_public"));
    let keys = keys.unwrap();
    let coming = keys.clone().only_verifying(PUBLIC_KEY_ID).unwrap();
    for keys in [keys, coming] {
        // A public key has no dates. One that only verifies would begin to seal with one.
        assert!(keys.effective_from(PUBLIC_KEY_ID, later).is_err());
    }
}

#[tokio::test]
async fn a_serial_number_is_taken_once() {
    let platform = Certificate::from_pem(&key("plat")).unwrap();
    for provider in providers() {
        let keys = PublicKeys::new()
            .with_certificate_by(provider, &platform)
            .unwrap();
        let error = keys.with_certificate_by(provider, &platform).unwrap_err();
        assert_eq!(
            (error.field(), error.rule()),
            ("serial_no", "is known already")
        );
    }
}

#[tokio::test]
async fn certificates_verify_by_their_serial_number() {
    let platform = Certificate::from_pem(&key("plat")).unwrap();
    for provider in providers() {
        let keys = PublicKeys::new()
            .with_certificate_by(provider, &platform)
            .unwrap();
        let own = PrivateKey::from_pem_with(provider, &key("plat_key"), "00").unwrap();
        let signature = own.sign(b"x").await.unwrap();
        let failure = async |serial_no: &str, message: &[u8]| {
            let result = keys.verify(serial_no, message, &signature).await;
            result.err().map(|error| error.failure().clone())
        };
        assert_eq!(failure(platform.serial_no(), b"x").await, None);
        assert_eq!(
            failure(platform.serial_no(), b"y").await,
            Some(VerificationFailure::Mismatch)
        );
        let unknown = VerificationFailure::UnknownSerial("01".to_owned());
        assert_eq!(failure("01", b"x").await, Some(unknown));
    }
}

#[tokio::test]
async fn a_sealed_field_is_kept_as_it_came_and_does_not_show() {
    for provider in providers() {
        let own = PrivateKey::from_pem_with(provider, &key("plat_key"), "00").unwrap();
        let field = Sealed::from_wire("not base64").unwrap();
        assert_eq!(field.as_str(), "not base64");
        assert_eq!(format!("{field:?}"), "[sealed]");
        #[cfg(feature = "serde")]
        assert_eq!(serde_json::to_value(&field).unwrap(), "not base64");
        let error = field.open(&own).await.unwrap_err().to_string();
        assert!(error.contains("base64"), "{error}");
        let field = Sealed::from_wire(&STANDARD.encode([1; 256])).unwrap();
        let error = field.open(&own).await.unwrap_err().to_string();
        assert!(error.contains("not encrypted for this key"), "{error}");
    }
}
