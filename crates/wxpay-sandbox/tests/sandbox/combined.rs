//! Several orders that a user pays at once.

use std::time::Duration;

use serde_json::{Value, json};
use wxpay_core::TimeFormat;
use wxpay_sandbox::{Api, Fault, Notice, NoticeKind, NotifyError, PayOrderError, Sandbox};

use crate::callback::Callback;
use crate::certificates::open;
use crate::client::{Client, ORDER, codes};
use crate::notices::{FAIL, OK};

const COMBINED: &str = "/v3/combine-transactions";
const SUB: &str = "1900000109";

impl Client {
    /// A good combined order by QR code, of two orders.
    fn combined(&self, number: &str, notify_url: &str) -> Value {
        let merchant = self.sandbox.merchant();
        let order = |n: u32| {
            json!({
                "mchid": merchant.mch_id.as_str(),
                "attach": format!("深圳分店{n}"),
                "amount": {"total_amount": n * 10, "currency": "CNY"},
                "out_trade_no": format!("{number}-{n}"),
                "description": "腾讯充值中心-QQ会员充值",
            })
        };
        json!({
            "combine_appid": merchant.appid.as_str(),
            "combine_mchid": merchant.mch_id.as_str(),
            "combine_out_trade_no": number,
            "scene_info": {"device_id": "POS1:1", "payer_client_ip": "127.0.0.1"},
            "sub_orders": [order(1), order(2)],
            "notify_url": notify_url,
        })
    }

    async fn combine(&self, way: &str, order: &Value) -> (u16, Value) {
        self.post_json(&format!("{COMBINED}/{way}"), order).await
    }

    async fn combined_query(&self, number: &str) -> (u16, Value) {
        self.get_json(&format!("{COMBINED}/out-trade-no/{number}"))
            .await
    }

    async fn combined_close(&self, number: &str, orders: &[(&str, Option<&str>)]) -> (u16, Value) {
        let merchant = self.sandbox.merchant();
        let orders: Vec<_> = orders
            .iter()
            .map(|(number, sub_mchid)| {
                let mut order = json!({"mchid": merchant.mch_id.as_str(), "out_trade_no": number});
                if let Some(sub_mchid) = sub_mchid {
                    order["sub_mchid"] = json!(sub_mchid);
                }
                order
            })
            .collect();
        let body = json!({"combine_appid": merchant.appid.as_str(), "sub_orders": orders});
        let target = format!("{COMBINED}/out-trade-no/{number}/close");
        self.post_json(&target, &body).await
    }
}

#[tokio::test]
async fn orders_are_paid_together_and_told_together() {
    let client = Client::start().await;
    let now = client.sandbox.now();
    client.sandbox.freeze_clock(now);
    let callback = Callback::answering(&[FAIL, OK]);
    let order = client.combined("P20261125", &callback.url);
    let (status, made) = client.combine("native", &order).await;
    assert_eq!(status, 200);
    assert!(made["code_url"].as_str().unwrap().starts_with("weixin://"));
    assert_eq!(client.combine("native", &order).await.1, made);
    let (_, found) = client.combined_query("P20261125").await;
    let states = |found: &Value| {
        let orders = found["sub_orders"].as_array().unwrap().clone();
        let states = orders
            .iter()
            .map(|order| order["trade_state"].as_str().unwrap().to_owned());
        states.collect::<Vec<_>>()
    };
    assert_eq!(states(&found), ["NOTPAY", "NOTPAY"]);
    assert_eq!(found.get("combine_payer_info"), None);

    client.sandbox.pay_order("P20261125", "o1").unwrap();
    let again = client.sandbox.pay_order("P20261125-2", "o1");
    assert!(matches!(again, Err(PayOrderError::State { .. })));
    let (_, found) = client.combined_query("P20261125").await;
    assert_eq!(states(&found), ["SUCCESS", "SUCCESS"]);
    assert_eq!(found["combine_payer_info"]["openid"], "o1");
    assert_eq!(found["scene_info"]["device_id"], "POS1:1");
    assert_eq!(found["sub_orders"][1]["amount"]["total_amount"], 20);
    let ids = [0, 1].map(|n| found["sub_orders"][n]["transaction_id"].clone());
    assert_ne!(ids[0], ids[1]);

    client.sandbox.advance(Duration::from_secs(15)).await;
    for _ in 0..2 {
        let seen = callback.next();
        assert!(client.public_key().signed(&seen.headers, &seen.body));
        let told: Value = serde_json::from_slice(&seen.body).unwrap();
        assert_eq!(told["event_type"], "TRANSACTION.SUCCESS");
        let told: Value = serde_json::from_str(&open(&client, &told["resource"])).unwrap();
        assert_eq!(told, found);
    }
    let deliveries = client.sandbox.deliveries();
    assert_eq!(deliveries.len(), 2);
    assert_eq!(deliveries[1].kind, NoticeKind::CombinedPayment);
    assert_eq!(deliveries[1].out_trade_no, "P20261125");
    assert!(deliveries[1].acknowledged);

    // Each is refunded by its own number, and stands in the bill by itself.
    let refund = json!({
        "out_trade_no": "P20261125-2",
        "out_refund_no": "R1",
        "amount": {"refund": 5, "total": 20, "currency": "CNY"},
    });
    let (status, refunded) = client
        .post_json("/v3/refund/domestic/refunds", &refund)
        .await;
    assert_eq!((status, &refunded["transaction_id"]), (200, &ids[1]));
    let (_, found) = client.combined_query("P20261125").await;
    assert_eq!(states(&found), ["SUCCESS", "REFUND"]);
    client
        .sandbox
        .advance(Duration::from_secs(2 * 86_400))
        .await;
    let day = now.format(TimeFormat::DateTime);
    let bill = client
        .get_json(&format!("/v3/bill/tradebill?bill_date={}", &day[..10]))
        .await;
    let url = bill.1["download_url"].as_str().unwrap().to_owned();
    let target = url.strip_prefix(client.sandbox.base_url()).unwrap();
    let bill = client.send(target, None, None).await.text().await.unwrap();
    assert!(
        bill.contains("`P20261125-1,") && bill.contains("腾讯充值中心"),
        "{bill}"
    );
    let (status, refused) = client.combine("native", &order).await;
    assert_eq!((status, &refused["code"]), (400, &json!("INVALID_REQUEST")));
}

#[tokio::test]
async fn a_combined_order_is_closed_as_a_whole() {
    let client = Client::start().await;
    let order = client.combined("P20261125", "http://localhost:1/");
    client.combine("native", &order).await;
    // Other operations know nothing of the orders in it.
    let (status, _) = client.transaction("out-trade-no/P20261125-1").await;
    assert_eq!(status, 404);
    let fields = client.sign(client.order("out_trade_no", "P20261125-1"));
    assert_eq!(
        codes(&client.post(ORDER, &fields).await)[2],
        "ORDERNOTEXIST"
    );
    let single = json!({"mchid": client.sandbox.merchant().mch_id.as_str()});
    let (status, refused) = client
        .post_transaction("out-trade-no/P20261125-1/close", &single)
        .await;
    assert_eq!((status, &refused["code"]), (400, &json!("INVALID_REQUEST")));

    let all = [("P20261125-1", None), ("P20261125-2", None)];
    for wrong in [
        &all[..1],
        &[all[0], ("P20261125-3", None)],
        &[all[0], (all[1].0, Some(SUB))],
    ] {
        let (status, refused) = client.combined_close("P20261125", wrong).await;
        assert_eq!((status, &refused["code"]), (400, &json!("INVALID_REQUEST")));
    }
    let (status, none) = client.combined_close("P20261126", &all).await;
    assert_eq!((status, &none["code"]), (404, &json!("ORDERNOTEXIST")));
    assert_eq!(client.combined_close("P20261125", &all).await.0, 204);
    let (status, twice) = client.combined_close("P20261125", &all).await;
    assert_eq!((status, &twice["code"]), (400, &json!("ORDER_CLOSED")));
    assert!(client.sandbox.pay_order("P20261125", "o1").is_err());
    let (status, closed) = client.combine("native", &order).await;
    assert_eq!((status, &closed["code"]), (400, &json!("ORDER_CLOSED")));

    // One that has an end is closed then, and one that is paid is not.
    let mut order = client.combined("P20261127", "http://localhost:1/");
    let end = client.sandbox.now().unix() + 120;
    let end = wxpay_core::Timestamp::from_unix(end).unwrap();
    order["time_expire"] = json!(end.format(TimeFormat::Rfc3339));
    client.combine("app", &order).await;
    client.sandbox.advance(Duration::from_secs(121)).await;
    let (_, found) = client.combined_query("P20261127").await;
    assert_eq!(found["sub_orders"][0]["trade_state"], "CLOSED");
    client
        .combine(
            "native",
            &client.combined("P20261128", "http://localhost:1/"),
        )
        .await;
    client.sandbox.pay_order("P20261128-1", "o1").unwrap();
    let all = [("P20261128-1", None), ("P20261128-2", None)];
    assert_eq!(client.combined_close("P20261128", &all).await.0, 400);
    client
        .combine(
            "native",
            &client.combined("P20261129", "http://localhost:1/"),
        )
        .await;
    client.sandbox.close_order("P20261129").unwrap();
    let (_, found) = client.combined_query("P20261129").await;
    assert_eq!(found["sub_orders"][1]["trade_state"], "CLOSED");
}

#[tokio::test]
async fn combined_orders_that_break_a_rule_are_refused() {
    let client = Client::start().await;
    let good = || client.combined("P20261125", "http://localhost:1/");
    let change = |pointer: &str, value: Value| {
        let mut order = good();
        *order.pointer_mut(pointer).unwrap() = value;
        order
    };
    let mut with_sub = good();
    with_sub["sub_orders"][0]["sub_mchid"] = json!(SUB);
    let mut extra = good();
    extra["payer"] = json!({"openid": "o1"});
    let one = good()["sub_orders"][0].clone();
    for (order, code, field) in [
        (change("/sub_orders", json!([one])), WRONG, "/sub_orders"),
        (change("/sub_orders", json!([])), WRONG, "/sub_orders"),
        (
            change("/sub_orders", json!([one, one])),
            WRONG,
            "/sub_orders/1/out_trade_no",
        ),
        (with_sub, WRONG, "/sub_orders"),
        (extra, WRONG, "/payer"),
        (
            change("/sub_orders/0/mchid", json!("1900000999")),
            "MCH_NOT_EXISTS",
            "",
        ),
        (
            change("/combine_appid", json!("wx1")),
            "APPID_MCHID_NOT_MATCH",
            "",
        ),
        (
            change("/combine_mchid", json!("1900000999")),
            "INVALID_REQUEST",
            "",
        ),
        (
            change("/sub_orders/1/amount/total_amount", json!(0)),
            WRONG,
            "/sub_orders/1/amount/total_amount",
        ),
        (
            change("/notify_url", json!("ftp://a/")),
            WRONG,
            "/notify_url",
        ),
        (
            change("/combine_out_trade_no", json!("P1")),
            WRONG,
            "/combine_out_trade_no",
        ),
    ] {
        let (status, refused) = client.combine("native", &order).await;
        assert_eq!((status, &refused["code"]), (400, &json!(code)), "{order}");
        let named = refused["detail"]["field"].as_str().unwrap_or_default();
        assert_eq!(named, field);
    }
    // A number is one order's, alone or in a combined one.
    client
        .post_transaction(
            "native",
            &client.native("P20261125-1", "http://localhost:1/"),
        )
        .await;
    let (status, refused) = client.combine("native", &good()).await;
    assert_eq!(
        (status, &refused["code"]),
        (403, &json!("OUT_TRADE_NO_USED"))
    );
    assert!(client.sandbox.combined_orders().is_empty());
}

#[tokio::test]
async fn a_service_provider_combines_for_its_sub_merchants() {
    let client = Client::start().await;
    let mut order = client.combined("P20261125", "http://localhost:1/");
    order.as_object_mut().unwrap().remove("notify_url");
    for n in [0, 1] {
        order["sub_orders"][n]["sub_mchid"] = json!(format!("190000010{n}"));
    }
    order["combine_payer_info"] = json!({"sub_openid": "oSub"});
    let (_, refused) = client.combine("jsapi", &order).await;
    assert_eq!(refused["detail"]["field"], "/combine_payer_info/sub_openid");
    order["sub_orders"][1]["sub_appid"] = json!("wxd678efh567hg6999");
    let (status, made) = client.combine("jsapi", &order).await;
    assert_eq!(status, 200, "{made}");
    assert!(made["prepay_id"].is_string());
    assert!(client.sandbox.pay_order("P20261125", "o1").is_err());
    client.sandbox.pay_order("P20261125", "oSub").unwrap();
    let (_, found) = client.combined_query("P20261125").await;
    let openid = found["combine_payer_info"]["openid"].as_str().unwrap();
    assert_ne!(openid, "oSub");
    assert_eq!(found["sub_orders"][1]["sub_openid"], "oSub");
    assert_eq!(found["sub_orders"][0]["sub_mchid"], "1900000100");
    // There is no address to tell.
    assert!(client.sandbox.pending_deliveries().is_empty());

    // The same as a fault's and a snapshot's.
    let api = Api::named("v3.combine_transactions.prepay_h5").unwrap();
    client.sandbox.inject(api, Fault::DropAfterCommit).unwrap();
    let h5 = client
        .combined("P20261126", "http://localhost:1/")
        .to_string();
    let target = format!("{COMBINED}/h5");
    assert!(client.try_send(&target, None, Some(&h5)).await.is_err());
    let snapshot = client.sandbox.snapshot();
    let next = Client::start_built(Sandbox::builder().snapshot(&*snapshot)).await;
    assert_eq!(next.sandbox.snapshot(), snapshot);
    assert_eq!(next.sandbox.combined_orders().len(), 2);
    next.sandbox.pay_order("P20261126", "o2").unwrap();
    let callback = Callback::answering(&[OK]);
    let notice = Notice::combined_payment("P20261126");
    let refused = next.sandbox.notify_v2(&callback.url, notice.clone()).await;
    assert!(matches!(refused, Err(NotifyError::Protocol)));
    next.sandbox.notify_v3(&callback.url, notice).await.unwrap();
    let told: Value = serde_json::from_slice(&callback.next().body).unwrap();
    let told: Value = serde_json::from_str(&open(&next, &told["resource"])).unwrap();
    assert_eq!(told["combine_out_trade_no"], "P20261126");
}

const WRONG: &str = "PARAM_ERROR";
