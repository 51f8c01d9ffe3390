//! Limits of payments to employees, and payments that settle later.

use std::time::Duration;

use wxpay_core::{Fen, TimeFormat, Timestamp};
use wxpay_sandbox::{PayoutRules, PayoutStatus, Sandbox};

use crate::client::{Client, QUERY, codes, with};

const DAY: Duration = Duration::from_secs(24 * 3600);
const GAP: Duration = Duration::from_secs(15);

#[tokio::test]
async fn the_limits_of_the_documents() {
    let client = start(PayoutRules::documented(), "2026-11-25 09:00:00").await;
    let pay = async |number: &str, openid: &str, amount: &str| {
        let fields = with(client.payment(number), "openid", openid);
        let reply = client.pay(with(fields, "amount", amount)).await;
        codes(&reply)[2].to_owned()
    };
    assert_eq!(pay("A1", "o1", "20001").await, "AMOUNT_LIMIT");
    assert_eq!(pay("A1", "o1", "15000").await, "");
    client.sandbox.advance(GAP - Duration::from_millis(1)).await;
    assert_eq!(pay("A2", "o1", "100").await, "FREQ_LIMIT");
    // Another user has a gap of their own, and what was paid can be asked for at any time.
    assert_eq!(pay("B1", "o2", "100").await, "");
    assert_eq!(pay("A1", "o1", "15000").await, "");
    client.sandbox.advance(Duration::from_millis(1)).await;
    assert_eq!(pay("A2", "o1", "5001").await, "MONEY_LIMIT");
    assert_eq!(pay("A2", "o1", "5000").await, "");

    for n in 2..=10 {
        client.sandbox.advance(GAP).await;
        assert_eq!(pay(&format!("B{n}"), "o2", "100").await, "");
    }
    client.sandbox.advance(GAP).await;
    assert_eq!(pay("B11", "o2", "100").await, "SENDNUM_LIMIT");

    // The day ends at midnight in China.
    let late = moment("2026-11-25 23:59:59");
    client.sandbox.freeze_clock(late);
    assert_eq!(pay("B11", "o2", "100").await, "SENDNUM_LIMIT");
    client.sandbox.advance(Duration::from_secs(1)).await;
    assert_eq!(pay("B11", "o2", "100").await, "");
    assert_eq!(pay("A3", "o1", "20000").await, "");
}

#[tokio::test]
async fn the_limit_of_all_users_and_one_day() {
    let mut rules = PayoutRules::documented();
    if let Some(limits) = &mut rules.limits {
        limits.per_day = Fen::new(25_000);
    }
    let client = start(rules, "2026-11-25 09:00:00").await;
    for (n, code) in [(1, ""), (2, ""), (3, "MONEY_LIMIT")] {
        let fields = with(client.payment(&format!("A{n}")), "openid", &format!("o{n}"));
        let reply = client.pay(fields).await;
        assert_eq!(codes(&reply)[2], code);
    }
    assert_eq!(client.sandbox.payouts().len(), 2);
}

#[tokio::test]
async fn a_payment_that_settles_later() {
    let client = start(settling(0.0), "2026-11-25 09:00:00").await;
    client.sandbox.set_balance(Fen::new(20_000));
    let reply = client.pay(client.payment("A1")).await;
    assert_eq!(codes(&reply), ["SUCCESS", "FAIL", "SYSTEMERROR"]);
    assert_eq!(client.sandbox.balance(), Some(Fen::new(9_901)));
    assert_eq!(client.sandbox.payouts()[0].status, PayoutStatus::Processing);

    client.sandbox.advance(Duration::from_secs(599)).await;
    let found = client.post(QUERY, &client.sign(client.query("A1"))).await;
    assert_eq!(found.get("status"), Some("PROCESSING"));
    client.sandbox.advance(Duration::from_secs(1)).await;
    let found = client.post(QUERY, &client.sign(client.query("A1"))).await;
    assert_eq!(found.get("status"), Some("SUCCESS"));
    assert_eq!(found.get("transfer_time"), Some("2026-11-25 09:00:00"));
    let again = client.pay(client.payment("A1")).await;
    assert_eq!(again.get("payment_time"), Some("2026-11-25 09:10:00"));
    assert_eq!(client.sandbox.payouts().len(), 1);
    assert_eq!(client.sandbox.balance(), Some(Fen::new(9_901)));
}

#[tokio::test]
async fn a_payment_that_fails_gives_the_money_back() {
    let client = start(settling(1.0), "2026-11-25 09:00:00").await;
    client.sandbox.set_balance(Fen::new(20_000));
    client.pay(client.payment("A1")).await;
    client.sandbox.advance(Duration::from_secs(600)).await;
    let found = client.post(QUERY, &client.sign(client.query("A1"))).await;
    assert_eq!(found.get("status"), Some("FAILED"));
    assert!(found.get("reason").is_some());
    assert_eq!(client.sandbox.balance(), Some(Fen::new(20_000)));
    let again = client.pay(client.payment("A1")).await;
    assert_eq!(codes(&again), ["SUCCESS", "FAIL", "SEND_FAILED"]);

    // What failed leaves room for the day.
    client.sandbox.set_payout_rules(PayoutRules::documented());
    let reply = client
        .pay(with(client.payment("A2"), "amount", "20000"))
        .await;
    assert_eq!(reply.get("result_code"), Some("SUCCESS"));
}

#[tokio::test]
async fn which_payments_fail_follows_from_the_seed() {
    let fates = async |seed| {
        let builder = Sandbox::builder().seed(seed).payout_rules(settling(0.5));
        let client = Client::start_built(builder).await;
        for n in 0..24 {
            client.pay(client.payment(&format!("A{n}"))).await;
        }
        client.sandbox.advance(Duration::from_secs(600)).await;
        let payouts = client.sandbox.payouts();
        let paid = |status: &PayoutStatus| *status == PayoutStatus::Success;
        payouts
            .iter()
            .map(|payout| paid(&payout.status))
            .collect::<Vec<_>>()
    };
    let (a, b, other) = tokio::join!(fates(1), fates(1), fates(2));
    assert_eq!(a, b);
    assert_ne!(a, other);
    assert!(a.contains(&true) && a.contains(&false));
}

#[tokio::test]
async fn a_query_finds_a_payment_late_and_not_for_ever() {
    let mut rules = PayoutRules::default();
    rules.visible_after = Duration::from_secs(120);
    let client = start(rules, "2026-11-25 09:00:00").await;
    client.pay(client.payment("A1")).await;
    let ask = async || {
        let reply = client.post(QUERY, &client.sign(client.query("A1"))).await;
        codes(&reply)[2].to_owned()
    };
    client.sandbox.advance(Duration::from_secs(119)).await;
    assert_eq!(ask().await, "NOT_FOUND");
    client.sandbox.advance(Duration::from_secs(1)).await;
    assert_eq!(ask().await, "");
    client.sandbox.freeze_clock(moment("2026-11-25 09:00:00"));
    client.sandbox.advance(30 * DAY).await;
    assert_eq!(ask().await, "");
    client.sandbox.advance(Duration::from_secs(1)).await;
    assert_eq!(ask().await, "NOT_FOUND");
}

async fn start(rules: PayoutRules, now: &str) -> Client {
    let client = Client::start_built(Sandbox::builder().payout_rules(rules)).await;
    client.sandbox.freeze_clock(moment(now));
    client
}

fn settling(failure_chance: f64) -> PayoutRules {
    let mut rules = PayoutRules::default();
    rules.settle_after = Duration::from_secs(600);
    rules.failure_chance = failure_chance;
    rules
}

fn moment(text: &str) -> Timestamp {
    Timestamp::parse(text, TimeFormat::DateTime).unwrap()
}
