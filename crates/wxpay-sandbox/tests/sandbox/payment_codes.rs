//! Codes that the cashier scans, and orders that are reversed.

use std::time::Duration;

use serde_json::{Value, json};
use wxpay_core::Params;
use wxpay_sandbox::{Api, CodeBehaviour, Fault, PayOrderError};

use crate::client::{Client, Fields, ORDER, codes, with};

const MICROPAY: &str = "/pay/micropay";
const REVERSE: &str = "/secapi/pay/reverse";

const PAYS: &str = "100000000000000001";
const WAITS: &str = "110000000000000001";
const ENTERS: &str = "120000000000000001";
const CANCELS: &str = "130000000000000001";
const POOR: &str = "140000000000000001";
const OLD: &str = "150000000000000001";

impl Client {
    /// A good payment by code, before it is signed.
    fn micropay(&self, number: &str, auth_code: &str) -> Fields {
        let mut fields = self.unified(number, "");
        for name in ["notify_url", "trade_type"] {
            fields.remove(name);
        }
        with(fields, "auth_code", auth_code)
    }

    async fn charge(&self, number: &str, auth_code: &str) -> Params {
        let fields = self.sign(self.micropay(number, auth_code));
        let reply = self.post(MICROPAY, &fields).await;
        assert!(self.is_signed(&reply, false));
        reply
    }

    async fn reverse(&self, number: &str) -> [String; 2] {
        let fields = self.sign(self.order("out_trade_no", number));
        let reply = self.post(REVERSE, &fields).await;
        assert!(self.is_signed(&reply, false));
        ["err_code", "recall"].map(|name| reply.get(name).unwrap_or_default().to_owned())
    }

    async fn state_of(&self, number: &str) -> String {
        let fields = self.sign(self.order("out_trade_no", number));
        let reply = self.post(ORDER, &fields).await;
        let state = reply.get("trade_state").or_else(|| reply.get("err_code"));
        state.unwrap_or_default().to_owned()
    }

    fn codepay(&self, number: &str, auth_code: &str) -> Value {
        let mut order = self.native(number, "");
        order.as_object_mut().unwrap().remove("notify_url");
        order["payer"] = json!({"auth_code": auth_code});
        order["scene_info"] = json!({"device_id": "POS1", "store_info": {"id": "0001"}});
        order
    }

    fn own(&self) -> Value {
        let merchant = self.sandbox.merchant();
        json!({"appid": merchant.appid.as_str(), "mchid": merchant.mch_id.as_str()})
    }
}

fn err_code(reply: &Params) -> &str {
    codes(reply)[2]
}

#[tokio::test]
async fn a_code_pays_at_once_and_once() {
    let client = Client::start().await;
    let paid = client.charge("CODE01", PAYS).await;
    assert_eq!(codes(&paid), ["SUCCESS", "SUCCESS", ""]);
    assert_eq!(paid.get("trade_type"), Some("MICROPAY"));
    assert_eq!(paid.get("total_fee"), Some("88"));
    assert_eq!(paid.get("out_trade_no"), Some("CODE01"));
    let order = client.sandbox.orders().remove(0);
    assert_eq!(paid.get("openid"), Some(&*order.openid));
    assert_eq!(paid.get("transaction_id"), Some(&*order.transaction_id));
    assert_eq!(client.state_of("CODE01").await, "SUCCESS");

    // The same once more, another order by the same code, and the same number by another one.
    assert_eq!(err_code(&client.charge("CODE01", PAYS).await), "ORDERPAID");
    let used = client.charge("CODE02", PAYS).await;
    assert_eq!(err_code(&used), "AUTH_CODE_ERROR");
    let taken = client.charge("CODE01", "101111111111111111").await;
    assert_eq!(err_code(&taken), "ORDERPAID");
    for not_one in ["160000000000000001", "10000000000000001", "abc"] {
        let refused = client.charge("CODE03", not_one).await;
        assert_eq!(err_code(&refused), "AUTH_CODE_INVALID", "{not_one}");
    }
    assert_eq!(client.state_of("CODE03").await, "ORDERNOTEXIST");
    let codes = client.sandbox.payment_codes();
    assert_eq!(codes.len(), 1);
    assert_eq!(codes[0].used_by.as_deref(), Some("CODE01"));
    // Nobody is told: there is no address.
    assert!(client.sandbox.pending_deliveries().is_empty());
}

#[tokio::test]
async fn a_user_who_is_asked_for_the_password_pays_or_does_not() {
    let client = Client::start().await;
    let now = client.sandbox.now();
    client.sandbox.freeze_clock(now);
    for (number, code) in [
        ("WAITS1", WAITS),
        ("WAITS2", "110000000000000002"),
        ("WAITS3", "110000000000000003"),
        ("ENTERS", ENTERS),
        ("CANCELS", CANCELS),
    ] {
        assert_eq!(err_code(&client.charge(number, code).await), "USERPAYING");
        assert_eq!(client.state_of(number).await, "USERPAYING");
        // The same once more is the same payment.
        assert_eq!(err_code(&client.charge(number, code).await), "USERPAYING");
        assert_eq!(client.reverse(number).await, ["USERPAYING", "Y"]);
    }
    let other = client.charge("WAITS1", "110000000000000009").await;
    assert_eq!(err_code(&other), "OUT_TRADE_NO_USED");

    let payer = client.sandbox.orders()[0].openid.clone();
    let other = client.sandbox.pay_order("WAITS1", "somebody else");
    assert_eq!(other, Err(PayOrderError::OtherPayer("WAITS1".to_owned())));
    client.sandbox.pay_order("WAITS1", &payer).unwrap();
    client.sandbox.cancel_payment("WAITS2").unwrap();
    assert!(client.sandbox.cancel_payment("WAITS2").is_err());
    client.sandbox.advance(Duration::from_secs(10)).await;
    for (number, state) in [
        ("WAITS1", "SUCCESS"),
        ("WAITS2", "PAYERROR"),
        ("WAITS3", "USERPAYING"),
        ("ENTERS", "SUCCESS"),
        ("CANCELS", "PAYERROR"),
    ] {
        assert_eq!(client.state_of(number).await, state, "{number}");
    }
    client.sandbox.advance(Duration::from_secs(50)).await;
    assert_eq!(client.state_of("WAITS3").await, "PAYERROR");
    // What was paid stays so.
    assert_eq!(client.state_of("WAITS1").await, "SUCCESS");
    assert_eq!(
        err_code(&client.charge("WAITS3", "110000000000000003").await),
        "TRADE_ERROR"
    );
}

#[tokio::test]
async fn a_payment_fails_as_its_code_says() {
    let client = Client::start().await;
    assert_eq!(err_code(&client.charge("POOR01", POOR).await), "NOTENOUGH");
    assert_eq!(client.state_of("POOR01").await, "PAYERROR");
    // That is its end.
    let payer = client.sandbox.orders()[0].openid.clone();
    let end = client.sandbox.pay_order("POOR01", &payer);
    assert!(matches!(end, Err(PayOrderError::State { .. })), "{end:?}");
    assert_eq!(client.state_of("POOR01").await, "PAYERROR");
    assert_eq!(err_code(&client.charge("POOR01", POOR).await), "NOTENOUGH");
    assert_eq!(
        err_code(&client.charge("OLD001", OLD).await),
        "AUTHCODEEXPIRE"
    );
    assert_eq!(client.state_of("OLD001").await, "ORDERNOTEXIST");
    // The number is free for a fresh code.
    assert_eq!(err_code(&client.charge("OLD001", PAYS).await), "");

    let fails = |code: &str| {
        let code = code.to_owned();
        let made = client
            .sandbox
            .make_payment_code(CodeBehaviour::Fails { code });
        made.auth_code
    };
    let bank = fails("BANK_ERROR");
    assert_eq!(err_code(&client.charge("BANK01", &bank).await), "BANKERROR");
    // The end is open: the user may have paid.
    assert_eq!(client.state_of("BANK01").await, "NOTPAY");
    let payer = client.sandbox.orders().pop().unwrap().openid;
    client.sandbox.pay_order("BANK01", &payer).unwrap();
    assert_eq!(client.state_of("BANK01").await, "SUCCESS");

    let poor = fails("NOTENOUGH");
    let codepay = "/v3/pay/transactions/codepay";
    let (status, refused) = client
        .post_json(codepay, &client.codepay("POOR02", &poor))
        .await;
    assert_eq!((status, &refused["code"]), (403, &json!("NOT_ENOUGH")));
}

#[tokio::test]
async fn a_reversal_gives_money_back_or_closes() {
    let client = Client::start().await;
    client.charge("PAID01", PAYS).await;
    client.charge("POOR01", POOR).await;
    let close = |number: &str| client.sandbox.close_order(number);
    client.charge("SHUT01", "140000000000000002").await;
    close("SHUT01").unwrap();
    assert_eq!(client.reverse("PAID01").await, ["", "N"]);
    assert_eq!(client.reverse("POOR01").await, ["", "N"]);
    assert_eq!(client.reverse("SHUT01").await, ["", "N"]);
    for number in ["PAID01", "POOR01"] {
        assert_eq!(client.state_of(number).await, "REVOKED");
        // It can be done again.
        assert_eq!(client.reverse(number).await, ["", "N"]);
    }
    assert_eq!(client.state_of("SHUT01").await, "CLOSED");
    assert_eq!(
        err_code(&client.charge("PAID01", PAYS).await),
        "ORDERREVERSED"
    );
    let refunds = client.sandbox.refunds();
    assert_eq!(refunds.len(), 1);
    assert!(refunds[0].reversal);
    assert_eq!(
        (refunds[0].refund.get(), &*refunds[0].status),
        (88, "SUCCESS")
    );
    // Nothing is left of it.
    assert!(
        client
            .sandbox
            .refund_order("PAID01", refunds[0].refund)
            .is_err()
    );

    assert_eq!(client.reverse("NONE01").await, ["TRADE_ERROR", ""]);
    let order = client.native("NATIVE01", "http://localhost:1/");
    client.post_transaction("native", &order).await;
    assert_eq!(client.reverse("NATIVE01").await[0], "INVALID_REQUEST");
    client.charge("WEEK01", "101111111111111111").await;
    client
        .sandbox
        .advance(Duration::from_secs(7 * 86_400 + 1))
        .await;
    assert_eq!(client.reverse("WEEK01").await, ["REVERSE_EXPIRE", "N"]);
    assert_eq!(client.state_of("WEEK01").await, "SUCCESS");

    // Without the certificate nothing is reversed.
    let fields = client.sign(client.order("out_trade_no", "WEEK01"));
    let reply = client.without.post(client.url(REVERSE));
    let reply = reply
        .body(crate::client::xml(&fields))
        .send()
        .await
        .unwrap();
    let reply = Params::from_xml(&reply.bytes().await.unwrap()).unwrap();
    assert_eq!(err_code(&reply), "INVALID_REQUEST");
}

#[tokio::test]
async fn apiv3_charges_and_reverses_the_same_orders() {
    let client = Client::start().await;
    let path = "/v3/pay/transactions/codepay";
    let order = client.codepay("CODE01", PAYS);
    let (status, paid) = client.post_json(path, &order).await;
    assert_eq!((status, &paid["trade_state"]), (200, &json!("SUCCESS")));
    assert_eq!(paid["trade_type"], "MICROPAY");
    assert_eq!(paid["amount"]["total"], 100);
    let (status, again) = client.post_json(path, &order).await;
    assert_eq!((status, &again["code"]), (400, &json!("ORDER_PAID")));
    let used = client.codepay("CODE02", PAYS);
    let (status, used) = client.post_json(path, &used).await;
    assert_eq!((status, &used["code"]), (400, &json!("AUTH_CODE_INVALID")));
    let (status, waits) = client
        .post_json(path, &client.codepay("CODE03", WAITS))
        .await;
    assert_eq!((status, &waits["trade_state"]), (202, &json!("USERPAYING")));
    assert_eq!(waits["out_trade_no"], "CODE03");

    let reverse = async |number: &str| {
        let path = format!("/v3/pay/transactions/out-trade-no/{number}/reverse");
        client.post_json(&path, &client.own()).await
    };
    assert_eq!(reverse("CODE01").await.1["out_trade_no"], "CODE01");
    let (status, twice) = reverse("CODE01").await;
    assert_eq!((status, &twice["code"]), (400, &json!("ORDER_REVERSED")));
    let (status, paying) = reverse("CODE03").await;
    assert_eq!((status, &paying["code"]), (202, &json!("USERPAYING")));
    client.sandbox.cancel_payment("CODE03").unwrap();
    assert_eq!(reverse("CODE03").await.0, 200);
    let (status, none) = reverse("CODE04").await;
    assert_eq!((status, &none["code"]), (404, &json!("ORDER_NOT_EXIST")));
    let (_, found) = client.transaction("out-trade-no/CODE01").await;
    assert_eq!(found["trade_state"], "REVOKED");

    let mut wrong = client.codepay("CODE05", PAYS);
    wrong["payer"] = json!({"openid": "o1"});
    let (status, refused) = client.post_json(path, &wrong).await;
    let field = &refused["detail"]["field"];
    assert_eq!((status, field), (400, &json!("/payer/auth_code")));
}

#[tokio::test]
async fn a_service_provider_charges_for_its_sub_merchant() {
    let client = Client::start().await;
    let mut order = client.partner_order("SUB0001", "");
    order.as_object_mut().unwrap().remove("notify_url");
    order["payer"] = json!({"auth_code": PAYS});
    let path = "/v3/pay/partner/transactions/codepay";
    let (status, paid) = client.post_json(path, &order).await;
    assert_eq!((status, &paid["sub_mchid"]), (200, &json!("1900000109")));
    assert!(paid["payer"]["sp_openid"].is_string());
    let reverse = |sub_mchid: &str| {
        let merchant = client.sandbox.merchant();
        json!({
            "sp_appid": merchant.appid.as_str(),
            "sp_mchid": merchant.mch_id.as_str(),
            "sub_mchid": sub_mchid,
        })
    };
    let path = "/v3/pay/partner/transactions/out-trade-no/SUB0001/reverse";
    assert_eq!(client.post_json(path, &reverse("1900000100")).await.0, 404);
    let (status, reversed) = client.post_json(path, &reverse("1900000109")).await;
    assert_eq!(
        (status, &reversed["out_trade_no"]),
        (200, &json!("SUB0001"))
    );
}

#[tokio::test]
async fn codes_and_orders_under_way_survive_a_restart() {
    let client = Client::start().await;
    let now = client.sandbox.now();
    client.sandbox.freeze_clock(now);
    client.charge("ENTERS", ENTERS).await;
    client.charge("PAID01", PAYS).await;
    client.reverse("PAID01").await;
    let snapshot = client.sandbox.snapshot();
    let builder = wxpay_sandbox::Sandbox::builder().snapshot(&*snapshot);
    let next = Client::start_built(builder).await;
    assert_eq!(next.sandbox.snapshot(), snapshot);
    next.sandbox.advance(Duration::from_secs(10)).await;
    assert_eq!(next.state_of("ENTERS").await, "SUCCESS");
    assert_eq!(next.state_of("PAID01").await, "REVOKED");
    assert_eq!(
        err_code(&next.charge("CODE02", PAYS).await),
        "AUTH_CODE_ERROR"
    );
}

#[tokio::test]
async fn a_lost_response_says_nothing_about_the_payment() {
    let client = Client::start().await;
    let charge = Api::named("v2.pay.pay_by_payment_code").unwrap();
    let error = Fault::error_code_after_commit("SYSTEMERROR", "系统超时");
    for (number, code, fault, state) in [
        ("LOST01", PAYS, Fault::DropAfterCommit, "SUCCESS"),
        ("LOST02", "100000000000000002", error, "SUCCESS"),
        (
            "LOST03",
            "100000000000000003",
            Fault::DropBeforeCommit,
            "ORDERNOTEXIST",
        ),
    ] {
        client.sandbox.inject(charge, fault).unwrap();
        let fields = client.sign(client.micropay(number, code));
        let _ = client.try_post(MICROPAY, &fields).await;
        assert_eq!(client.state_of(number).await, state, "{number}");
    }
    // A code that nothing was charged by is still good.
    assert_eq!(
        err_code(&client.charge("LOST03", "100000000000000003").await),
        ""
    );
}
