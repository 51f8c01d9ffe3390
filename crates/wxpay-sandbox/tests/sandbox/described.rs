//! Operations that have no behaviour and are answered by their description.

use std::time::Duration;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use serde_json::{Value, json};
use wxpay_core::{Params, Timestamp};
use wxpay_sandbox::{Api, Fault};

use crate::client::{Client, codes, with, xml};

const RECEIVER: &str = "/v3/marketing/favor/users/oUpF8uMuAJO_M2pxb1Q9zNjWeS6o/coupons";
const BALANCE: &str = "/v3/merchant/fund/balance/BASIC";
const TASK: &str = "/v3/marketing/partner/product-coupon/image-generation-tasks/IMAGE-1?brand_id=120344&image_generation_type=COMBINE_IMAGE";

impl Client {
    async fn asked_by_data(&self, target: &str, body: Option<&Value>) -> (u16, Value) {
        let body = body.map(Value::to_string);
        let reply = self.send(target, None, body.as_deref()).await;
        self.read_transaction(reply).await
    }

    /// A coupon for a user (发放指定批次的代金券).
    fn coupon(&self, number: &str) -> Value {
        json!({
            "stock_id": "9856000",
            "out_request_no": number,
            "appid": self.sandbox.merchant().appid.as_str(),
            "stock_creator_mchid": "8956000",
        })
    }
}

#[tokio::test]
async fn a_write_is_answered_once_for_one_number() {
    let client = Client::start().await;
    client
        .sandbox
        .freeze_clock(Timestamp::from_unix(1_796_000_000).unwrap());
    let coupon = client.coupon("89560002019101000121");
    let (status, first) = client.asked_by_data(RECEIVER, Some(&coupon)).await;
    assert_eq!(status, 200, "{first}");
    assert!(
        first["coupon_id"].as_str().is_some_and(|id| !id.is_empty()),
        "{first}"
    );

    client.sandbox.advance(Duration::from_secs(3600)).await;
    let (_, again) = client.asked_by_data(RECEIVER, Some(&coupon)).await;
    assert_eq!(again, first);
    let (_, other) = client
        .asked_by_data(RECEIVER, Some(&client.coupon("89560002019101000122")))
        .await;
    assert_ne!(other["coupon_id"], first["coupon_id"]);

    let mut changed = coupon;
    changed["stock_id"] = json!("9856001");
    let (status, refused) = client.asked_by_data(RECEIVER, Some(&changed)).await;
    assert_eq!(
        (status, &refused["code"]),
        (400, &json!("INVALID_REQUEST")),
        "{refused}"
    );
    let seen = client.sandbox.requests().pop().unwrap();
    assert_eq!(seen.api.unwrap().name(), "v3.marketing_favor.send_coupon");
    assert!(!seen.api.unwrap().has_behaviour());

    // What is forgotten can be used again.
    client.sandbox.reset();
    assert_eq!(client.asked_by_data(RECEIVER, Some(&changed)).await.0, 200);
}

#[tokio::test]
async fn a_request_that_takes_no_effect_uses_no_number() {
    let client = Client::start().await;
    let api: Api = "v3.marketing_favor.send_coupon".parse().unwrap();
    let fault = Fault::error_code("SYSTEM_ERROR", "系统异常");
    client.sandbox.inject(api, fault).unwrap();
    let coupon = client.coupon("N1");
    assert_eq!(client.asked_by_data(RECEIVER, Some(&coupon)).await.0, 500);
    let mut changed = coupon;
    changed["stock_id"] = json!("9856001");
    assert_eq!(client.asked_by_data(RECEIVER, Some(&changed)).await.0, 200);
}

#[tokio::test]
async fn fields_are_held_to_their_description() {
    let client = Client::start().await;
    let good = client.coupon("N1");
    let changed = |name: &str, value: Value| {
        let mut changed = good.clone();
        changed[name] = value;
        changed
    };
    let mut without = good.clone();
    without.as_object_mut().unwrap().remove("stock_id");
    for (body, field, said) in [
        (without, "/stock_id", "缺少参数"),
        (
            changed("stock_id", json!(9_856_000)),
            "/stock_id",
            "须为字符串",
        ),
        (
            changed("coupon_value", json!("1")),
            "/coupon_value",
            "须为整数",
        ),
        (
            changed("stock_creator_mchid", json!("a merchant")),
            "/stock_creator_mchid",
            "格式不正确",
        ),
        (
            changed("stock_id", json!("9".repeat(21))),
            "/stock_id",
            "长度超过限制，最多20个字符",
        ),
        (
            changed("stock_id", Value::Null),
            "/stock_id",
            "不支持null，请不要传该字段",
        ),
    ] {
        let (status, refused) = client.asked_by_data(RECEIVER, Some(&body)).await;
        assert_eq!(
            (status, &refused["code"]),
            (400, &json!("PARAM_ERROR")),
            "{body}"
        );
        assert_eq!(refused["detail"]["field"], field, "{refused}");
        assert_eq!(refused["detail"]["issue"], said, "{refused}");
    }
    // The member that is wrong is in the path.
    let target = RECEIVER.replace("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", "a%20user");
    let (_, refused) = client.asked_by_data(&target, Some(&good)).await;
    assert_eq!(refused["detail"]["location"], "url", "{refused}");
    for (task, said) in [
        ("12345", "长度不足，最少6个字符"),
        ("12345.", "包含不允许的字符"),
    ] {
        let target = TASK.replace("IMAGE-1", task);
        let (status, refused) = client.asked_by_data(&target, None).await;
        assert_eq!((status, &refused["detail"]["issue"]), (400, &json!(said)));
    }
    assert_eq!(client.asked_by_data(TASK, None).await.0, 200);
    let (status, _) = client
        .asked_by_data("/v3/merchant/fund/balance/NOTHING", None)
        .await;
    assert_eq!(status, 400);
    let (status, balance) = client.asked_by_data(BALANCE, None).await;
    assert_eq!(status, 200);
    assert!(balance["available_amount"].is_i64(), "{balance}");
}

#[tokio::test]
async fn a_request_needs_its_signature() {
    let client = Client::start().await;
    let now = client.sandbox.now().unix();
    let wrong = client.authorization("/v3/merchant/fund/balance/FEES", now);
    let reply = client.get(BALANCE, &wrong).await.unwrap();
    assert_eq!(reply.status(), 401);
    let seen = client.sandbox.requests().pop().unwrap();
    assert!(!seen.signatures[0].held);
    assert_eq!(seen.api.unwrap().name(), "v3.merchant.query_balance");
}

#[tokio::test]
async fn a_file_comes_with_its_digest() {
    let client = Client::start().await;
    let target = "/hk/v3/statements?date=20260801";
    let reply = client.send(target, None, None).await;
    assert_eq!(reply.status(), 200);
    let told = reply.headers()["wechatpay-statement-sha1"].clone();
    let headers = reply.headers().clone();
    let file = reply.bytes().await.unwrap();
    let sha1 = digest(&SHA1_FOR_LEGACY_USE_ONLY, &file);
    let sha1: String = sha1
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(told, sha1.as_str());
    let signed = format!(r#"{{"sha1":"{sha1}"}}"#);
    assert!(client.public_key().signed(&headers, signed.as_bytes()));
}

#[tokio::test]
async fn a_message_of_apiv2_is_held_to_its_certificate_and_signature() {
    let client = Client::start().await;
    let path = "/deposit/reverse";
    for sign_type in ["MD5", "HMAC-SHA256"] {
        let fields = with(client.order("out_trade_no", "N1"), "sign_type", sign_type);
        let fields = client.sign(fields);
        let reply = client.post(path, &fields).await;
        assert_eq!(codes(&reply), ["SUCCESS", "SUCCESS", ""], "{reply:?}");
        assert!(client.is_signed(&reply, sign_type != "MD5"));
        assert_eq!(
            reply.get("mch_id"),
            Some(client.sandbox.merchant().mch_id.as_str())
        );

        let reply = client.without.post(client.url(path)).body(xml(&fields));
        let reply = reply.send().await.unwrap().bytes().await.unwrap();
        let reply = Params::from_xml(&reply).unwrap();
        assert_eq!(codes(&reply), ["SUCCESS", "FAIL", "CA_ERROR"]);

        let wrong = with(fields.clone(), "sign", "0123456789ABCDEF0123456789ABCDEF");
        let reply = client.post(path, &wrong).await;
        assert_eq!(codes(&reply), ["SUCCESS", "FAIL", "SIGNERROR"]);
        let mut less = fields;
        less.remove("out_trade_no");
        let reply = client.post(path, &client.sign(less)).await;
        assert_eq!(codes(&reply), ["SUCCESS", "FAIL", "PARAM_ERROR"]);
    }
}

#[tokio::test]
async fn what_is_sent_to_one_of_wechat_pays_hosts_has_to_be_there() {
    let client = Client::start().await;
    let now = client.sandbox.now().unix();
    for (host, status) in [
        ("api.mch.weixin.qq.com", 200),
        ("api2.mch.weixin.qq.com", 200),
        ("apihk.mch.weixin.qq.com", 404),
        ("gateway.example.com", 200),
    ] {
        let request = client.without.get(client.url(BALANCE)).header("host", host);
        let request = request
            .header("accept", "application/json")
            .header("user-agent", "wxpay-sandbox-tests")
            .header("authorization", client.authorization(BALANCE, now));
        assert_eq!(request.send().await.unwrap().status(), status, "{host}");
    }
}

#[tokio::test]
async fn a_page_of_the_browser_says_what_it_is() {
    let client = Client::start().await;
    let target = "/papay/entrustweb?appid=wx1";
    let reply = client.without.get(client.url(target)).send().await.unwrap();
    assert_eq!(reply.status(), 404);
    let text = reply.text().await.unwrap();
    assert!(text.contains("which the browser of a user opens"), "{text}");
}

#[tokio::test]
async fn a_brand_is_known_by_its_own_keys() {
    let client = Client::start().await;
    let target = "/brand/card-member/cards/1000000013";
    // Nobody asked for the brand yet, and the merchant's signature is not the brand's.
    let (status, refused) = {
        let reply = client.send(target, None, None).await;
        (reply.status(), reply.text().await.unwrap())
    };
    assert_eq!(status, 401);
    assert!(refused.contains("no brand yet"), "{refused}");
    let brand = client.sandbox.brand().await.unwrap().clone();
    assert_eq!(
        client.sandbox.brand().await.unwrap().serial_no,
        brand.serial_no
    );
    assert_ne!(brand.serial_no, client.sandbox.merchant().serial_no);
    let reply = client.send(target, None, None).await;
    assert_eq!(reply.status(), 401);
    let seen = client.sandbox.requests().pop().unwrap();
    let cause = &seen.signatures[0].causes[0];
    assert!(
        format!("{cause:?}").contains("WECHATPAY-BRAND"),
        "{cause:?}"
    );
}
