use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject;
use wxpay_core::VerificationFailure;
use wxpay_sign::v3::{
    Certificate, MerchantKey, PlatformKeys, PrivateKey, PublicKeys, Suite, TrustedIssuers,
};

use super::{MCH_SERIAL, PLAT_SERIAL, keys_of, sm_pem};
use crate::vectors::{key, pem, providers};

#[tokio::test]
async fn every_form_of_the_key_is_the_same_key() {
    let pkcs8 = sm_pem("mch_key");
    let sec1 = sm_pem("mch_sec1");
    assert!(sec1.contains("BEGIN SM2 PRIVATE KEY"));
    let forms = [
        pkcs8.clone(),
        pkcs8.replace('\n', "\\n"),
        sec1.clone(),
        sec1.replace("SM2 PRIVATE", "EC PRIVATE"),
    ];
    for provider in providers() {
        for form in &forms {
            let own = PrivateKey::from_pem_for_certificate_with(provider, form, &sm_pem("mch"));
            let own = own.unwrap();
            assert_eq!((own.serial_no(), own.suite()), (MCH_SERIAL, Suite::Sm));
            let signature = own.sign(b"message").await.unwrap();
            let verified = keys_of("mch")
                .verify(MCH_SERIAL, b"message", &signature)
                .await;
            assert!(verified.is_ok());
        }
    }
    let with_parameters = sm_pem("with_parameters");
    assert!(with_parameters.starts_with("-----BEGIN SM2 PARAMETERS"));
    let own = PrivateKey::from_pem(&with_parameters, "0a").unwrap();
    assert_eq!(own.suite(), Suite::Sm);
    assert_eq!(format!("{own:?}"), r#"PrivateKey { serial_no: "0A", .. }"#);
}

#[test]
fn a_key_of_another_certificate_or_curve_is_refused() {
    for provider in providers() {
        let error = |key_pem: &str, certificate_pem: &str| {
            PrivateKey::from_pem_for_certificate_with(provider, key_pem, certificate_pem)
                .unwrap_err()
        };
        for (key_pem, certificate_pem) in [
            (sm_pem("plat_key"), sm_pem("mch")),
            (key("mch"), sm_pem("mch")),
            (sm_pem("mch_key"), key("mch_cert")),
        ] {
            let error = error(&key_pem, &certificate_pem);
            assert!(error.rule().contains("certificate with serial"), "{error}");
        }
        for other_curve in [pem("elliptic_key.pem"), sm_pem("p256_sec1")] {
            let error = PrivateKey::from_pem_with(provider, &other_curve, "00").unwrap_err();
            assert!(error.rule().contains("SM2"), "{error}");
        }
    }
}

#[test]
fn a_key_without_the_name_of_its_curve_is_refused() {
    // SEC1 as WeChat Pay's tools write it, and the same without `parameters [0]`.
    let pem = sm_pem("mch_sec1").replace("SM2 PRIVATE", "EC PRIVATE");
    let named = PrivateKeyDer::from_pem_slice(pem.as_bytes()).unwrap();
    let named = named.secret_der().to_vec();
    assert!(PrivateKey::from_der(&named, "00").is_ok());
    let mut unnamed = named;
    let parameters = b"\xA0\x0A\x06\x08\x2A\x81\x1C\xCF\x55\x01\x82\x2D";
    let at = unnamed
        .windows(parameters.len())
        .position(|window| window == parameters)
        .unwrap();
    unnamed.drain(at..at + parameters.len());
    unnamed[1] -= u8::try_from(parameters.len()).unwrap();
    let error = PrivateKey::from_der(&unnamed, "00").unwrap_err();
    assert!(error.rule().contains("name of its curve"), "{error}");
}

#[test]
fn a_key_with_the_name_of_another_curve_is_refused() {
    let pem = sm_pem("mch_sec1").replace("SM2 PRIVATE", "EC PRIVATE");
    let der = PrivateKeyDer::from_pem_slice(pem.as_bytes()).unwrap();
    let der = der.secret_der().to_vec();
    // Version, number and curve, without the public key, which would not fit the other curve.
    let (secret, curve) = (5..5 + 34, [0x2A, 0x81, 0x1C, 0xCF, 0x55, 0x01, 0x82, 0x2D]);
    assert_eq!(der[secret.clone()][..2], [0x04, 0x20]);
    let with = |curve: [u8; 8]| {
        let mut key = vec![0x30, 49, 0x02, 0x01, 0x01];
        key.extend_from_slice(&der[secret.clone()]);
        key.extend([0xA0, 0x0A, 0x06, 0x08]);
        key.extend(curve);
        PrivateKey::from_der(&key, "00")
    };
    assert_eq!(with(curve).unwrap().suite(), Suite::Sm);
    let p256 = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07];
    let error = with(p256).unwrap_err();
    assert!(error.rule().contains("name of its curve"), "{error}");
}

#[tokio::test]
async fn a_set_of_keys_is_of_one_suite() {
    let sm = Certificate::from_pem(&sm_pem("plat")).unwrap();
    let rsa = Certificate::from_pem(&key("plat")).unwrap();
    assert_eq!(sm.serial_no(), PLAT_SERIAL);
    for provider in providers() {
        let international = PublicKeys::new();
        assert_eq!(international.suite(), Suite::Rsa);
        let error = international
            .with_certificate_by(provider, &sm)
            .unwrap_err();
        assert!(error.rule().contains("must be an RSA key"), "{error}");
        let national = PublicKeys::for_suite(Suite::Sm);
        let error = national
            .clone()
            .with_certificate_by(provider, &rsa)
            .unwrap_err();
        assert!(error.rule().contains("must be an SM2 key"), "{error}");
        let keys = national
            .with_public_key_by(provider, "PUB_KEY_ID_1", &sm_pem("plat_pub"))
            .unwrap()
            .with_certificate_by(provider, &sm)
            .unwrap();
        assert_eq!((keys.len(), keys.suite()), (2, Suite::Sm));
        let error = keys.verify("0A", b"", b"").await.unwrap_err();
        let unknown = VerificationFailure::UnknownSerial("0A".to_owned());
        assert_eq!(error.failure(), &unknown);
    }
}

#[test]
fn a_certificate_is_proven_by_an_authority_of_sm2() {
    let plat = Certificate::from_pem(&sm_pem("plat")).unwrap();
    let now = plat.not_before();
    let issuers = TrustedIssuers::from_pem(&sm_pem("ca")).unwrap();
    assert!(issuers.check(&plat, now).is_ok());
    let authority = Certificate::from_pem(&sm_pem("ca")).unwrap();
    assert!(issuers.check(&authority, now).is_ok());
    // The same name and key, signed for another ID than the standard's.
    let other_id = Certificate::from_pem(&sm_pem("ca_other_id")).unwrap();
    let now = other_id.not_before();
    assert!(issuers.check(&other_id, now).is_err());
    let rsa = Certificate::from_pem(&key("plat")).unwrap();
    assert!(issuers.check(&rsa, rsa.not_before()).is_err());
    let mut altered = plat.der().to_vec();
    let last = altered.len() - 1;
    altered[last] ^= 1;
    let altered = Certificate::from_der(&altered).unwrap();
    assert!(issuers.check(&altered, now).is_err());
}

#[test]
fn a_public_key_off_the_curve_is_refused() {
    let good = Certificate::from_pem(&sm_pem("plat")).unwrap();
    let der = good.public_key_der().to_vec();
    let with = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut der = der.clone();
        change(&mut der);
        let text = STANDARD.encode(der);
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n");
        PublicKeys::for_suite(Suite::Sm).with_public_key("PUB_KEY_ID_1", &pem)
    };
    assert!(with(&|_| ()).is_ok());
    let point = der.len() - 64;
    assert!(with(&|der| der[point + 63] ^= 1).is_err());
    assert!(with(&|der| der[point..].fill(0)).is_err());
    assert!(with(&|der| der[point..].fill(0xFF)).is_err());
    assert!(with(&|der| der[point - 1] = 5).is_err());
    assert!(with(&|der| der.truncate(der.len() - 1)).is_err());
    // The same point, named as one of P-256.
    let curve = der
        .windows(8)
        .position(|window| window == b"\x2A\x81\x1C\xCF\x55\x01\x82\x2D")
        .unwrap();
    let p256 = b"\x2A\x86\x48\xCE\x3D\x03\x01\x07";
    assert!(with(&|der| der[curve..curve + 8].copy_from_slice(p256)).is_err());
}
