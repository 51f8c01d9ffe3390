//! The eight ways to make an order of APIv3, and the orders of sub-merchants.

use serde_json::{Value, json};
use wxpay_core::Fen;

use crate::callback::Callback;
use crate::certificates::open;
use crate::client::Client;
use crate::notices::OK;

const URL: &str = "http://localhost:1/notify";
const SUB: &str = "1900000109";

impl Client {
    /// A good order that a service provider makes for a sub-merchant.
    pub(crate) fn partner_order(&self, number: &str, notify_url: &str) -> Value {
        let mut order = self.native(number, notify_url);
        let members = order.as_object_mut().unwrap();
        let (appid, mchid) = (members.remove("appid"), members.remove("mchid"));
        members.insert("sp_appid".to_owned(), appid.unwrap());
        members.insert("sp_mchid".to_owned(), mchid.unwrap());
        members.insert("sub_appid".to_owned(), json!("wxd678efh567hg6999"));
        members.insert("sub_mchid".to_owned(), json!(SUB));
        order
    }

    /// Posts JSON, and gives the status and the body, whose signature held.
    pub(crate) async fn post_json(&self, target: &str, body: &Value) -> (u16, Value) {
        let reply = self.send(target, None, Some(&body.to_string())).await;
        self.read_transaction(reply).await
    }

    /// Gets JSON, and gives the status and the body, whose signature held.
    pub(crate) async fn get_json(&self, target: &str) -> (u16, Value) {
        let reply = self.send(target, None, None).await;
        self.read_transaction(reply).await
    }
}

#[tokio::test]
async fn each_way_answers_with_what_its_front_end_needs() {
    let client = Client::start().await;
    for (n, (way, member, trade_type)) in [
        ("jsapi", "prepay_id", "JSAPI"),
        ("app", "prepay_id", "APP"),
        ("h5", "h5_url", "MWEB"),
        ("native", "code_url", "NATIVE"),
    ]
    .into_iter()
    .enumerate()
    {
        for (role, path) in [("M", ""), ("P", "partner/")] {
            let number = format!("{role}2026112{n}");
            let mut order = match role {
                "M" => client.native(&number, URL),
                _ => client.partner_order(&number, URL),
            };
            match (way, role) {
                ("jsapi", "M") => order["payer"] = json!({"openid": "o1"}),
                ("jsapi", _) => order["payer"] = json!({"sp_openid": "o1"}),
                ("h5", _) => order["scene_info"] = h5(),
                _ => {}
            }
            let target = format!("/v3/pay/{path}transactions/{way}");
            let (status, made) = client.post_json(&target, &order).await;
            assert_eq!(status, 200, "{target}: {made}");
            assert_eq!(made.as_object().unwrap().len(), 1);
            assert!(!made[member].as_str().unwrap().is_empty());
            let (_, again) = client.post_json(&target, &order).await;
            assert_eq!(again, made);
            order["amount"]["total"] = json!(101);
            let (status, other) = client.post_json(&target, &order).await;
            assert_eq!((status, &other["code"]), (403, &json!("OUT_TRADE_NO_USED")));

            client.sandbox.pay_order(&number, "o1").unwrap();
            let orders = client.sandbox.orders();
            assert_eq!(orders.last().unwrap().trade_type, trade_type);
        }
    }
}

#[tokio::test]
async fn an_order_of_a_sub_merchant_is_its_own() {
    let client = Client::start().await;
    let callback = Callback::answering(&[OK]);
    let mut order = client.partner_order("T20261125", &callback.url);
    order["payer"] = json!({"sub_openid": "o2"});
    order["scene_info"] = json!({"payer_client_ip": "14.23.150.211", "device_id": "D1"});
    let (status, _) = client.post_json(JSAPI, &order).await;
    assert_eq!(status, 200);
    assert!(client.sandbox.pay_order("T20261125", "o1").is_err());
    client.sandbox.pay_order("T20261125", "o2").unwrap();

    let mch_id = client.sandbox.merchant().mch_id.to_string();
    let by_number = format!("{PARTNER}/out-trade-no/T20261125");
    let (status, found) = client
        .get_json(&format!("{by_number}?sp_mchid={mch_id}&sub_mchid={SUB}"))
        .await;
    assert_eq!(status, 200);
    assert_eq!(
        (&found["sp_mchid"], &found["sub_mchid"]),
        (&json!(mch_id), &json!(SUB))
    );
    assert_eq!(found["sub_appid"], "wxd678efh567hg6999");
    assert_eq!(found["payer"]["sub_openid"], "o2");
    assert!(found["payer"]["sp_openid"].is_string());
    assert_eq!(found["scene_info"]["device_id"], "D1");
    assert_eq!(found.get("mchid"), None);
    let id = found["transaction_id"].as_str().unwrap();
    let by_id = format!("{PARTNER}/id/{id}?sp_mchid={mch_id}&sub_mchid={SUB}");
    assert_eq!(client.get_json(&by_id).await.1, found);

    let told: Value = serde_json::from_slice(&callback.next().body).unwrap();
    assert_eq!(told["event_type"], "TRANSACTION.SUCCESS");
    let told: Value = serde_json::from_str(&open(&client, &told["resource"])).unwrap();
    assert_eq!(told, found);

    for (target, code) in [
        (
            format!("{by_number}?sp_mchid={mch_id}&sub_mchid=1"),
            "ORDER_NOT_EXIST",
        ),
        (format!("{by_number}?sp_mchid={mch_id}"), "PARAM_ERROR"),
        (
            format!("{by_number}?sp_mchid=1&sub_mchid={SUB}"),
            "INVALID_REQUEST",
        ),
        (
            format!("/v3/pay/transactions/id/{id}?mchid={mch_id}"),
            "ORDER_NOT_EXIST",
        ),
    ] {
        assert_eq!(client.get_json(&target).await.1["code"], code, "{target}");
    }
}

#[tokio::test]
async fn only_its_sub_merchant_closes_an_order() {
    let client = Client::start().await;
    let order = client.partner_order("T20261125", URL);
    client.post_json(&format!("{PARTNER}/native"), &order).await;
    let mch_id = client.sandbox.merchant().mch_id.to_string();
    let close = format!("{PARTNER}/out-trade-no/T20261125/close");
    let other = json!({"sp_mchid": mch_id, "sub_mchid": "1900000110"});
    assert_eq!(client.post_json(&close, &other).await.0, 404);
    let own = json!({ "mchid": mch_id });
    let merchant = "/v3/pay/transactions/out-trade-no/T20261125/close";
    assert_eq!(client.post_json(merchant, &own).await.0, 404);
    let right = json!({"sp_mchid": mch_id, "sub_mchid": SUB});
    assert_eq!(client.post_json(&close, &right).await.0, 204);
    assert_eq!(client.sandbox.orders()[0].trade_state, "CLOSED");
    let refunded = client.sandbox.refund_order("T20261125", Fen::new(1));
    assert!(refunded.is_err());
}

#[tokio::test]
async fn members_are_refused_by_name() {
    let client = Client::start().await;
    let good = || client.partner_order("T20261125", URL);
    let without = |name: &str| {
        let mut order = good();
        order.as_object_mut().unwrap().remove(name);
        order
    };
    let with = |name: &str, value: Value| {
        let mut order = good();
        order[name] = value;
        order
    };
    let mut no_app = without("sub_appid");
    no_app["payer"] = json!({"sub_openid": "o2"});
    let mut no_h5 = h5();
    no_h5.as_object_mut().unwrap().remove("h5_info");
    for (way, order, field) in [
        ("native", without("sub_mchid"), "/sub_mchid"),
        ("native", with("sub_mchid", json!("19x")), "/sub_mchid"),
        ("native", with("mchid", json!("1")), "/mchid"),
        ("native", with("payer", json!({"sp_openid": "o"})), "/payer"),
        ("jsapi", good(), "/payer"),
        ("jsapi", with("payer", json!({})), "/payer/sp_openid"),
        ("jsapi", no_app, "/sub_appid"),
        ("h5", good(), "/scene_info"),
        ("h5", with("scene_info", no_h5), "/scene_info/h5_info"),
        (
            "app",
            with("detail", json!({"goods_detail": [{"quantity": 1}]})),
            "/detail/goods_detail/0/merchant_goods_id",
        ),
    ] {
        let target = format!("{PARTNER}/{way}");
        let (status, refused) = client.post_json(&target, &order).await;
        assert_eq!((status, &refused["code"]), (400, &json!("PARAM_ERROR")));
        assert_eq!(refused["detail"]["field"], field, "{refused}");
    }
    assert!(client.sandbox.orders().is_empty());
}

fn h5() -> Value {
    json!({"payer_client_ip": "14.23.150.211", "h5_info": {"type": "Wap"}})
}

const PARTNER: &str = "/v3/pay/partner/transactions";
const JSAPI: &str = "/v3/pay/partner/transactions/jsapi";
