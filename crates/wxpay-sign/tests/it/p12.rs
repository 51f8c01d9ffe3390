use wxpay_core::Secret;
use wxpay_sign::v3::{Certificate, P12};

use crate::vectors::{data, key};

fn open(name: &str, password: &str) -> Result<P12, String> {
    P12::open(&data(name), &Secret::new(password)).map_err(|error| {
        assert_eq!(error.field(), "p12");
        error.rule().to_owned()
    })
}

const PASSWORD: &str = "1900009191";

#[test]
fn old_and_new_files_open() {
    for name in ["legacy.p12", "modern.p12"] {
        let opened = open(name, PASSWORD).unwrap();
        let body = |pem: &str| pem.lines().collect::<String>();
        assert_eq!(
            body(&opened.certificate_pem),
            body(&key("mch_cert")),
            "{name}"
        );
        assert_eq!(body(opened.key_pem.expose()), body(&key("mch")), "{name}");
        assert!(opened.key_pem.expose().lines().all(|line| line.len() <= 64));
        assert!(!format!("{opened:?}").contains("PRIVATE KEY"));
    }
}

#[test]
fn the_merchants_certificate_comes_first() {
    let opened = open("chain.p12", PASSWORD).unwrap();
    let certificates = opened.certificate_pem.matches("BEGIN CERTIFICATE").count();
    assert_eq!(certificates, 2);
    let own = Certificate::first_from_pem(&opened.certificate_pem).unwrap();
    assert_eq!(own.serial_no(), "F0E1D2C3B4A5968778695A4B3C2D1E0F00112233");
}

#[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto"))]
#[test]
fn its_parts_make_a_merchant_key() {
    use wxpay_sign::v3::{MerchantKey, PrivateKey};
    for name in ["legacy.p12", "modern.p12", "chain.p12"] {
        let opened = open(name, PASSWORD).unwrap();
        for provider in crate::vectors::providers() {
            let own = PrivateKey::from_pem_for_certificate_with(
                provider,
                opened.key_pem.expose(),
                &opened.certificate_pem,
            );
            let certificate = Certificate::first_from_pem(&opened.certificate_pem).unwrap();
            assert_eq!(own.unwrap().serial_no(), certificate.serial_no());
        }
    }
}

#[test]
fn what_does_not_open_has_its_reason() {
    for name in ["legacy.p12", "modern.p12", "chain.p12"] {
        for password in ["", "1900009192", "1900009191 ", "好"] {
            let rule = open(name, password).unwrap_err();
            assert!(rule.contains("merchant ID"), "{name}: {rule}");
        }
        // The old ciphers take no password with such a character at all.
        assert!(open(name, "😀").unwrap_err().contains("password"), "{name}");
        let good = data(name);
        for length in [0, 1, 10, good.len() / 2, good.len() - 1] {
            assert!(P12::open(&good[..length], &Secret::new(PASSWORD)).is_err());
        }
    }
    assert!(
        open("no_key.p12", PASSWORD)
            .unwrap_err()
            .contains("private key")
    );
    assert!(
        open("slow.p12", PASSWORD)
            .unwrap_err()
            .contains("iterations")
    );
    assert!(open("chain.pem", PASSWORD).unwrap_err().contains("PKCS#12"));
    // From OpenSSL with `-certpbe` and `-keypbe PBE-SHA1-RC4-128`.
    assert!(
        open("rc4.p12", PASSWORD)
            .unwrap_err()
            .contains("RC2, 3DES or AES")
    );
    let junk = |bytes| {
        let error = P12::open(&vec![0x30; bytes], &Secret::new(PASSWORD)).unwrap_err();
        error.rule().to_owned()
    };
    assert!(junk(16 * 1024).contains("PKCS#12"));
    assert!(junk(16 * 1024 + 1).contains("16 KiB"));
}

#[test]
fn damaged_files_do_not_panic() {
    let good = data("modern.p12");
    for at in (0..good.len()).step_by(29) {
        let mut bytes = good.clone();
        bytes[at] ^= 0x55;
        let _ = P12::open(&bytes, &Secret::new(PASSWORD));
    }
}
