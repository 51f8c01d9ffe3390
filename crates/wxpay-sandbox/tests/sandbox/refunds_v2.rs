//! Refunds of APIv2, and what they share with those of APIv3.

use std::time::Duration;

use serde_json::json;
use wxpay_core::{Fen, Params};
use wxpay_sandbox::{Api, Coupon, Fault, Order, Protocol, RefundEnd, Sandbox};

use crate::callback::Callback;
use crate::client::{Client, Fields, codes, with, xml};
use crate::notices_v2::{SUCCESS, req_info};

const REFUND: &str = "/secapi/pay/refund";
const QUERY: &str = "/pay/refundquery";

impl Client {
    fn refund_v2(&self, number: &str, fen: i64) -> Fields {
        let fields = self.order("out_trade_no", "T20261125");
        let fields = with(fields, "out_refund_no", number);
        let fields = with(fields, "total_fee", "100");
        with(fields, "refund_fee", &fen.to_string())
    }

    async fn refunded(&self, fields: Fields) -> Params {
        let reply = self.post(REFUND, &self.sign(fields)).await;
        assert!(self.is_signed(&reply, false));
        reply
    }

    async fn refund_query(&self, name: &str, number: &str) -> Params {
        let fields = self.sign(self.order(name, number));
        let reply = self.post(QUERY, &fields).await;
        assert!(self.is_signed(&reply, false));
        reply
    }
}

/// A sandbox in which an order of 100 fen is paid.
async fn paid() -> Client {
    let client = Client::start().await;
    let now = client.sandbox.now();
    client.sandbox.freeze_clock(now);
    let mut order = Order::paid("T20261125", 100);
    order.time_end = now;
    client.sandbox.add_order(order);
    client
}

fn err_code(reply: &Params) -> &str {
    codes(reply)[2]
}

#[tokio::test]
async fn a_refund_is_accepted_once_and_told_in_xml() {
    let client = paid().await;
    client.sandbox.set_refund_delay(Duration::from_secs(60));
    let callback = Callback::answering(&[SUCCESS]);
    let asked = with(client.refund_v2("R1", 30), "notify_url", &callback.url);
    let asked = with(asked, "refund_desc", "商品已售完");
    let first = client.refunded(asked.clone()).await;
    assert_eq!(codes(&first), ["SUCCESS", "SUCCESS", ""]);
    for (name, value) in [
        ("out_refund_no", "R1"),
        ("out_trade_no", "T20261125"),
        ("refund_fee", "30"),
        ("total_fee", "100"),
        ("cash_refund_fee", "30"),
    ] {
        assert_eq!(first.get(name), Some(value), "{name}");
    }
    let again = client.refunded(asked.clone()).await;
    assert_eq!(again.get("refund_id"), first.get("refund_id"));
    let other = client.refunded(with(asked, "refund_fee", "31")).await;
    assert_eq!(err_code(&other), "REFUND_FEE_MISMATCH");

    let found = client.refund_query("out_refund_no", "R1").await;
    assert_eq!(found.get("refund_status_0"), Some("PROCESSING"));
    assert_eq!(found.get("refund_success_time_0"), None);
    client.sandbox.advance(Duration::from_secs(60)).await;
    let found = client.refund_query("out_trade_no", "T20261125").await;
    assert_eq!(found.get("refund_status_0"), Some("SUCCESS"));
    assert!(found.get("refund_success_time_0").is_some());
    assert_eq!(found.get("refund_recv_accout_0"), Some("支付用户零钱"));

    let params = Params::from_xml(&callback.next().body).unwrap();
    let told = req_info(&client, &params).unwrap();
    for part in [
        "<refund_fee>30</refund_fee>",
        "<refund_status><![CDATA[SUCCESS]]></refund_status>",
        "<refund_account><![CDATA[REFUND_SOURCE_UNSETTLED_FUNDS]]></refund_account>",
    ] {
        assert!(told.contains(part), "{told}");
    }
    let deliveries = client.sandbox.deliveries();
    assert_eq!(deliveries[0].protocol, Protocol::V2);
    assert!(deliveries[0].acknowledged);
    assert_eq!(client.sandbox.refunds()[0].requests, 2);
    // Both protocols have the same books.
    let (_, found) = client.get_json("/v3/refund/domestic/refunds/R1").await;
    assert_eq!(
        (&found["status"], &found["amount"]["refund"]),
        (&json!("SUCCESS"), &json!(30))
    );
}

#[tokio::test]
async fn what_can_not_go_back_has_its_code() {
    let client = paid().await;
    client
        .sandbox
        .add_order(Order::unpaid("T2", "NOTPAY", "订单未支付"));
    client
        .sandbox
        .add_order(Order::unpaid("T3", "USERPAYING", "用户支付中"));
    let mut old = Order::paid("T4", 100);
    old.time_end =
        wxpay_core::Timestamp::from_unix(client.sandbox.now().unix() - 366 * 86_400).unwrap();
    client.sandbox.add_order(old);
    let of = |number: &str| with(client.refund_v2("R1", 30), "out_trade_no", number);
    let mut by_id = client.refund_v2("R1", 30);
    by_id.insert("transaction_id".to_owned(), "4200".to_owned());
    for (fields, code) in [
        (of("T2"), "ORDERNOTEXIST"),
        (of("T3"), "ORDER_NOT_READY"),
        (of("T4"), "TRADE_OVERDUE"),
        (of("T5"), "ORDERNOTEXIST"),
        (by_id, "INVALID_TRANSACTIONID"),
        (client.refund_v2("R1", 101), "INVALID_REQUEST"),
        (
            with(client.refund_v2("R1", 30), "total_fee", "99"),
            "REFUND_FEE_MISMATCH",
        ),
    ] {
        assert_eq!(err_code(&client.refunded(fields).await), code);
    }
    assert_eq!(
        err_code(&client.refunded(client.refund_v2("R1", 100)).await),
        ""
    );
    assert_eq!(
        err_code(&client.refunded(client.refund_v2("R2", 1)).await),
        "ERROR"
    );
    for (name, value, said) in [
        ("refund_fee", "0", "refund_fee"),
        ("out_refund_no", "a b", "out_refund_no"),
        ("refund_account", "BASIC", "refund_account"),
        ("notify_url", "http://localhost/?a=b", "notify_url"),
    ] {
        let fields = client.sign(with(client.refund_v2("R3", 1), name, value));
        let refused = client.post(REFUND, &fields).await;
        assert!(refused.get("return_msg").unwrap().contains(said));
    }
    let reply = client.without.post(client.url(REFUND));
    let body = xml(&client.sign(client.refund_v2("R3", 1)));
    let reply = reply.body(body).send().await.unwrap();
    let reply = Params::from_xml(&reply.bytes().await.unwrap()).unwrap();
    assert_eq!(err_code(&reply), "CERT_ERROR");
    assert_eq!(client.sandbox.refunds().len(), 1);
}

#[tokio::test]
async fn refunds_are_found_by_four_numbers_ten_at_a_time() {
    let client = paid().await;
    for n in 0..12 {
        client.refunded(client.refund_v2(&format!("R{n}"), 5)).await;
    }
    let found = client.refund_query("out_trade_no", "T20261125").await;
    assert_eq!(found.get("refund_count"), Some("10"));
    assert_eq!(found.get("total_refund_count"), Some("12"));
    assert_eq!(found.get("refund_fee"), Some("50"));
    assert_eq!(found.get("out_refund_no_9"), Some("R9"));
    let rest = with(client.order("out_trade_no", "T20261125"), "offset", "10");
    let rest = client.post(QUERY, &client.sign(rest)).await;
    assert_eq!(rest.get("refund_count"), Some("2"));
    assert_eq!(rest.get("out_refund_no_0"), Some("R10"));
    let beyond = with(client.order("out_trade_no", "T20261125"), "offset", "12");
    let beyond = client.post(QUERY, &client.sign(beyond)).await;
    assert_eq!(err_code(&beyond), "PARAM_ERROR");

    let id = found.get("refund_id_3").unwrap();
    // The refund's own numbers count before the order's.
    let one = with(client.order("refund_id", id), "out_trade_no", "NONE");
    let one = client.post(QUERY, &client.sign(one)).await;
    assert_eq!(
        (one.get("refund_count"), one.get("out_refund_no_0")),
        (Some("1"), Some("R3"))
    );
    for (name, number) in [
        ("out_refund_no", "R99"),
        ("refund_id", "5030"),
        ("out_trade_no", "T2"),
    ] {
        let none = client.refund_query(name, number).await;
        assert_eq!(err_code(&none), "REFUNDNOTEXIST");
    }
    let nameless = client
        .post(QUERY, &client.sign(client.order("offset", "1")))
        .await;
    assert_eq!(nameless.get("return_code"), Some("FAIL"));
}

#[tokio::test]
async fn coupons_are_counted_out() {
    let client = paid().await;
    let mut order = Order::paid("T20261125", 1000);
    order.coupons = vec![
        Coupon::new("CASH", "1", 100),
        Coupon::new("NO_CASH", "2", 100),
    ];
    order.settlement_total_fee = Some(Fen::new(900));
    client.sandbox.add_order(order);
    let asked = with(client.refund_v2("R1", 500), "total_fee", "1000");
    let made = client.refunded(asked).await;
    for (name, value) in [
        ("cash_fee", "800"),
        ("cash_refund_fee", "400"),
        ("coupon_refund_fee", "100"),
        ("settlement_refund_fee", "450"),
        ("settlement_total_fee", "900"),
    ] {
        assert_eq!(made.get(name), Some(value), "{name}");
    }
    let found = client.refund_query("out_refund_no", "R1").await;
    assert_eq!(found.get("coupon_refund_fee_0"), Some("100"));
    assert_eq!(found.get("cash_refund_fee_0"), Some("400"));
}

#[tokio::test]
async fn an_abnormal_refund_goes_to_another_card() {
    let client = paid().await;
    client.sandbox.set_refund_end(RefundEnd::Abnormal);
    client.refunded(client.refund_v2("R1", 30)).await;
    client.refunded(client.refund_v2("R2", 20)).await;
    client.sandbox.set_refund_end(RefundEnd::Success);
    client.refunded(client.refund_v2("R3", 10)).await;
    let found = client.refund_query("out_refund_no", "R1").await;
    assert_eq!(found.get("refund_status_0"), Some("CHANGE"));
    let refunds = client.sandbox.refunds();
    let path = |n: usize| {
        let id = &refunds[n].refund_id;
        format!("/v3/refund/domestic/refunds/{id}/apply-abnormal-refund")
    };

    client.sandbox.set_refund_delay(Duration::from_secs(60));
    let key = client.public_key();
    let card = json!({
        "out_refund_no": "R1",
        "type": "USER_BANK_CARD",
        "bank_type": "ICBC_DEBIT",
        "bank_account": key.seal("6222021234567890"),
        "real_name": key.seal("张三"),
    });
    let send = async |path: &str, body: &serde_json::Value| {
        let reply = client
            .send(path, Some(&key.serial), Some(&body.to_string()))
            .await;
        client.read_signed(reply, &key).await
    };
    let (status, told) = send(&path(0), &card).await;
    assert_eq!((status, &told["status"]), (200, &json!("PROCESSING")));
    assert_eq!(told["channel"], "OTHER_BANKCARD");
    assert_eq!(told["user_received_account"], "工商银行借记卡");
    // The same once more is the same, although its ciphertext is another.
    let mut again = card.clone();
    again["real_name"] = json!(key.seal("张三"));
    assert_eq!(send(&path(0), &again).await.0, 200);
    again["real_name"] = json!(key.seal("李四"));
    assert_eq!(send(&path(0), &again).await.1["code"], "INVALID_REQUEST");
    client.sandbox.advance(Duration::from_secs(60)).await;
    let found = client.refund_query("out_refund_no", "R1").await;
    assert_eq!(found.get("refund_status_0"), Some("SUCCESS"));
    assert_eq!(found.get("refund_channel_0"), Some("OTHER_BANKCARD"));

    let own = |number: &str| json!({"out_refund_no": number, "type": "MERCHANT_BANK_CARD"});
    let (status, told) = send(&path(1), &own("R2")).await;
    assert_eq!(
        (status, &told["user_received_account"]),
        (200, &json!("商户结算银行账户"))
    );
    let (status, told) = send(&path(2), &own("R3")).await;
    assert_eq!((status, &told["code"]), (400, &json!("INVALID_REQUEST")));
    let (status, told) = send(&path(2), &own("R2")).await;
    assert_eq!(
        (status, &told["code"]),
        (404, &json!("RESOURCE_NOT_EXISTS"))
    );
    let mut wrong = card.clone();
    wrong["bank_type"] = json!("ICBC_CREDIT");
    assert_eq!(
        send(&path(0), &wrong).await.1["detail"]["field"],
        "/bank_type"
    );
    let unsealed = client.send(&path(0), None, Some(&card.to_string())).await;
    assert_eq!(unsealed.status(), 400);
}

#[tokio::test]
async fn a_refund_that_was_not_heard_of_survives() {
    let client = paid().await;
    client.sandbox.set_refund_delay(Duration::from_secs(60));
    client.sandbox.set_refund_end(RefundEnd::Closed);
    let create = Api::named("v2.pay.create_refund").unwrap();
    client
        .sandbox
        .inject(create, Fault::DropAfterCommit)
        .unwrap();
    let fields = client.sign(client.refund_v2("R1", 30));
    assert!(client.try_post(REFUND, &fields).await.is_err());
    let snapshot = client.sandbox.snapshot();
    let next = Client::start_built(Sandbox::builder().snapshot(&*snapshot)).await;
    assert_eq!(next.sandbox.snapshot(), snapshot);
    assert_eq!(next.sandbox.refund_end(), RefundEnd::Closed);
    next.sandbox.advance(Duration::from_secs(60)).await;
    let found = next.refund_query("out_refund_no", "R1").await;
    assert_eq!(found.get("refund_status_0"), Some("REFUNDCLOSE"));
    // What is closed can go back under another number.
    assert_eq!(
        err_code(&next.refunded(next.refund_v2("R2", 100)).await),
        ""
    );
}
