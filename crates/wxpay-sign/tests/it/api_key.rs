use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use serde_json::Value;
use wxpay_core::{Params, Timestamp, VerificationFailure};
use wxpay_sign::v3::{self, ApiKey, Certificate, Encrypted, PublicKeys};
use wxpay_sign::{Proof, v2};

use crate::vectors::{of_kind, providers, text, texts};

#[test]
fn encrypted_parts_open() {
    for vector in of_kind("v3_aead_decrypt") {
        let (input, expected) = (&vector["input"], &vector["expected"]);
        for provider in providers() {
            let key = ApiKey::with_provider(provider, text(&input["api_v3_key"])).unwrap();
            let opened = key.open(&Encrypted {
                algorithm: text(&input["algorithm"]),
                nonce: text(&input["nonce"]),
                associated_data: input["associated_data"].as_str(),
                ciphertext: text(&input["ciphertext"]),
            });
            match expected["plaintext"].as_str() {
                Some(plaintext) => {
                    let opened = opened.unwrap();
                    assert_eq!(opened.as_str(), Some(plaintext));
                    assert_eq!(opened.as_bytes(), plaintext.as_bytes());
                    assert_eq!(opened.as_ref(), plaintext.as_bytes());
                    assert_eq!(format!("{opened:?}"), "[opened]");
                }
                None if expected["error"] == true => assert!(opened.is_err(), "{}", vector["id"]),
                None => drop(opened),
            }
        }
    }
}

#[test]
fn what_does_not_open_has_its_reason() {
    let vectors = of_kind("v3_aead_decrypt");
    let input = &vectors[0]["input"];
    let ciphertext = text(&input["ciphertext"]);
    let good = Encrypted {
        algorithm: "AEAD_AES_256_GCM",
        nonce: text(&input["nonce"]),
        associated_data: input["associated_data"].as_str(),
        ciphertext,
    };
    let unopened = VerificationFailure::Unopened("ciphertext");
    for provider in providers() {
        let key = ApiKey::with_provider(provider, text(&input["api_v3_key"])).unwrap();
        let failure = |part: &Encrypted<'_>| key.open(part).unwrap_err().failure().clone();
        let national = if cfg!(feature = "sm") {
            "AEAD_SM4"
        } else {
            "AEAD_SM4_GCM"
        };
        for algorithm in ["", national, "aead_aes_256_gcm", "AEAD_AES_256_GCM "] {
            assert_eq!(
                failure(&Encrypted { algorithm, ..good }),
                VerificationFailure::Algorithm("AEAD_AES_256_GCM")
            );
        }
        for nonce in [
            "",
            "fdasflkja48",
            "fdasflkja4844",
            "好好好好好",
            &"x".repeat(4096),
        ] {
            assert_eq!(
                failure(&Encrypted { nonce, ..good }),
                VerificationFailure::Malformed("nonce")
            );
        }
        // Four characters of three bytes are twelve bytes.
        assert_eq!(
            failure(&Encrypted {
                nonce: "好好好好",
                ..good
            }),
            unopened
        );
        for ciphertext in ["*", "AAA", "AAAA\n"] {
            assert_eq!(
                failure(&Encrypted { ciphertext, ..good }),
                VerificationFailure::Malformed("ciphertext")
            );
        }
        // Shorter than its tag.
        for length in 0..16 {
            let ciphertext = STANDARD.encode(vec![0; length]);
            assert_eq!(
                failure(&Encrypted {
                    ciphertext: &ciphertext,
                    ..good
                }),
                unopened
            );
        }
        let bytes = STANDARD.decode(ciphertext).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut bytes = bytes.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let ciphertext = STANDARD.encode(bytes);
            assert_eq!(
                failure(&Encrypted {
                    ciphertext: &ciphertext,
                    ..good
                }),
                unopened
            );
        }
        for associated_data in [None, Some(""), Some("Transaction"), Some("transaction ")] {
            assert_eq!(
                failure(&Encrypted {
                    associated_data,
                    ..good
                }),
                unopened
            );
        }
        let other = ApiKey::with_provider(provider, "ExampleApiV3Key0123456789abcdefh").unwrap();
        assert_eq!(other.open(&good).unwrap_err().failure(), &unopened);
    }
}

#[test]
fn api_keys_are_32_letters_and_digits() {
    for key in [
        "",
        "ExampleApiV3Key0123456789abcdef",
        "ExampleApiV3Key0123456789abcdefgh",
        "ExampleApiV3Key0123456789abcdef ",
        "ExampleApiV3Key0123456789abcdef\n",
        "ExampleApiV3Key0123456789abcdé",
        // Printable, but the merchant platform takes letters and digits alone.
        "ExampleApiV3Key-123456789abcdefg",
        "ExampleApiV3Key0123456789abcdef=",
        "ExampleApiV3Key0123456789abcdef/",
    ] {
        let refused = ApiKey::new(key).unwrap_err();
        assert_eq!(refused.field(), "APIv3 key", "{key:?}");
        assert!(refused.rule().contains("letters and digits"), "{refused}");
        assert!(key.is_empty() || !refused.to_string().contains(key));
    }
    let key = "ExampleApiV3Key0123456789abcdefg";
    let shown = format!("{:?}", ApiKey::new(key).unwrap());
    assert_eq!(shown, "ApiKey { .. }");
}

#[tokio::test]
async fn a_certificate_list_vouches_for_itself() {
    for vector in of_kind("v3_certificates") {
        let (input, expected) = (&vector["input"], &vector["expected"]);
        let body: Value = serde_json::from_str(text(&input["body"])).unwrap();
        let headers: HeaderMap = texts(&input["headers"])
            .into_iter()
            .map(|(name, value)| {
                (
                    name.parse::<http::HeaderName>().unwrap(),
                    value.parse().unwrap(),
                )
            })
            .collect();
        let now = Timestamp::from_unix(input["now"].as_i64().unwrap()).unwrap();
        for provider in providers() {
            let key = ApiKey::with_provider(provider, text(&input["api_v3_key"])).unwrap();
            let mut keys = PublicKeys::new();
            for entry in body["data"].as_array().unwrap() {
                let part = &entry["encrypt_certificate"];
                let opened = key.open(&Encrypted {
                    algorithm: text(&part["algorithm"]),
                    nonce: text(&part["nonce"]),
                    associated_data: part["associated_data"].as_str(),
                    ciphertext: text(&part["ciphertext"]),
                });
                let opened = opened.unwrap();
                let certificate = Certificate::from_pem(opened.as_str().unwrap()).unwrap();
                assert_eq!(certificate.serial_no(), text(&entry["serial_no"]));
                assert!(certificate.is_valid_at(now));
                keys = keys.with_certificate_by(provider, &certificate).unwrap();
            }
            let serials: Vec<_> = keys.serials().collect();
            assert_eq!(expected["serials"], Value::from(serials));
            let reply = text(&input["body"]).to_owned();
            let verified = v3::verify(&headers, reply.into(), &keys, now).await;
            assert_eq!(
                verified.is_ok(),
                expected["accept"] == true,
                "{}",
                vector["id"]
            );
        }
    }
}

#[test]
fn an_opened_part_carries_the_proof_of_its_message() {
    fn part(message: &Params) -> Encrypted<'_> {
        Encrypted {
            algorithm: message.get("algorithm").unwrap_or_default(),
            nonce: message.get("nonce").unwrap_or_default(),
            associated_data: message.get("associated_data"),
            ciphertext: message.get("ciphertext").unwrap_or_default(),
        }
    }
    let input = &of_kind("v3_aead_decrypt")[0]["input"];
    let key = ApiKey::new(text(&input["api_v3_key"])).unwrap();
    let message: Params = texts(input).into_iter().collect();
    let message = v2::danger_accept_unsigned(message);
    let opened = key.open_part(&message, part).unwrap();
    assert_eq!(opened.proof(), &Proof::TlsAlone);
    assert_eq!(opened.get().as_str(), Some("{\"a\":1}"));
}
