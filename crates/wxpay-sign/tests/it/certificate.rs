use wxpay_core::{TimeFormat, Timestamp};
use wxpay_sign::v3::Certificate;

use crate::vectors::{key, of_kind, pem, text};

fn rule(pem: &str) -> String {
    let error = Certificate::from_pem(pem).unwrap_err();
    assert_eq!(error.field(), "certificate");
    error.rule().to_owned()
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text, TimeFormat::Rfc3339).unwrap()
}

#[test]
fn serial_numbers_have_two_digits_for_each_byte() {
    for vector in of_kind("cert_serial") {
        let certificate = Certificate::from_pem(text(&vector["input"]["certificate_pem"])).unwrap();
        assert_eq!(certificate.serial_no(), text(&vector["expected"]["serial"]));
    }
    for (name, serial_no) in [
        (
            "serial_high_bit.pem",
            "F7D26A1D4E0B4C55A9E3B1C2D3E4F5060708090A",
        ),
        ("serial_zero_nibble.pem", "0ABCDEF1"),
        ("year_2076.pem", "01"),
    ] {
        let certificate = Certificate::from_pem(&pem(name)).unwrap();
        assert_eq!(certificate.serial_no(), serial_no);
    }
    for name in ["serial_negative.pem", "serial_zero.pem"] {
        assert!(rule(&pem(name)).contains("serial number"), "{name}");
    }
}

#[test]
fn the_owner_is_the_common_name_of_the_subject() {
    for (name, owner) in [
        ("chain.pem", "1900009191"),
        ("year_2076.pem", "Tenpay.com sign"),
    ] {
        let certificate = Certificate::first_from_pem(&pem(name)).unwrap();
        assert_eq!(certificate.common_name(), Some(owner));
    }
}

#[test]
fn validity_includes_its_first_and_last_second() {
    let certificate = Certificate::from_pem(&key("mch_cert")).unwrap();
    let (first, last) = (at("2026-11-22T06:45:23Z"), at("2031-11-21T06:45:23Z"));
    assert_eq!(certificate.not_before(), first);
    assert_eq!(certificate.not_after(), last);
    let next = |time: Timestamp, seconds| Timestamp::from_unix(time.unix() + seconds).unwrap();
    assert!(!certificate.is_valid_at(next(first, -1)));
    assert!(certificate.is_valid_at(first));
    assert!(certificate.is_valid_at(last));
    assert!(certificate.is_valid_at(at("2031-11-21T06:45:23.999Z")));
    assert!(!certificate.is_valid_at(next(last, 1)));
    let rule = |time| {
        let error = certificate.check_valid_at(time).unwrap_err();
        assert!(error.rule().contains(certificate.serial_no()), "{error}");
        error.rule().to_owned()
    };
    for time in [first, next(first, 1), next(last, -1), last] {
        assert_eq!(certificate.check_valid_at(time), Ok(()));
    }
    for seconds in [1, 86_400] {
        let late = rule(next(last, seconds));
        assert!(late.contains("expired at 2031-11-21T14:45:23"), "{late}");
        let early = rule(next(first, -seconds));
        assert!(early.contains("valid from 2026-11-22T14:45:23"), "{early}");
    }
    let far = Certificate::from_pem(&pem("year_2076.pem")).unwrap();
    assert_eq!(far.not_after(), at("2076-11-09T12:23:19Z"));
}

#[test]
fn a_file_has_one_certificate_or_a_chain_as_asked() {
    let chain = pem("chain.pem");
    assert!(rule(&chain).contains("only one"));
    let first = Certificate::first_from_pem(&chain).unwrap();
    assert_eq!(
        first.serial_no(),
        "F0E1D2C3B4A5968778695A4B3C2D1E0F00112233"
    );
    let with_text = format!(
        "Bag Attributes\n    friendlyName: Tenpay\n{}",
        key("mch_cert")
    );
    assert!(Certificate::from_pem(&with_text).is_ok());
    assert!(Certificate::from_pem(&key("mch_cert").replace('\n', "\r\n")).is_ok());
}

#[test]
fn what_is_no_certificate_has_its_reason() {
    let good = key("mch_cert");
    assert!(rule("").contains("BEGIN CERTIFICATE"));
    assert!(rule(&key("mch")).contains("BEGIN CERTIFICATE"));
    assert!(rule(&good.replace("MII", "MIJ")).contains("X.509"));
    assert!(rule(&good.replace("-----END", "----- END")).contains("PEM"));
    let der = Certificate::from_pem(&good)
        .unwrap()
        .public_key_der()
        .to_vec();
    assert!(Certificate::from_der(&der).is_err());
    assert!(Certificate::from_der(&[]).is_err());
    let bytes: Vec<u8> = (0..2000).map(|n: u32| n.to_le_bytes()[0]).collect();
    assert!(Certificate::from_der(&bytes).is_err());
    let shown = format!("{:?}", Certificate::from_pem(&good).unwrap());
    assert!(shown.contains("1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C"));
    assert!(shown.len() < 250, "{shown}");
}
