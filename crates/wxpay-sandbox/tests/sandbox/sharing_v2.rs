//! Shared money by APIv2, in the same books as that of APIv3.

use std::time::Duration;

use serde_json::{Value, json};
use wxpay_core::{Fen, Params};
use wxpay_sandbox::{Api, Fault, Order};

use crate::client::{Client, Fields, codes, with, xml};

const SINGLE: &str = "/secapi/pay/profitsharing";
const MULTI: &str = "/secapi/pay/multiprofitsharing";
const FINISH: &str = "/secapi/pay/profitsharingfinish";
const QUERY: &str = "/pay/profitsharingquery";
const RETURN: &str = "/secapi/pay/profitsharingreturn";
const RETURNED: &str = "/pay/profitsharingreturnquery";
const LEFT: &str = "/pay/profitsharingorderamountquery";
const ADD: &str = "/pay/profitsharingaddreceiver";
const REMOVE: &str = "/pay/profitsharingremovereceiver";
const RATIO: &str = "/pay/profitsharingmerchantratioquery";
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
    let store = json!({"type": "MERCHANT_ID", "account": STORE, "name": "示例商户", "relation_type": "STORE"});
    let user = json!({"type": "PERSONAL_OPENID", "account": "oUser", "relation_type": "STAFF"});
    for receiver in [store, user] {
        let fields = with(client.paid_order(), "receiver", &receiver.to_string());
        let reply = client.sharing_v2(ADD, fields).await;
        assert_eq!(codes(&reply), ["SUCCESS", "SUCCESS", ""]);
        let told: Value = serde_json::from_str(reply.get("receiver").unwrap()).unwrap();
        let named = json!({"type": receiver["type"], "account": receiver["account"]});
        assert_eq!(told, named);
    }
    client
}

fn to_user(fen: i64) -> Value {
    let share = json!({"type": "PERSONAL_OPENID", "account": "oUser", "amount": fen, "description": "分给员工"});
    json!([share])
}

impl Client {
    fn paid_order(&self) -> Fields {
        let fields = self.order("transaction_id", "4200000001");
        with(fields, "sign_type", "HMAC-SHA256")
    }

    fn share_v2(&self, number: &str, receivers: &Value) -> Fields {
        let fields = with(self.paid_order(), "receivers", &receivers.to_string());
        with(fields, "out_order_no", number)
    }

    async fn sharing_v2(&self, path: &str, fields: Fields) -> Params {
        let reply = self.post(path, &self.sign(fields)).await;
        let failed = reply.get("return_code") == Some("FAIL");
        assert!(failed || self.is_signed(&reply, true), "{reply:?}");
        reply
    }

    async fn unsplit(&self) -> Option<Fen> {
        let reply = self.sharing_v2(LEFT, self.paid_order()).await;
        reply.optional("unsplit_amount").unwrap()
    }
}

#[tokio::test]
async fn an_order_is_shared_in_parts_and_finished() {
    let client = paid().await;
    client.sandbox.set_sharing_delay(Duration::from_secs(60));
    let share = |number: &str, fen| client.share_v2(number, &to_user(fen));
    let first = client.sharing_v2(MULTI, share("P1", 100)).await;
    assert_eq!(codes(&first), ["SUCCESS", "SUCCESS", ""]);
    assert_eq!(first.get("status"), Some("PROCESSING"));
    let again = client.sharing_v2(MULTI, share("P1", 100)).await;
    assert_eq!(again.get("order_id"), first.get("order_id"));
    let other = client.sharing_v2(MULTI, share("P1", 101)).await;
    assert_eq!(codes(&other)[2], "INVALID_REQUEST");
    let too_much = client.sharing_v2(MULTI, share("P2", 201)).await;
    assert_eq!(codes(&too_much)[2], "AMOUNT_OVERDUE");

    client.sandbox.advance(Duration::from_secs(60)).await;
    let query = |number: &str| with(client.paid_order(), "out_order_no", number);
    let found = client.sharing_v2(QUERY, query("P1")).await;
    assert_eq!(found.get("status"), Some("FINISHED"));
    let receivers: Value = serde_json::from_str(found.get("receivers").unwrap()).unwrap();
    assert_eq!(receivers[0]["result"], "SUCCESS");
    assert_eq!(receivers[0]["account"], "oUser");
    assert_eq!(receivers[0]["finish_time"].as_str().unwrap().len(), 14);
    assert_eq!(client.unsplit().await, Some(Fen::new(900)));

    let finish = with(query("P3"), "description", "分账已完成");
    let finished = client.sharing_v2(FINISH, finish).await;
    assert_eq!(codes(&finished), ["SUCCESS", "SUCCESS", ""]);
    assert_eq!(client.unsplit().await, Some(Fen::ZERO));
    let found = client.sharing_v2(QUERY, query("P3")).await;
    assert_eq!(found.get("amount"), Some("900"));
    assert_eq!(found.get("description"), Some("分账已完成"));
    // APIv3 sees the same.
    let (_, seen) = client
        .get_json("/v3/profitsharing/orders/P1?transaction_id=4200000001")
        .await;
    assert_eq!(seen["order_id"].as_str(), first.get("order_id"));
}

#[tokio::test]
async fn an_app_and_a_sub_merchant_are_named_where_they_are_asked_for() {
    let client = paid().await;
    client
        .sharing_v2(MULTI, client.share_v2("P1", &to_user(1)))
        .await;
    let query = with(client.paid_order(), "out_order_no", "P1");
    let ratio = with(client.paid_order(), "sub_mch_id", "1900000109");
    for (path, fields) in [(QUERY, query), (LEFT, client.paid_order()), (RATIO, ratio)] {
        let reply = client.sharing_v2(path, fields).await;
        assert_eq!(reply.get("return_code"), Some("SUCCESS"), "{path}");
        assert_eq!(reply.get("appid"), None, "{path}");
    }

    let mut order = Order::paid("T3", 100);
    order.profit_sharing = true;
    let sub = json!({"sub_mchid": "1900000109", "sub_appid": null, "sub_openid": null});
    order.sub_merchant = serde_json::from_value(sub).unwrap();
    client.sandbox.add_order(order);
    let id = client.sandbox.orders()[1].transaction_id.clone();
    let left = with(client.paid_order(), "transaction_id", &id);
    let left = client.sharing_v2(LEFT, left).await;
    assert_eq!(left.get("unsplit_amount"), Some("100"), "{left:?}");
}

#[tokio::test]
async fn a_single_sharing_releases_the_rest_and_can_be_taken_back() {
    let client = paid().await;
    let to_store = json!([{"type": "MERCHANT_ID", "account": STORE, "amount": 200, "description": "分到商户"}]);
    let made = client
        .sharing_v2(SINGLE, client.share_v2("P1", &to_store))
        .await;
    assert_eq!(codes(&made), ["SUCCESS", "SUCCESS", ""]);
    let receivers: Value = serde_json::from_str(made.get("receivers").unwrap()).unwrap();
    assert_eq!(receivers[0]["receiver_mchid"], STORE);
    assert_eq!(client.unsplit().await, Some(Fen::ZERO));

    let mut back = client.paid_order();
    for (name, value) in [
        ("out_order_no", "P1"),
        ("out_return_no", "B1"),
        ("return_account_type", "MERCHANT_ID"),
        ("return_account", STORE),
        ("return_amount", "150"),
        ("description", "用户退款"),
    ] {
        back = with(back, name, value);
    }
    let returned = client.sharing_v2(RETURN, back.clone()).await;
    assert_eq!(returned.get("return_code"), Some("SUCCESS"));
    assert_eq!(returned.get("return_amount"), Some("150"));
    let again = client.sharing_v2(RETURN, back.clone()).await;
    assert_eq!(again.get("return_no"), returned.get("return_no"));
    let query = with(client.paid_order(), "out_order_no", "P1");
    let first = with(query.clone(), "out_return_no", "B1");
    let found = client.sharing_v2(RETURNED, first).await;
    assert_eq!(found.get("result"), Some("SUCCESS"));
    assert_eq!(found.get("return_no"), returned.get("return_no"));

    let own = client.sandbox.merchant().mch_id.to_string();
    for (name, value, code) in [
        ("out_return_no", "B2", "AMOUNT_OVERDUE"),
        ("out_order_no", "P9", "ORDERNOTEXIST"),
        ("return_account", &*own, "PARAM_ERROR"),
        ("return_amount", "0", "PARAM_ERROR"),
        ("return_account_type", "PERSONAL_OPENID", "PARAM_ERROR"),
    ] {
        let refused = client
            .sharing_v2(RETURN, with(back.clone(), name, value))
            .await;
        assert_eq!(refused.get("return_code"), Some("FAIL"));
        assert_eq!(refused.get("error_code"), Some(code), "{name}");
        assert_eq!(refused.get("result_code"), None);
    }
    let missing = with(query, "out_return_no", "B9");
    let missing = client.sharing_v2(RETURNED, missing).await;
    assert_eq!(missing.get("error_code"), Some("ORDERNOTEXIST"));
}

#[tokio::test]
async fn what_can_not_be_shared_is_refused() {
    let client = paid().await;
    client.sandbox.add_order(Order::paid("T2", 100));
    let plain = client.sandbox.orders()[1].transaction_id.clone();
    let to = |kind: &str, account: &str| {
        let share = json!({"type": kind, "account": account, "amount": 1, "description": "x"});
        client.share_v2("P1", &json!([share]))
    };
    let own = client.sandbox.merchant().mch_id.to_string();
    let good = client.share_v2("P1", &to_user(1));
    let other = |name: &str, value: &str| with(good.clone(), name, value);
    for (fields, path, code) in [
        (other("transaction_id", &plain), SINGLE, "NOT_SHARE_ORDER"),
        (
            other("transaction_id", "42"),
            SINGLE,
            "INVALID_TRANSACTIONID",
        ),
        (other("receivers", "[{"), SINGLE, "PARAM_ERROR"),
        (other("receivers", "[]"), SINGLE, "PARAM_ERROR"),
        (other("out_order_no", "P 1"), MULTI, "PARAM_ERROR"),
        (client.share_v2("P1", &to_user(0)), SINGLE, "PARAM_ERROR"),
        (to("MERCHANT_ID", &own), SINGLE, "PARAM_ERROR"),
        (to("SOMEBODY", "oUser"), SINGLE, "PARAM_ERROR"),
        (to("PERSONAL_OPENID", "oOther"), SINGLE, "RECEIVER_INVALID"),
        (good.clone(), QUERY, "ORDERNOTEXIST"),
        (other("receiver", "{}"), ADD, "PARAM_ERROR"),
    ] {
        let refused = client.sharing_v2(path, fields).await;
        assert_eq!(codes(&refused), ["SUCCESS", "FAIL", code], "{refused:?}");
    }
    for (name, value) in [("sign_type", "MD5"), ("appid", "wx0"), ("mch_id", "1")] {
        let refused = client.sharing_v2(MULTI, other(name, value)).await;
        assert!(refused.get("return_msg").unwrap().contains(name));
    }
    let body = xml(&client.sign(good.clone()));
    let request = client.without.post(client.url(MULTI)).body(body);
    let reply = request.send().await.unwrap().bytes().await.unwrap();
    assert_eq!(codes(&Params::from_xml(&reply).unwrap()), ["FAIL", "", ""]);
    assert!(client.sandbox.profit_sharings().is_empty());
}

#[tokio::test]
async fn a_lost_response_is_asked_for_again_and_removed_receivers_get_nothing() {
    let client = paid().await;
    let share = client.share_v2("P1", &to_user(1));
    let api = Api::named("v2.profit_sharing.create_multi_profit_sharing").unwrap();
    client.sandbox.inject(api, Fault::DropAfterCommit).unwrap();
    let sent = client.try_post(MULTI, &client.sign(share.clone())).await;
    assert!(sent.is_err());
    let again = client.sharing_v2(MULTI, share).await;
    assert_eq!(again.get("status"), Some("FINISHED"));
    assert_eq!(client.sandbox.profit_sharings()[0].requests, 2);
    let user = json!({"type": "PERSONAL_OPENID", "account": "oUser"});
    let user = with(client.paid_order(), "receiver", &user.to_string());
    client.sharing_v2(REMOVE, user).await;
    let gone = client
        .sharing_v2(MULTI, client.share_v2("P2", &to_user(1)))
        .await;
    assert_eq!(codes(&gone)[2], "RECEIVER_INVALID");
    let ratio = with(client.paid_order(), "sub_mch_id", "1900000109");
    let ratio = client.sharing_v2(RATIO, ratio).await;
    assert_eq!(ratio.get("max_ratio"), Some("3000"));
}
