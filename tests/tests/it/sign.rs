//! The signatures against the golden vectors, on both RSA providers.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use wxpay_api::core::{MchId, Params, Timestamp, VerificationFailure};
use wxpay_api::sign::provider::Provider;
use wxpay_api::sign::v2::{self, Key, SignType};
use wxpay_api::sign::v3::{self, MerchantKey, PrivateKey, PublicKeys, RequestToSign, same_serial};
use wxpay_api::sign::workwx::{self, Api, AppSecret};
use wxpay_tests::vectors::{key, of_kind, text, texts};
use wxpay_tests::{clients, replies};

fn params(value: &Value) -> Params {
    texts(value).into_iter().collect()
}

fn sign_type(value: &Value) -> SignType {
    match text(value) {
        "MD5" => SignType::Md5,
        "HMAC-SHA256" => SignType::HmacSha256,
        other => panic!("unknown sign type {other}"),
    }
}

#[test]
fn v2_signs_as_the_documents_do() {
    for vector in of_kind("v2_sign") {
        let (input, expected) = (&vector["input"], &vector["expected"]);
        let params = params(&input["params"]);
        let canonical = format!(
            "{}&key={}",
            v2::canonical_text(&params),
            text(&input["key"])
        );
        assert_eq!(
            canonical,
            text(&expected["string_to_sign"]),
            "{}",
            vector["id"]
        );
        let key = Key::new(text(&input["key"])).unwrap();
        assert_eq!(
            key.sign(&params, sign_type(&input["sign_type"])),
            text(&expected["sign"]),
            "{}",
            vector["id"]
        );
    }
}

#[test]
fn v2_verifies_what_fits_and_nothing_else() {
    for vector in of_kind("v2_verify") {
        let input = &vector["input"];
        let key = Key::new(text(&input["key"])).unwrap();
        let result = key.verify(params(&input["params"]), sign_type(&input["sign_type"]));
        assert_eq!(
            result.is_ok(),
            vector["expected"]["valid"] == true,
            "{}",
            vector["id"]
        );
    }
}

#[test]
fn v2_names_what_is_wrong_with_a_signature() {
    let key = Key::new(clients::API_KEY).unwrap();
    let signed =
        |sign: &str| -> Params { [("total_fee", "100"), ("sign", sign)].into_iter().collect() };
    let good = key.sign(&signed(""), SignType::Md5);
    assert!(key.verify(signed(&good), SignType::Md5).is_ok());
    let hmac = key.sign(&signed(""), SignType::HmacSha256);
    let failure = |sign: &str| {
        key.verify(signed(sign), SignType::Md5)
            .unwrap_err()
            .failure()
            .clone()
    };
    let last = if good.ends_with('0') { '1' } else { '0' };
    assert_eq!(failure(""), VerificationFailure::Missing("sign"));
    assert_eq!(
        failure(&good.to_lowercase()),
        VerificationFailure::Malformed("sign")
    );
    assert_eq!(failure(&good[1..]), VerificationFailure::Malformed("sign"));
    assert_eq!(failure(&good[2..]), VerificationFailure::Malformed("sign"));
    assert_eq!(
        failure(&format!("{good} ")),
        VerificationFailure::Malformed("sign")
    );
    assert_eq!(failure(&hmac), VerificationFailure::Algorithm("MD5"));
    assert_eq!(
        failure(&format!("{}{last}", &good[..31])),
        VerificationFailure::Mismatch
    );
    // An unknown field is signed like any other.
    let mut more = signed(&good);
    more.set("added_later", "1");
    assert!(key.verify(more, SignType::Md5).is_err());
    // An empty field is not signed.
    let mut empty = signed(&good);
    empty.set("added_later", "");
    assert!(key.verify(empty, SignType::Md5).is_ok());
}

#[test]
fn v2_keys_have_32_characters() {
    for key in [
        "",
        "192006250b4c09247ec02edce69f6a2",
        "192006250b4c09247ec02edce69f6a2 ",
        "192006250b4c09247ec02edce69f6a2é",
    ] {
        assert!(Key::new(key).is_err(), "{key:?}");
    }
    assert!(!format!("{:?}", Key::new(clients::API_KEY).unwrap()).contains(clients::API_KEY));
}

#[test]
fn workwx_signs_its_fields_and_no_others() {
    for vector in of_kind("workwx_sign").iter().chain(&of_kind("workwx_full")) {
        let (input, expected) = (&vector["input"], &vector["expected"]);
        let api = if input["api"] == "pay" {
            Api::Pay
        } else {
            Api::RedPack
        };
        let secret = text(&input["secret"]);
        let mut params = params(&input["params"]);
        let sign = AppSecret::new(secret).unwrap().sign(&params, api);
        assert_eq!(sign, text(&expected["workwx_sign"]), "{}", vector["id"]);
        match expected["sign"].as_str() {
            None => {
                let canonical = format!("{}&secret={secret}", workwx::canonical_text(&params, api));
                assert_eq!(
                    canonical,
                    text(&expected["string_to_sign"]),
                    "{}",
                    vector["id"]
                );
            }
            Some(whole) => {
                params.set("workwx_sign", sign);
                let key = Key::new(text(&input["key"])).unwrap();
                assert_eq!(key.sign(&params, SignType::Md5), whole, "{}", vector["id"]);
            }
        }
    }
}

fn providers() -> [Provider; 2] {
    [Provider::aws_lc(), Provider::rust_crypto()]
}

#[tokio::test]
async fn v3_signs_requests_as_the_documents_do() {
    for vector in of_kind("v3_request_sign") {
        let (input, expected) = (&vector["input"], &vector["expected"]);
        let url: http::Uri = text(&input["url"]).parse().unwrap();
        let request = RequestToSign {
            method: text(&input["method"]),
            target: url.path_and_query().unwrap().as_str(),
            timestamp: Timestamp::from_unix(text(&input["timestamp"]).parse().unwrap()).unwrap(),
            nonce_str: text(&input["nonce"]),
            body: text(&input["signed_body"]).as_bytes(),
        };
        assert_eq!(
            request.message(),
            text(&expected["message"]).as_bytes(),
            "{}",
            vector["id"]
        );
        for provider in providers() {
            let pem = key(text(&input["private_key"]));
            let key = PrivateKey::from_pem_with(provider, &pem, text(&input["serial_no"])).unwrap();
            let mch_id = MchId::new(text(&input["mchid"])).unwrap();
            let header = v3::authorize(&key, &mch_id, &request).await.unwrap();
            let (scheme, members) = header.split_once(' ').unwrap();
            assert_eq!(scheme, text(&expected["scheme"]));
            let mut members: Vec<_> = members
                .split(',')
                .map(|member| member.split_once('=').unwrap())
                .map(|(name, value)| (name.to_owned(), value.trim_matches('"').to_owned()))
                .collect();
            // Base64 may end with equal signs, which `split_once` leaves to the value.
            members.sort();
            let mut wanted = texts(&expected["authorization"]);
            wanted.sort();
            assert_eq!(members, wanted, "{} {provider:?}", vector["id"]);
        }
    }
}

fn headers(value: &Value) -> HeaderMap {
    let pairs = texts(value).into_iter();
    pairs
        .map(|(name, value)| {
            (
                name.parse::<HeaderName>().unwrap(),
                value.parse::<HeaderValue>().unwrap(),
            )
        })
        .collect()
}

#[tokio::test]
async fn v3_accepts_the_documented_reply() {
    for vector in of_kind("v3_verify") {
        let input = &vector["input"];
        for provider in providers() {
            let mut keys = PublicKeys::new();
            let mut certificates = 0;
            for (serial, name) in texts(&input["trust"]) {
                match key(&name) {
                    pem if pem.contains("PUBLIC KEY") => {
                        keys = keys.with_public_key_by(provider, &serial, &pem).unwrap();
                    }
                    // The platform's certificate holds the key whose private half the vectors have.
                    _ => {
                        certificates += 1;
                        keys = keys
                            .with_public_key_by(provider, &serial, &replies::platform_public_key())
                            .unwrap();
                    }
                }
            }
            assert!(certificates <= 1);
            let now = Timestamp::from_unix(input["now"].as_i64().unwrap()).unwrap();
            let body = match input["body"].as_str() {
                Some(body) => body.as_bytes().to_vec(),
                None => STANDARD.decode(text(&input["body_b64"])).unwrap(),
            };
            let result = v3::verify(&headers(&input["headers"]), body.into(), &keys, now).await;
            assert_eq!(
                result.is_ok(),
                vector["expected"]["accept"] == true,
                "{} {result:?}",
                vector["id"]
            );
            let failure = result.err().map(|error| error.failure().clone());
            match text(&vector["expected"]["reason"]) {
                "ok" => assert_eq!(failure, None),
                "expired" => assert!(matches!(failure, Some(VerificationFailure::Stale(_)))),
                "unknown_serial" => assert!(matches!(
                    failure,
                    Some(VerificationFailure::UnknownSerial(_))
                )),
                "bad_signature" => assert!(matches!(
                    failure,
                    Some(VerificationFailure::Mismatch | VerificationFailure::Probe)
                )),
                "missing_header" => {
                    assert!(matches!(failure, Some(VerificationFailure::Missing(_))))
                }
                other => assert_eq!(other, "malformed"),
            }
        }
    }
}

#[tokio::test]
async fn v3_refuses_what_is_not_proven() {
    let body = r#"{"a":1}"#;
    let keys = PublicKeys::new()
        .with_public_key(replies::PLATFORM_KEY_ID, &replies::platform_public_key())
        .unwrap();
    let at = |seconds: i64| Timestamp::from_unix(seconds).unwrap();
    let good = replies::v3_signed(200, body, clients::NOW)
        .headers()
        .clone();
    let check = async |headers: &HeaderMap, body: &str, now: i64| {
        let result = v3::verify(headers, body.to_owned().into(), &keys, at(now)).await;
        result.map_err(|error| error.failure().clone())
    };
    let now = clients::NOW;
    assert!(check(&good, body, now).await.is_ok());
    assert!(check(&good, body, now + 299).await.is_ok());
    assert!(check(&good, body, now - 299).await.is_ok());
    assert_eq!(
        check(&good, body, now + 301).await,
        Err(VerificationFailure::Stale(301))
    );
    assert_eq!(
        check(&good, body, now - 301).await,
        Err(VerificationFailure::Stale(301))
    );
    assert_eq!(
        check(&good, r#"{"a":2}"#, now).await,
        Err(VerificationFailure::Mismatch)
    );
    assert_eq!(
        check(&good, "", now).await,
        Err(VerificationFailure::Mismatch)
    );

    let changed = |name: &'static str, value: &str| {
        let mut headers = good.clone();
        headers.insert(name, value.parse().unwrap());
        headers
    };
    for name in [
        "Wechatpay-Timestamp",
        "Wechatpay-Nonce",
        "Wechatpay-Serial",
        "Wechatpay-Signature",
    ] {
        let mut headers = good.clone();
        headers.remove(name);
        assert_eq!(
            check(&headers, body, now).await,
            Err(VerificationFailure::Missing(name))
        );
        let mut headers = good.clone();
        headers.append(name, good[name].clone());
        assert_eq!(
            check(&headers, body, now).await,
            Err(VerificationFailure::Repeated(name))
        );
        assert_eq!(
            check(&changed(name, ""), body, now).await,
            Err(VerificationFailure::Missing(name))
        );
    }
    for timestamp in [
        "-1",
        "+1796000000",
        " 1796000000x",
        "99999999999999999999999999",
        "1.5",
        "0x10",
    ] {
        let headers = changed("Wechatpay-Timestamp", timestamp);
        assert_eq!(
            check(&headers, body, now).await,
            Err(VerificationFailure::Malformed("Wechatpay-Timestamp")),
            "{timestamp}"
        );
    }
    for timestamp in ["0", "9223372036854775807"] {
        let headers = changed("Wechatpay-Timestamp", timestamp);
        assert!(
            matches!(
                check(&headers, body, now).await,
                Err(VerificationFailure::Stale(_))
            ),
            "{timestamp}"
        );
    }
    let other = replies::PLATFORM_KEY_ID.replace("0114", "0115");
    assert_eq!(
        check(&changed("Wechatpay-Serial", &other), body, now).await,
        Err(VerificationFailure::UnknownSerial(other))
    );
    let lower = replies::PLATFORM_KEY_ID.to_lowercase();
    assert!(
        check(&changed("Wechatpay-Serial", &lower), body, now)
            .await
            .is_err()
    );
    assert_eq!(
        check(&changed("Wechatpay-Nonce", "other"), body, now).await,
        Err(VerificationFailure::Mismatch)
    );
    assert_eq!(
        check(&changed("Wechatpay-Signature", "not base64"), body, now).await,
        Err(VerificationFailure::Malformed("Wechatpay-Signature"))
    );
    assert_eq!(
        check(&changed("Wechatpay-Signature", "AAAA"), body, now).await,
        Err(VerificationFailure::Mismatch)
    );
    let probe = format!(
        "WECHATPAY/SIGNTEST/{}",
        good["Wechatpay-Signature"].to_str().unwrap()
    );
    assert_eq!(
        check(&changed("Wechatpay-Signature", &probe), body, now).await,
        Err(VerificationFailure::Probe)
    );
    let sm2 = changed("Wechatpay-Signature-Type", "WECHATPAY2-SM2-WITH-SM3");
    assert!(matches!(
        check(&sm2, body, now).await,
        Err(VerificationFailure::Algorithm(_))
    ));
}

#[tokio::test]
async fn sealed_fields_open_with_the_right_key_only() {
    for vector in of_kind("oaep_decrypt") {
        let input = &vector["input"];
        let ciphertext = STANDARD.decode(text(&input["ciphertext"])).unwrap();
        for provider in providers() {
            let open = async |name: &str| {
                let key = PrivateKey::from_pem_with(provider, &key(name), "00").unwrap();
                key.decrypt(&ciphertext).await
            };
            let opened = open(text(&input["private_key"])).await.unwrap();
            assert_eq!(opened.expose(), text(&vector["expected"]["plaintext"]));
            assert!(open("plat_key").await.is_err());
        }
    }
}

#[test]
fn serial_numbers_compare_as_wechat_pay_writes_them() {
    assert!(same_serial("0ABC", "abc"));
    assert!(same_serial("PUB_KEY_ID_01", "PUB_KEY_ID_01"));
    assert!(!same_serial("PUB_KEY_ID_01", "PUB_KEY_ID_1"));
    assert!(!same_serial("PUB_KEY_ID_0a", "PUB_KEY_ID_0A"));
    assert!(!same_serial("ABC", "ABD"));
    assert!(!same_serial("", "0"));
}

#[test]
fn broken_keys_have_clear_errors() {
    let good = key("mch");
    for provider in providers() {
        let rule = |pem: &str| {
            let error = PrivateKey::from_pem_with(provider, pem, "00").unwrap_err();
            (error.field().to_owned(), error.rule().to_owned())
        };
        assert!(rule("").1.contains("BEGIN PRIVATE KEY"));
        assert!(rule(&format!("{good}\n{good}")).1.contains("only one"));
        assert!(
            rule(&good.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"))
                .1
                .contains("encrypted")
        );
        assert!(rule(&good.replace("MII", "MIJ")).1.contains("RSA"));
        assert_eq!(
            PrivateKey::from_pem_with(provider, &good, "not hex")
                .unwrap_err()
                .field(),
            "serial_no"
        );
        assert!(
            PublicKeys::new()
                .with_public_key_by(provider, "PUB_KEY_ID_1", &good)
                .is_err()
        );
        assert!(
            !format!(
                "{:?}",
                PrivateKey::from_pem_with(provider, &good, "00").unwrap()
            )
            .contains("MII")
        );
    }
}

#[test]
fn nonces_are_32_characters_and_differ() {
    let nonces: std::collections::HashSet<String> = (0..1000)
        .map(|_| wxpay_api::sign::nonce().unwrap())
        .collect();
    assert_eq!(nonces.len(), 1000);
    assert!(
        nonces
            .iter()
            .all(|nonce| nonce.len() == 32 && nonce.bytes().all(|b| b.is_ascii_alphanumeric()))
    );
}
