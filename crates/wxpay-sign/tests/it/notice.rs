use wxpay_core::{Params, VerificationFailure};
use wxpay_sign::Proof;
use wxpay_sign::v2::{self, Key};

use crate::vectors::{of_kind, text};

fn failure(key: &Key, req_info: &str) -> VerificationFailure {
    let error = key.open_refund_notice(req_info).unwrap_err();
    error.failure().clone()
}

#[test]
fn refund_notices_open() {
    for vector in of_kind("v2_refund_req_info") {
        let (input, expected) = (&vector["input"], &vector["expected"]);
        let key = Key::new(text(&input["key"])).unwrap();
        let opened = key.open_refund_notice(text(&input["req_info"]));
        let Some(plaintext) = expected["plaintext"].as_str() else {
            assert!(opened.is_err(), "{}", vector["id"]);
            continue;
        };
        let opened = opened.unwrap();
        assert_eq!(opened.proof(), &Proof::Opened);
        let flat = plaintext.replace("root>", "xml>");
        assert_eq!(opened.get(), &Params::from_xml(flat.as_bytes()).unwrap());
        assert!(!format!("{opened:?}").contains("131811191610442717309"));
    }
}

#[test]
fn refund_notices_that_do_not_open_are_refused() {
    let vector = &of_kind("v2_refund_req_info")[0];
    let good = text(&vector["input"]["req_info"]);
    let key = Key::new(text(&vector["input"]["key"])).unwrap();
    let other = Key::new("192006250b4c09247ec02edce69f6a2e").unwrap();
    let unopened = VerificationFailure::Unopened("req_info");
    let malformed = VerificationFailure::Malformed("req_info");

    assert_eq!(failure(&other, good), unopened);
    for broken in [
        "",
        "AAAA",
        "not base64",
        &good[1..],
        &good[..good.len() - 4],
    ] {
        assert_eq!(failure(&key, broken), malformed, "{broken}");
    }
    assert_eq!(failure(&key, "AAAAAAAAAAAAAAAAAAAAAA=="), unopened);
    // Without the last block, the padding is gone too.
    assert_eq!(failure(&key, &good[..64]), unopened);
    // The message of another endpoint, in the same envelope.
    assert_eq!(
        failure(&key, &encrypt(b"<xml><a>1</a></xml>", Padding::Right)),
        unopened
    );
    assert_eq!(
        failure(&key, &encrypt(b"<root><a>\xFF</a></root>", Padding::Right)),
        unopened
    );
    assert!(
        key.open_refund_notice(&encrypt(b"<root><a>1</a></root>", Padding::Right))
            .is_ok()
    );
}

#[test]
fn every_byte_of_the_padding_is_checked() {
    let key = Key::new("192006250b4c09247ec02edce69f6a2d").unwrap();
    let text = b"<root><a>1234</a></root>"; // eight bytes of padding
    assert!(
        key.open_refund_notice(&encrypt(text, Padding::Right))
            .is_ok()
    );
    let mut padded = text.to_vec();
    for padding in [
        [8, 8, 8, 8, 8, 8, 8, 0],
        [8, 8, 8, 8, 8, 8, 8, 17],
        [8, 8, 8, 8, 8, 8, 8, 255],
        [7, 8, 8, 8, 8, 8, 8, 8],
        [8, 8, 8, 9, 8, 8, 8, 8],
    ] {
        padded.truncate(text.len());
        padded.extend(padding);
        assert_eq!(
            failure(&key, &encrypt(&padded, Padding::Given)),
            VerificationFailure::Unopened("req_info"),
            "{padding:?}"
        );
    }
    // A text of whole blocks has a whole block of padding.
    let whole = b"<root><a>12345678901</a></root>\n";
    assert_eq!(whole.len() % 16, 0);
    assert!(
        key.open_refund_notice(&encrypt(whole, Padding::Right))
            .is_ok()
    );
}

#[test]
fn answers_are_what_wechat_pay_reads() {
    assert_eq!(
        v2::ACKNOWLEDGEMENT,
        "<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>"
    );
    let read = |xml: &str| Params::from_xml(xml.as_bytes()).unwrap();
    assert_eq!(
        read(v2::ACKNOWLEDGEMENT).get("return_code"),
        Some("SUCCESS")
    );
    for (message, carried) in [
        ("签名失败", "签名失败"),
        ("a<b&c>", "a<b&c>"),
        ("]]>", "]]>"),
        ("]]]]>><![CDATA[x]]>", "]]]]>><![CDATA[x]]>"),
        ("a\0b\u{1B}c\r\n\u{FFFF}\u{85}", "a b c    "),
    ] {
        let answer = read(&v2::refusal(message));
        assert_eq!(answer.get("return_code"), Some("FAIL"));
        assert_eq!(answer.get("return_msg"), Some(carried));
        assert_eq!(answer.len(), 2);
    }
    assert_eq!(read(&v2::refusal("")).get("return_code"), Some("FAIL"));
}

/// The AES key of the vectors' APIv2 key: an independent value, from the vector.
fn key_digits() -> String {
    let vector = &of_kind("v2_refund_req_info")[0];
    text(&vector["expected"]["aes_key_ascii"]).to_owned()
}

#[derive(Clone, Copy, PartialEq)]
enum Padding {
    Right,
    Given,
}

/// Encrypts as WeChat Pay does.
fn encrypt(text: &[u8], padding: Padding) -> String {
    use aes::cipher::{BlockEncrypt, KeyInit};
    use base64::Engine;
    let mut text = text.to_vec();
    if padding == Padding::Right {
        let padding = 16 - text.len() % 16;
        text.resize(text.len() + padding, u8::try_from(padding).unwrap());
    }
    let cipher = aes::Aes256::new_from_slice(key_digits().as_bytes()).unwrap();
    for block in text.chunks_exact_mut(16) {
        cipher.encrypt_block(block.into());
    }
    base64::engine::general_purpose::STANDARD.encode(text)
}
