//! The sandbox's own checks, held to the workspace's golden vectors.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::KeyPair as _;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject;
use serde_json::Value;

use crate::platform::{self, PlatformKey};
use crate::v2::notice;
use crate::v2::sign::{self, REDPACK_FIELDS, SignType, WORKWX_FIELDS};
use crate::v3::aead;
use crate::v3::authorization::Authorization;

#[test]
fn v2_sign() {
    let checked = each("v2_sign", |input, expected| {
        let sign_type = SignType::parse(text(&input["sign_type"])).unwrap();
        let key = text(&input["key"]);
        let signed = fields(input).filter(|(name, _)| *name != "sign");
        assert_eq!(
            sign::string_to_sign(signed, "key", key),
            expected["string_to_sign"]
        );
        assert_eq!(sign::sign(sign_type, fields(input), key), expected["sign"]);
    });
    assert_eq!(checked, 3);
}

#[test]
fn v2_verify() {
    let checked = each("v2_verify", |input, expected| {
        let sign_type = SignType::parse(text(&input["sign_type"])).unwrap();
        let sign = sign::sign(sign_type, fields(input), text(&input["key"]));
        assert_eq!(sign == input["params"]["sign"], expected["valid"]);
    });
    assert_eq!(checked, 2);
}

#[test]
fn workwx_sign() {
    let checked = each("workwx_sign", |input, expected| {
        let only: &[&str] = match text(&input["api"]) {
            "pay" => &WORKWX_FIELDS,
            _ => &REDPACK_FIELDS,
        };
        let sign = sign::workwx_sign(fields(input), only, text(&input["secret"]));
        assert_eq!(sign, expected["workwx_sign"]);
    });
    assert_eq!(checked, 2);
}

#[test]
fn workwx_full() {
    let checked = each("workwx_full", |input, expected| {
        let workwx = sign::workwx_sign(fields(input), &WORKWX_FIELDS, text(&input["secret"]));
        assert_eq!(workwx, expected["workwx_sign"]);
        let all = || fields(input).chain([("workwx_sign", &*workwx)]);
        let key = text(&input["key"]);
        assert_eq!(
            sign::string_to_sign(all(), "key", key),
            expected["string_to_sign"]
        );
        assert_eq!(sign::sign(SignType::Md5, all(), key), expected["sign"]);
    });
    assert_eq!(checked, 1);
}

#[test]
fn v3_request_sign() {
    let vectors = vectors();
    let checked = each("v3_request_sign", |input, expected| {
        let member = |name: &str| text(&expected["authorization"][name]).to_owned();
        let header = format!(
            r#"{} mchid="{}",nonce_str="{}",signature="{}",timestamp="{}",serial_no="{}""#,
            text(&expected["scheme"]),
            member("mchid"),
            member("nonce_str"),
            member("signature"),
            member("timestamp"),
            member("serial_no"),
        );
        let scheme = text(&expected["scheme"]);
        let members = Authorization::parse(scheme, "mchid", &header).unwrap();
        let target = text(&input["url"]).splitn(4, '/').nth(3).unwrap();
        let body = text(&input["signed_body"]);
        let message = members.message(
            text(&input["method"]),
            &format!("/{target}"),
            body.as_bytes(),
        );
        assert_eq!(
            String::from_utf8(message.clone()).unwrap(),
            expected["message"]
        );

        let pem = &vectors["keys"][text(&input["private_key"])]["pem"];
        let key = PrivatePkcs8KeyDer::from_pem_slice(text(pem).as_bytes()).unwrap();
        let key = KeyPair::from_pkcs8(key.secret_pkcs8_der()).unwrap();
        let public: PublicKeyX509Der<'_> = key.public_key().as_der().unwrap();
        let signature = text(&expected["signature"]);
        assert_eq!(signature, members.signature);
        assert!(platform::verify(public.as_ref(), &message, signature));
        let other = [&message[..], b"\n"].concat();
        assert!(!platform::verify(public.as_ref(), &other, signature));
    });
    assert_eq!(checked, 5);
}

#[test]
fn v3_aead() {
    let checked = each("v3_aead_decrypt", |input, expected| {
        // The other one is of a text that was tampered with.
        if let Some(plaintext) = expected["plaintext"].as_str() {
            let member = |name: &str| text(&input[name]);
            let ciphertext = aead::encrypt(
                member("api_v3_key"),
                member("nonce"),
                member("associated_data"),
                plaintext,
            );
            assert_eq!(ciphertext.as_deref(), input["ciphertext"].as_str());
        }
    });
    assert_eq!(checked, 2);
}

#[test]
fn v2_req_info() {
    let checked = each("v2_refund_req_info", |input, expected| {
        let sealed = notice::req_info(text(&expected["plaintext"]), text(&input["key"]));
        assert_eq!(sealed.as_deref(), input["req_info"].as_str());
    });
    assert_eq!(checked, 1);
}

#[test]
fn oaep() {
    let vectors = vectors();
    let checked = each("oaep_decrypt", |input, expected| {
        let pem = &vectors["keys"][text(&input["private_key"])]["pem"];
        let key = PrivatePkcs8KeyDer::from_pem_slice(text(pem).as_bytes()).unwrap();
        let key = PlatformKey::new(String::new(), key.secret_pkcs8_der()).unwrap();
        let opened = key.open(text(&input["ciphertext"]));
        assert_eq!(opened.as_deref(), expected["plaintext"].as_str());
    });
    assert_eq!(checked, 1);
}

#[cfg(feature = "sm")]
#[test]
fn sm4_gcm() {
    let checked = each_of("more.json", "sm4_gcm_decrypt", |input, expected| {
        // The others are of texts that were tampered with.
        if let (Some(plaintext), Some(data)) = (
            expected["plaintext"].as_str(),
            input["associated_data"].as_str(),
        ) {
            let member = |name: &str| text(&input[name]);
            let key = member("api_v3_key");
            let ciphertext = crate::v3::sm4::encrypt(key, member("nonce"), data, plaintext);
            assert_eq!(ciphertext.as_deref(), input["ciphertext"].as_str());
        }
    });
    assert!(checked > 5);
}

#[cfg(feature = "sm")]
#[test]
fn sm2_decrypt() {
    use crate::platform::sm::SmKey;

    let vectors = vectors_of("more.json");
    let checked = each_of("more.json", "sm2_decrypt", |input, expected| {
        let pem = &vectors["keys"][text(&input["private_key"])]["pem"];
        // The sandbox writes its own keys in PKCS#8 alone.
        if let Ok(key) = SmKey::from_pem(text(pem)) {
            let opened = key.open(text(&input["ciphertext"]));
            assert_eq!(opened.as_deref(), expected["plaintext"].as_str());
        }
    });
    assert!(checked > 10);
}

#[cfg(feature = "sm")]
#[test]
fn sm2_sign() {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use crate::platform::sm::SmKey;

    let key = SmKey::generate();
    let (other, key) = (SmKey::generate().public().unwrap(), key);
    let public = key.public().unwrap();
    let signature = STANDARD.encode(key.sign(b"message"));
    assert!(public.signed(b"message", &signature));
    assert!(!public.signed(b"another", &signature));
    assert!(!other.signed(b"message", &signature));
    let again = SmKey::from_pem(key.to_pem().unwrap().expose()).unwrap();
    assert_eq!(
        again.public().unwrap().spki().unwrap(),
        public.spki().unwrap()
    );
    let sealed = public.seal("秘密").unwrap();
    assert_eq!(again.open(&sealed).as_deref(), Some("秘密"));
    assert_eq!(public.seal(""), None);
}

/// Runs `check` on the input and the expectation of each vector of a kind, and counts them.
fn each(kind: &str, check: impl Fn(&Value, &Value)) -> usize {
    each_of("public.json", kind, check)
}

fn each_of(file: &str, kind: &str, check: impl Fn(&Value, &Value)) -> usize {
    let vectors = vectors_of(file);
    let all = vectors["vectors"].as_array().unwrap().iter();
    let of_kind = all.filter(|vector| vector["kind"] == kind);
    of_kind
        .inspect(|vector| check(&vector["input"], &vector["expected"]))
        .count()
}

fn vectors() -> Value {
    vectors_of("public.json")
}

fn vectors_of(file: &str) -> Value {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors");
    let text = std::fs::read(format!("{folder}/{file}")).unwrap();
    serde_json::from_slice(&text).unwrap()
}

fn fields(input: &Value) -> impl Iterator<Item = (&str, &str)> {
    let params = input["params"].as_object().unwrap();
    params.iter().map(|(name, value)| (&**name, text(value)))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}
