use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use wxpay_sign::v3::{Certificate, MerchantKey, PlatformKeys, PrivateKey, PublicKeys};

use crate::vectors::{key, pem, providers};

#[tokio::test]
async fn a_key_takes_its_serial_number_from_its_certificate() {
    let certificate_pem = key("mch_cert");
    let certificate = Certificate::from_pem(&certificate_pem).unwrap();
    for provider in providers() {
        for key_pem in [key("mch"), pem("pkcs1_key.pem")] {
            let own =
                PrivateKey::from_pem_for_certificate_with(provider, &key_pem, &certificate_pem)
                    .unwrap();
            assert_eq!(own.serial_no(), certificate.serial_no());
            let keys = PublicKeys::new()
                .with_certificate_by(provider, &certificate)
                .unwrap();
            let signature = own.sign(b"message").await.unwrap();
            keys.verify(own.serial_no(), b"message", &signature)
                .await
                .unwrap();
            assert!(
                keys.verify(own.serial_no(), b"Message", &signature)
                    .await
                    .is_err()
            );
        }
        let own =
            PrivateKey::from_pem_for_certificate_with(provider, &key("mch"), &pem("chain.pem"))
                .unwrap();
        assert_eq!(own.serial_no(), "F0E1D2C3B4A5968778695A4B3C2D1E0F00112233");
    }
}

#[test]
fn a_key_of_another_certificate_is_refused() {
    for provider in providers() {
        let error = |key_pem: &str, certificate_pem: &str| {
            PrivateKey::from_pem_for_certificate_with(provider, key_pem, certificate_pem)
                .unwrap_err()
        };
        let other = error(&key("plat_key"), &key("mch_cert"));
        assert_eq!(other.field(), "private key");
        assert!(
            other
                .rule()
                .contains("1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C")
        );
        assert_eq!(
            error(&key("mch"), &pem("elliptic.pem")).field(),
            "private key"
        );
        assert_eq!(error(&key("mch"), &key("mch")).field(), "certificate");
        assert_eq!(error(&key("mch"), "").field(), "certificate");
    }
}

#[tokio::test]
async fn keys_are_read_from_der() {
    for provider in providers() {
        for text in [key("mch"), pem("pkcs1_key.pem")] {
            let der = PrivateKeyDer::from_pem_slice(text.as_bytes()).unwrap();
            let own = PrivateKey::from_der_with(provider, der.secret_der(), "0a").unwrap();
            assert_eq!(own.serial_no(), "0A");
            assert_eq!(own.sign(b"").await.unwrap().len(), 256);
        }
        let encrypted = pem("encrypted_key.pem").replace("ENCRYPTED ", "");
        let encrypted = PrivateKeyDer::from_pem_slice(encrypted.as_bytes()).unwrap();
        let certificate = CertificateDer::from_pem_slice(key("mch_cert").as_bytes()).unwrap();
        for der in [
            encrypted.secret_der(),
            &certificate,
            &[],
            b"\x30\x82\xFF\xFF",
            b"-----BEGIN",
        ] {
            let error = PrivateKey::from_der_with(provider, der, "00").unwrap_err();
            assert_eq!(error.field(), "private key");
        }
    }
}

#[test]
fn broken_files_have_clear_errors() {
    let good = key("mch");
    for provider in providers() {
        let rule = |pem: &str| {
            let error = PrivateKey::from_pem_with(provider, pem, "00").unwrap_err();
            assert_eq!(error.field(), "private key");
            error.rule().to_owned()
        };
        assert!(rule("").contains("BEGIN PRIVATE KEY"));
        assert!(rule(&format!("{good}\n{good}")).contains("only one"));
        assert!(rule(&good.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY")).contains("encrypted"));
        assert!(rule(&good.replace("MII", "MIJ")).contains("RSA"));
        for serial_no in ["", "not hex", "0x1F", "é"] {
            let error = PrivateKey::from_pem_with(provider, &good, serial_no).unwrap_err();
            assert_eq!(error.field(), "serial_no", "{serial_no:?}");
        }
    }
}

/// The content says what a section is; its label says it where the content is damaged.
#[test]
fn a_damaged_key_is_still_called_a_key() {
    // SEC1 without the name of its curve, all of whose bytes happen to be text.
    let text = STANDARD.encode(b"0%\x02\x01\x01\x04 abcdefghijklmnopqrstuvwxyz012345");
    let labelled = ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"]
        .map(|label| format!("-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n"));
    for provider in providers() {
        for damaged in labelled.iter().chain([&text]) {
            let error = PrivateKey::from_pem_with(provider, damaged, "00").unwrap_err();
            assert!(error.rule().contains("an RSA key of"), "{damaged}: {error}");
        }
    }
}

#[test]
fn a_key_shows_its_serial_number_only() {
    let own = PrivateKey::from_pem(&key("mch"), "0a").unwrap();
    assert_eq!(format!("{own:?}"), r#"PrivateKey { serial_no: "0A", .. }"#);
}

#[test]
fn a_key_in_memory_says_so_shared_or_not() {
    let own = PrivateKey::from_pem(&key("mch"), "0a").unwrap();
    assert!(own.in_memory());
    assert!(Arc::new(own).in_memory());
}

#[test]
fn keys_that_are_too_small_or_not_rsa_are_refused() {
    for provider in providers() {
        for name in ["small_key.pem", "elliptic_key.pem"] {
            let error = PrivateKey::from_pem_with(provider, &pem(name), "00").unwrap_err();
            assert!(error.rule().contains("2048"), "{name}: {error}");
        }
        for name in ["small.pem", "elliptic.pem"] {
            let certificate = Certificate::from_pem(&pem(name)).unwrap();
            let error = PublicKeys::new()
                .with_certificate_by(provider, &certificate)
                .unwrap_err();
            assert!(error.rule().contains("2048"), "{name}: {error}");
        }
        let error =
            PrivateKey::from_pem_with(provider, &pem("encrypted_key.pem"), "00").unwrap_err();
        assert!(error.rule().contains("encrypted"));
    }
}
