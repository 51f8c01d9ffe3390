//! Who may issue a platform certificate. The certificates of `tests/data/issuers` were made with
//! OpenSSL.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use wxpay_core::{Timestamp, VerificationFailure};
use wxpay_sign::v3::{Certificate, TrustedIssuers};

use crate::vectors::{pem, providers};

fn issuers(name: &str) -> String {
    pem(&format!("issuers/{name}.pem"))
}

fn certificate(name: &str) -> Certificate {
    Certificate::from_pem(&issuers(name)).unwrap()
}

/// A moment some seconds after another.
fn after(time: Timestamp, seconds: i64) -> Timestamp {
    Timestamp::from_unix(time.unix() + seconds).unwrap()
}

#[test]
fn what_a_trusted_authority_issued_is_taken_while_that_is_valid() {
    let (authority, leaf) = (certificate("ca"), certificate("leaf"));
    let both = format!("{}\n{}", issuers("other"), issuers("ca"));
    for provider in providers() {
        for trusted in [&issuers("ca"), &both] {
            let trusted = TrustedIssuers::from_pem_with(provider, trusted).unwrap();
            for good in [authority.not_before(), authority.not_after()] {
                trusted.check(&leaf, good).unwrap();
            }
            for bad in [
                after(authority.not_before(), -1),
                after(authority.not_after(), 1),
            ] {
                assert!(trusted.check(&leaf, bad).is_err());
            }
        }
        // An authority that does not say what its key is for.
        let other = TrustedIssuers::from_pem_with(provider, &issuers("other")).unwrap();
        let leaf = certificate("leaf_of_other");
        other.check(&leaf, leaf.not_before()).unwrap();
    }
}

#[test]
fn what_nobody_trusted_issued_is_refused() {
    for provider in providers() {
        let trusted = TrustedIssuers::from_pem_with(provider, &issuers("ca")).unwrap();
        for name in [
            "leaf_of_other",
            // By the name of the authority, and another key.
            "leaf_of_other_key",
            // By the authority, in a way that WeChat Pay does not sign.
            "leaf_sha384",
        ] {
            let leaf = certificate(name);
            let error = trusted.check(&leaf, leaf.not_before()).unwrap_err();
            assert!(matches!(error.failure(), VerificationFailure::Key(_)));
            assert!(error.to_string().contains("trusted"), "{name}: {error}");
        }
    }
}

#[test]
fn the_name_of_an_authority_counts_beside_its_key() {
    let leaf = certificate("leaf");
    let renamed = |to: &[u8; 18]| {
        let mut der = certificate("ca").der().to_vec();
        let name = b"Tenpay.com Root CA";
        for at in 0..der.len() - name.len() {
            if der[at..].starts_with(name) {
                der[at..at + name.len()].copy_from_slice(to);
            }
        }
        let text = STANDARD.encode(der);
        format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
    };
    for provider in providers() {
        let check = |pem: &str| {
            let trusted = TrustedIssuers::from_pem_with(provider, pem).unwrap();
            trusted.check(&leaf, leaf.not_before())
        };
        assert!(check(&renamed(b"Tenpay.com Root CA")).is_ok());
        assert!(check(&renamed(b"Tenpay.com Root CB")).is_err());
    }
}

#[test]
fn no_byte_of_a_certificate_can_be_another() {
    let trusted = TrustedIssuers::from_pem(&issuers("ca")).unwrap();
    let leaf = certificate("leaf");
    let now = leaf.not_before();
    for at in 0..leaf.der().len() {
        let mut changed = leaf.der().to_vec();
        changed[at] ^= 1;
        if let Ok(changed) = Certificate::from_der(&changed) {
            assert!(trusted.check(&changed, now).is_err(), "{at}");
        }
    }
}

#[test]
fn only_authorities_are_trusted() {
    let good = issuers("ca");
    let (no_authority, no_sign) = (issuers("no_authority"), issuers("no_sign"));
    for (pem, said) in [
        ("", "BEGIN CERTIFICATE"),
        (&*no_authority, "authorities"),
        (&*no_sign, "authorities"),
        (&*format!("{good}{no_authority}"), "authorities"),
        (&*good.replace("-----END", "----- END"), "PEM"),
        (&*good.replace("MII", "MIJ"), "X.509"),
    ] {
        let error = TrustedIssuers::from_pem(pem).unwrap_err();
        assert!(error.to_string().contains(said), "{said}: {error}");
    }
    let shown = format!("{:?}", TrustedIssuers::from_pem(&good).unwrap());
    assert_eq!(shown, r#"{"0A01"}"#);
}
