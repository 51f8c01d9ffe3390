//! Money that goes back.

use std::time::Duration;

use serde_json::{Value, json};
use wxpay_core::{Fen, Timestamp};
use wxpay_sandbox::{Api, Coupon, Fault, Notice, Order, RefundError};

use crate::callback::Callback;
use crate::certificates::open;
use crate::client::Client;
use crate::notices::OK;

#[tokio::test]
async fn a_refund_is_accepted_once_and_succeeds_later() {
    let client = paid().await;
    client.sandbox.set_refund_delay(Duration::from_secs(60));
    let callback = Callback::answering(&[OK]);
    let mut asked = refund("R1", 30);
    asked["notify_url"] = json!(callback.url);
    let (status, first) = client.post_json(REFUNDS, &asked).await;
    assert_eq!((status, &first["status"]), (200, &json!("PROCESSING")));
    assert_eq!(first.get("success_time"), None);
    assert_eq!(first["amount"]["refund"], 30);
    assert_eq!(client.sandbox.orders()[0].trade_state, "REFUND");
    assert_eq!(client.post_json(REFUNDS, &asked).await.1, first);
    // The reason is no term of it.
    asked["reason"] = json!("商品已售完");
    assert_eq!(client.post_json(REFUNDS, &asked).await.0, 200);
    let (_, found) = client.get_json(&format!("{REFUNDS}/R1")).await;
    assert_eq!(found, first);
    let (status, other) = client.post_json(REFUNDS, &refund("R1", 31)).await;
    assert_eq!((status, &other["code"]), (400, &json!("INVALID_REQUEST")));

    client.sandbox.advance(Duration::from_secs(60)).await;
    let (_, found) = client.get_json(&format!("{REFUNDS}/R1")).await;
    assert_eq!(found["status"], "SUCCESS");
    assert_eq!(found["success_time"], "2026-11-25T12:01:00+08:00");
    let seen = callback.next();
    assert!(client.public_key().signed(&seen.headers, &seen.body));
    let told: Value = serde_json::from_slice(&seen.body).unwrap();
    assert_eq!(told["event_type"], "REFUND.SUCCESS");
    let told: Value = serde_json::from_str(&open(&client, &told["resource"])).unwrap();
    assert_eq!(told["out_refund_no"], "R1");
    assert_eq!(told["refund_id"], found["refund_id"]);
    assert_eq!(told["success_time"], found["success_time"]);
    assert_eq!(told["mchid"], client.sandbox.merchant().mch_id.as_str());
    let deliveries = client.sandbox.deliveries();
    let mut told = deliveries.iter();
    assert!(told.any(|one| one.out_refund_no.as_deref() == Some("R1") && one.acknowledged));
    assert_eq!(client.sandbox.refunds()[0].requests, 3);
}

#[tokio::test]
async fn no_more_goes_back_than_was_paid() {
    let client = paid().await;
    let status = |reply: (u16, Value)| reply.0;
    assert_eq!(
        status(client.post_json(REFUNDS, &refund("R1", 60)).await),
        200
    );
    assert_eq!(client.sandbox.refunds()[0].status, "SUCCESS");
    let (_, refused) = client.post_json(REFUNDS, &refund("R2", 41)).await;
    assert_eq!(refused["code"], "INVALID_REQUEST");
    assert_eq!(
        status(client.post_json(REFUNDS, &refund("R2", 40)).await),
        200
    );
    let left = client.sandbox.refund_order("T20261125", Fen::new(1));
    assert_eq!(
        left.unwrap_err(),
        RefundError::Amount {
            refund: Fen::new(1),
            left: Fen::ZERO,
        }
    );
    // What is closed did not go back.
    assert!(client.sandbox.set_refund_status("R2", "CLOSED"));
    let again = client.sandbox.refund_order("T20261125", Fen::new(40));
    assert_eq!(again.unwrap().status, "SUCCESS");
    assert_eq!(client.sandbox.refunds().len(), 3);
}

#[tokio::test]
async fn what_can_not_go_back_is_refused_by_name() {
    let client = paid().await;
    let order = client.native("T20261126", "http://localhost:1/notify");
    client.post_transaction("native", &order).await;
    let change = |pointer: &str, value: Value| {
        let mut asked = refund("R1", 30);
        *asked.pointer_mut(pointer).unwrap() = value;
        asked
    };
    let with = |name: &str, value: Value| {
        let mut asked = refund("R1", 30);
        asked[name] = value;
        asked
    };
    let mut nameless = refund("R1", 30);
    nameless.as_object_mut().unwrap().remove("out_trade_no");
    let from = json!([{"account": "AVAILABLE", "amount": 29}]);
    let mut parts = refund("R1", 30);
    parts["amount"]["from"] = from;
    for (asked, status, code, field) in [
        (change("/out_trade_no", json!("T20261126")), 404, NONE, ""),
        (change("/out_trade_no", json!("T20261127")), 404, NONE, ""),
        (with("sub_mchid", json!("1900000109")), 404, NONE, ""),
        (change("/amount/total", json!(101)), 400, BROKEN, ""),
        (change("/amount/refund", json!(101)), 400, BROKEN, ""),
        (
            change("/amount/refund", json!(0)),
            400,
            WRONG,
            "/amount/refund",
        ),
        (
            change("/amount/currency", json!("USD")),
            400,
            WRONG,
            "/amount/currency",
        ),
        (
            change("/out_refund_no", json!("R 1")),
            400,
            WRONG,
            "/out_refund_no",
        ),
        (
            with("reason", json!("退".repeat(27))),
            400,
            WRONG,
            "/reason",
        ),
        (
            with("funds_account", json!("BASIC")),
            400,
            WRONG,
            "/funds_account",
        ),
        (with("refund_fee", json!(30)), 400, WRONG, "/refund_fee"),
        (nameless, 400, WRONG, "/out_trade_no"),
        (parts, 400, WRONG, "/amount/from"),
    ] {
        let (seen, refused) = client.post_json(REFUNDS, &asked).await;
        assert_eq!((seen, &refused["code"]), (status, &json!(code)), "{asked}");
        let named = refused["detail"]["field"].as_str().unwrap_or_default();
        assert_eq!(named, field);
    }
    let (status, missing) = client.get_json(&format!("{REFUNDS}/R1")).await;
    assert_eq!((status, &missing["code"]), (404, &json!(NONE)));
    assert!(client.sandbox.refunds().is_empty());
    assert_eq!(client.sandbox.orders()[0].trade_state, "SUCCESS");
}

#[tokio::test]
async fn a_sub_merchant_s_refund_and_the_other_ends_are_told() {
    let client = frozen().await;
    let order = client.partner_order("T20261125", "http://localhost:1/notify");
    let native = "/v3/pay/partner/transactions/native";
    client.post_json(native, &order).await;
    client.sandbox.pay_order("T20261125", "o1").unwrap();
    client.sandbox.set_refund_delay(Duration::from_secs(3600));
    let callback = Callback::answering(&[OK, OK]);
    let mut asked = refund("R1", 30);
    assert_eq!(client.post_json(REFUNDS, &asked).await.0, 404);
    asked["sub_mchid"] = json!("1900000109");
    asked["notify_url"] = json!(callback.url);
    assert_eq!(client.post_json(REFUNDS, &asked).await.0, 200);
    assert_eq!(client.get_json(&format!("{REFUNDS}/R1")).await.0, 404);
    let of_sub = format!("{REFUNDS}/R1?sub_mchid=1900000109");
    assert_eq!(client.get_json(&of_sub).await.1["status"], "PROCESSING");
    for status in ["ABNORMAL", "CLOSED"] {
        assert!(client.sandbox.set_refund_status("R1", status));
        client.sandbox.advance(Duration::ZERO).await;
        let told: Value = serde_json::from_slice(&callback.next().body).unwrap();
        assert_eq!(told["event_type"], format!("REFUND.{status}"));
        let told: Value = serde_json::from_str(&open(&client, &told["resource"])).unwrap();
        assert_eq!(told["refund_status"], status);
        assert_eq!(told["sub_mchid"], "1900000109");
        assert_eq!(told.get("success_time"), None);
    }
    // A refund that has come to its end stays there.
    client.sandbox.advance(Duration::from_secs(3600)).await;
    assert_eq!(client.get_json(&of_sub).await.1["status"], "CLOSED");
    assert!(!client.sandbox.set_refund_status("R2", "CLOSED"));
}

#[tokio::test]
async fn coupons_go_back_in_proportion() {
    let client = frozen().await;
    let mut order = Order::paid("T20261125", 1000);
    order.coupons = vec![
        Coupon::new("CASH", "1", 100),
        Coupon::new("NO_CASH", "2", 100),
    ];
    order.settlement_total_fee = Some(Fen::new(900));
    order.time_end = client.sandbox.now();
    client.sandbox.add_order(order);
    let mut asked = refund("R1", 500);
    asked["amount"]["total"] = json!(1000);
    let (_, made) = client.post_json(REFUNDS, &asked).await;
    let amounts = [
        ("payer_total", 800),
        ("payer_refund", 400),
        ("discount_refund", 100),
        ("settlement_total", 900),
        ("settlement_refund", 450),
    ];
    for (name, amount) in amounts {
        assert_eq!(made["amount"][name], amount, "{name}");
    }
}

#[tokio::test]
async fn a_refund_that_was_not_heard_of_is_found_and_a_snapshot_has_it() {
    let client = paid().await;
    client.sandbox.set_refund_delay(Duration::from_secs(60));
    let create: Api = "v3.refund.create_refund".parse().unwrap();
    client
        .sandbox
        .inject(create, Fault::DropAfterCommit)
        .unwrap();
    let asked = refund("R1", 30).to_string();
    assert!(client.try_send(REFUNDS, None, Some(&asked)).await.is_err());
    let snapshot = client.sandbox.snapshot();
    let next = Client::start_built(wxpay_sandbox::Sandbox::builder().snapshot(snapshot)).await;
    next.sandbox.advance(Duration::from_secs(60)).await;
    let (_, found) = next.get_json(&format!("{REFUNDS}/R1")).await;
    assert_eq!(found["status"], "SUCCESS");
    assert_eq!(next.sandbox.refund_delay(), Duration::from_secs(60));

    let callback = Callback::answering(&[OK]);
    let notice = Notice::refund("T20261125", "R1", 30).refund_status("ABNORMAL");
    next.sandbox.notify_v3(&callback.url, notice).await.unwrap();
    let told: Value = serde_json::from_slice(&callback.next().body).unwrap();
    assert_eq!(told["event_type"], "REFUND.ABNORMAL");
}

/// A sandbox in which an order of 100 fen was paid.
async fn paid() -> Client {
    let client = frozen().await;
    let order = client.native("T20261125", "http://localhost:1/notify");
    client.post_transaction("native", &order).await;
    let end = client.sandbox.pay_order("T20261125", "o1");
    end.unwrap();
    client
}

async fn frozen() -> Client {
    let client = Client::start().await;
    let noon = Timestamp::from_unix(1_795_579_200).unwrap();
    client.sandbox.freeze_clock(noon);
    client
}

fn refund(number: &str, fen: i64) -> Value {
    json!({
        "out_trade_no": "T20261125",
        "out_refund_no": number,
        "amount": {"refund": fen, "total": 100, "currency": "CNY"},
    })
}

const REFUNDS: &str = "/v3/refund/domestic/refunds";
const NONE: &str = "RESOURCE_NOT_EXISTS";
const BROKEN: &str = "INVALID_REQUEST";
const WRONG: &str = "PARAM_ERROR";
