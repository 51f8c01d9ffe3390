//! Orders that APIv2 makes and closes.

use std::time::Duration;

use wxpay_core::{TimeFormat, Timestamp};
use wxpay_sandbox::{Api, Fault};

use crate::client::{CLOSE, Client, Fields, ORDER, UNIFIED, codes, with};

const URL: &str = "http://localhost:1/notify";

#[tokio::test]
async fn an_order_is_made_once_and_seen_by_both_protocols() {
    let client = Client::start().await;
    let fields = with(client.unified("T20261125", URL), "sign_type", "HMAC-SHA256");
    let made = client.post(UNIFIED, &client.sign(fields.clone())).await;
    assert!(client.is_signed(&made, true));
    assert_eq!(codes(&made), ["SUCCESS", "SUCCESS", ""]);
    assert_eq!(made.get("trade_type"), Some("NATIVE"));
    assert!(made.get("code_url").unwrap().starts_with("weixin://wxpay/"));
    assert_eq!(made.get("prepay_id").unwrap().len(), 36);

    let again = client.sign(with(fields, "nonce_str", "another"));
    let again = client.post(UNIFIED, &again).await;
    assert_eq!(again.get("prepay_id"), made.get("prepay_id"));
    let other = with(client.unified("T20261125", URL), "total_fee", "89");
    let other = client.post(UNIFIED, &client.sign(other)).await;
    assert_eq!(codes(&other), ["SUCCESS", "FAIL", "OUT_TRADE_NO_USED"]);
    assert!(client.is_signed(&other, false));

    let asked = client.sign(client.order("out_trade_no", "T20261125"));
    let found = client.post(ORDER, &asked).await;
    assert_eq!(found.get("trade_state"), Some("NOTPAY"));
    assert_eq!(found.get("transaction_id"), None);
    let found = client.transaction("out-trade-no/T20261125").await;
    assert_eq!(found.1["trade_state"], "NOTPAY");
    assert_eq!(found.1["amount"]["total"], 88);
    assert_eq!(found.1["attach"], "深圳分店");

    let orders = client.sandbox.orders();
    assert_eq!(orders.len(), 1);
    let prepay = orders[0].prepay.as_ref().unwrap();
    assert_eq!((prepay.api, &*prepay.notify_url), (CREATE_ORDER, URL));
}

#[tokio::test]
async fn each_kind_of_trade_gets_what_it_is_paid_by() {
    let client = Client::start().await;
    for (kind, code_url, mweb_url) in [
        ("NATIVE", true, false),
        ("JSAPI", false, false),
        ("APP", false, false),
        ("MWEB", false, true),
    ] {
        let fields = with(
            client.unified(&format!("T2026{kind}"), URL),
            "trade_type",
            kind,
        );
        let made = client
            .post(UNIFIED, &client.sign(with(fields, "openid", "o1")))
            .await;
        assert_eq!(made.get("trade_type"), Some(kind));
        assert!(made.get("prepay_id").is_some());
        assert_eq!(made.get("code_url").is_some(), code_url);
        assert_eq!(made.get("mweb_url").is_some(), mweb_url);
    }
}

#[tokio::test]
async fn the_longest_detail_is_read() {
    let client = Client::start().await;
    let detail = |length| format!(r#"{{"goods_detail":"{}"}}"#, "货".repeat(length));
    let fields = with(client.unified("T20261125", URL), "detail", &detail(5_981));
    let made = client.post(UNIFIED, &client.sign(fields)).await;
    assert_eq!(codes(&made), ["SUCCESS", "SUCCESS", ""]);
    let fields = with(client.unified("T20261126", URL), "detail", &detail(5_982));
    let refused = client.post(UNIFIED, &client.sign(fields)).await;
    assert_eq!(refused.get("return_msg"), Some("detail参数长度有误"));
}

#[tokio::test]
async fn orders_that_break_a_rule_are_refused() {
    let client = Client::start().await;
    let good = || client.unified("T20261125", URL);
    let without = |name: &str| {
        let mut fields = good();
        fields.remove(name);
        fields
    };
    for (fields, said) in [
        (without("notify_url"), "notify_url"),
        (without("body"), "body"),
        (with(good(), "body", &"x".repeat(129)), "body"),
        (with(good(), "total_fee", "0"), "total_fee"),
        (with(good(), "total_fee", "1.5"), "total_fee"),
        (with(good(), "trade_type", "MICROPAY"), "trade_type"),
        (with(good(), "trade_type", "JSAPI"), "openid"),
        (with(good(), "spbill_create_ip", "here"), "spbill_create_ip"),
        (
            with(good(), "spbill_create_ip", "::ffff:101.226.125.108"),
            "invalid spbill_create_ip",
        ),
        (with(good(), "notify_url", "ftp://localhost/"), "notify_url"),
        (
            with(good(), "notify_url", "http://localhost/?a=b"),
            "notify_url",
        ),
        (with(good(), "out_trade_no", "a b"), "out_trade_no"),
        (with(good(), "time_expire", "20091227091010"), "time_expire"),
        (with(good(), "detail", "{"), "detail"),
    ] {
        let reply = client.post(UNIFIED, &client.sign(fields)).await;
        assert_eq!(reply.get("return_code"), Some("FAIL"), "{said}");
        let message = reply.get("return_msg").unwrap();
        assert!(message.contains(said), "{message}");
        assert_eq!(reply.get("sign"), None);
    }
    // The signature is looked at first.
    let reply = client.post(UNIFIED, &without("body")).await;
    assert_eq!(reply.get("return_msg"), Some("签名错误"));
    assert!(client.sandbox.orders().is_empty());

    // What is not served.
    let reply = client.try_post("/pay/nothing", &good()).await.unwrap();
    assert_eq!(reply.status(), 404);
    let said = wxpay_core::Params::from_xml(&reply.bytes().await.unwrap()).unwrap();
    let message = said.get("return_msg").unwrap();
    assert!(message.contains("has no endpoint POST /pay/"), "{message}");
}

#[tokio::test]
async fn an_order_is_closed_once_and_never_opens_again() {
    let client = Client::start().await;
    let close = async |number: &str| {
        let fields = client.sign(client.order("out_trade_no", number));
        let reply = client.post(CLOSE, &fields).await;
        assert!(client.is_signed(&reply, false));
        // The documents of a merchant's own orders have no such field.
        assert_eq!(reply.get("result_msg"), None);
        codes(&reply)[2].to_owned()
    };
    let make = async |number: &str| {
        let fields = client.sign(client.unified(number, URL));
        codes(&client.post(UNIFIED, &fields).await)[2].to_owned()
    };
    assert_eq!(close("T20261125").await, "ORDERNOTEXIST");
    assert_eq!(make("T20261125").await, "");
    assert_eq!(close("T20261125").await, "");
    assert_eq!(close("T20261125").await, "ORDERCLOSED");
    assert_eq!(make("T20261125").await, "ORDERCLOSED");
    let found = client.transaction("out-trade-no/T20261125").await;
    assert_eq!(found.1["trade_state"], "CLOSED");
    assert!(client.sandbox.pay_order("T20261125", "o1").is_err());

    assert_eq!(make("T20261126").await, "");
    client.sandbox.pay_order("T20261126", "o1").unwrap();
    assert_eq!(close("T20261126").await, "ORDERPAID");
    assert_eq!(make("T20261126").await, "ORDERPAID");
}

#[tokio::test]
async fn an_order_expires_and_its_prepay_id_is_replaced() {
    let client = Client::start().await;
    let now = Timestamp::parse("2026-11-25 09:00:00", TimeFormat::DateTime).unwrap();
    client.sandbox.freeze_clock(now);
    let fields = |number: &str| with(client.unified(number, URL), "time_expire", "20261125120000");
    let make = async |fields: Fields| client.post(UNIFIED, &client.sign(fields)).await;
    let first = make(fields("T20261125")).await;
    client.sandbox.advance(Duration::from_secs(2 * 3600)).await;
    let later = make(fields("T20261125")).await;
    assert_ne!(first.get("prepay_id"), later.get("prepay_id"));
    client.sandbox.advance(Duration::from_secs(3600)).await;
    assert_eq!(client.sandbox.orders()[0].trade_state, "CLOSED");
}

#[tokio::test]
async fn a_fault_says_nothing_about_the_order() {
    let client = Client::start().await;
    for (n, (fault, made)) in [
        (Fault::DropBeforeCommit, false),
        (Fault::error_code("SYSTEMERROR", "系统错误"), false),
        (Fault::DropAfterCommit, true),
        (Fault::Html502, true),
        (Fault::TamperedBody, true),
    ]
    .into_iter()
    .enumerate()
    {
        let number = format!("FAULTYORDER{n}");
        let tampered = fault == Fault::TamperedBody;
        client.sandbox.inject(CREATE_ORDER, fault).unwrap();
        let fields = client.sign(client.unified(&number, URL));
        let reply = client.try_post(UNIFIED, &fields).await;
        if tampered {
            let body = reply.unwrap().bytes().await.unwrap();
            let reply = wxpay_core::Params::from_xml(&body).unwrap();
            assert!(!client.is_signed(&reply, false));
        }
        let orders = client.sandbox.orders();
        let there = orders.iter().any(|order| order.out_trade_no == number);
        assert_eq!(there, made, "{number}");
    }
}

const CREATE_ORDER: Api = Api::named("v2.pay.create_order").unwrap();
