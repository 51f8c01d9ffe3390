//! Files with keys and certificates: read in bounded time or refused, and the same by either
//! provider of RSA.

use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use wxpay_api::core::Secret;
use wxpay_api::sign::provider::Provider;
use wxpay_api::sign::v3::{
    Certificate, MerchantKey, P12, PlatformKeys, PrivateKey, PublicKeys, Suite,
};

use crate::fixtures::now;

/// Reads the input as a PEM text, as DER and as a PKCS#12 file.
pub fn run(data: &[u8]) {
    if let Ok(certificate) = Certificate::from_der(data) {
        check_certificate(&certificate, &pem("CERTIFICATE", data));
    }
    check_private(|provider| PrivateKey::from_der_with(provider, data, SERIAL_NO).ok());
    check_public(&pem("PUBLIC KEY", data));
    if let Ok(text) = str::from_utf8(data) {
        if let Ok(certificate) = Certificate::from_pem(text) {
            check_certificate(&certificate, text);
        }
        let _ = PrivateKey::from_pem_for_certificate(text, text);
        check_private(|provider| PrivateKey::from_pem_with(provider, text, SERIAL_NO).ok());
        check_public(text);
    }
    if !asks_for_much_work(data) {
        check_p12(data);
    }
}

fn check_certificate(certificate: &Certificate, pem: &str) {
    assert_eq!(Certificate::first_from_pem(pem).as_ref(), Ok(certificate));
    assert_eq!(Certificate::from_pem(pem).as_ref(), Ok(certificate));
    let number = certificate.serial_no();
    let digits = number
        .bytes()
        .all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F'));
    assert!(
        digits && !number.is_empty() && number.len().is_multiple_of(2),
        "{number}"
    );
    assert!(
        !certificate.is_valid_at(certificate.not_before())
            || certificate.not_before() <= certificate.not_after()
    );
    if let Ok(keys) = PublicKeys::new().with_certificate(certificate) {
        assert!(keys.contains(number) && keys.contains(&format!("00{}", number.to_lowercase())));
        // Nothing was signed, so nothing verifies.
        assert!(now(keys.verify(number, MESSAGE, &[1; 256])).is_err());
    }
}

fn check_public(pem: &str) {
    let by = |provider| PublicKeys::new().with_public_key_by(provider, "PUB_KEY_ID_1", pem);
    for keys in PROVIDERS
        .into_iter()
        .filter_map(|provider| by(provider).ok())
    {
        assert_eq!(keys.len(), 1);
        let _ = now(keys.verify("PUB_KEY_ID_1", MESSAGE, &[1; 256]));
        let _ = now(keys.seal(&["张三"]));
    }
}

/// A key that both providers take signs the same with both: a signature of RSA leaves no choice.
fn check_private(read: impl Fn(Provider) -> Option<PrivateKey>) {
    let [Some(first), Some(second)] = PROVIDERS.map(read) else {
        return;
    };
    assert_eq!(first.suite(), second.suite());
    if first.suite() != Suite::Rsa {
        return;
    }
    let (first, second) = (now(first.sign(MESSAGE)), now(second.sign(MESSAGE)));
    if let (Ok(first), Ok(second)) = (first, second) {
        assert_eq!(first, second);
    }
}

fn check_p12(data: &[u8]) {
    let start = Instant::now();
    let opened = P12::open(data, &Secret::new("1900009191"));
    let spent = start.elapsed();
    assert!(spent < Duration::from_secs(5), "took {spent:?}");
    if let Ok(opened) = opened {
        assert!(
            opened
                .certificate_pem
                .starts_with("-----BEGIN CERTIFICATE-----\n")
        );
        assert!(
            opened
                .certificate_pem
                .ends_with("-----END CERTIFICATE-----\n")
        );
        let _ =
            PrivateKey::from_pem_for_certificate(opened.key_pem.expose(), &opened.certificate_pem);
        let shown = format!("{opened:?}");
        assert!(!shown.contains("PRIVATE"), "{shown}");
    }
}

/// Whether the file holds a number over 32767, such as a count of iterations, or asks for scrypt.
///
/// The reader refuses over a million iterations, each of several times, or a gibibyte. That much
/// work is bounded, but would leave no time for other inputs.
fn asks_for_much_work(data: &[u8]) -> bool {
    const SCRYPT: &[u8] = b"\x2B\x06\x01\x04\x01\xDA\x47\x04\x0B";
    let large = |window: &[u8]| window[0] == 2 && matches!(window[1], 3 | 4);
    data.windows(2).any(large) || data.windows(SCRYPT.len()).any(|window| window == SCRYPT)
}

fn pem(label: &str, der: &[u8]) -> String {
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        STANDARD.encode(der)
    )
}

const PROVIDERS: [Provider; 2] = [Provider::aws_lc(), Provider::rust_crypto()];
const SERIAL_NO: &str = "5157F09EFDC096DE15EBE81A47057A7232F1B8E1";
const MESSAGE: &[u8] = b"GET\n/v3/certificates\n1796000000\nnonce\n\n";
