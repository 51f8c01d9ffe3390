//! Notifications against what a shop expects: each thing that differs has its name, and the keys
//! that a shop records stay the same from version to version.

use futures_executor::block_on;
use serde_json::{Value, json};
use wxpay_client::core::{AppId, Fen, MchId, OutRefundNo, OutTradeNo, TransactionId};
use wxpay_client::sign::v2::{Key, SignType};
use wxpay_client::v3::{
    CombinedPaymentNotice, EventType, Notice, NoticeKind, PartnerPaymentNotice, PaymentNotice,
    ProfitSharingNotice, RefundNotice,
};
use wxpay_client::{
    ExpectedCombined, ExpectedSubOrder, NoticeError, RefundEnd, SubMerchant, Unexpected, v2,
};
use wxpay_test_support::clients::{API_KEY, MCH_ID};
use wxpay_test_support::notices::{Told, notices};
use wxpay_test_support::replies::v2_signed;

const SUB: &str = "1900000110";
const OTHER: &str = "1900000111";

fn mch(id: &str) -> MchId {
    MchId::new(id).unwrap()
}

fn app(id: &str) -> AppId {
    AppId::new(id).unwrap()
}

fn order(number: &str) -> OutTradeNo {
    OutTradeNo::new(number).unwrap()
}

/// The value with another one at a place, or with none there: `/amount/total`.
fn with(value: &Value, place: &str, change: Value) -> Value {
    let mut value = value.clone();
    let (parent, name) = place.rsplit_once('/').unwrap();
    let members = value.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    members.remove(name);
    if !change.is_null() {
        members.insert(name.to_owned(), change);
    }
    value
}

fn opened(event: &str, original: &str, resource: &Value) -> Notice {
    block_on(Told::new(event, Some(original), resource).opened())
}

fn field<T>(result: Result<T, Unexpected>) -> Option<&'static str> {
    result.err().map(|error| error.field())
}

/// Whether the seen keys are asked for exactly this one.
fn asks_for(key: &str, is_repeated: impl Fn(&dyn Fn(&str) -> bool) -> bool) {
    assert!(is_repeated(&|asked| asked == key), "{key}");
    assert!(!is_repeated(&|asked| asked != key), "{key}");
}

#[test]
fn a_payment_is_the_expected_one_or_says_what_differs() {
    let resource = json!({
        "mchid": MCH_ID, "appid": "wx1", "out_trade_no": "T1234", "transaction_id": "42001",
        "trade_state": "SUCCESS", "amount": { "total": 100, "payer_total": 90, "currency": "CNY" },
        "payer": { "openid": "o1" }, "success_time": "2018-06-08T10:34:56+08:00",
    });
    let read = |resource: &Value| {
        let notice = opened(EventType::TRANSACTION_SUCCESS, "transaction", resource);
        assert_eq!(notice.kind(), NoticeKind::Payment);
        PaymentNotice::read(&notice)
    };
    let expect = |resource: &Value| {
        let notice = read(resource).unwrap();
        notice.expect(&order("T1234"), Fen::new(100), &mch(MCH_ID), &app("wx1"))
    };
    let notice = read(&resource).unwrap();
    assert_eq!(notice.out_trade_no(), &order("T1234"));
    assert_eq!(notice.key(), format!("TRANSACTION.SUCCESS:{MCH_ID}:T1234"));
    asks_for(&notice.key(), |seen| notice.is_repeated(&seen));
    let paid = expect(&resource).unwrap();
    assert_eq!(
        (paid.total, paid.payer_total),
        (Fen::new(100), Some(Fen::new(90)))
    );
    assert_eq!(paid.openid.unwrap().as_str(), "o1");
    assert_eq!(paid.transaction_id.as_str(), "42001");
    assert!(paid.success_time.is_some());
    for (place, change, differs) in [
        ("/out_trade_no", json!("T5"), "out_trade_no"),
        ("/trade_state", json!("REFUND"), "trade_state"),
        ("/amount/total", json!(101), "amount.total"),
        ("/amount/currency", json!("HKD"), "amount.currency"),
        ("/mchid", json!(OTHER), "mchid"),
        ("/appid", json!("wx9"), "appid"),
    ] {
        assert_eq!(
            field(expect(&with(&resource, place, change))),
            Some(differs)
        );
    }
    for optional in [
        "/amount/currency",
        "/amount/payer_total",
        "/payer",
        "/success_time",
    ] {
        expect(&with(&resource, optional, Value::Null)).unwrap();
    }
    for required in ["/transaction_id", "/amount", "/mchid", "/appid"] {
        let lacking = read(&with(&resource, required, Value::Null));
        assert!(
            matches!(lacking, Err(NoticeError::Unreadable(_))),
            "{required}"
        );
    }
    let refund = opened(EventType::REFUND_SUCCESS, "refund", &resource);
    let other = PaymentNotice::read(&refund);
    assert!(matches!(other, Err(NoticeError::OtherEvent(event)) if event == "REFUND.SUCCESS"));
    let shared = opened(EventType::TRANSACTION_SUCCESS, "profitsharing", &resource);
    let other = PaymentNotice::read(&shared);
    assert!(matches!(
        other,
        Err(NoticeError::OtherKind(NoticeKind::ProfitSharing))
    ));
}

#[test]
fn a_payment_to_a_sub_merchant_is_compared_with_its_apps() {
    let resource = json!({
        "sp_mchid": MCH_ID, "sp_appid": "wx1", "sub_mchid": SUB, "sub_appid": "wx2",
        "out_trade_no": "T1234", "transaction_id": "42001", "trade_state": "SUCCESS",
        "payer": { "sp_openid": "o1", "sub_openid": "o2" }, "amount": { "total": 100 },
    });
    let read = |resource: &Value| {
        let notice = opened(EventType::TRANSACTION_SUCCESS, "transaction", resource);
        PartnerPaymentNotice::read(&notice).unwrap()
    };
    let of = SubMerchant::new(mch(MCH_ID), app("wx1"), mch(SUB)).sub_appid(app("wx2"));
    let expect = |resource: &Value| read(resource).expect(&order("T1234"), Fen::new(100), &of);
    let notice = read(&resource);
    assert_eq!(notice.sub_mchid(), &mch(SUB));
    assert_eq!(
        notice.key(),
        format!("TRANSACTION.SUCCESS:{MCH_ID}:{SUB}:T1234")
    );
    asks_for(&notice.key(), |seen| notice.is_repeated(&seen));
    let paid = expect(&resource).unwrap();
    assert_eq!(paid.sp_openid.unwrap().as_str(), "o1");
    assert_eq!(paid.sub_openid.unwrap().as_str(), "o2");
    for (place, change) in [
        ("/sp_mchid", json!(OTHER)),
        ("/sub_mchid", json!(OTHER)),
        ("/sp_appid", json!("wx9")),
        ("/sub_appid", json!("wx9")),
        ("/trade_state", json!("NOTPAY")),
    ] {
        let differs = field(expect(&with(&resource, place, change)));
        assert_eq!(differs, place.strip_prefix('/'));
    }
    for optional in ["/sp_appid", "/sub_appid", "/payer"] {
        expect(&with(&resource, optional, Value::Null)).unwrap();
    }
}

#[test]
fn a_combined_payment_names_the_order_that_differs() {
    let one = json!({
        "mchid": MCH_ID, "sub_mchid": SUB, "out_trade_no": "S1234", "transaction_id": "42001",
        "trade_state": "SUCCESS", "amount": { "total_amount": 10, "payer_amount": 9, "currency": "CNY" },
    });
    let resource = json!({
        "combine_appid": "wx1", "combine_mchid": MCH_ID, "combine_out_trade_no": "C1234",
        "combine_payer_info": { "openid": "o1" }, "sub_orders": [one],
    });
    let sub_order = ExpectedSubOrder::new(order("S1234"), mch(MCH_ID), Fen::new(10));
    let expected = ExpectedCombined::new(
        order("C1234"),
        mch(MCH_ID),
        app("wx1"),
        vec![sub_order.sub_mchid(mch(SUB))],
    );
    let read = |resource: &Value| {
        let notice = opened(EventType::TRANSACTION_SUCCESS, "transaction", resource);
        CombinedPaymentNotice::read(&notice).unwrap()
    };
    let notice = read(&resource);
    assert_eq!(notice.combine_out_trade_no(), &order("C1234"));
    assert_eq!(
        notice.key(),
        format!("TRANSACTION.SUCCESS:combined:{MCH_ID}:C1234")
    );
    asks_for(&notice.key(), |seen| notice.is_repeated(&seen));
    let paid = notice.expect(&expected).unwrap();
    assert_eq!(paid.openid.unwrap().as_str(), "o1");
    assert_eq!(paid.sub_orders[0].payer_amount, Some(Fen::new(9)));
    for (place, change, differs) in [
        ("/combine_out_trade_no", json!("C5"), "combine_out_trade_no"),
        ("/combine_mchid", json!(OTHER), "combine_mchid"),
        ("/combine_appid", json!("wx9"), "combine_appid"),
        ("/sub_orders", json!([]), "sub_orders"),
    ] {
        let error = read(&with(&resource, place, change))
            .expect(&expected)
            .unwrap_err();
        assert_eq!((error.field(), error.sub_order()), (differs, None));
        assert_eq!(
            error.to_string(),
            format!("{differs} is not what was expected")
        );
    }
    for (place, change, differs) in [
        ("/trade_state", json!("NOTPAY"), "trade_state"),
        ("/amount/total_amount", json!(11), "amount.total_amount"),
        ("/amount/currency", json!("USD"), "amount.currency"),
        ("/mchid", json!(OTHER), "mchid"),
        ("/sub_mchid", json!(OTHER), "sub_mchid"),
        ("/sub_mchid", Value::Null, "sub_mchid"),
        ("/transaction_id", Value::Null, "transaction_id"),
        ("/out_trade_no", json!("S5"), "out_trade_no"),
    ] {
        let changed = with(&resource, &format!("/sub_orders/0{place}"), change);
        let error = read(&changed).expect(&expected).unwrap_err();
        assert_eq!(
            (error.field(), error.sub_order()),
            (differs, Some(&order("S1234")))
        );
        let said = format!("{differs} of S1234 is not what was expected");
        assert_eq!(error.to_string(), said);
    }
}

#[test]
fn a_refund_ends_for_the_merchant_that_made_it() {
    let own = json!({
        "mchid": MCH_ID, "out_refund_no": "R1234", "refund_id": "50001", "out_trade_no": "T1234",
        "refund_status": "SUCCESS", "amount": { "refund": 5, "total": 9, "payer_refund": 4 },
    });
    let provided = with(&own, "/mchid", Value::Null);
    let provided = with(&provided, "/sp_mchid", json!(MCH_ID));
    let provided = with(&provided, "/sub_mchid", json!(SUB));
    let read = |resource: &Value| {
        let notice = opened(EventType::REFUND_SUCCESS, "refund", resource);
        RefundNotice::read(&notice).unwrap()
    };
    let number = OutRefundNo::new("R1234").unwrap();
    let of = SubMerchant::new(mch(MCH_ID), app("wx1"), mch(SUB));
    let expect = |resource: &Value| {
        read(resource).expect(&number, &order("T1234"), Fen::new(5), &mch(MCH_ID))
    };
    let expect_for =
        |resource: &Value| read(resource).expect_for(&number, &order("T1234"), Fen::new(5), &of);
    for (resource, merchants) in [
        (&own, MCH_ID.to_owned()),
        (&provided, format!("{MCH_ID}:{SUB}")),
    ] {
        let notice = read(resource);
        assert_eq!(notice.out_refund_no(), &number);
        assert_eq!(notice.key(), format!("REFUND.SUCCESS:{merchants}:R1234"));
        asks_for(&notice.key(), |seen| notice.is_repeated(&seen));
    }
    let ended = expect(&own).unwrap();
    assert_eq!(
        (ended.refund, ended.total),
        (Fen::new(5), Some(Fen::new(9)))
    );
    assert_eq!(ended.end, RefundEnd::Succeeded);
    assert!(ended.end.is_success());
    assert_eq!(
        expect_for(&provided).unwrap().payer_refund,
        Some(Fen::new(4))
    );
    assert_eq!(field(expect(&provided)), Some("mchid"));
    assert_eq!(
        field(expect(&with(&own, "/sub_mchid", json!(SUB)))),
        Some("sub_mchid")
    );
    assert_eq!(field(expect_for(&own)), Some("sp_mchid"));
    let other = with(&provided, "/sub_mchid", json!(OTHER));
    assert_eq!(field(expect_for(&other)), Some("sub_mchid"));
    for (place, change, differs) in [
        ("/mchid", json!(OTHER), "mchid"),
        ("/out_refund_no", json!("R5"), "out_refund_no"),
        ("/out_trade_no", json!("T5"), "out_trade_no"),
        ("/amount/refund", json!(9), "amount.refund"),
        ("/amount/currency", json!("USD"), "amount.currency"),
    ] {
        assert_eq!(field(expect(&with(&own, place, change))), Some(differs));
    }
    for (event, status, end) in [
        (EventType::REFUND_CLOSED, "CLOSED", RefundEnd::Closed),
        (EventType::REFUND_ABNORMAL, "ABNORMAL", RefundEnd::Abnormal),
    ] {
        let notice = opened(
            event,
            "refund",
            &with(&own, "/refund_status", json!(status)),
        );
        let notice = RefundNotice::read(&notice).unwrap();
        let ended = notice.expect(&number, &order("T1234"), Fen::new(5), &mch(MCH_ID));
        let told = ended.unwrap().end;
        assert!(!told.is_success());
        assert_eq!(told, end);
    }
    let notice = opened(EventType::REFUND_CLOSED, "refund", &own);
    assert!(matches!(
        RefundNotice::read(&notice),
        Err(NoticeError::Unreadable(_))
    ));
}

#[test]
fn a_share_is_moved_to_the_expected_merchant() {
    let resource = json!({
        "mchid": MCH_ID, "out_order_no": "P1", "order_id": "30001", "transaction_id": "42001",
        "receiver": { "type": "MERCHANT_ID", "account": SUB, "amount": 7, "description": "分给商户" },
    });
    let read = |resource: &Value| {
        let notice = opened(EventType::TRANSACTION_SUCCESS, "profitsharing", resource);
        ProfitSharingNotice::read(&notice).unwrap()
    };
    let transaction = TransactionId::new("42001").unwrap();
    let expect =
        |resource: &Value| read(resource).expect("P1", &transaction, Fen::new(7), &mch(SUB));
    let notice = read(&resource);
    assert_eq!(notice.transaction_id(), &transaction);
    assert_eq!(notice.key(), format!("profitsharing:{MCH_ID}:30001:P1"));
    asks_for(&notice.key(), |seen| notice.is_repeated(&seen));
    assert_eq!(
        expect(&resource).unwrap().description.as_deref(),
        Some("分给商户")
    );
    expect(&with(&resource, "/receiver/type", Value::Null)).unwrap();
    for (place, change, differs) in [
        ("/out_order_no", json!("P2"), "out_order_no"),
        ("/transaction_id", json!("42002"), "transaction_id"),
        ("/receiver/amount", json!(8), "receiver.amount"),
        ("/receiver/type", json!("PERSONAL_OPENID"), "receiver.type"),
        ("/receiver/account", json!(OTHER), "receiver.account"),
    ] {
        assert_eq!(
            field(expect(&with(&resource, place, change))),
            Some(differs)
        );
    }
}

#[test]
fn a_notification_is_known_by_its_id_and_its_event() {
    let told = Told {
        summary: Some("支付成功"),
        ..Told::new("SECURITY_ECHO.SUCCESS", None, &json!({ "a": 1 }))
    };
    let notice = block_on(told.opened());
    assert_eq!(
        (notice.id.as_str(), notice.summary.as_deref()),
        ("EV-1", Some("支付成功"))
    );
    assert_eq!(notice.plaintext(), br#"{"a":1}"#);
    asks_for("EV-1", |seen| notice.is_repeated(&seen));
    assert!(notice.event_type == *"SECURITY_ECHO.SUCCESS" && notice.event_type != *"OTHER");
    assert!(notice.event_type == "SECURITY_ECHO.SUCCESS" && notice.event_type != "OTHER");
    assert_eq!(notice.event_type.to_string(), "SECURITY_ECHO.SUCCESS");
    assert_eq!(notice.kind(), NoticeKind::Echo);
    assert!(format!("{:?}", notices()).starts_with("Notices { keys: "));
}

/// The fields of a notification of APIv2, signed.
fn signed(fields: &[(&str, &str)]) -> Vec<u8> {
    v2_signed(fields, SignType::Md5).into_body().to_vec()
}

fn v2_notices() -> v2::Notices {
    v2::Notices::new(Key::new(API_KEY).unwrap(), SignType::Md5)
}

/// The fields with another value, or with one more.
fn changed<'a>(
    fields: &[(&'a str, &'a str)],
    name: &'a str,
    value: &'a str,
) -> Vec<(&'a str, &'a str)> {
    let others = fields.iter().copied().filter(|(known, _)| *known != name);
    others.chain([(name, value)]).collect()
}

#[test]
fn a_payment_of_apiv2_is_the_expected_one_or_says_what_differs() {
    let fields = [
        ("return_code", "SUCCESS"),
        ("result_code", "SUCCESS"),
        ("appid", "wx1"),
        ("mch_id", MCH_ID),
        ("out_trade_no", "T1234"),
        ("transaction_id", "42001"),
        ("total_fee", "100"),
        ("fee_type", "CNY"),
    ];
    let read = |fields: &[(&str, &str)]| v2_notices().payment(&signed(fields)).unwrap();
    let expect = |fields: &[(&str, &str)]| {
        read(fields).expect(&order("T1234"), Fen::new(100), &mch(MCH_ID), &app("wx1"))
    };
    let notice = read(&fields);
    assert_eq!(
        (notice.out_trade_no(), notice.sub_mch_id()),
        (&order("T1234"), None)
    );
    assert_eq!(notice.key(), format!("payment:{MCH_ID}:T1234"));
    asks_for(&notice.key(), |seen| notice.is_repeated(&seen));
    assert_eq!(expect(&fields).unwrap().total_fee, Fen::new(100));
    expect(&changed(&fields, "trade_state", "SUCCESS")).unwrap();
    for (name, value) in [
        ("out_trade_no", "T5"),
        ("result_code", "FAIL"),
        ("total_fee", "101"),
        ("fee_type", "HKD"),
        ("mch_id", OTHER),
        ("appid", "wx9"),
        ("sub_mch_id", SUB),
    ] {
        assert_eq!(field(expect(&changed(&fields, name, value))), Some(name));
    }
    for (name, value) in [("return_code", "FAIL"), ("trade_state", "NOTPAY")] {
        assert_eq!(
            field(expect(&changed(&fields, name, value))),
            Some("result_code")
        );
    }
    let of = SubMerchant::new(mch(MCH_ID), app("wx1"), mch(SUB)).sub_appid(app("wx2"));
    let expect_for =
        |fields: &[(&str, &str)]| read(fields).expect_for(&order("T1234"), Fen::new(100), &of);
    let provided = changed(&fields, "sub_mch_id", SUB);
    assert_eq!(
        read(&provided).key(),
        format!("payment:{MCH_ID}:{SUB}:T1234")
    );
    expect_for(&provided).unwrap();
    expect_for(&changed(&provided, "sub_appid", "wx2")).unwrap();
    assert_eq!(field(expect_for(&fields)), Some("sub_mch_id"));
    assert_eq!(
        field(expect_for(&changed(&provided, "sub_mch_id", OTHER))),
        Some("sub_mch_id")
    );
    assert_eq!(
        field(expect_for(&changed(&provided, "sub_appid", "wx9"))),
        Some("sub_appid")
    );
    for (name, told) in [
        ("refund_fee", "a refund"),
        ("out_refund_no", "a refund"),
        ("total_refund_count", "a refund"),
        ("settlement_refund_fee", "a refund"),
        ("cash_refund_fee", "a refund"),
        ("coupon_refund_fee", "a refund"),
        ("req_info", "a refund"),
        ("consume_fee", "a deposit"),
    ] {
        let other = v2_notices().payment(&signed(&changed(&fields, name, "1")));
        assert!(
            matches!(other, Err(NoticeError::OtherEvent(event)) if event == told),
            "{name}"
        );
    }
    let combined =
        v2_notices().payment(&signed(&changed(&fields, "combine_out_trade_no", "C1234")));
    assert!(matches!(
        combined,
        Err(NoticeError::OtherKind(NoticeKind::CombinedPayment))
    ));
    let forged = v2_notices().payment(&signed(&changed(&fields, "sign", "x")));
    assert!(matches!(forged, Err(NoticeError::Unverified(_))));
    let ambiguous = signed(&changed(&fields, "attach", "x&bank_type=1"));
    assert!(matches!(
        v2_notices().payment(&ambiguous),
        Err(NoticeError::Unverified(_))
    ));
}

#[test]
fn a_combined_payment_of_apiv2_names_the_order_that_differs() {
    const ONE: &str = r#"{"order_list":[{"mch_id":"1900000109","out_trade_no":"S1234","transaction_id":"42001","total_fee":"10","fee_type":"CNY"}]}"#;
    let fields = [
        ("return_code", "SUCCESS"),
        ("result_code", "SUCCESS"),
        ("combine_appid", "wx1"),
        ("combine_mch_id", MCH_ID),
        ("combine_out_trade_no", "C1234"),
        ("sub_order_list", ONE),
    ];
    let sub_order = ExpectedSubOrder::new(order("S1234"), mch(MCH_ID), Fen::new(10));
    let expected = |sub_order: ExpectedSubOrder| {
        ExpectedCombined::new(order("C1234"), mch(MCH_ID), app("wx1"), vec![sub_order])
    };
    let own = expected(sub_order.clone());
    let provided = expected(sub_order.sub_mchid(mch(SUB)));
    let read = |fields: &[(&str, &str)]| v2_notices().combined_payment(&signed(fields)).unwrap();
    let notice = read(&fields);
    assert_eq!(notice.combine_out_trade_no(), &order("C1234"));
    assert_eq!(notice.key(), format!("combined:{MCH_ID}:C1234"));
    asks_for(&notice.key(), |seen| notice.is_repeated(&seen));
    let paid = notice.expect(&own).unwrap();
    assert_eq!(paid.sub_orders[0].transaction_id.as_str(), "42001");
    for (name, value) in [
        ("combine_out_trade_no", "C5"),
        ("result_code", "FAIL"),
        ("combine_mch_id", OTHER),
        ("combine_appid", "wx9"),
        ("sub_order_list", r#"{"order_list":[]}"#),
    ] {
        let error = read(&changed(&fields, name, value))
            .expect(&own)
            .unwrap_err();
        assert_eq!((error.field(), error.sub_order()), (name, None));
    }
    let list = |from: &str, to: &str| {
        let list = ONE.replace(from, to);
        read(&changed(&fields, "sub_order_list", &list))
    };
    for (from, to, differs) in [
        (r#""total_fee":"10""#, r#""total_fee":"11""#, "total_fee"),
        ("CNY", "USD", "fee_type"),
        (MCH_ID, OTHER, "mch_id"),
        (
            r#""fee_type""#,
            r#""sub_mch_id":"1900000111","fee_type""#,
            "sub_mch_id",
        ),
    ] {
        assert_eq!(field(list(from, to).expect(&provided)), Some(differs));
    }
    // The sub-merchant is not always told; one that is told must be the expected one.
    assert_eq!(field(list("CNY", "CNY").expect(&provided)), None);
    let told = || list(r#""fee_type""#, r#""sub_mch_id":"1900000110","fee_type""#);
    assert_eq!(field(told().expect(&provided)), None);
    assert_eq!(field(told().expect(&own)), Some("sub_mch_id"));
}
