//! Going on where another sandbox ended, and beginning again.

use std::error::Error;
use std::time::Duration;

use serde_json::{Value, json};
use wxpay_core::{Fen, Timestamp};
use wxpay_sandbox::{
    Api, Fault, FaultRule, Order, PayoutRules, PayoutStatus, Sandbox, StartError, Transfer,
};

use crate::callback::Callback;
use crate::client::{Client, QUERY, UNIFIED};
use crate::notices::{FAIL, OK};

#[tokio::test]
async fn all_but_keys_faults_and_requests_goes_on() {
    let mut rules = PayoutRules::documented();
    rules.settle_after = Duration::from_secs(600);
    let client = Client::start_built(Sandbox::builder().seed(1).payout_rules(rules)).await;
    let sandbox = &client.sandbox;
    sandbox.freeze_clock(noon());
    sandbox.set_balance(Fen::new(100_000));
    sandbox.register_name("o1", "张三");
    sandbox.add_transfer(Transfer::new("B1", "D1", 100));
    client.pay(client.payment("A1")).await;
    let callback = Callback::answering(&[FAIL, OK]);
    let order = client.native("T20261125", &callback.url);
    client.post_transaction("native", &order).await;
    sandbox.pay_order("T20261125", "o1").unwrap();
    sandbox.advance(Duration::from_secs(5)).await;
    sandbox
        .add_fault_rule(FaultRule::new(QUERY_EMPLOYEE_PAYMENT, Fault::Html502))
        .unwrap();

    let snapshot = sandbox.snapshot();
    let merchant = sandbox.merchant();
    for secret in [
        &merchant.api_v2_key,
        &merchant.api_v3_key,
        &merchant.workwx_secret,
    ] {
        assert!(!snapshot.contains(secret.expose()));
    }
    let next = Client::start_built(Sandbox::builder().seed(9).snapshot(&*snapshot)).await;
    assert_eq!(next.sandbox.snapshot(), snapshot);
    assert!(next.sandbox.is_clock_frozen());
    assert_eq!(next.sandbox.now(), sandbox.now());
    assert_eq!(next.sandbox.balance(), Some(Fen::new(89_901)));
    assert_eq!(next.sandbox.transfers().len(), 1);
    assert!(next.sandbox.fault_rules().is_empty());
    drop(client);

    // What was to happen does.
    next.sandbox.advance(Duration::from_secs(600)).await;
    let payouts = next.sandbox.payouts();
    assert_eq!(payouts[0].status, PayoutStatus::Success);
    let attempts = next.sandbox.deliveries();
    assert_eq!((attempts[1].attempt, attempts[1].acknowledged), (2, true));
    assert_eq!(attempts[0].notice_id, attempts[1].notice_id);
    let (_, found) = next.transaction("out-trade-no/T20261125").await;
    assert_eq!(found["trade_state"], "SUCCESS");
}

#[tokio::test]
async fn a_running_clock_runs_on() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.advance(Duration::from_secs(86_400)).await;
    let snapshot = sandbox.snapshot();
    let next = Sandbox::builder().snapshot(snapshot).start().await.unwrap();
    assert!(!next.is_clock_frozen());
    assert!(next.now() >= sandbox.now() || sandbox.now().unix() - next.now().unix() < 2);
    assert!(next.now().unix() - Timestamp::now().unix() > 86_000);
}

#[tokio::test]
async fn what_is_no_snapshot_is_refused() {
    let sandbox = Sandbox::builder().seed(1).start().await.unwrap();
    let good = sandbox.snapshot();
    let mut wrong_member: Value = serde_json::from_str(&good).unwrap();
    wrong_member["surprise"] = 1.into();
    let mut wrong_kind: Value = serde_json::from_str(&good).unwrap();
    wrong_kind["orders"] = "none".into();
    let mut version: Value = serde_json::from_str(&good).unwrap();
    version["wxpay_sandbox"] = 99.into();
    for (text, said) in [
        (String::new(), "EOF"),
        ("[]".to_owned(), "not a snapshot"),
        ("{}".to_owned(), "wxpay_sandbox"),
        (good[..good.len() / 2].to_owned(), "line"),
        (wrong_member.to_string(), "surprise"),
        (wrong_kind.to_string(), "none"),
        (version.to_string(), "version 99"),
    ] {
        let refused = Sandbox::builder().snapshot(text).start().await.unwrap_err();
        assert!(matches!(refused, StartError::Snapshot(_)));
        let why = refused.source().unwrap().to_string();
        assert!(why.contains(said), "{why}");
    }
}

#[tokio::test]
async fn a_clock_at_the_ends_of_numbers_is_one_of_the_calendar() {
    let first = Client::start().await;
    first.sandbox.add_order(Order::paid("T1", i64::MAX));
    let written: Value = serde_json::from_str(&first.sandbox.snapshot()).unwrap();
    let ask = async |client: &Client| {
        let query = client.sign(client.order("out_trade_no", "T1"));
        let reply = client.post("/pay/orderquery", &query).await;
        assert_eq!(reply.get("trade_state"), Some("SUCCESS"));
    };
    for (offset, stands_at) in [
        (i64::MAX, None),
        (i64::MIN, None),
        (0, Some(i64::MAX)),
        (i64::MAX, Some(i64::MIN)),
    ] {
        let mut changed = written.clone();
        changed["clock"] = json!({"offset": offset, "stands_at": stands_at});
        let builder = Sandbox::builder().snapshot(changed.to_string());
        let client = Client::start_built(builder).await;
        ask(&client).await;
        client.sandbox.advance(Duration::MAX).await;
        client.sandbox.run_clock();
        ask(&client).await;
        let years = -2_208_988_800..=253_402_207_200;
        assert!(years.contains(&client.sandbox.now().unix()));
        assert!(serde_json::from_str::<Value>(&client.sandbox.snapshot()).is_ok());
    }
}

#[tokio::test]
async fn a_reset_begins_again_with_the_same_keys() {
    let client = Client::start_built(Sandbox::builder().seed(1)).await;
    let sandbox = &client.sandbox;
    let first = client.pay(client.payment("A1")).await;
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/notify", silent.local_addr().unwrap());
    let order = client.unified("T20261125", &url);
    client.post(UNIFIED, &client.sign(order)).await;
    sandbox.pay_order("T20261125", "o1").unwrap();
    sandbox.set_balance(Fen::ZERO);
    sandbox.set_payout_rules(PayoutRules::documented());
    sandbox
        .inject(QUERY_EMPLOYEE_PAYMENT, Fault::Html502)
        .unwrap();
    sandbox.advance(Duration::from_secs(1)).await;
    assert_eq!(sandbox.deliveries().len(), 1);
    sandbox.freeze_clock(noon());

    sandbox.reset();
    assert!(sandbox.payouts().is_empty() && sandbox.orders().is_empty());
    assert!(sandbox.deliveries().is_empty() && sandbox.pending_deliveries().is_empty());
    assert!(sandbox.requests().is_empty() && sandbox.injected_faults().is_empty());
    assert_eq!(
        (sandbox.balance(), sandbox.payout_rules().limits),
        (None, None)
    );
    assert!(!sandbox.is_clock_frozen());
    let found = client.post(QUERY, &client.sign(client.query("A1"))).await;
    assert_eq!(found.get("err_code"), Some("NOT_FOUND"));

    sandbox.reset();
    let again = client.pay(client.payment("A1")).await;
    assert_eq!(again.get("payment_no"), first.get("payment_no"));
}

#[tokio::test]
async fn a_delivery_under_way_is_no_news_after_a_reset() {
    let client = Client::start().await;
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/notify", silent.local_addr().unwrap());
    let order = client.unified("T20261125", &url);
    client.post(UNIFIED, &client.sign(order)).await;
    client.sandbox.pay_order("T20261125", "o1").unwrap();
    let (stream, _) = silent.accept().await.unwrap();
    // Under way, and still to be written down.
    assert_eq!(client.sandbox.pending_deliveries().len(), 1);
    client.sandbox.reset();
    drop((stream, silent));
    client.sandbox.advance(Duration::from_secs(60)).await;
    assert!(client.sandbox.deliveries().is_empty());
    assert!(client.sandbox.pending_deliveries().is_empty());
}

fn noon() -> Timestamp {
    Timestamp::from_unix(1_795_579_200).unwrap()
}

const QUERY_EMPLOYEE_PAYMENT: Api = Api::named("v2.wecom.query_employee_payment").unwrap();
