//! Orders that are paid, and how that is told.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use serde_json::Value;
use wxpay_core::{Params, Timestamp};
use wxpay_sandbox::{Delivery, Order, PayOrderError, Protocol};

use crate::callback::Callback;
use crate::certificates::open;
use crate::client::{Client, UNIFIED, with};
use crate::notices::{FAIL, OK};

const XML_OK: (&str, &str) = (
    "200 OK",
    "<xml><return_code><![CDATA[SUCCESS]]></return_code></xml>",
);

#[tokio::test]
async fn an_order_of_apiv3_is_told_in_json() {
    let client = frozen().await;
    let callback = Callback::answering(&[FAIL, ("204 No Content", "")]);
    let order = client.native("T20261125", &callback.url);
    client.post_transaction("native", &order).await;
    client.sandbox.pay_order("T20261125", "o1").unwrap();
    client.sandbox.advance(Duration::from_secs(15)).await;

    let (first, second) = (callback.next(), callback.next());
    for seen in [&first, &second] {
        assert!(client.public_key().signed(&seen.headers, &seen.body));
        let body: Value = serde_json::from_slice(&seen.body).unwrap();
        let told: Value = serde_json::from_str(&open(&client, &body["resource"])).unwrap();
        assert_eq!(told["out_trade_no"], "T20261125");
        assert_eq!(told["payer"]["openid"], "o1");
        assert_eq!(told["amount"]["total"], 100);
    }
    let (a, b): (Value, Value) = (
        serde_json::from_slice(&first.body).unwrap(),
        serde_json::from_slice(&second.body).unwrap(),
    );
    assert_eq!((&a["id"], &a["create_time"]), (&b["id"], &b["create_time"]));
    let moment = |seen: &crate::callback::Notice| -> i64 {
        seen.headers["wechatpay-timestamp"]
            .to_str()
            .unwrap()
            .parse()
            .unwrap()
    };
    assert_eq!(moment(&second) - moment(&first), 15);

    let attempts = client.sandbox.deliveries();
    let statuses: Vec<_> = attempts
        .iter()
        .map(|a| (a.status, a.acknowledged))
        .collect();
    assert_eq!(statuses, [(Some(500), false), (Some(204), true)]);
    assert_eq!(attempts[0].notice_id, a["id"].as_str().unwrap());
    assert_eq!(attempts[0].protocol, Protocol::V3);
    assert!(attempts[0].problem.as_ref().unwrap().contains("500"));
    assert_eq!(attempts[0].next_attempt, Some(attempts[1].at));
    assert_eq!(
        (&attempts[1].problem, attempts[1].next_attempt),
        (&None, None)
    );
    assert!(client.sandbox.pending_deliveries().is_empty());
}

#[tokio::test]
async fn an_order_of_apiv2_is_told_in_xml_until_xml_says_yes() {
    let client = frozen().await;
    let callback = Callback::answering(&[OK, XML_OK]);
    let fields = client.unified("T20261125", &callback.url);
    let fields = with(fields, "sign_type", "HMAC-SHA256");
    client.post(UNIFIED, &client.sign(fields)).await;
    client.sandbox.pay_order("T20261125", "o1").unwrap();
    client.sandbox.advance(Duration::from_secs(15)).await;
    for _ in 0..2 {
        let told = Params::from_xml(&callback.next().body).unwrap();
        assert!(client.is_signed(&told, true));
        assert_eq!(told.get("out_trade_no"), Some("T20261125"));
        assert_eq!(told.get("openid"), Some("o1"));
        assert_eq!(told.get("total_fee"), Some("88"));
        assert_eq!(told.get("attach"), Some("深圳分店"));
    }
    let attempts = client.sandbox.deliveries();
    let acknowledged: Vec<_> = attempts.iter().map(|a| a.acknowledged).collect();
    // Status 200 alone is no yes here.
    assert_eq!(acknowledged, [false, true]);
    assert!(
        attempts[0]
            .problem
            .as_ref()
            .unwrap()
            .contains("return_code")
    );
}

#[tokio::test]
async fn a_day_of_attempts_on_the_schedule() {
    let client = frozen().await;
    let callback = Callback::answering(&[FAIL; 16]);
    let order = client.native("T20261125", &callback.url);
    client.post_transaction("native", &order).await;
    client.sandbox.pay_order("T20261125", "o1").unwrap();
    let began = Instant::now();
    client.sandbox.advance(Duration::from_secs(24 * 3600)).await;
    assert_eq!(client.sandbox.pending_deliveries()[0].attempt, 16);
    client.sandbox.advance(Duration::from_secs(3600)).await;
    let took = began.elapsed();
    assert!(took < Duration::from_secs(60), "{took:?}");

    let attempts = client.sandbox.deliveries();
    let seconds = |a: &Delivery| a.at.unix() - noon().unix();
    let at: Vec<_> = attempts.iter().map(seconds).collect();
    let pauses = [
        15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10_800, 10_800, 10_800, 21_600, 21_600,
    ];
    let mut expected = vec![0];
    expected.extend(pauses.iter().scan(0, |sum, pause| {
        *sum += pause;
        Some(*sum)
    }));
    assert_eq!(at, expected);
    let numbers: Vec<_> = attempts.iter().map(|a| a.attempt).collect();
    assert_eq!(numbers, (1..=16).collect::<Vec<_>>());
    assert_eq!(attempts[15].next_attempt, None);
    assert!(client.sandbox.pending_deliveries().is_empty());
}

#[tokio::test]
async fn a_silent_callback_keeps_no_other_waiting() {
    let client = Client::start().await;
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/notify", silent.local_addr().unwrap());
    let callback = Callback::answering(&[OK]);
    for (number, url) in [("T20261125", &url), ("T20261126", &callback.url)] {
        let order = client.native(number, url);
        client.post_transaction("native", &order).await;
        client.sandbox.pay_order(number, "o1").unwrap();
    }
    // A caller that moves the clock would wait for both; the running clock waits for neither.
    for _ in 0..1000 {
        if client.sandbox.deliveries().len() == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let attempts = client.sandbox.deliveries();
    let told: Vec<_> = attempts
        .iter()
        .map(|a| (&*a.out_trade_no, a.acknowledged))
        .collect();
    assert_eq!(told, [("T20261126", true), ("T20261125", false)]);
    let problem = attempts[1].problem.as_ref().unwrap();
    assert!(problem.contains("in time"), "{problem}");
}

#[tokio::test]
async fn nothing_is_sent_to_another_host() {
    let client = frozen().await;
    for (n, (url, problem)) in [
        ("http://192.0.2.1/notify", "192.0.2.1"),
        ("http://example.com/notify", "example.com"),
        (
            "http://localhost.example.com/notify",
            "localhost.example.com",
        ),
        ("http://127.0.0.1.example.com/notify", "example.com"),
        ("http://0.0.0.0/notify", "0.0.0.0"),
        ("http://[2001:db8::1]/notify", "2001:db8::1"),
        ("https://example.com/notify", "example.com"),
    ]
    .into_iter()
    .enumerate()
    {
        let number = format!("T2026112{n}");
        let order = client.native(&number, url);
        let (status, _) = client.post_transaction("native", &order).await;
        assert_eq!(status, 200);
        client.sandbox.pay_order(&number, "o1").unwrap();
        client.sandbox.advance(Duration::ZERO).await;
        let attempts = client.sandbox.deliveries();
        assert_eq!(attempts.len(), n + 1);
        let said = attempts[n].problem.as_ref().unwrap();
        assert!(said.contains(problem), "{said}");
        assert_eq!((attempts[n].status, attempts[n].next_attempt), (None, None));
    }
    assert!(client.sandbox.pending_deliveries().is_empty());
}

#[tokio::test]
async fn loopback_has_three_forms() {
    let client = frozen().await;
    for (n, host) in ["localhost", "127.0.0.1", "[::1]"].into_iter().enumerate() {
        let Ok(listener) = TcpListener::bind((host.trim_matches(['[', ']']), 0)) else {
            // A machine without IPv6.
            continue;
        };
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let number = format!("T2026112{n}");
        let order = client.native(&number, &format!("http://{host}:{port}/notify"));
        client.post_transaction("native", &order).await;
        client.sandbox.pay_order(&number, "o1").unwrap();
        client.sandbox.advance(Duration::ZERO).await;
        // It was tried: nobody listens there any more.
        let attempt = client.sandbox.deliveries().pop().unwrap();
        assert!(attempt.problem.unwrap().contains("did not answer"));
        assert!(attempt.next_attempt.is_some());
    }
}

#[tokio::test]
async fn only_an_open_order_can_be_paid_and_only_once() {
    let client = frozen().await;
    let sandbox = &client.sandbox;
    let missing = sandbox.pay_order("T1", "o1");
    assert_eq!(missing, Err(PayOrderError::NoOrder("T1".to_owned())));
    sandbox.add_order(Order::unpaid("T1", "NOTPAY", "订单未支付"));
    sandbox.pay_order("T1", "o1").unwrap();
    let again = sandbox.pay_order("T1", "o1").unwrap_err();
    assert_eq!(again.to_string(), "order T1 is SUCCESS");
    assert_eq!(sandbox.orders()[0].openid, "o1");
    // Nobody is told of an order that no request made.
    sandbox.advance(Duration::from_secs(60)).await;
    assert!(sandbox.deliveries().is_empty());
}

async fn frozen() -> Client {
    let client = Client::start().await;
    client.sandbox.freeze_clock(noon());
    client
}

fn noon() -> Timestamp {
    Timestamp::from_unix(1_795_579_200).unwrap()
}
