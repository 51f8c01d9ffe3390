//! The signature of APIv2: which fields it covers, and what of a `sign` is accepted.

use wxpay_core::{Params, VerificationFailure};
use wxpay_sign::Proof;
use wxpay_sign::v2::{self, Key, SignType};

use crate::vectors::{of_kind, text, texts};

const KEY: &str = "192006250b4c09247ec02edce69f6a2d";

/// The documented message and its two signatures.
const MD5: &str = "9A0A8659F005D6984697E2CA0A9CF3B7";
const HMAC: &str = "6A9AE1657590FD6257D693A078E1C3E4BB6BA4DC30B23E0EE2496E54170DACD6";

fn key() -> Key {
    Key::new(KEY).unwrap()
}

fn signed(sign: &str) -> Params {
    [
        ("appid", "wxd930ea5d5a258f4f"),
        ("mch_id", "10000100"),
        ("device_info", "1000"),
        ("body", "test"),
        ("nonce_str", "ibuaiVcKdpRxkhJA"),
        ("sign", sign),
    ]
    .into_iter()
    .collect()
}

fn failure(params: Params, sign_type: SignType) -> VerificationFailure {
    let error = key().verify(params, sign_type).unwrap_err();
    error.failure().clone()
}

#[test]
fn messages_are_signed_as_documented() {
    for vector in of_kind("v2_sign") {
        let (input, expected) = (&vector["input"], &vector["expected"]);
        let sign_type = [SignType::Md5, SignType::HmacSha256]
            .into_iter()
            .find(|sign_type| sign_type.name() == text(&input["sign_type"]))
            .unwrap();
        let params: Params = texts(&input["params"]).into_iter().collect();
        let secret = text(&input["key"]);
        let sign = Key::new(secret).unwrap().sign(&params, sign_type);
        assert_eq!(sign, text(&expected["sign"]), "{}", vector["id"]);
        assert_eq!(
            format!("{}&key={secret}", v2::canonical_text(&params)),
            text(&expected["string_to_sign"]),
            "{}",
            vector["id"]
        );
    }
}

#[test]
fn a_message_is_verified_with_the_digest_that_was_asked_for() {
    for (sign, sign_type, proof, other) in [
        (MD5, SignType::Md5, Proof::Md5, SignType::HmacSha256),
        (HMAC, SignType::HmacSha256, Proof::HmacSha256, SignType::Md5),
    ] {
        let verified = key().verify(signed(sign), sign_type).unwrap();
        assert_eq!(verified.proof(), &proof);
        assert_eq!(verified.get(), &signed(sign));
        assert_eq!(verified.into_inner(), signed(sign));
        assert_eq!(
            failure(signed(sign), other),
            VerificationFailure::Algorithm(other.name())
        );
    }
}

#[test]
fn a_sign_must_have_its_form() {
    let missing = VerificationFailure::Missing("sign");
    let malformed = VerificationFailure::Malformed("sign");
    for (good, sign_type) in [(MD5, SignType::Md5), (HMAC, SignType::HmacSha256)] {
        assert_eq!(failure(signed(""), sign_type), missing);
        let mut without = signed(good);
        without.remove("sign");
        assert_eq!(failure(without, sign_type), missing);
        let cut = good.len() - 1;
        for broken in [
            good.to_lowercase(),
            good[..cut].to_owned(),
            good[..cut - 1].to_owned(),
            format!("{good}0"),
            format!("{good}00"),
            format!("{good}{good}{good}"),
            format!("{} ", &good[..cut]),
            format!("{}/", &good[..cut]),
            format!("{}:", &good[..cut]),
            format!("{}@", &good[..cut]),
            format!("{}G", &good[..cut]),
            "é".repeat(good.len() / 2),
        ] {
            assert_eq!(failure(signed(&broken), sign_type), malformed, "{broken}");
        }
    }
}

#[test]
fn every_digit_of_a_sign_counts() {
    for (good, sign_type) in [(MD5, SignType::Md5), (HMAC, SignType::HmacSha256)] {
        for at in 0..good.len() {
            for digit in "0123456789ABCDEF".chars().map(String::from) {
                let mut sign = good.to_owned();
                sign.replace_range(at..=at, &digit);
                let accepted = key().verify(signed(&sign), sign_type);
                assert_eq!(accepted.is_ok(), sign == good, "{sign}");
            }
        }
    }
}

#[test]
fn every_field_that_is_not_empty_is_covered() {
    for (good, sign_type) in [(MD5, SignType::Md5), (HMAC, SignType::HmacSha256)] {
        let changed = |change: fn(&mut Params)| {
            let mut params = signed(good);
            change(&mut params);
            key().verify(params, sign_type)
        };
        let mismatch = |change| {
            let error = changed(change).unwrap_err();
            assert_eq!(error.failure(), &VerificationFailure::Mismatch);
        };
        mismatch(|params| params.set("mch_id", "10000101"));
        mismatch(|params| params.set("mch_id", ""));
        mismatch(|params| params.set("added_later", "0"));
        mismatch(|params| params.set("Sign", "1"));
        mismatch(|params| assert!(params.remove("body")));
        assert!(changed(|params| params.set("attach", "")).is_ok());
        let other = Key::new("192006250b4c09247ec02edce69f6a2e").unwrap();
        assert!(other.verify(signed(good), sign_type).is_err());
    }
}

#[test]
fn what_was_not_signed_says_so() {
    let params = v2::danger_accept_unsigned(signed(""));
    assert_eq!(params.proof(), &Proof::TlsAlone);
    assert_eq!(params.get(), &signed(""));
    let file = v2::danger_accept_file("a bill".into());
    assert_eq!(file.proof(), &Proof::TlsAlone);
    assert_eq!(file.get(), "a bill");
}

#[test]
fn keys_have_32_characters() {
    for key in [
        "",
        "192006250b4c09247ec02edce69f6a2",
        "192006250b4c09247ec02edce69f6a2dd",
        "192006250b4c09247ec02edce69f6a2 ",
        "192006250b4c09247ec02edce69f6aé",
    ] {
        assert!(Key::new(key).is_err(), "{key:?}");
    }
    assert!(!format!("{:?}", key()).contains(KEY));
}
