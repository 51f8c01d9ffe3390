use wxpay_core::VerificationFailure;
use wxpay_sign::v3::{ApiKey, Encrypted};

use crate::vectors::providers;

const KEY: &str = "ExampleApiV3Key0123456789abcdefg";
/// Made with OpenSSL's SM4-GCM under the first half of the key's SM3 digest.
const CIPHERTEXT: &str = "scZZY3lEN/OWjsh2ybGX2aLifmlncruHq6M4m/g77u3C";
const EMPTY: &str = "YabAAGbL9xP5Avc2ei7LBA==";

const GOOD: Encrypted<'_> = Encrypted {
    algorithm: "AEAD_SM4_GCM",
    nonce: "fdasflkja484",
    associated_data: Some("certificate"),
    ciphertext: CIPHERTEXT,
};

#[test]
fn sm4_gcm_is_decrypted_with_the_digest_of_the_key() {
    for provider in providers() {
        let key = ApiKey::with_provider(provider, KEY).unwrap();
        assert_eq!(
            key.open(&GOOD).unwrap().as_str(),
            Some(r#"{"name":"张三"}"#)
        );
        let empty = Encrypted {
            associated_data: None,
            ciphertext: EMPTY,
            ..GOOD
        };
        assert_eq!(key.open(&empty).unwrap().as_str(), Some(""));
    }
}

#[test]
fn what_was_altered_or_is_of_another_algorithm_is_not() {
    for provider in providers() {
        let key = ApiKey::with_provider(provider, KEY).unwrap();
        let failure =
            |encrypted: Encrypted<'_>| key.open(&encrypted).unwrap_err().failure().clone();
        let unopened = VerificationFailure::Unopened("ciphertext");
        for algorithm in ["SM4_GCM", "aead_sm4_gcm", "AEAD_SM4_GCM ", ""] {
            let failure = failure(Encrypted { algorithm, ..GOOD });
            assert!(
                matches!(failure, VerificationFailure::Algorithm(_)),
                "{algorithm}"
            );
        }
        let international = Encrypted {
            algorithm: "AEAD_AES_256_GCM",
            ..GOOD
        };
        assert_eq!(failure(international), unopened);
        for associated_data in [None, Some(""), Some("Certificate")] {
            assert_eq!(
                failure(Encrypted {
                    associated_data,
                    ..GOOD
                }),
                unopened
            );
        }
        assert_eq!(
            failure(Encrypted {
                nonce: "fdasflkja485",
                ..GOOD
            }),
            unopened
        );
        for nonce in ["", "fdasflkja48", "fdasflkja4844"] {
            let malformed = VerificationFailure::Malformed("nonce");
            assert_eq!(failure(Encrypted { nonce, ..GOOD }), malformed);
        }
        for ciphertext in [
            "",
            "AAAA",
            &CIPHERTEXT[4..],
            &CIPHERTEXT[..CIPHERTEXT.len() - 4],
        ] {
            assert_eq!(failure(Encrypted { ciphertext, ..GOOD }), unopened);
        }
        let other = ApiKey::with_provider(provider, "ExampleApiV3Key0123456789abcdefh").unwrap();
        assert!(other.open(&GOOD).is_err());
    }
}

#[cfg(feature = "file")]
mod file {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use wxpay_core::Secret;
    use wxpay_sign::v3::FileKey;

    const KEY: &str = "cbf063b0b33781c3";
    const TEXT: &str = "记账时间,金额\n2026-11-25,`0.01\n";
    /// Made with OpenSSL's SM4-GCM, for a nonce of 12 bytes and one of 16.
    const FILES: [(&str, &str); 2] = [
        (
            "09ba90b74310",
            "f7h5TlSK/ENtgTgLClf2FOe5LOLZ8LxADErIQOFhx2pD9bSIo5HQatcOSe1dxY1VmLnI/8s=",
        ),
        (
            "a8607ef79034c49c",
            "NXdBS3/N4zQMKYQQtcVHxe+PRHvdS0vMAv+Li/SyCc37ffvLmYx8CPuqgRgCh3BcMNKC5wc=",
        ),
    ];

    #[test]
    fn a_file_in_sm4_gcm_is_decrypted_in_any_pieces() {
        for (nonce, file) in FILES {
            let file = STANDARD.decode(file).unwrap();
            for size in 1..file.len() {
                let key = FileKey::sm4_gcm(&Secret::new(KEY), nonce).unwrap();
                let mut opening = key.opening();
                let mut text = Vec::new();
                for piece in file.chunks(size) {
                    text.extend(opening.update(piece).unwrap());
                }
                assert!(opening.end().is_ok());
                assert_eq!(text, TEXT.as_bytes());
            }
            for at in 0..file.len() {
                let mut altered = file.clone();
                altered[at] ^= 1;
                let mut opening = FileKey::sm4_gcm(&Secret::new(KEY), nonce)
                    .unwrap()
                    .opening();
                opening.update(&altered).unwrap();
                assert!(opening.end().is_err());
            }
        }
    }

    #[test]
    fn the_key_has_sixteen_bytes() {
        for key in ["", "cbf063b0b33781c", "0123456789abcdefghijklmnopqrstuv"] {
            let error = FileKey::sm4_gcm(&Secret::new(key), "09ba90b74310").unwrap_err();
            assert!(error.rule().contains("16 bytes"), "{error}");
        }
    }
}
