//! The control port, asked as a program would.

mod orders;
mod page;
mod transfer_bills;

use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};
use wxpay_sandbox::{Api, Control, Fault, Order, Sandbox, SignatureRefusal, Trust};

use crate::client::{Client, QUERY, codes, with};

struct Port {
    sandbox: Arc<Sandbox>,
    control: Control,
    http: reqwest::Client,
}

impl Port {
    async fn open(trust: Trust) -> Self {
        let sandbox = Sandbox::builder().trust(trust).start().await.unwrap();
        let sandbox = Arc::new(sandbox);
        let address = "127.0.0.1:0".parse().unwrap();
        let control = Control::start(Arc::clone(&sandbox), address, &[]).await;
        Self {
            control: control.unwrap(),
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            sandbox,
        }
    }

    async fn get(&self, path: &str) -> Value {
        let (status, told) = self.ask(Method::GET, path, "").await;
        assert_eq!(status, 200, "{path}: {told}");
        told
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let (status, told) = self.ask(Method::POST, path, &body.to_string()).await;
        assert_eq!(status, 200, "{path}: {told}");
        told
    }

    async fn refused(&self, path: &str, body: Value) -> (u16, String) {
        let (status, told) = self.ask(Method::POST, path, &body.to_string()).await;
        let message = told["error"]["message"].as_str();
        (status, message.unwrap_or_default().to_owned())
    }

    async fn ask(&self, method: Method, path: &str, body: &str) -> (u16, Value) {
        let url = format!("{}/v1{path}", self.control.url());
        let request = self.http.request(method, url).body(body.to_owned());
        let request = request.header("content-type", "application/json");
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let body = answer.bytes().await.unwrap();
        (status, serde_json::from_slice(&body).unwrap())
    }

    async fn page(&self, path: &str, header: (&str, &str)) -> (u16, String) {
        let url = format!("{}{path}", self.control.url());
        let request = self.http.get(url).header(header.0, header.1);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }
}

#[tokio::test]
async fn the_clock_is_moved() {
    let port = Port::open(Trust::PublicKey).await;
    let at = "2026-01-31T08:00:00+08:00";
    let clock = port.post("/clock", json!({"freeze": at})).await;
    assert_eq!(
        clock,
        json!({"now": at, "unix": 1_769_817_600, "frozen": true})
    );
    let clock = port
        .post("/clock", json!({"advance_seconds": 86_400}))
        .await;
    assert_eq!(clock["now"], "2026-02-01T08:00:00+08:00");
    assert_eq!(
        port.post("/clock", json!({"run": true})).await["frozen"],
        false
    );
    for wrong in [
        json!({}),
        json!({"run": false}),
        json!({"freeze": "yesterday"}),
        json!({"advance_seconds": -1}),
        json!({"advance_seconds": 10_000_000_000_u64}),
        json!({"advance_seconds": 1, "run": true}),
    ] {
        assert_eq!(
            port.refused("/clock", wrong.clone()).await.0,
            400,
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn faults_are_scripted() {
    let port = Port::open(Trust::PublicKey).await;
    let code = json!({"api": "v2.wecom.pay_employee", "fault": "error_code", "code": "SYSTEMERROR", "times": 3});
    let told = port.post("/faults", code).await;
    assert_eq!(told["rules"][0]["times_left"], 3);
    port.post(
        "/faults",
        json!({"api": "v2.pay.query_order", "fault": "html_502"}),
    )
    .await;
    let injected = port.sandbox.injected_faults();
    assert_eq!(injected, [(QUERY_ORDER, Fault::Html502)]);
    let id = told["rules"][0]["id"].as_u64().unwrap();
    let (status, _) = port.ask(Method::DELETE, &format!("/faults/{id}"), "").await;
    assert_eq!(status, 200);
    assert_eq!(port.get("/faults").await["rules"], json!([]));
    for (wrong, says) in [
        (
            json!({"api": "nothing", "fault": "stall"}),
            "v2.pay.query_order",
        ),
        (
            json!({"api": "v2.pay.query_order", "fault": "nothing"}),
            "html_502",
        ),
        (
            json!({"api": "v2.pay.query_order", "fault": "error_code"}),
            "needs a code",
        ),
        (
            json!({"api": "v2.pay.query_order", "fault": "delay"}),
            "delay_ms",
        ),
        (
            json!({"api": "v2.pay.query_order", "fault": "stale_signature"}),
            "does not apply",
        ),
        (
            json!({"api": "v2.pay.query_order", "fault": "stall", "times": 0}),
            "times",
        ),
        (
            json!({"api": "v2.pay.query_order", "fault": "stall", "chance": 2}),
            "chance",
        ),
        (
            json!({"api": "v2.pay.query_order", "fault": "stall", "tims": 2}),
            "tims",
        ),
    ] {
        let (status, said) = port.refused("/faults", wrong).await;
        assert!(status == 400 && said.contains(says), "{said}");
    }
}

#[tokio::test]
async fn requests_are_told_with_what_their_checks_saw() {
    let port = Port::open(Trust::Both).await;
    let ca = reqwest::Certificate::from_pem(port.sandbox.ca_pem().as_bytes()).unwrap();
    let client = reqwest::Client::builder().tls_certs_only([ca]).no_proxy();
    let client = client.build().unwrap();
    let merchant = port.sandbox.merchant();
    let hostile = "<script>alert(1)</script>";
    let body = format!(
        "<xml><appid>{}</appid><mch_id>{}</mch_id><out_trade_no><![CDATA[{hostile}]]></out_trade_no><sign>A</sign></xml>",
        merchant.appid, merchant.mch_id
    );
    let url = format!("{}/pay/orderquery", port.sandbox.base_url());
    client.post(&url).body(body).send().await.unwrap();

    let seen = &port.get("/requests").await["requests"][0];
    let check = &seen["signatures"][0];
    assert_eq!((&seen["number"], &seen["ended"]), (&json!(1), &json!(true)));
    assert_eq!(
        (&check["held"], &check["received"]),
        (&json!(false), &json!("A"))
    );
    assert!(check["text"].as_str().unwrap().ends_with("&key=***"));
    assert_eq!(check["causes"][0]["code"], "unknown");
    assert_eq!(*seen, port.get("/requests/1").await);
    assert_eq!(port.get("/requests?after=1").await, json!({"requests": []}));
    assert_eq!(port.ask(Method::GET, "/requests/2", "").await.0, 404);
    assert_eq!(port.ask(Method::GET, "/requests?aftr=1", "").await.0, 400);

    let (status, page) = port.page("/requests/1", ("accept-language", "zh-CN")).await;
    assert_eq!(status, 200);
    assert!(
        page.contains("待签名串") && page.contains("&lt;script&gt;"),
        "{page}"
    );
    assert!(!page.contains(hostile), "{page}");
    for secret in [
        &merchant.api_v2_key,
        &merchant.api_v3_key,
        &merchant.workwx_secret,
    ] {
        assert!(!page.contains(secret.expose()));
        assert!(
            !port
                .get("/merchant")
                .await
                .to_string()
                .contains(secret.expose())
        );
    }
    for path in [
        "/",
        "/books",
        "/steer",
        "/requests/1",
        "/page.css",
        "/page.js",
    ] {
        assert_eq!(port.page(path, ("accept", "*/*")).await.0, 200, "{path}");
    }
    let (status, _) = port.page("/", ("host", "evil.example")).await;
    assert_eq!(status, 403);
}

#[tokio::test]
async fn what_has_no_such_number_is_not_found() {
    let port = Port::open(Trust::PublicKey).await;
    port.sandbox.add_order(Order::paid("1", 1));
    let status = json!({"status": "FAILED", "reason": "余额不足"});
    for (path, body) in [
        ("/payouts/1/status", status.clone()),
        ("/batches/1/settle", json!({})),
        ("/batches/1/transfers/2/status", status),
        ("/nowhere", json!({})),
    ] {
        assert_eq!(port.refused(path, body).await.0, 404, "{path}");
    }
    assert_eq!(port.refused("/certificates/rotate", json!({})).await.0, 409);
    assert_eq!(port.refused("/status", json!({})).await.0, 405);
    assert_eq!(port.refused("/reset", json!({"all": true})).await.0, 400);
    let both = Port::open(Trust::Both).await;
    let rotated = both.post("/certificates/rotate", json!({})).await;
    assert_eq!(rotated["serial_no"].as_str().unwrap().len(), 40);
}

#[tokio::test]
async fn payouts_are_told_with_how_often_each_number_was_sent() {
    let port = Port::open(Trust::PublicKey).await;
    let client = Client::of(Arc::clone(&port.sandbox));
    let told = port.post("/balance", json!({"fen": 15_000})).await;
    assert_eq!(told["done"], true);
    let fault =
        json!({"api": "v2.wecom.pay_employee", "fault": "delay_before_commit", "delay_ms": 1});
    port.post("/faults", fault.clone()).await;
    assert_eq!(port.get("/faults").await["waiting"], json!([fault]));
    client.pay(client.payment("A1")).await;
    client.pay(client.payment("A1")).await;
    client.pay(with(client.payment("A1"), "desc", "七月")).await;
    client.pay(client.payment("B1")).await;
    client.pay(client.payment("B1")).await;
    let told = port.get("/payouts").await;
    assert_eq!(told["succeeded"], json!({"count": 1, "amount": 10_099}));
    assert_eq!(
        told["without_payout"],
        json!([{"partner_trade_no": "B1", "sends": 2}])
    );
    let payouts = told["payouts"].as_array().unwrap();
    assert_eq!(payouts.len(), 1);
    for (name, value) in [
        ("partner_trade_no", json!("A1")),
        ("openid", json!("oxTWIuGaIt6gTKsQRLau2M0yL16E")),
        ("amount", json!(10_099)),
        ("desc", json!("六月出差报销费用")),
        ("status", json!("SUCCESS")),
        ("reason", Value::Null),
        ("requests", json!(2)),
        ("sends", json!(3)),
    ] {
        assert_eq!(payouts[0][name], value, "{name}");
    }
}

#[tokio::test]
async fn the_rules_of_payouts_are_set_one_by_one() {
    let port = Port::open(Trust::PublicKey).await;
    let client = Client::of(Arc::clone(&port.sandbox));
    let first = port.get("/payout_rules").await;
    assert_eq!(
        first,
        json!({
            "limits": null,
            "settle_after_seconds": 0,
            "failure_chance": 0.0,
            "visible_after_seconds": 0,
            "failed_numbers_pay_again": false,
            "signature_refusal": "result_code",
        })
    );
    port.post("/payout_rules", json!({"failed_numbers_pay_again": true}))
        .await;
    let given = json!({"signature_refusal": "return_code", "limits": "documented", "settle_after_seconds": 5});
    let told = port.post("/payout_rules", given).await;
    assert_eq!(told["failed_numbers_pay_again"], true);
    assert_eq!(told["limits"]["gap_seconds"], 15);
    let rules = port.sandbox.payout_rules();
    assert_eq!(rules.signature_refusal, SignatureRefusal::ReturnCode);
    assert_eq!(rules.settle_after.as_secs(), 5);
    let reply = client.post(QUERY, &client.query("A1")).await;
    assert_eq!(codes(&reply), ["FAIL", "", ""]);
    let given = json!({"limits": "none"});
    assert_eq!(
        port.post("/payout_rules", given).await["limits"],
        Value::Null
    );
    for (wrong, says) in [
        (json!({"failed_numbers_pay_agian": true}), "agian"),
        (json!({"signature_refusal": "none"}), "return_code"),
        (json!({"failure_chance": 1.5}), "failure_chance"),
        (json!({"limits": "some"}), "documented"),
    ] {
        let (status, said) = port.refused("/payout_rules", wrong).await;
        assert!(status == 400 && said.contains(says), "{said}");
    }
    assert_eq!(port.sandbox.payout_rules().settle_after.as_secs(), 5);
}

const QUERY_ORDER: Api = Api::named("v2.pay.query_order").unwrap();
