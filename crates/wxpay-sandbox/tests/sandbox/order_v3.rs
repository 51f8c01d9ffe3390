//! Orders that APIv3 makes, finds and closes.

use serde_json::{Value, json};
use wxpay_sandbox::{Api, Fault};

use crate::client::{Client, UNIFIED};
use crate::v3::header;

const URL: &str = "http://localhost:1/notify";

impl Client {
    /// A good order of APIv3 by QR code.
    pub(crate) fn native(&self, number: &str, notify_url: &str) -> Value {
        let merchant = self.sandbox.merchant();
        json!({
            "appid": merchant.appid.as_str(),
            "mchid": merchant.mch_id.as_str(),
            "description": "Image形象店-深圳腾大-QQ公仔",
            "out_trade_no": number,
            "notify_url": notify_url,
            "amount": { "total": 100, "currency": "CNY" },
        })
    }

    /// Posts to `/v3/pay/transactions/`, and gives the status and the body, whose signature held.
    pub(crate) async fn post_transaction(&self, path: &str, body: &Value) -> (u16, Value) {
        let target = format!("/v3/pay/transactions/{path}");
        let reply = self.send(&target, None, Some(&body.to_string())).await;
        self.read_transaction(reply).await
    }

    /// Finds an order by a path under `/v3/pay/transactions/`.
    pub(crate) async fn transaction(&self, path: &str) -> (u16, Value) {
        let merchant = &self.sandbox.merchant().mch_id;
        let target = format!("/v3/pay/transactions/{path}?mchid={merchant}");
        let reply = self.send(&target, None, None).await;
        self.read_transaction(reply).await
    }

    pub(crate) async fn read_transaction(&self, reply: reqwest::Response) -> (u16, Value) {
        let status = reply.status().as_u16();
        let (body, _, held) = self.read(reply).await;
        assert!(held);
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    async fn close(&self, number: &str) -> (u16, Value) {
        let body = json!({ "mchid": self.sandbox.merchant().mch_id.as_str() });
        let target = format!("/v3/pay/transactions/out-trade-no/{number}/close");
        let reply = self.send(&target, None, Some(&body.to_string())).await;
        // Also where there is no body.
        let kind = header(reply.headers(), "content-type");
        assert_eq!(kind, "application/json; charset=utf-8");
        self.read_transaction(reply).await
    }
}

#[tokio::test]
async fn an_order_is_made_once_and_found_by_both_numbers() {
    let client = Client::start().await;
    let order = client.native("T20261125", URL);
    let (status, made) = client.post_transaction("native", &order).await;
    assert_eq!(status, 200);
    assert!(made["code_url"].as_str().unwrap().starts_with("weixin://"));
    let (_, again) = client.post_transaction("native", &order).await;
    assert_eq!(again, made);

    let mut other = order.clone();
    other["amount"]["total"] = 101.into();
    let (status, refused) = client.post_transaction("native", &other).await;
    assert_eq!(
        (status, &refused["code"]),
        (403, &"OUT_TRADE_NO_USED".into())
    );
    // APIv2 sees the number taken as well.
    let fields = client.sign(client.unified("T20261125", URL));
    let reply = client.post(UNIFIED, &fields).await;
    assert_eq!(reply.get("err_code"), Some("OUT_TRADE_NO_USED"));

    let (status, found) = client.transaction("out-trade-no/T20261125").await;
    assert_eq!((status, &found["trade_state"]), (200, &"NOTPAY".into()));
    assert_eq!(found["transaction_id"], Value::Null);
    client.sandbox.pay_order("T20261125", "o1").unwrap();
    let id = client.sandbox.orders()[0].transaction_id.clone();
    let (_, found) = client.transaction(&format!("id/{id}")).await;
    assert_eq!(found["trade_state"], "SUCCESS");
    assert_eq!(found["out_trade_no"], "T20261125");
    assert_eq!(found["payer"]["openid"], "o1");
    let amount =
        json!({"total": 100, "payer_total": 100, "currency": "CNY", "payer_currency": "CNY"});
    assert_eq!(found["amount"], amount);
    let (status, paid) = client.post_transaction("native", &order).await;
    assert_eq!((status, &paid["code"]), (400, &"INVALID_REQUEST".into()));
}

#[tokio::test]
async fn a_jsapi_order_is_its_payer_s() {
    let client = Client::start().await;
    let mut order = client.native("T20261125", URL);
    let (status, refused) = client.post_transaction("jsapi", &order).await;
    assert_eq!(
        (status, &refused["detail"]["field"]),
        (400, &"/payer".into())
    );
    order["payer"] = json!({ "openid": "o1" });
    let (status, made) = client.post_transaction("jsapi", &order).await;
    assert_eq!(status, 200);
    assert!(made["prepay_id"].as_str().unwrap().starts_with("wx"));
    assert!(client.sandbox.pay_order("T20261125", "o2").is_err());
    assert!(client.sandbox.pay_order("T20261125", "o1").is_ok());
}

#[tokio::test]
async fn orders_that_break_a_rule_are_refused() {
    let client = Client::start().await;
    let good = || client.native("T20261125", URL);
    for (pointer, value, code, field) in [
        ("/description", json!(""), "PARAM_ERROR", "/description"),
        (
            "/description",
            json!("x".repeat(128)),
            "PARAM_ERROR",
            "/description",
        ),
        (
            "/out_trade_no",
            json!("12345"),
            "PARAM_ERROR",
            "/out_trade_no",
        ),
        (
            "/out_trade_no",
            json!("T 20261125"),
            "PARAM_ERROR",
            "/out_trade_no",
        ),
        ("/notify_url", json!("notify"), "PARAM_ERROR", "/notify_url"),
        (
            "/notify_url",
            json!("https://a/?b=c"),
            "PARAM_ERROR",
            "/notify_url",
        ),
        ("/amount/total", json!(0), "PARAM_ERROR", "/amount/total"),
        (
            "/amount/total",
            json!("100"),
            "PARAM_ERROR",
            "/amount/total",
        ),
        (
            "/amount/currency",
            json!("USD"),
            "PARAM_ERROR",
            "/amount/currency",
        ),
        ("/amount", json!(100), "PARAM_ERROR", "/amount"),
        ("/appid", json!("wx1"), "APPID_MCHID_NOT_MATCH", ""),
        ("/mchid", json!("1"), "INVALID_REQUEST", ""),
    ] {
        let mut order = good();
        *order.pointer_mut(pointer).unwrap() = value;
        let (status, refused) = client.post_transaction("native", &order).await;
        assert_eq!(
            (status, refused["code"].as_str()),
            (400, Some(code)),
            "{pointer}"
        );
        assert_eq!(
            refused["detail"]["field"].as_str().unwrap_or_default(),
            field
        );
    }
    let mut order = good();
    order["time_expire"] = json!("2018-06-08T10:34:56+08:00");
    let (_, refused) = client.post_transaction("native", &order).await;
    assert_eq!(refused["detail"]["field"], "/time_expire");
    for ip in ["here", "::ffff:101.226.125.108"] {
        let mut order = good();
        order["scene_info"] = json!({"payer_client_ip": ip});
        let (_, refused) = client.post_transaction("native", &order).await;
        assert_eq!(refused["detail"]["field"], "/scene_info/payer_client_ip");
    }
    let mut order = good();
    order["total_fee"] = json!(100);
    let (_, refused) = client.post_transaction("native", &order).await;
    assert_eq!(refused["detail"]["field"], "/total_fee");

    // The signature is looked at before the fields.
    let request = client
        .without
        .post(client.url("/v3/pay/transactions/native"));
    let request = request.header("accept", "application/json");
    let request = request.header("user-agent", "tests").body("{}");
    assert_eq!(request.send().await.unwrap().status(), 401);
    assert!(client.sandbox.orders().is_empty());
}

#[tokio::test]
async fn an_order_is_closed_once_and_never_opens_again() {
    let client = Client::start().await;
    let order = client.native("T2026_1-1|2*5", URL);
    // The number goes through the path in percent-encoding.
    let number = "T2026_1-1%7C2*5";
    let (status, missing) = client.close(number).await;
    assert_eq!((status, &missing["code"]), (404, &"ORDER_NOT_EXIST".into()));
    client.post_transaction("native", &order).await;
    assert_eq!(client.close(number).await, (204, Value::Null));
    let (status, closed) = client.close(number).await;
    assert_eq!((status, &closed["code"]), (400, &"ORDER_CLOSED".into()));
    let (status, closed) = client.post_transaction("native", &order).await;
    assert_eq!((status, &closed["code"]), (400, &"ORDER_CLOSED".into()));
    let (_, found) = client.transaction(&format!("out-trade-no/{number}")).await;
    assert_eq!(found["trade_state"], "CLOSED");
}

#[tokio::test]
async fn queries_name_an_order_that_exists_and_their_merchant() {
    let client = Client::start().await;
    let (status, missing) = client.transaction("out-trade-no/T20261125").await;
    assert_eq!((status, &missing["code"]), (404, &"ORDER_NOT_EXIST".into()));
    let (status, missing) = client.transaction("id/4200000001").await;
    assert_eq!((status, &missing["code"]), (404, &"ORDER_NOT_EXIST".into()));
    for (target, code) in [
        ("id/4200000001", "PARAM_ERROR"),
        ("id/4200000001?mchid=1", "INVALID_REQUEST"),
        ("out-trade-no/%FF%FE?mchid=1", "PARAM_ERROR"),
    ] {
        let target = format!("/v3/pay/transactions/{target}");
        let reply = client.send(&target, None, None).await;
        let (status, refused) = client.read_transaction(reply).await;
        assert_eq!((status, refused["code"].as_str()), (400, Some(code)));
    }
    for path in [
        "apps",
        "out-trade-no/",
        "id/1/close",
        "out-trade-no/1/close/x",
    ] {
        let target = format!("/v3/pay/transactions/{path}");
        let reply = client.send(&target, None, None).await;
        // It is signed, so that a client that believes nothing else shows what it says.
        let (status, said) = client.read_transaction(reply).await;
        assert_eq!((status, &said["code"]), (404, &"NO_SUCH_OPERATION".into()));
        let message = said["message"].as_str().unwrap();
        assert!(message.starts_with("wxpay-sandbox "), "{message}");
        assert!(message.contains("no endpoint GET /v3/pay"), "{message}");
        assert!(message.ends_with("nothing was done"), "{message}");
        let seen = client.sandbox.requests().pop().unwrap();
        assert_eq!((seen.api, seen.status), (None, Some(404)));
    }
    let reply = client.send("/v3/pay/transactions/native", None, None).await;
    let (status, said) = client.read_transaction(reply).await;
    assert_eq!((status, &said["code"]), (405, &"INVALID_REQUEST".into()));
    // APIv3 is known by its Authorization too, wherever the path leads.
    let reply = client.send("/global/nothing", None, None).await;
    assert_eq!(client.read_transaction(reply).await.0, 404);
}

#[tokio::test]
async fn a_fault_says_nothing_about_the_order() {
    let client = Client::start().await;
    client
        .sandbox
        .inject(PREPAY_NATIVE, Fault::error_code("SYSTEM_ERROR", "系统异常"))
        .unwrap();
    let order = client.native("T20261125", URL);
    let (status, _) = client.post_transaction("native", &order).await;
    assert_eq!(status, 500);
    assert!(client.sandbox.orders().is_empty());

    client.post_transaction("native", &order).await;
    let fault = Fault::DropAfterCommit;
    client.sandbox.inject(CLOSE_ORDER_V3, fault).unwrap();
    let body = json!({ "mchid": client.sandbox.merchant().mch_id.as_str() }).to_string();
    let target = "/v3/pay/transactions/out-trade-no/T20261125/close";
    assert!(client.try_send(target, None, Some(&body)).await.is_err());
    assert_eq!(client.sandbox.orders()[0].trade_state, "CLOSED");
}

const PREPAY_NATIVE: Api = Api::named("v3.pay.prepay_native").unwrap();

const CLOSE_ORDER_V3: Api = Api::named("v3.pay.close_order").unwrap();
