//! The sandbox's clock, and what happens by it.

use std::net::TcpListener;
use std::time::Duration;

use wxpay_core::Timestamp;
use wxpay_sandbox::PayoutRules;

use crate::callback::Callback;
use crate::client::{Client, QUERY, UNIFIED};
use crate::notices::FAIL;

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn the_clock_stands_runs_and_is_moved() {
    let client = Client::start().await;
    let sandbox = &client.sandbox;
    assert!(sandbox.now().unix().abs_diff(Timestamp::now().unix()) < 5);

    sandbox.freeze_clock(noon());
    sandbox.advance(Duration::from_millis(90_500)).await;
    assert_eq!(sandbox.now().unix_millis(), noon().unix_millis() + 90_500);
    assert!(sandbox.is_clock_frozen());

    sandbox.run_clock();
    let before = sandbox.now();
    assert!(before.unix_millis() >= noon().unix_millis() + 90_500);
    sandbox.advance(HOUR).await;
    assert!(!sandbox.is_clock_frozen());
    let moved = sandbox.now().unix_millis() - before.unix_millis();
    assert!((3_600_000..3_700_000).contains(&moved), "{moved}");

    // Beyond the calendar there is nothing.
    sandbox.advance(Duration::MAX).await;
    assert!(sandbox.now().to_string().starts_with("9999-"));
}

#[tokio::test]
async fn signatures_are_judged_by_the_sandbox_s_clock() {
    let client = Client::start().await;
    let merchant = client.sandbox.merchant().mch_id.clone();
    let target = format!("/v3/pay/transactions/id/4200000001?mchid={merchant}");
    client.sandbox.advance(Duration::from_secs(600)).await;

    let stale = client.authorization(&target, Timestamp::now().unix());
    let reply = client.get(&target, &stale).await.unwrap();
    assert_eq!(reply.status(), 401);
    let reply = client.get_signed(&target).await.unwrap();
    assert_eq!(reply.status(), 404);
    let (_, timestamp, held) = client.read(reply).await;
    assert!(held && timestamp > Timestamp::now().unix() + 590);
}

#[tokio::test]
async fn the_running_clock_carries_out_what_falls_due() {
    let mut rules = PayoutRules::default();
    rules.settle_after = Duration::from_millis(300);
    let builder = wxpay_sandbox::Sandbox::builder().payout_rules(rules);
    let client = Client::start_built(builder).await;
    client.pay(client.payment("A1")).await;
    for _ in 0..200 {
        let found = client.post(QUERY, &client.sign(client.query("A1"))).await;
        if found.get("status") == Some("SUCCESS") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the payment did not settle");
}

#[tokio::test]
async fn moving_the_clock_can_be_given_up_halfway() {
    let client = Client::start().await;
    let sandbox = &client.sandbox;
    // It refuses the first notice and says nothing to the next.
    let callback = Callback::answering(&[FAIL]);
    let order = client.unified("T20261125", &callback.url);
    client.post(UNIFIED, &client.sign(order)).await;
    sandbox.pay_order("T20261125", "o1").unwrap();
    sandbox.advance(Duration::ZERO).await;
    assert_eq!(sandbox.deliveries().len(), 1);
    let address = callback.url[7..].split('/').next().unwrap();
    let _silent = listen_again(address);

    let moving = sandbox.advance(HOUR);
    let given_up = tokio::time::timeout(Duration::from_secs(1), moving).await;
    assert!(given_up.is_err());
    assert!(!sandbox.is_clock_frozen());
    assert_eq!(sandbox.pending_deliveries()[0].attempt, 2);
}

/// The port may need a moment to be free again.
fn listen_again(address: &str) -> TcpListener {
    for _ in 0..100 {
        match TcpListener::bind(address) {
            Ok(listener) => return listener,
            Err(_) => std::thread::sleep(Duration::from_millis(20)),
        }
    }
    panic!("{address} is not free");
}

fn noon() -> Timestamp {
    Timestamp::from_unix(1_795_579_200).unwrap()
}
