//! WeChat Pay's keys in memory: which ids they take, and which they are found by.

use wxpay_core::VerificationFailure;
use wxpay_sign::v3::{Certificate, PlatformKeys, PublicKeys};

use crate::vectors::{key, providers};

const ID: &str = "PUB_KEY_ID_0114232134912410000000000000";
const SERIAL: &str = "50062CE505775F070CAB06E697F1BBD1AD4F4D87";

#[tokio::test]
async fn both_kinds_of_key_are_found_by_their_numbers() {
    let none = PublicKeys::new();
    assert_eq!((none.len(), none.is_empty()), (0, true));
    let certificate = Certificate::from_pem(&key("plat")).unwrap();
    let keys = none
        .with_certificate(&certificate)
        .unwrap()
        .with_public_key(ID, &key("doc_wechatpay_public"))
        .unwrap();
    assert_eq!((keys.len(), keys.is_empty()), (2, false));
    assert_eq!(keys.serials().collect::<Vec<_>>(), [SERIAL, ID]);
    assert_eq!(
        format!("{keys:?}"),
        format!("{{{SERIAL:?}, {ID:?}}}"),
        "numbers are no secret"
    );
    for known in [SERIAL, &SERIAL.to_lowercase(), &format!("00{SERIAL}"), ID] {
        assert!(keys.contains(known), "{known}");
        let error = keys.verify(known, b"", b"").await.unwrap_err();
        assert_eq!(error.failure(), &VerificationFailure::Mismatch);
    }
    for unknown in ["", &SERIAL[1..], &ID.to_lowercase(), &ID[11..]] {
        assert!(!keys.contains(unknown), "{unknown}");
        let error = keys.verify(unknown, b"", b"").await.unwrap_err();
        let failure = VerificationFailure::UnknownSerial(unknown.to_owned());
        assert_eq!(error.failure(), &failure);
    }
    // A number from outside is not repeated at any length.
    let error = keys.verify(&"7".repeat(100), b"", b"").await.unwrap_err();
    let failure = VerificationFailure::UnknownSerial("7".repeat(64));
    assert_eq!(error.failure(), &failure);
}

#[test]
fn an_id_is_printable_and_taken_once() {
    let pem = key("doc_wechatpay_public");
    for provider in providers() {
        let keys = PublicKeys::new();
        for id in ["", "PUB KEY", "PUB_KEY_ID_1\n", "é"] {
            let error = keys.clone().with_public_key_by(provider, id, &pem);
            assert_eq!(error.unwrap_err().field(), "public key id", "{id:?}");
        }
        let keys = keys.with_public_key_by(provider, ID, &pem).unwrap();
        let error = keys.with_public_key_by(provider, ID, &pem).unwrap_err();
        assert_eq!(
            (error.field(), error.rule()),
            ("public key id", "is known already")
        );
    }
}

#[test]
fn what_is_no_public_key_has_its_reason() {
    let pem = key("doc_wechatpay_public");
    for provider in providers() {
        let rule = |pem: &str| {
            let keys = PublicKeys::new().with_public_key_by(provider, ID, pem);
            let error = keys.unwrap_err();
            assert_eq!(error.field(), "public key");
            error.rule().to_owned()
        };
        assert!(rule("").contains("BEGIN PUBLIC KEY"));
        assert!(rule(&key("mch")).contains("BEGIN PUBLIC KEY"));
        assert!(rule(&format!("{pem}\n{pem}")).contains("only one"));
        assert!(rule(&pem.replace("MII", "MIJ")).contains("2048"));
    }
}

#[tokio::test]
async fn without_a_key_there_is_nothing_to_verify_with() {
    let said = PublicKeys::new().ready().await.unwrap_err().to_string();
    assert!(said.contains("no key of WeChat Pay"), "{said}");
    let keys = PublicKeys::new().with_public_key("PUB_KEY_ID_1", &key("doc_wechatpay_public"));
    let keys = keys.unwrap();
    assert!(keys.ready().await.is_ok());
    assert!(keys.holds("PUB_KEY_ID_1") && !keys.holds("PUB_KEY_ID_2"));
}
