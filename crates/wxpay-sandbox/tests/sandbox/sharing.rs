//! Money that is shared among several.

use std::time::Duration;

use serde_json::{Value, json};
use wxpay_sandbox::{Api, Fault, NoticeKind, Order, Sandbox, SubMerchant};

use crate::callback::Callback;
use crate::certificates::open;
use crate::client::Client;
use crate::notices::OK;

const SHARING: &str = "/v3/profitsharing";
const STORE: &str = "1900000200";

/// A sandbox in which an order of 1,000 fen is paid, of which a store and a user can receive
/// shares.
async fn paid() -> Client {
    let client = Client::start().await;
    let now = client.sandbox.now();
    client.sandbox.freeze_clock(now);
    let mut order = Order::paid("T20261125", 1000);
    "4200000001".clone_into(&mut order.transaction_id);
    order.profit_sharing = true;
    order.time_end = now;
    client.sandbox.add_order(order);
    let key = client.public_key();
    let store = client.receiver("MERCHANT_ID", STORE);
    let mut store = store;
    store["name"] = json!(key.seal("腾讯大厦店"));
    assert_eq!(client.sharing("receivers/add", &store).await.0, 200);
    let user = client.receiver("PERSONAL_OPENID", "oUser");
    assert_eq!(client.sharing("receivers/add", &user).await.0, 200);
    client
}

impl Client {
    pub(crate) fn receiver(&self, kind: &str, account: &str) -> Value {
        json!({
            "appid": self.sandbox.merchant().appid.as_str(),
            "type": kind,
            "account": account,
            "relation_type": "STORE",
        })
    }

    fn share(&self, number: &str, fen: i64) -> Value {
        json!({
            "appid": self.sandbox.merchant().appid.as_str(),
            "transaction_id": "4200000001",
            "out_order_no": number,
            "receivers": [{
                "type": "PERSONAL_OPENID",
                "account": "oUser",
                "amount": fen,
                "description": "分给员工",
            }],
            "unfreeze_unsplit": false,
        })
    }

    fn share_to_store(&self, number: &str, fen: i64) -> Value {
        let mut share = self.share(number, fen);
        share["receivers"][0] = json!({
            "type": "MERCHANT_ID",
            "account": STORE,
            "name": self.public_key().seal("腾讯大厦店"),
            "amount": fen,
            "description": "分给门店",
        });
        share
    }

    pub(crate) async fn sharing(&self, path: &str, body: &Value) -> (u16, Value) {
        let key = self.public_key();
        let target = format!("{SHARING}/{path}");
        let reply = self
            .send(&target, Some(&key.serial), Some(&body.to_string()))
            .await;
        self.read_signed(reply, &key).await
    }

    async fn shared(&self, number: &str) -> (u16, Value) {
        self.get_json(&format!(
            "{SHARING}/orders/{number}?transaction_id=4200000001"
        ))
        .await
    }

    async fn left(&self) -> Value {
        let target = format!("{SHARING}/transactions/4200000001/amounts");
        self.get_json(&target).await.1["unsplit_amount"].clone()
    }
}

#[tokio::test]
async fn an_order_is_shared_up_to_the_ratio_and_the_rest_released() {
    let client = paid().await;
    client.sandbox.set_sharing_delay(Duration::from_secs(60));
    assert_eq!(client.left().await, 1000);
    let share = client.share_to_store("P1", 200);
    let (status, made) = client.sharing("orders", &share).await;
    assert_eq!((status, &made["state"]), (200, &json!("PROCESSING")));
    assert_eq!(made["receivers"][0]["result"], "PENDING");
    // The same once more is the same, although the name is encrypted again.
    let (_, again) = client
        .sharing("orders", &client.share_to_store("P1", 200))
        .await;
    assert_eq!(again["order_id"], made["order_id"]);
    let (status, other) = client
        .sharing("orders", &client.share_to_store("P1", 201))
        .await;
    assert_eq!((status, &other["code"]), (400, &json!("INVALID_REQUEST")));
    client.sandbox.advance(Duration::from_secs(60)).await;
    let (_, found) = client.shared("P1").await;
    assert_eq!(
        (&found["state"], &found["receivers"][0]["result"]),
        (&json!("FINISHED"), &json!("SUCCESS"))
    );

    // 30 % of 1,000 fen is all that can be shared.
    let (status, refused) = client.sharing("orders", &client.share("P2", 101)).await;
    assert_eq!((status, &refused["code"]), (403, &json!("RULE_LIMIT")));
    assert_eq!(
        client.sharing("orders", &client.share("P2", 100)).await.0,
        200
    );
    assert_eq!(client.left().await, 700);
    client.sandbox.set_max_sharing_ratio(10_000);
    let (status, refused) = client.sharing("orders", &client.share("P3", 701)).await;
    assert_eq!((status, &refused["code"]), (403, &json!("NOT_ENOUGH")));
    // What is refunded can't be shared.
    let refund = client
        .sandbox
        .refund_order("T20261125", wxpay_core::Fen::new(300));
    assert!(refund.is_ok());
    assert_eq!(client.left().await, 400);

    let release = json!({
        "transaction_id": "4200000001",
        "out_order_no": "P4",
        "description": "解冻全部剩余资金",
    });
    let (status, released) = client.sharing("orders/unfreeze", &release).await;
    assert_eq!(
        (status, &released["receivers"][0]["amount"]),
        (200, &json!(400))
    );
    assert_eq!(
        client.sharing("orders/unfreeze", &release).await.1,
        released
    );
    assert_eq!(client.shared("P4").await.1["state"], "FINISHED");
    assert_eq!(client.left().await, 0);
    let (status, none) = client.sharing("orders", &client.share("P5", 1)).await;
    assert_eq!((status, &none["code"]), (403, &json!("NOT_ENOUGH")));
    let mut again = release.clone();
    again["out_order_no"] = json!("P6");
    let (status, none) = client.sharing("orders/unfreeze", &again).await;
    assert_eq!((status, &none["code"]), (403, &json!("NOT_ENOUGH")));
}

#[tokio::test]
async fn shares_that_break_a_rule_are_refused() {
    let client = paid().await;
    let change = |pointer: &str, value: Value| {
        let mut share = client.share("P1", 10);
        *share.pointer_mut(pointer).unwrap() = value;
        share
    };
    let one = client.share("P1", 10)["receivers"][0].clone();
    let mut nameless = client.share_to_store("P1", 10);
    nameless["receivers"][0]
        .as_object_mut()
        .unwrap()
        .remove("name");
    let mut misnamed = client.share_to_store("P1", 10);
    misnamed["receivers"][0]["name"] = json!(client.public_key().seal("另一家店"));
    for (share, status, code) in [
        (change("/receivers/0/account", json!("oOther")), 400, BROKEN),
        (change("/receivers/0/amount", json!(0)), 400, WRONG),
        (change("/receivers", json!([one, one])), 400, WRONG),
        (change("/receivers", json!([])), 400, WRONG),
        (change("/out_order_no", json!("P 1")), 400, WRONG),
        (change("/transaction_id", json!("4200000002")), 404, NONE),
        (change("/unfreeze_unsplit", json!("yes")), 400, WRONG),
        (nameless, 400, WRONG),
        (misnamed, 400, BROKEN),
    ] {
        let (seen, refused) = client.sharing("orders", &share).await;
        assert_eq!((seen, &refused["code"]), (status, &json!(code)), "{share}");
    }
    let mut plain = Order::paid("T2", 1000);
    "4200000002".clone_into(&mut plain.transaction_id);
    client.sandbox.add_order(plain);
    let other = change("/transaction_id", json!("4200000002"));
    let (status, refused) = client.sharing("orders", &other).await;
    assert_eq!((status, &refused["code"]), (400, &json!(BROKEN)));
    let (status, _) = client
        .get_json(&format!("{SHARING}/transactions/4200000002/amounts"))
        .await;
    assert_eq!(status, 404);
    assert_eq!(client.shared("P1").await.0, 404);
    // Without the key that the names are encrypted for nothing is looked at.
    let reply = client
        .send(&format!("{SHARING}/orders"), None, Some("{}"))
        .await;
    assert_eq!(reply.status(), 400);
    assert!(client.sandbox.profit_sharings().is_empty());

    // After thirty days the money is the merchant's.
    client
        .sandbox
        .advance(Duration::from_secs(30 * 86_400 + 1))
        .await;
    assert_eq!(client.left().await, 0);
    let (status, late) = client.sharing("orders", &client.share("P1", 10)).await;
    assert_eq!((status, &late["code"]), (403, &json!("NOT_ENOUGH")));
}

#[tokio::test]
async fn receivers_are_added_once_and_removed() {
    let client = paid().await;
    let mut again = client.receiver("PERSONAL_OPENID", "oUser");
    again["relation_type"] = json!("STAFF");
    let (status, told) = client.sharing("receivers/add", &again).await;
    assert_eq!((status, &told["relation_type"]), (200, &json!("STORE")));
    assert_eq!(client.sandbox.sharing_receivers().len(), 2);
    let (_, store) = client
        .sharing("receivers/add", &{
            let mut store = client.receiver("MERCHANT_ID", STORE);
            store["name"] = json!(client.public_key().seal("腾讯大厦店"));
            store
        })
        .await;
    let name = client.open(store["name"].as_str().unwrap());
    assert_eq!(String::from_utf8(name).unwrap(), "腾讯大厦店");
    for (name, value, field) in [
        ("relation_type", json!("CUSTOM"), "/custom_relation"),
        ("type", json!("MERCHANT_ID"), "/name"),
        ("type", json!("PERSONAL_SUB_OPENID"), "/sub_appid"),
        ("type", json!("SOMEBODY"), "/type"),
    ] {
        let mut receiver = client.receiver("PERSONAL_OPENID", "oNew");
        receiver[name] = value;
        let (status, refused) = client.sharing("receivers/add", &receiver).await;
        assert_eq!((status, &refused["detail"]["field"]), (400, &json!(field)));
    }

    // One that is removed while a share is under way does not get it.
    client.sandbox.set_sharing_delay(Duration::from_secs(60));
    client.sharing("orders", &client.share("P1", 100)).await;
    let mut gone = client.receiver("PERSONAL_OPENID", "oUser");
    gone.as_object_mut().unwrap().remove("relation_type");
    for _ in 0..2 {
        let (status, told) = client.sharing("receivers/delete", &gone).await;
        assert_eq!((status, &told["account"]), (200, &json!("oUser")));
    }
    client.sandbox.advance(Duration::from_secs(60)).await;
    let (_, found) = client.shared("P1").await;
    assert_eq!(found["receivers"][0]["result"], "CLOSED");
    assert_eq!(found["receivers"][0]["fail_reason"], "NO_RELATION");
    // The payer has that money for good.
    assert_eq!(client.left().await, 900);
    assert!(client.sandbox.end_share("P1", "oUser", None));
    assert_eq!(
        client.shared("P1").await.1["receivers"][0]["result"],
        "SUCCESS"
    );
    assert!(!client.sandbox.end_share("P1", "oOther", None));
}

#[tokio::test]
async fn a_share_is_taken_back_once() {
    let client = paid().await;
    client
        .sharing("orders", &client.share_to_store("P1", 200))
        .await;
    client.sharing("orders", &client.share("P2", 50)).await;
    let back = |number: &str, fen: i64| {
        json!({
            "out_order_no": "P1",
            "out_return_no": number,
            "return_mchid": STORE,
            "amount": fen,
            "description": "用户退款",
        })
    };
    client.sandbox.set_sharing_delay(Duration::from_secs(60));
    let (status, made) = client.sharing("return-orders", &back("B1", 150)).await;
    assert_eq!((status, &made["result"]), (200, &json!("PROCESSING")));
    let (_, again) = client.sharing("return-orders", &back("B1", 150)).await;
    assert_eq!(again["return_id"], made["return_id"]);
    let (status, more) = client.sharing("return-orders", &back("B2", 51)).await;
    assert_eq!((status, &more["code"]), (400, &json!(BROKEN)));
    let (status, other) = client.sharing("return-orders", &back("B1", 149)).await;
    assert_eq!((status, &other["code"]), (400, &json!(BROKEN)));
    client.sandbox.advance(Duration::from_secs(60)).await;
    let find = async |number: &str| {
        let target = format!("{SHARING}/return-orders/{number}?out_order_no=P1");
        client.get_json(&target).await
    };
    assert_eq!(find("B1").await.1["result"], "SUCCESS");
    assert_eq!(find("B2").await.0, 404);

    // What failed did not come back.
    let by_id = json!({
        "order_id": made["order_id"],
        "out_return_no": "B3",
        "return_mchid": STORE,
        "amount": 50,
        "description": "用户退款",
    });
    assert_eq!(client.sharing("return-orders", &by_id).await.0, 200);
    assert!(
        client
            .sandbox
            .end_profit_return("B3", Some("BALANCE_NOT_ENOUGH"))
    );
    let (_, failed) = find("B3").await;
    assert_eq!(
        (&failed["result"], &failed["fail_reason"]),
        (&json!("FAILED"), &json!("BALANCE_NOT_ENOUGH"))
    );
    assert_eq!(
        client.sharing("return-orders", &back("B4", 50)).await.0,
        200
    );
    // A person's share can't be taken back.
    let mut person = back("B5", 10);
    person["out_order_no"] = json!("P2");
    assert_eq!(client.sharing("return-orders", &person).await.0, 400);
    let mut both = by_id.clone();
    both["out_order_no"] = json!("P1");
    assert_eq!(client.sharing("return-orders", &both).await.0, 400);
    assert_eq!(client.sandbox.profit_returns().len(), 3);
}

#[tokio::test]
async fn a_service_provider_that_receives_a_share_is_told() {
    let client = Client::start().await;
    let own = client.sandbox.merchant().mch_id.to_string();
    let mut order = Order::paid("T20261125", 1000);
    "4200000001".clone_into(&mut order.transaction_id);
    order.profit_sharing = true;
    order.sub_merchant = Some(SubMerchant::new("1900000109"));
    client.sandbox.add_order(order);
    let mut receiver = client.receiver("MERCHANT_ID", &own);
    receiver["name"] = json!(client.public_key().seal("服务商"));
    receiver["sub_mchid"] = json!("1900000109");
    receiver["relation_type"] = json!("SERVICE_PROVIDER");
    assert_eq!(client.sharing("receivers/add", &receiver).await.0, 200);
    let callback = Callback::answering(&[OK, OK]);
    client.sandbox.set_sharing_notify_url(Some(&callback.url));
    let mut share = client.share_to_store("P1", 200);
    share["receivers"][0]["account"] = json!(own);
    share["receivers"][0]["name"] = json!(client.public_key().seal("服务商"));
    assert_eq!(client.sharing("orders", &share).await.0, 404);
    share["sub_mchid"] = json!("1900000109");
    let (status, made) = client.sharing("orders", &share).await;
    assert_eq!((status, &made["sub_mchid"]), (200, &json!("1900000109")));
    client.sandbox.advance(Duration::ZERO).await;
    let told: Value = serde_json::from_slice(&callback.next().body).unwrap();
    assert_eq!(told["summary"], "分账");
    assert_eq!(told["resource"]["original_type"], "profitsharing");
    let told: Value = serde_json::from_str(&open(&client, &told["resource"])).unwrap();
    assert_eq!(told["order_id"], made["order_id"]);
    assert_eq!(told["receiver"]["amount"], 200);
    assert_eq!(told["sub_mchid"], "1900000109");
    let back = json!({
        "sub_mchid": "1900000109",
        "out_order_no": "P1",
        "out_return_no": "B1",
        "return_mchid": own,
        "amount": 200,
        "description": "用户退款",
    });
    assert_eq!(client.sharing("return-orders", &back).await.0, 200);
    client.sandbox.advance(Duration::ZERO).await;
    let told: Value = serde_json::from_slice(&callback.next().body).unwrap();
    assert_eq!(told["summary"], "分账回退");
    let deliveries = client.sandbox.deliveries();
    assert_eq!(deliveries[0].kind, NoticeKind::ProfitSharing);
    assert_eq!(deliveries[0].out_trade_no, "T20261125");
    let (_, ratio) = client
        .get_json(&format!("{SHARING}/merchant-configs/1900000109"))
        .await;
    assert_eq!(ratio, json!({"sub_mchid": "1900000109", "max_ratio": 3000}));
}

#[tokio::test]
async fn shares_survive_a_restart_and_lost_responses() {
    let client = paid().await;
    client.sandbox.set_sharing_delay(Duration::from_secs(60));
    let api = Api::named("v3.profitsharing.create_order").unwrap();
    client.sandbox.inject(api, Fault::DropAfterCommit).unwrap();
    let share = client.share("P1", 100).to_string();
    let serial = client.public_key().serial;
    let target = format!("{SHARING}/orders");
    assert!(
        client
            .try_send(&target, Some(&serial), Some(&share))
            .await
            .is_err()
    );
    client.sandbox.inject(api, Fault::TamperedBody).unwrap();
    let reply = client.send(&target, Some(&serial), Some(&share)).await;
    let (_, _, held) = client.read(reply).await;
    assert!(!held);
    let snapshot = client.sandbox.snapshot();
    let next = Client::start_built(Sandbox::builder().snapshot(&*snapshot)).await;
    assert_eq!(next.sandbox.snapshot(), snapshot);
    next.sandbox.advance(Duration::from_secs(60)).await;
    assert_eq!(next.shared("P1").await.1["state"], "FINISHED");
    assert_eq!(next.left().await, 900);
    assert_eq!(next.sandbox.profit_sharings()[0].requests, 2);
}

const BROKEN: &str = "INVALID_REQUEST";
const WRONG: &str = "PARAM_ERROR";
const NONE: &str = "RESOURCE_NOT_EXISTS";
