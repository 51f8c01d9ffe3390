//! Who may issue a platform certificate, if that is checked.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, date_time_ymd,
};
use wxpay_api::core::{Timestamp, VerificationFailure};
use wxpay_api::sign::provider::Provider;
use wxpay_api::sign::v3::{Certificate, TrustedIssuers};
use wxpay_api::v3::RefreshError;
use wxpay_tests::scripted::Scripted;
use wxpay_tests::{clients, vectors};

use crate::list_certificates::{builder, list, other, signer};

fn key(name: &str) -> KeyPair {
    KeyPair::from_pem_and_sign_algo(&vectors::key(name), &PKCS_RSA_SHA256).unwrap()
}

/// An authority of this name.
fn authority(name: &str) -> CertificateParams {
    let mut params = owner(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params
}

fn owner(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2026, 1, 1);
    params.not_after = date_time_ymd(2036, 1, 1);
    params
}

fn self_signed(params: &CertificateParams, key: &KeyPair) -> String {
    params.clone().self_signed(key).unwrap().pem()
}

fn issued(by: CertificateParams, key: KeyPair) -> Certificate {
    let leaf = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let issuer = Issuer::new(by, key);
    let pem = owner("Tenpay.com sign").signed_by(&leaf, &issuer).unwrap();
    Certificate::from_pem(&pem.pem()).unwrap()
}

fn now() -> Timestamp {
    Timestamp::from_unix(clients::NOW).unwrap()
}

fn providers() -> [Provider; 2] {
    [Provider::aws_lc(), Provider::rust_crypto()]
}

#[test]
fn what_a_trusted_authority_issued_is_taken() {
    let root = authority("Tenpay.com Root CA");
    let pem = self_signed(&root, &key("plat_key"));
    let other = self_signed(&authority("Another CA"), &key("mch"));
    let leaf = issued(root, key("plat_key"));
    for provider in providers() {
        for trusted in [pem.clone(), format!("{other}\n{pem}")] {
            let issuers = TrustedIssuers::from_pem_with(provider, &trusted).unwrap();
            issuers.check(&leaf, now()).unwrap();
        }
    }
}

#[test]
fn what_nobody_trusted_issued_is_refused() {
    let root = || authority("Tenpay.com Root CA");
    let pem = self_signed(&root(), &key("plat_key"));
    let after = Timestamp::from_unix(2_200_000_000).unwrap();
    let cases = [
        // The right name and another key.
        (issued(root(), key("mch")), now()),
        // The right key and another name.
        (issued(authority("Tenpay.com"), key("plat_key")), now()),
        // By itself.
        (
            Certificate::from_pem(&vectors::key("mch_cert")).unwrap(),
            now(),
        ),
        // By an authority that has expired.
        (issued(root(), key("plat_key")), after),
    ];
    for provider in providers() {
        let issuers = TrustedIssuers::from_pem_with(provider, &pem).unwrap();
        for (certificate, moment) in &cases {
            let error = issuers.check(certificate, *moment).unwrap_err();
            assert!(matches!(error.failure(), VerificationFailure::Key(_)));
            assert!(error.to_string().contains("trusted"), "{error}");
        }
    }
}

#[test]
fn a_changed_certificate_is_refused() {
    let root = authority("Tenpay.com Root CA");
    let issuers = TrustedIssuers::from_pem(&self_signed(&root, &key("plat_key"))).unwrap();
    let leaf = issued(root, key("plat_key"));
    let good = leaf.der().to_vec();
    let name = b"Tenpay.com sign";
    let at = good.windows(name.len()).position(|part| part == name);
    let mut changed = good.clone();
    changed[at.unwrap()] = b'X';
    let changed = Certificate::from_der(&changed).unwrap();
    assert!(issuers.check(&changed, now()).is_err());
    // Any byte: what can still be read is not proven.
    for at in 0..good.len() {
        let mut changed = good.clone();
        changed[at] ^= 1;
        if let Ok(certificate) = Certificate::from_der(&changed) {
            assert!(issuers.check(&certificate, now()).is_err(), "{at}");
        }
    }
}

#[test]
fn only_authorities_are_trusted() {
    let no_authority = self_signed(&owner("Tenpay.com"), &key("plat_key"));
    let mut no_issuer = authority("Tenpay.com");
    no_issuer.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let no_issuer = self_signed(&no_issuer, &key("plat_key"));
    let curve = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let curve = self_signed(&authority("Tenpay.com"), &curve);
    let good = self_signed(&authority("Tenpay.com"), &key("plat_key"));
    for (pem, said) in [
        ("", "BEGIN CERTIFICATE"),
        (&*no_authority, "authorities"),
        (&*no_issuer, "authorities"),
        (&*curve, "RSA"),
        (&*format!("{good}{no_authority}"), "authorities"),
    ] {
        let error = TrustedIssuers::from_pem(pem).unwrap_err();
        assert!(error.to_string().contains(said), "{said}: {error}");
    }
    let shown = format!("{:?}", TrustedIssuers::from_pem(&good).unwrap());
    assert!(shown.starts_with('{'), "{shown}");
}

/// The platform certificate of the tests issued itself.
#[tokio::test]
async fn a_list_is_believed_only_with_certificates_of_trusted_authorities() {
    let lists = || Scripted::new([list(0, &[signer("")])]);
    let own = TrustedIssuers::from_pem(&vectors::key("plat")).unwrap();
    let trusting = builder(&lists()).0.trusted_issuers(own).build().unwrap();
    trusting.refresh().await.unwrap();
    assert_eq!(trusting.serial_numbers().len(), 1);

    let foreign = TrustedIssuers::from_pem(&vectors::key("mch_cert")).unwrap();
    let refusing = builder(&lists())
        .0
        .trusted_issuers(foreign)
        .build()
        .unwrap();
    let error = refusing.refresh().await.unwrap_err();
    assert!(matches!(error, RefreshError::Unverified(_)), "{error:?}");
    assert!(refusing.serial_numbers().is_empty());

    // One that nobody trusted issued is left out, and what it signed is not believed.
    let both = Scripted::new([list(0, &[other(""), signer("")])]);
    let own = TrustedIssuers::from_pem(&vectors::key("plat")).unwrap();
    let trusting = builder(&both).0.trusted_issuers(own).build().unwrap();
    trusting.refresh().await.unwrap();
    let plat = Certificate::from_pem(&vectors::key("plat")).unwrap();
    assert_eq!(trusting.serial_numbers(), [plat.serial_no()]);

    let both = Scripted::new([list(0, &[other(""), signer("")])]);
    let wrong = TrustedIssuers::from_pem(&vectors::key("mch_cert")).unwrap();
    let refusing = builder(&both).0.trusted_issuers(wrong).build().unwrap();
    let error = refusing.refresh().await.unwrap_err();
    assert!(matches!(error, RefreshError::Unverified(_)), "{error:?}");
    assert!(refusing.serial_numbers().is_empty());
}
