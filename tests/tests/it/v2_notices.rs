//! Notifications of APIv2 against what a shop expects: service providers and refunds, and what must
//! not pass for either.

use aws_lc_rs::cipher::{AES_256, EncryptingKey, UnboundCipherKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Request;
use md5::{Digest, Md5};
use wxpay_api::core::{
    AppId, ErrorKind, Fen, MchId, OutRefundNo, OutTradeNo, Outcome, VerificationFailure,
};
use wxpay_api::sign::Proof;
use wxpay_api::sign::v2::{Key, SignType};
use wxpay_api::v2::Notices;
use wxpay_api::v2::pay::{CreateOrder, QueryOrder, create_order, query_order};
use wxpay_api::v3::NoticeKind;
use wxpay_api::{ExpectedCombined, ExpectedSubOrder, NoticeError, RefundEnd, SubMerchant};
use wxpay_tests::scripted::Scripted;
use wxpay_tests::{clients, replies};

const SUB_MCH_ID: &str = "1900000110";

const PARTNER: [(&str, &str); 11] = [
    ("return_code", "SUCCESS"),
    ("result_code", "SUCCESS"),
    ("appid", "wx1"),
    ("mch_id", clients::MCH_ID),
    ("sub_appid", "wx2"),
    ("sub_mch_id", SUB_MCH_ID),
    ("sub_openid", "oSub"),
    ("out_trade_no", "T1"),
    ("transaction_id", "4200000001"),
    ("total_fee", "100"),
    ("nonce_str", "abc"),
];

const REFUND: [(&str, &str); 9] = [
    ("out_refund_no", "R1"),
    ("out_trade_no", "T1"),
    ("transaction_id", "4200000001"),
    ("refund_id", "50000001"),
    ("refund_fee", "90"),
    ("settlement_refund_fee", "90"),
    ("total_fee", "100"),
    ("refund_status", "SUCCESS"),
    ("success_time", "2018-11-19 16:24:13"),
];

fn notices() -> Notices {
    Notices::new(Key::new(clients::API_KEY).unwrap(), SignType::Md5)
}

fn order(number: &str) -> OutTradeNo {
    OutTradeNo::new(number).unwrap()
}

fn mch(id: &str) -> MchId {
    MchId::new(id).unwrap()
}

/// Fields with one changed, or left out if there is no value.
fn with<'a>(
    fields: &[(&'a str, &'a str)],
    name: &'a str,
    value: &'a str,
) -> Vec<(&'a str, &'a str)> {
    let mut fields = fields.to_vec();
    fields.retain(|(known, _)| *known != name);
    if !value.is_empty() {
        fields.push((name, value));
    }
    fields
}

fn signed(fields: &[(&str, &str)]) -> Bytes {
    replies::v2_signed(fields, SignType::Md5).into_body()
}

/// A refund notification whose inside was encrypted with this APIv2 key.
fn sealed(fields: &[(&str, &str)], key: &str) -> Bytes {
    let xml = replies::v2_xml(fields).replace("xml>", "root>");
    let digits: String = Md5::digest(key)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let mut bytes = xml.into_bytes();
    let padding = 16 - bytes.len() % 16;
    bytes.resize(bytes.len() + padding, u8::try_from(padding).unwrap());
    let key = UnboundCipherKey::new(&AES_256, digits.as_bytes()).unwrap();
    EncryptingKey::ecb(key)
        .unwrap()
        .encrypt(&mut bytes)
        .unwrap();
    let outside = [
        ("return_code", "SUCCESS"),
        ("appid", "wx1"),
        ("mch_id", clients::MCH_ID),
        ("req_info", &STANDARD.encode(bytes)),
    ];
    replies::v2_unsigned(&outside).into_body()
}

#[test]
fn a_partner_ships_only_what_its_sub_merchant_was_paid() {
    let of = SubMerchant::new(
        mch(clients::MCH_ID),
        AppId::new("wx1").unwrap(),
        mch(SUB_MCH_ID),
    );
    let of = of.sub_appid(AppId::new("wx2").unwrap());
    let notice = notices().payment(&signed(&PARTNER)).unwrap();
    assert_eq!(notice.sub_mch_id(), Some(&mch(SUB_MCH_ID)));
    let key = notice.key();
    assert_eq!(key, format!("payment:{}:{SUB_MCH_ID}:T1", clients::MCH_ID));
    let paid = notice.expect_for(&order("T1"), Fen::new(100), &of).unwrap();
    assert_eq!(paid.sub_openid.unwrap().as_str(), "oSub");

    let expect = |fields: &[(&str, &str)]| {
        let notice = notices().payment(&signed(fields)).unwrap();
        let result = notice.expect_for(&order("T1"), Fen::new(100), &of);
        result.err().map(|error| error.field())
    };
    assert_eq!(expect(&with(&PARTNER, "sub_appid", "")), None);
    for (name, value, field) in [
        ("out_trade_no", "T2", "out_trade_no"),
        ("result_code", "FAIL", "result_code"),
        ("total_fee", "1", "total_fee"),
        ("fee_type", "HKD", "fee_type"),
        ("mch_id", "1900000111", "mch_id"),
        ("appid", "wx9", "appid"),
        ("sub_mch_id", "1900000111", "sub_mch_id"),
        ("sub_mch_id", "", "sub_mch_id"),
        ("sub_appid", "wx9", "sub_appid"),
    ] {
        assert_eq!(expect(&with(&PARTNER, name, value)), Some(field), "{value}");
    }
    // A merchant by itself is not paid by what went to a sub-merchant.
    let notice = notices().payment(&signed(&PARTNER)).unwrap();
    let app_id = AppId::new("wx1").unwrap();
    let own = notice.expect(&order("T1"), Fen::new(100), &mch(clients::MCH_ID), &app_id);
    assert_eq!(own.unwrap_err().field(), "sub_mch_id");
}

const COMBINED: [(&str, &str); 6] = [
    ("return_code", "SUCCESS"),
    ("result_code", "SUCCESS"),
    ("combine_appid", "wx1"),
    ("combine_mch_id", clients::MCH_ID),
    ("combine_out_trade_no", "C1"),
    ("sub_order_list", SUB_ORDERS),
];

const SUB_ORDERS: &str = r#"{"order_num":2,"order_list":[
    {"appid":"wx1","mch_id":"1900000109","openid":"o1","total_fee":10,"cash_fee":9,"transaction_id":"4201","out_trade_no":"S1"},
    {"appid":"wx1","mch_id":"1900000111","openid":"o1","total_fee":20,"cash_fee":20,"transaction_id":"4202","out_trade_no":"S2"}
]}"#;

#[test]
fn a_combined_payment_yields_each_order_as_expected() {
    let read = |fields: &[(&str, &str)]| notices().combined_payment(&signed(fields));
    let sub_orders = vec![
        ExpectedSubOrder::new(order("S2"), mch("1900000111"), Fen::new(20)),
        ExpectedSubOrder::new(order("S1"), mch(clients::MCH_ID), Fen::new(10)),
    ];
    let app_id = AppId::new("wx1").unwrap();
    let expected = ExpectedCombined::new(order("C1"), mch(clients::MCH_ID), app_id, sub_orders);
    let notice = read(&COMBINED).unwrap();
    assert_eq!(notice.combine_out_trade_no(), &order("C1"));
    let key = notice.key();
    assert!(notice.is_repeated(&|known: &str| known == key));
    let paid = notice.expect(&expected).unwrap();
    let numbers: Vec<_> = paid
        .sub_orders
        .iter()
        .map(|order| order.transaction_id.as_str())
        .collect();
    assert_eq!(numbers, ["4202", "4201"]);
    let differs = |name: &'static str, value: &str| {
        let error = read(&with(&COMBINED, name, value))
            .unwrap()
            .expect(&expected);
        let error = error.unwrap_err();
        (
            error.field(),
            error.sub_order().map(|order| order.as_str().to_owned()),
        )
    };
    assert_eq!(
        differs("combine_out_trade_no", "C2").0,
        "combine_out_trade_no"
    );
    assert_eq!(differs("combine_mch_id", "1900000112").0, "combine_mch_id");
    assert_eq!(differs("combine_appid", "wx9").0, "combine_appid");
    assert_eq!(differs("result_code", "FAIL").0, "result_code");
    for (from, to, field) in [
        (r#""total_fee":10"#, r#""total_fee":11"#, "total_fee"),
        (
            r#""total_fee":10"#,
            r#""fee_type":"HKD","total_fee":10"#,
            "fee_type",
        ),
        (
            r#""mch_id":"1900000109""#,
            r#""mch_id":"1900000112""#,
            "mch_id",
        ),
        (
            r#""total_fee":10"#,
            r#""sub_mch_id":"1","total_fee":10"#,
            "sub_mch_id",
        ),
    ] {
        let list = SUB_ORDERS.replace(from, to);
        assert_eq!(
            differs("sub_order_list", &list),
            (field, Some("S1".to_owned()))
        );
    }
    let one = r#"{"order_list":[{"mch_id":"1900000109","total_fee":10,"transaction_id":"4201","out_trade_no":"S1"}]}"#;
    assert_eq!(differs("sub_order_list", one), ("sub_order_list", None));
    let twice = SUB_ORDERS.replace("S2", "S1");
    assert_eq!(
        differs("sub_order_list", &twice),
        ("out_trade_no", Some("S2".to_owned()))
    );
    // It is no single payment, and a single payment is none.
    let error = notices().payment(&signed(&COMBINED)).unwrap_err();
    assert!(
        matches!(error, NoticeError::OtherKind(NoticeKind::CombinedPayment)),
        "{error:?}"
    );
    let error = read(&PARTNER).unwrap_err();
    assert!(matches!(error, NoticeError::Unreadable(_)), "{error:?}");
    let error = read(&with(&COMBINED, "refund_id", "1")).unwrap_err();
    assert!(matches!(error, NoticeError::OtherEvent(_)), "{error:?}");
    let request = Request::post("/").body(signed(&COMBINED)).unwrap();
    assert!(notices().receive_combined_payment(&request).is_ok());
}

#[test]
fn a_refund_ends_as_it_is_told_if_it_is_the_expected_one() {
    let number = OutRefundNo::new("R1").unwrap();
    let mut keys = std::collections::HashSet::new();
    for (state, end) in [
        ("SUCCESS", RefundEnd::Succeeded),
        ("CHANGE", RefundEnd::Abnormal),
        ("REFUNDCLOSE", RefundEnd::Closed),
        ("NEW", RefundEnd::Other("NEW".to_owned())),
    ] {
        let body = sealed(&with(&REFUND, "refund_status", state), clients::API_KEY);
        let notice = notices().refund(&body).unwrap();
        assert_eq!(notice.out_refund_no(), &number);
        assert!(keys.insert(notice.key()), "{state}");
        let key = notice.key();
        assert!(notice.is_repeated(&|known: &str| known == key));
        let ended = notice.expect(&number, &order("T1"), Fen::new(90)).unwrap();
        assert_eq!(ended.end, end);
        assert_eq!(
            (ended.refund_fee, ended.total_fee),
            (Fen::new(90), Fen::new(100))
        );
        // Its maker knows the key, and no more is proven: a query has to confirm it.
        assert_eq!(ended.message.proof(), &Proof::Opened);
    }
    let differs = |name, value| {
        let notice = notices().refund(&sealed(&with(&REFUND, name, value), clients::API_KEY));
        let result = notice.unwrap().expect(&number, &order("T1"), Fen::new(90));
        result.unwrap_err().field()
    };
    assert_eq!(differs("out_refund_no", "R2"), "out_refund_no");
    assert_eq!(differs("out_trade_no", "T2"), "out_trade_no");
    assert_eq!(differs("refund_fee", "100"), "refund_fee");
    for name in ["refund_fee", "refund_status", "out_refund_no", "refund_id"] {
        let body = sealed(&with(&REFUND, name, ""), clients::API_KEY);
        let error = notices().refund(&body).unwrap_err();
        assert!(
            matches!(error, NoticeError::Unreadable(_)),
            "{name}: {error:?}"
        );
    }
}

#[test]
fn a_refund_that_this_key_did_not_seal_is_not_read() {
    let refused = |body: &[u8]| match notices().refund(body).unwrap_err() {
        NoticeError::Unverified(error) => error.failure().clone(),
        other => panic!("{other:?}"),
    };
    let other_merchant = sealed(&REFUND, "0123456789abcdef0123456789abcdef");
    assert_eq!(
        refused(&other_merchant),
        VerificationFailure::Unopened("req_info")
    );
    let good = sealed(&REFUND, clients::API_KEY);
    let good = std::str::from_utf8(&good).unwrap();
    let (head, tail) = good.split_once("<req_info><![CDATA[").unwrap();
    let (info, tail) = tail.split_once("]]>").unwrap();
    let cut = format!(
        "{head}<req_info><![CDATA[{}]]>{tail}",
        &info[..info.len() - 4]
    );
    assert_eq!(
        refused(cut.as_bytes()),
        VerificationFailure::Malformed("req_info")
    );
    let empty = format!("{head}<req_info><![CDATA[]]>{tail}");
    assert!(matches!(
        refused(empty.as_bytes()),
        VerificationFailure::Missing(_) | VerificationFailure::Malformed(_)
    ));
    // A payment is no refund, and a refund is no payment.
    assert_eq!(
        refused(&signed(&PARTNER)),
        VerificationFailure::Missing("req_info")
    );
    let error = notices().payment(good.as_bytes()).unwrap_err();
    assert!(matches!(error, NoticeError::Unverified(_)), "{error:?}");
}

#[test]
fn a_whole_request_is_taken_or_answered() {
    let request = |body: Bytes| Request::post("/notify").body(body).unwrap();
    assert!(
        notices()
            .receive_payment(&request(signed(&PARTNER)))
            .is_ok()
    );
    let good = sealed(&REFUND, clients::API_KEY);
    assert!(notices().receive_refund(&request(good)).is_ok());
    let altered = String::from_utf8(signed(&PARTNER).to_vec()).unwrap();
    let altered = altered.replace("[100]", "[1]");
    for refusal in [
        notices().receive_payment(&request(altered.into())).err(),
        notices().receive_refund(&request(signed(&PARTNER))).err(),
        notices().receive_payment(&request(Bytes::new())).err(),
    ] {
        let refusal = refusal.unwrap();
        let why = refusal.to_string();
        assert!(
            why.starts_with("the notification was refused: not verified: "),
            "{why}"
        );
        assert!(matches!(refusal.error(), NoticeError::Unverified(_)));
        let answer = refusal.into_response();
        let body = std::str::from_utf8(answer.body()).unwrap();
        assert!(
            body.contains("FAIL") && body.contains("not verified"),
            "{body}"
        );
        // The sender does not learn what was wrong.
        assert!(
            !body.contains("signature") && !body.contains("sign"),
            "{body}"
        );
    }
}

/// The same key signs both, so anyone who recorded a notification could hand it in as the response
/// to a call.
#[tokio::test]
async fn a_notification_is_no_response() {
    let told = || replies::v2_signed(&with(&PARTNER, "appid", clients::APP_ID), SignType::Md5);
    let query = QueryOrder {
        order: query_order::Order::OutTradeNo(order("T1")),
        options: Default::default(),
    };
    let client = clients::v2(SignType::Md5, Scripted::answering(told()));
    let error = client.send(&query).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::ReadFailed);
    assert!(matches!(error.kind(), ErrorKind::Decode(_)), "{error:?}");

    let create = CreateOrder {
        body: "x".to_owned(),
        out_trade_no: order("T1"),
        total_fee: Fen::new(100),
        spbill_create_ip: "192.0.2.1".parse().unwrap(),
        notify_url: "https://shop.example/notify".to_owned(),
        trade_type: create_order::TradeType::Native,
        options: create_order::CreateOrderOptions::default().product_id("1"),
    };
    let client = clients::v2(SignType::Md5, Scripted::answering(told()));
    let error = client.send(&create).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert!(matches!(error.kind(), ErrorKind::Decode(_)), "{error:?}");
}
