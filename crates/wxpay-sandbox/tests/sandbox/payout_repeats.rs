//! A number that is sent again: the same payment, another one, one in process, and one that failed.

use std::time::Duration;

use wxpay_core::{Fen, Params, TimeFormat, Timestamp};
use wxpay_sandbox::{Api, Fault, PayoutRules, PayoutStatus, Sandbox};

use crate::client::{Client, Fields, QUERY, codes, with};

#[tokio::test]
async fn the_same_request_again_is_the_same_payment() {
    let client = Client::start().await;
    let sandbox = &client.sandbox;
    sandbox.set_balance(Fen::new(50_000));
    let paid = client.pay(client.payment("A1")).await;
    sandbox.advance(Duration::from_secs(3600)).await;
    // The nonce is another one, and both signatures with it.
    for fields in [
        client.payment("A1"),
        with(client.payment("A1"), "nonce_str", "another"),
    ] {
        let again = client.pay(fields).await;
        assert_eq!(codes(&again), ["SUCCESS", "SUCCESS", ""]);
        for name in ["partner_trade_no", "payment_no", "payment_time"] {
            assert_eq!(again.get(name), paid.get(name), "{name}");
        }
    }
    assert_eq!(sandbox.balance(), Some(Fen::new(39_901)));
    assert_eq!(sandbox.payouts().len(), 1);
    assert_eq!(sandbox.payouts()[0].requests, 3);
}

#[tokio::test]
async fn a_number_with_other_parameters_moves_nothing() {
    let client = Client::start().await;
    let sandbox = &client.sandbox;
    sandbox.set_balance(Fen::new(50_000));
    let whole = with(client.payment("A1"), "device_info", "13467007045764");
    client.pay(whole.clone()).await;
    let before = sandbox.payouts()[0].clone();
    let mut without = whole.clone();
    without.remove("device_info");
    for other in [
        with(whole.clone(), "amount", "10098"),
        with(whole.clone(), "openid", "o2"),
        with(whole.clone(), "desc", "七月出差报销费用"),
        with(whole.clone(), "check_name", "FORCE_CHECK"),
        with(whole.clone(), "re_user_name", "马花花"),
        with(whole.clone(), "spbill_create_ip", "192.168.0.2"),
        with(whole.clone(), "act_name", "研发部门报销"),
        with(whole.clone(), "device_info", "1"),
        with(whole.clone(), "approval_number", "201705160008"),
        without,
    ] {
        let other = match other.get("check_name").map(String::as_str) {
            Some("FORCE_CHECK") => with(other, "re_user_name", "马花花"),
            _ => other,
        };
        let reply = client.pay(other).await;
        assert_eq!(codes(&reply), ["SUCCESS", "FAIL", "FATAL_ERROR"]);
    }
    let payouts = sandbox.payouts();
    assert_eq!((payouts.len(), payouts[0].requests), (1, 1));
    assert_eq!(payouts[0].amount, before.amount);
    assert_eq!(payouts[0].openid, before.openid);
    assert_eq!(sandbox.balance(), Some(Fen::new(39_901)));
    assert_eq!(sends(sandbox), [("A1".to_owned(), 11)]);
}

#[tokio::test]
async fn a_number_in_process_is_not_paid_a_second_time() {
    let mut rules = PayoutRules::default();
    rules.settle_after = Duration::from_secs(600);
    let client = start(rules).await;
    client.sandbox.set_balance(Fen::new(50_000));
    for n in 1..=3 {
        let reply = client.pay(client.payment("A1")).await;
        assert_eq!(codes(&reply), ["SUCCESS", "FAIL", "SYSTEMERROR"]);
        assert_eq!(client.sandbox.payouts()[0].requests, n);
    }
    let other = client.pay(with(client.payment("A1"), "desc", "七月")).await;
    assert_eq!(codes(&other), ["SUCCESS", "FAIL", "FATAL_ERROR"]);
    client.sandbox.advance(Duration::from_secs(600)).await;
    let reply = client.pay(client.payment("A1")).await;
    assert_eq!(codes(&reply), ["SUCCESS", "SUCCESS", ""]);
    assert_eq!(client.sandbox.payouts().len(), 1);
    assert_eq!(client.sandbox.balance(), Some(Fen::new(39_901)));
}

#[tokio::test]
async fn a_number_that_failed_stays_failed_unless_the_rules_say_otherwise() {
    let client = start(PayoutRules::default()).await;
    client.sandbox.set_balance(Fen::new(100));
    // What the balance is not enough for leaves nothing behind.
    let reply = client.pay(client.payment("A1")).await;
    assert_eq!(codes(&reply), ["SUCCESS", "FAIL", "NOTENOUGH"]);
    assert_eq!(
        query(&client, "A1").await.get("err_code"),
        Some("NOT_FOUND")
    );
    client.sandbox.set_balance(Fen::new(50_000));
    client.pay(client.payment("A1")).await;
    let reason = "余额不足".to_owned();
    let failed = PayoutStatus::Failed { reason };
    assert!(client.sandbox.set_payout_status("A1", failed));
    for _ in 0..2 {
        let reply = client.pay(client.payment("A1")).await;
        assert_eq!(codes(&reply), ["SUCCESS", "FAIL", "SEND_FAILED"]);
    }
    assert_eq!(client.sandbox.balance(), Some(Fen::new(39_901)));
}

#[tokio::test]
async fn a_number_that_failed_for_want_of_money_is_paid_after_a_top_up() {
    let mut rules = PayoutRules::default();
    rules.failed_numbers_pay_again = true;
    let client = start(rules).await;
    let sandbox = &client.sandbox;
    sandbox.set_balance(Fen::new(100));
    for n in 1..=2 {
        let reply = client.pay(client.payment("A1")).await;
        assert_eq!(codes(&reply), ["SUCCESS", "FAIL", "NOTENOUGH"]);
        let found = query(&client, "A1").await;
        assert_eq!(found.get("status"), Some("FAILED"));
        assert_eq!(found.get("reason"), Some("余额不足"));
        assert_eq!(sandbox.payouts()[0].requests, n);
    }
    assert_eq!(sandbox.balance(), Some(Fen::new(100)));

    sandbox.advance(Duration::from_secs(1800)).await;
    sandbox.set_balance(Fen::new(10_099));
    let other = client.pay(with(client.payment("A1"), "desc", "七月")).await;
    assert_eq!(codes(&other), ["SUCCESS", "FAIL", "FATAL_ERROR"]);
    let paid = client.pay(client.payment("A1")).await;
    assert_eq!(codes(&paid), ["SUCCESS", "SUCCESS", ""]);
    assert_eq!(query(&client, "A1").await.get("status"), Some("SUCCESS"));
    let again = client.pay(client.payment("A1")).await;
    assert_eq!(again.get("payment_no"), paid.get("payment_no"));
    assert_eq!(sandbox.balance(), Some(Fen::ZERO));
    let payouts = sandbox.payouts();
    assert_eq!((payouts.len(), payouts[0].requests), (1, 4));
    assert_eq!(payouts[0].payment_time.unix(), moment().unix() + 1800);
}

#[tokio::test]
async fn a_payment_that_failed_late_is_paid_again_once() {
    let mut rules = PayoutRules::default();
    rules.failed_numbers_pay_again = true;
    rules.settle_after = Duration::from_secs(60);
    rules.failure_chance = 1.0;
    let client = start(rules.clone()).await;
    let sandbox = &client.sandbox;
    sandbox.set_balance(Fen::new(50_000));
    client.pay(client.payment("A1")).await;
    sandbox.advance(Duration::from_secs(60)).await;
    assert_eq!(query(&client, "A1").await.get("status"), Some("FAILED"));
    assert_eq!(sandbox.balance(), Some(Fen::new(50_000)));

    rules.failure_chance = 0.0;
    sandbox.set_payout_rules(rules);
    for _ in 0..2 {
        let reply = client.pay(client.payment("A1")).await;
        assert_eq!(codes(&reply), ["SUCCESS", "FAIL", "SYSTEMERROR"]);
    }
    sandbox.advance(Duration::from_secs(60)).await;
    let paid = client.pay(client.payment("A1")).await;
    assert_eq!(codes(&paid), ["SUCCESS", "SUCCESS", ""]);
    assert_eq!(sandbox.balance(), Some(Fen::new(39_901)));
}

#[tokio::test]
async fn every_request_of_a_number_is_counted() {
    let client = Client::start().await;
    let sandbox = &client.sandbox;
    for fault in [Fault::DropBeforeCommit, Fault::DropAfterCommit] {
        sandbox.inject(PAY_EMPLOYEE, fault).unwrap();
        let signed = client.sign_payment(client.payment("A1"));
        assert!(client.try_post(crate::client::PAY, &signed).await.is_err());
    }
    client.pay(client.payment("A1")).await;
    client.pay(with(client.payment("B1"), "amount", "99")).await;
    let unsigned: Fields = client.payment("C1");
    client.post(crate::client::PAY, &unsigned).await;
    // A query is no send, and what is longer than a number may be is not kept.
    query(&client, "A1").await;
    client.pay(client.payment(&"9".repeat(33))).await;
    let counted = [("A1", 3), ("B1", 1), ("C1", 1)];
    let counted = counted.map(|(number, sends)| (number.to_owned(), sends));
    assert_eq!(sends(sandbox), counted);
    assert_eq!(sandbox.payouts()[0].requests, 2);

    // The counts outlive the sandbox.
    let next = Sandbox::builder().snapshot(sandbox.snapshot());
    let next = next.start().await.unwrap();
    assert_eq!(sends(&next), counted);
}

async fn query(client: &Client, number: &str) -> Params {
    client.post(QUERY, &client.sign(client.query(number))).await
}

fn sends(sandbox: &Sandbox) -> Vec<(String, u32)> {
    let sends = sandbox.payout_sends().into_iter();
    sends
        .map(|sent| (sent.partner_trade_no, sent.sends))
        .collect()
}

async fn start(rules: PayoutRules) -> Client {
    let client = Client::start_built(Sandbox::builder().payout_rules(rules)).await;
    client.sandbox.freeze_clock(moment());
    client
}

fn moment() -> Timestamp {
    Timestamp::parse("2026-11-25 09:00:00", TimeFormat::DateTime).unwrap()
}

const PAY_EMPLOYEE: Api = Api::named("v2.wecom.pay_employee").unwrap();
