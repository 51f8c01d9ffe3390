use serde_json::{Value, json};
use wxpay_core::{Fen, Timestamp};
use wxpay_sandbox::{Coupon, Notice, NoticeFault, NotifyError, Order, Trust};

use crate::callback::Callback;
use crate::certificates::open;
use crate::client::Client;
use crate::v3::header;

pub(crate) const OK: (&str, &str) = ("200 OK", "");
#[tokio::test]
async fn a_payment_is_told_in_json_signed_and_encrypted() {
    let client = with_order(Trust::PublicKey).await;
    let callback = Callback::answering(&[OK, ("204 No Content", ""), FAIL, ("302 Found", "")]);
    let notice = Notice::payment("A1");
    let send = || client.sandbox.notify_v3(&callback.url, notice.clone());

    let answer = send().await.unwrap();
    assert_eq!((answer.status, answer.acknowledged), (200, true));
    let seen = callback.next();
    assert_eq!(seen.line, "POST /notify HTTP/1.1");
    assert_eq!(seen.headers["content-type"], "application/json");
    assert_eq!(
        seen.headers["host"],
        callback.url[7..callback.url.len() - 7]
    );
    assert!(client.public_key().signed(&seen.headers, &seen.body));
    let body: Value = serde_json::from_slice(&seen.body).unwrap();
    assert_eq!(body["event_type"], "TRANSACTION.SUCCESS");
    assert_eq!(body["resource_type"], "encrypt-resource");
    assert_eq!(body["resource"]["original_type"], "transaction");
    assert_eq!(body["resource"]["associated_data"], "transaction");
    assert_ne!(
        body["resource"]["nonce"],
        header(&seen.headers, "wechatpay-nonce")
    );
    let told: Value = serde_json::from_str(&open(&client, &body["resource"])).unwrap();
    let merchant = client.sandbox.merchant();
    assert_eq!(told["mchid"], merchant.mch_id.as_str());
    assert_eq!(told["appid"], merchant.appid.as_str());
    assert_eq!(told["out_trade_no"], "A1");
    assert_eq!(told["trade_state"], "SUCCESS");
    assert_eq!(told["payer"]["openid"], "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o");
    assert_eq!(told["attach"], "深圳分店");
    let amount =
        json!({"total": 10_099, "payer_total": 10_000, "currency": "CNY", "payer_currency": "CNY"});
    assert_eq!(told["amount"], amount);

    // The same notice once more, until a yes is heard.
    for acknowledged in [true, false, false] {
        let answer = send().await.unwrap();
        assert_eq!(answer.acknowledged, acknowledged);
        let again: Value = serde_json::from_slice(&callback.next().body).unwrap();
        assert_eq!(again["id"], body["id"]);
    }
    assert_ne!(Notice::payment("A1").id(), notice.id());
}

#[tokio::test]
async fn notices_that_must_not_be_believed() {
    let client = with_order(Trust::PublicKey).await;
    for (fault, signed, total) in [
        (NoticeFault::Forged, false, 10_099),
        (NoticeFault::WrongSignature, false, 10_099),
        (NoticeFault::MissingSignature, false, 10_099),
        (NoticeFault::Probe, false, 10_099),
        (NoticeFault::UnknownSerial, false, 10_099),
        (NoticeFault::Stale, true, 10_099),
        (NoticeFault::OtherAmount(Fen::new(1)), true, 1),
    ] {
        let callback = Callback::answering(&[("401 Unauthorized", "")]);
        let notice = Notice::payment("A1").fault(fault);
        let id = notice.id().to_owned();
        let answer = client.sandbox.notify_v3(&callback.url, notice).await;
        assert!(!answer.unwrap().acknowledged);
        let seen = callback.next();
        let held = client.public_key().signed(&seen.headers, &seen.body);
        assert_eq!(held, signed, "{fault:?}");
        let body: Value = serde_json::from_slice(&seen.body).unwrap();
        assert_eq!(body["id"] == id, fault != NoticeFault::Forged);
        let told: Value = serde_json::from_str(&open(&client, &body["resource"])).unwrap();
        assert_eq!(told["amount"]["total"], total);
        let timestamp: i64 = header(&seen.headers, "wechatpay-timestamp")
            .parse()
            .unwrap();
        let age = Timestamp::now().unix() - timestamp;
        assert_eq!(age > 3000, fault == NoticeFault::Stale);
        let signature = header(&seen.headers, "wechatpay-signature");
        let probe = signature.starts_with("WECHATPAY/SIGNTEST/");
        assert_eq!(probe, fault == NoticeFault::Probe);
    }
}

#[tokio::test]
async fn in_the_move_notices_come_from_both_keys() {
    let client = with_order(Trust::Both).await;
    let callback = Callback::answering(&[OK, OK, OK]);
    let notice = Notice::refund("A1", "R1", 99);
    let url = &callback.url;
    client.sandbox.notify_v3(url, notice.clone()).await.unwrap();
    let seen = callback.next();
    let certificate = client.certificates().remove(0);
    assert!(certificate.signed(&seen.headers, &seen.body));
    let body: Value = serde_json::from_slice(&seen.body).unwrap();
    assert_eq!(body["event_type"], "REFUND.SUCCESS");
    let told: Value = serde_json::from_str(&open(&client, &body["resource"])).unwrap();
    assert_eq!(told["refund_status"], "SUCCESS");
    assert_eq!(told["amount"]["refund"], 99);

    let other = notice.clone().public_key();
    client.sandbox.notify_v3(url, other).await.unwrap();
    let seen = callback.next();
    assert!(client.public_key().signed(&seen.headers, &seen.body));

    client.sandbox.rotate_certificate().await.unwrap();
    client.sandbox.notify_v3(url, notice).await.unwrap();
    let seen = callback.next();
    assert!(client.certificates()[1].signed(&seen.headers, &seen.body));
}

#[tokio::test]
async fn what_can_not_be_told_or_delivered_is_an_error() {
    let client = with_order(Trust::PublicKey).await;
    let tell = |url: &'static str, notice| client.sandbox.notify_v3(url, notice);
    let unpaid = Order::unpaid("A2", "NOTPAY", "订单未支付");
    client.sandbox.add_order(unpaid);
    let (url, paid) = ("http://127.0.0.1:1/", Notice::payment("A1"));
    let result = tell(url, Notice::payment("A0")).await;
    assert!(matches!(result, Err(NotifyError::NoOrder(_))));
    let result = tell(url, Notice::payment("A2")).await;
    assert!(matches!(result, Err(NotifyError::NotPaid(_))));
    let result = tell(url, paid.clone()).await;
    assert!(matches!(result, Err(NotifyError::Delivery(_))));
    for url in [
        "ftp://localhost/",
        "/notify",
        "localhost:80",
        "",
        "http:///",
    ] {
        let result = tell(url, paid.clone()).await;
        assert!(matches!(result, Err(NotifyError::Url)), "{url}");
    }

    // A callback that never answers, waited for on any thread.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let waiting = tokio::spawn(async move { client.sandbox.notify_v3(&url, paid).await });
    assert!(matches!(waiting.await.unwrap(), Err(NotifyError::Late)));
}

pub(crate) async fn with_order(trust: Trust) -> Client {
    let client = Client::start_with(trust).await;
    let mut order = Order::paid("A1", 10_099);
    order.coupons = vec![Coupon::new("CASH", "10000", 99)];
    order.attach = Some("深圳分店".to_owned());
    client.sandbox.add_order(order);
    client
}

pub(crate) const FAIL: (&str, &str) = (
    "500 Internal Server Error",
    r#"{"code":"FAIL","message":"失败"}"#,
);
