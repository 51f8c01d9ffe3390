//! Notifications of both protocols: nothing is read before it is proven, and nothing is paid that
//! was not expected.

use std::collections::HashSet;

use bytes::Bytes;
use http::HeaderMap;
use serde_json::Value;
use wxpay_api::core::{AppId, Fen, MchId, OutTradeNo, Timestamp, VerificationFailure, XmlError};
use wxpay_api::sign::v2::{Key, SignType};
use wxpay_api::sign::v3::{ApiKey, PublicKeys};
use wxpay_api::{NoticeError, v2, v3};
use wxpay_tests::vectors::{of_kind, text, texts};
use wxpay_tests::{clients, replies};

fn order(number: &str) -> OutTradeNo {
    OutTradeNo::new(number).unwrap()
}

const PAYMENT: [(&str, &str); 9] = [
    ("return_code", "SUCCESS"),
    ("result_code", "SUCCESS"),
    ("appid", "wx1"),
    ("mch_id", clients::MCH_ID),
    ("out_trade_no", "T1"),
    ("transaction_id", "4200000001"),
    ("total_fee", "100"),
    ("time_end", "20251120103456"),
    ("nonce_str", "abc"),
];

fn payment(changes: &[(&'static str, &'static str)]) -> Bytes {
    let fields = PAYMENT.map(|(name, value)| {
        let changed = changes.iter().find(|(known, _)| *known == name);
        changed.copied().unwrap_or((name, value))
    });
    replies::v2_signed(&fields, SignType::HmacSha256).into_body()
}

fn v2_notices() -> v2::Notices {
    v2::Notices::new(Key::new(clients::API_KEY).unwrap(), SignType::HmacSha256)
}

fn failure(error: &NoticeError) -> &VerificationFailure {
    match error {
        NoticeError::Unverified(verification) => verification.failure(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn v2_a_payment_is_paid_only_as_expected() {
    let read = |body: Bytes| v2_notices().payment(&body).unwrap();
    let (mch_id, app_id) = (
        MchId::new(clients::MCH_ID).unwrap(),
        AppId::new("wx1").unwrap(),
    );
    let notice = read(payment(&[]));
    assert_eq!(notice.out_trade_no(), &order("T1"));
    let paid = notice
        .expect(&order("T1"), Fen::new(100), &mch_id, &app_id)
        .unwrap();
    assert_eq!(
        (paid.total_fee, paid.transaction_id.as_str()),
        (Fen::new(100), "4200000001")
    );
    let differs = |body: Bytes, fen: i64| {
        read(body)
            .expect(&order("T1"), Fen::new(fen), &mch_id, &app_id)
            .unwrap_err()
            .field()
    };
    assert_eq!(differs(payment(&[]), 101), "total_fee");
    assert_eq!(differs(payment(&[("total_fee", "1")]), 100), "total_fee");
    assert_eq!(
        differs(payment(&[("out_trade_no", "T2")]), 100),
        "out_trade_no"
    );
    assert_eq!(differs(payment(&[("mch_id", "1900000110")]), 100), "mch_id");
    assert_eq!(differs(payment(&[("appid", "wx2")]), 100), "appid");
    assert_eq!(
        differs(payment(&[("result_code", "FAIL")]), 100),
        "result_code"
    );
}

#[test]
fn v2_what_is_not_proven_is_not_read() {
    let refused = |body: &[u8]| failure(&v2_notices().payment(body).unwrap_err()).clone();
    let good = String::from_utf8(payment(&[]).to_vec()).unwrap();
    assert_eq!(
        refused(good.replace("[100]", "[1]").as_bytes()),
        VerificationFailure::Mismatch
    );
    assert_eq!(
        refused(&replies::v2_signed(&PAYMENT, SignType::Md5).into_body()),
        VerificationFailure::Algorithm("HMAC-SHA256")
    );
    assert_eq!(
        refused(&replies::v2_unsigned(&PAYMENT).into_body()),
        VerificationFailure::Missing("sign")
    );
    assert_eq!(
        refused(b"<xml></xml>"),
        VerificationFailure::Missing("sign")
    );
    assert_eq!(
        refused(b"garbage"),
        VerificationFailure::Message(XmlError::Root)
    );
    let answer = v2::refuse(&v2_notices().payment(b"garbage").unwrap_err());
    assert!(std::str::from_utf8(answer.body()).unwrap().contains("FAIL"));
    assert!(
        std::str::from_utf8(v2::acknowledge().body())
            .unwrap()
            .contains("SUCCESS")
    );
}

#[test]
fn v2_every_documented_payment_is_read() {
    let read = |name: &'static str, value: String| {
        let mut fields = PAYMENT.to_vec();
        fields.extend([
            ("bank_type", "CFT"),
            ("openid", "oUpF8uMEb4qRXf22hE3X68TekukE"),
        ]);
        fields.push((name, &value));
        v2_notices().payment(replies::v2_signed(&fields, SignType::HmacSha256).body())
    };
    // 6,000 characters by the documents.
    for c in ["x", "优", "😀"] {
        let detail = c.repeat(6000);
        let notice = read("promotion_detail", detail).unwrap();
        assert_eq!(notice.out_trade_no(), &order("T1"));
    }
    let refused = read("promotion_detail", "x".repeat(65_537)).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "not verified: not a message of APIv2: too large: over 65536 bytes in one value"
    );
    for attach in [
        "uid=77&openid=oUpF8uMEb4qRXf22hE3X68TekukE",
        r#"{"url":"/pay?uid=77&openid=oUpF8"}"#,
        "type=recharge&out_trade_no=77&total_fee=1&mch_id=2&appid=wx3",
    ] {
        assert!(read("attach", attach.to_owned()).is_ok(), "{attach}");
    }
}

/// What WeChat Pay signs with the same key and names an order, its amount and its number, by its
/// documents: what it is, its fields beside those of [`PAYMENT`], and what it is refused as.
type Other = (
    &'static str,
    &'static [(&'static str, &'static str)],
    Option<&'static str>,
);

const OTHERS: [Other; 9] = [
    (
        "a refund",
        &[
            ("out_refund_no", "R1"),
            ("refund_id", "5000"),
            ("refund_fee", "100"),
            ("cash_refund_fee", "100"),
        ],
        Some("a refund"),
    ),
    (
        "a refund with its numbers only",
        &[("refund_id", "5000")],
        Some("a refund"),
    ),
    (
        "a refund query",
        &[
            ("refund_count", "1"),
            ("out_refund_no_0", "R1"),
            ("refund_id_0", "5000"),
            ("refund_status_0", "SUCCESS"),
        ],
        Some("a refund"),
    ),
    (
        "a refund query without refunds",
        &[("total_refund_count", "0")],
        Some("a refund"),
    ),
    (
        "a deposit that was taken",
        &[("consume_fee", "100")],
        Some("a deposit"),
    ),
    (
        "a deposit's query",
        &[("trade_state", "SUCCESS"), ("consume_fee", "100")],
        Some("a deposit"),
    ),
    // These say of the order what a notification says.
    (
        "an order query",
        &[("trade_state", "SUCCESS"), ("trade_state_desc", "支付成功")],
        None,
    ),
    (
        "a payment by code",
        &[("trade_type", "MICROPAY"), ("bank_type", "CFT")],
        None,
    ),
    (
        "a debit by contract",
        &[("trade_state", "SUCCESS"), ("contract_id", "wx1")],
        None,
    ),
];

#[test]
fn v2_a_message_about_something_else_is_no_payment() {
    for (what, more, about) in OTHERS {
        let fields = [&PAYMENT, more].concat();
        let got = v2_notices().payment(replies::v2_signed(&fields, SignType::HmacSha256).body());
        match (got, about) {
            (Ok(_), None) => {}
            (Err(NoticeError::OtherEvent(event)), Some(about)) => {
                assert_eq!(event, about, "{what}")
            }
            (got, _) => panic!("{what}: {got:?}"),
        }
    }
    // What names no order, or no number of its payment, is none either.
    let without = |names: &[&str], more: &[(&'static str, &'static str)]| {
        let fields = PAYMENT.iter().filter(|(name, _)| !names.contains(name));
        let fields: Vec<_> = fields.chain(more).copied().collect();
        v2_notices().payment(replies::v2_signed(&fields, SignType::HmacSha256).body())
    };
    for (what, got) in [
        (
            "a new order",
            without(
                &["out_trade_no", "transaction_id", "total_fee", "time_end"],
                &[("prepay_id", "wx1"), ("trade_type", "JSAPI")],
            ),
        ),
        (
            "a closed order",
            without(
                &["out_trade_no", "transaction_id", "total_fee", "time_end"],
                &[("result_msg", "OK")],
            ),
        ),
        (
            "a reversal",
            without(
                &["out_trade_no", "transaction_id", "total_fee", "time_end"],
                &[("recall", "N")],
            ),
        ),
        (
            "a report",
            without(
                &[
                    "out_trade_no",
                    "transaction_id",
                    "total_fee",
                    "time_end",
                    "appid",
                    "mch_id",
                ],
                &[],
            ),
        ),
        (
            "an order that is not paid",
            without(
                &["transaction_id", "time_end"],
                &[("trade_state", "NOTPAY")],
            ),
        ),
    ] {
        assert!(
            matches!(got, Err(NoticeError::Unreadable(_))),
            "{what}: {got:?}"
        );
    }
}

#[test]
fn v2_a_payment_says_success_on_every_level_and_in_yuan() {
    let (mch_id, app_id) = (
        MchId::new(clients::MCH_ID).unwrap(),
        AppId::new("wx1").unwrap(),
    );
    for (name, value, field) in [
        ("return_code", "FAIL", "result_code"),
        ("return_code", "", "result_code"),
        ("trade_state", "REFUND", "result_code"),
        ("fee_type", "JPY", "fee_type"),
    ] {
        let mut fields = PAYMENT.to_vec();
        fields.retain(|(known, _)| *known != name);
        fields.push((name, value));
        let body = replies::v2_signed(&fields, SignType::HmacSha256).into_body();
        let notice = v2_notices().payment(&body).unwrap();
        assert_eq!(
            notice
                .expect(&order("T1"), Fen::new(100), &mch_id, &app_id)
                .unwrap_err()
                .field(),
            field
        );
    }
}

#[test]
fn one_number_of_two_merchants_is_two_payments() {
    let key = |body: Bytes| v2_notices().payment(&body).unwrap().key();
    assert_eq!(key(payment(&[])), key(payment(&[("nonce_str", "other")])));
    assert_ne!(key(payment(&[])), key(payment(&[("mch_id", "1900000110")])));
}

#[test]
fn a_repeated_payment_is_known_by_its_order() {
    let notice = v2_notices().payment(&payment(&[])).unwrap();
    let mut recorded = HashSet::new();
    assert!(!notice.is_repeated(&|key: &str| recorded.contains(key)));
    recorded.insert(notice.key());
    assert!(notice.is_repeated(&|key: &str| recorded.contains(key)));
}

#[test]
fn v2_a_refund_is_opened() {
    let vector = &of_kind("v2_refund_req_info")[0]["input"];
    let notices = v2::Notices::new(Key::new(text(&vector["key"])).unwrap(), SignType::Md5);
    let body = replies::v2_unsigned(&[
        ("return_code", "SUCCESS"),
        ("req_info", text(&vector["req_info"])),
    ])
    .into_body();
    let opened = notices.open_refund(&body).unwrap();
    assert_eq!(opened.get().get("refund_status"), Some("SUCCESS"));
    assert!(matches!(
        notices.open_refund(b"<xml><a>1</a></xml>"),
        Err(NoticeError::Unverified(_))
    ));
}

/// The golden notification: its headers, its body and who may read it when.
fn golden() -> (Value, HeaderMap, Bytes) {
    let input = of_kind("v3_notification")[0]["input"].clone();
    let headers = texts(&input["headers"]).into_iter();
    let headers = headers.map(|(name, value)| {
        (
            name.parse::<http::HeaderName>().unwrap(),
            value.parse().unwrap(),
        )
    });
    (
        input.clone(),
        headers.collect(),
        Bytes::from(text(&input["body"]).to_owned()),
    )
}

fn v3_notices(input: &Value, skew: i64) -> v3::Notices {
    let mut keys = PublicKeys::new();
    for (serial, _) in texts(&input["trust"]) {
        keys = keys
            .with_public_key(&serial, &replies::platform_public_key())
            .unwrap();
    }
    let now = input["now"].as_i64().unwrap() + skew;
    v3::Notices::new(keys, ApiKey::new(text(&input["api_v3_key"])).unwrap())
        .clock(move || Timestamp::from_unix(now).unwrap())
}

#[tokio::test]
async fn v3_a_notification_is_verified_then_opened() {
    let (input, headers, body) = golden();
    let expected = &of_kind("v3_notification")[0]["expected"];
    let notice = v3_notices(&input, 0).open(&headers, body).await.unwrap();
    assert_eq!(notice.event_type, text(&expected["event_type"]));
    assert_eq!(notice.plaintext(), text(&expected["plaintext"]).as_bytes());
    let known = notice.id.clone();
    assert!(notice.is_repeated(&|id: &str| id == known));
}

#[tokio::test]
async fn v3_what_is_not_proven_is_not_opened() {
    let (input, headers, body) = golden();
    let open = async |headers: &HeaderMap, body: Bytes, skew: i64| {
        let error = v3_notices(&input, skew)
            .open(headers, body)
            .await
            .unwrap_err();
        (
            failure(&error).clone(),
            v3::refuse(&error).status().as_u16(),
        )
    };
    for skew in [310, -310] {
        let (failure, status) = open(&headers, body.clone(), skew).await;
        assert!(
            matches!(failure, VerificationFailure::Stale(_)) && status == 401,
            "{skew} {failure:?}"
        );
    }
    let text = std::str::from_utf8(&body).unwrap();
    for changed in [
        text.replace("EV-", "EW-"),
        format!("{text} "),
        text.replacen('{', "{ ", 1),
        String::new(),
    ] {
        assert_eq!(
            open(&headers, changed.into(), 0).await,
            (VerificationFailure::Mismatch, 401)
        );
    }
    for name in [
        "Wechatpay-Timestamp",
        "Wechatpay-Nonce",
        "Wechatpay-Serial",
        "Wechatpay-Signature",
    ] {
        let mut without = headers.clone();
        without.remove(name);
        assert_eq!(
            open(&without, body.clone(), 0).await,
            (VerificationFailure::Missing(name), 401)
        );
    }
    let mut probe = headers.clone();
    let signature = format!(
        "WECHATPAY/SIGNTEST/{}",
        headers["Wechatpay-Signature"].to_str().unwrap()
    );
    probe.insert("Wechatpay-Signature", signature.parse().unwrap());
    assert_eq!(
        open(&probe, body.clone(), 0).await,
        (VerificationFailure::Probe, 401)
    );
    // The right signature, and another APIv3 key.
    let mut other = input.clone();
    other["api_v3_key"] = "0".repeat(32).into();
    let error = v3_notices(&other, 0)
        .open(&headers, body)
        .await
        .unwrap_err();
    assert!(matches!(failure(&error), VerificationFailure::Unopened(_)));
    assert_eq!(v3::acknowledge().status(), 204);
}
