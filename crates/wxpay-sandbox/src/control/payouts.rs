//! The paths about payments to employees (向员工付款).

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};
use wxpay_core::Fen;

use crate::control::api::done;
use crate::control::body::{Balance, Status, parse};
use crate::control::respond::{Answer, Json, Problem};
use crate::control::view as shown;
use crate::{PayoutLimits, PayoutRules, PayoutStatus, Sandbox, SignatureRefusal};

type Here = State<Arc<Sandbox>>;

pub(crate) fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/payouts", get(payouts))
        .route("/payouts/{partner_trade_no}/status", post(set_status))
        .route("/payout_rules", get(rules).post(set_rules))
        .route("/balance", post(set_balance))
}

/// The members of `POST /v1/payout_rules`. What is not there stays as it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewRules {
    limits: Option<Limits>,
    settle_after_seconds: Option<u64>,
    failure_chance: Option<f64>,
    visible_after_seconds: Option<u64>,
    failed_numbers_pay_again: Option<bool>,
    signature_refusal: Option<SignatureRefusal>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Limits {
    Documented,
    None,
}

async fn payouts(State(sandbox): Here) -> Json {
    let sends = sandbox.payout_sends();
    let mut sends_of: HashMap<_, _> = sends
        .iter()
        .map(|sent| (&*sent.partner_trade_no, sent.sends))
        .collect();
    let (mut listed, mut count, mut amount) = (Vec::new(), 0, Fen::ZERO);
    for payout in sandbox.payouts() {
        let sends = sends_of.remove(&*payout.partner_trade_no);
        let mut row = shown::payout(&payout);
        row.insert("sends".to_owned(), json!(sends.unwrap_or(payout.requests)));
        listed.push(Value::Object(row));
        if payout.status == PayoutStatus::Success {
            count += 1;
            amount = amount.checked_add(payout.amount).unwrap_or(amount);
        }
    }
    let left = sends
        .iter()
        .filter(|sent| sends_of.contains_key(&*sent.partner_trade_no));
    let left =
        left.map(|sent| json!({"partner_trade_no": sent.partner_trade_no, "sends": sent.sends}));
    Json(json!({
        "payouts": listed,
        "without_payout": left.collect::<Vec<_>>(),
        "succeeded": {"count": count, "amount": amount.get()},
    }))
}

async fn set_status(State(sandbox): Here, Path(number): Path<String>, body: Bytes) -> Answer {
    let asked: Status = parse(&body)?;
    let status = match &*asked.status {
        "SUCCESS" => PayoutStatus::Success,
        "PROCESSING" => PayoutStatus::Processing,
        "FAILED" => PayoutStatus::Failed {
            reason: asked.reason.unwrap_or_default(),
        },
        other => PayoutStatus::Other(other.to_owned()),
    };
    if !sandbox.set_payout_status(&number, status) {
        return Err(Problem::not_found(format!("there is no payout {number}")));
    }
    done()
}

async fn rules(State(sandbox): Here) -> Json {
    Json(rules_json(&sandbox.payout_rules()))
}

async fn set_rules(State(sandbox): Here, body: Bytes) -> Answer {
    let new: NewRules = parse(&body)?;
    let mut rules = sandbox.payout_rules();
    if let Some(chance) = new.failure_chance {
        if !(0.0..=1.0).contains(&chance) {
            let message = "failure_chance has to be from 0 to 1";
            return Err(Problem::bad_request(message));
        }
        rules.failure_chance = chance;
    }
    match new.limits {
        Some(Limits::Documented) => rules.limits = Some(PayoutLimits::default()),
        Some(Limits::None) => rules.limits = None,
        None => {}
    }
    let seconds = Duration::from_secs;
    set(
        &mut rules.settle_after,
        new.settle_after_seconds.map(seconds),
    );
    set(
        &mut rules.visible_after,
        new.visible_after_seconds.map(seconds),
    );
    set(
        &mut rules.failed_numbers_pay_again,
        new.failed_numbers_pay_again,
    );
    set(&mut rules.signature_refusal, new.signature_refusal);
    sandbox.set_payout_rules(rules);
    Ok(Json(rules_json(&sandbox.payout_rules())))
}

async fn set_balance(State(sandbox): Here, body: Bytes) -> Answer {
    let Balance { fen } = parse(&body)?;
    sandbox.set_balance(Fen::new(fen));
    done()
}

fn set<T>(member: &mut T, given: Option<T>) {
    if let Some(given) = given {
        *member = given;
    }
}

fn rules_json(rules: &PayoutRules) -> Value {
    let limits = rules.limits.as_ref().map(|limits| {
        json!({
            "per_payment": limits.per_payment.get(),
            "per_user_day": limits.per_user_day.get(),
            "per_day": limits.per_day.get(),
            "payments_per_user_day": limits.payments_per_user_day,
            "gap_seconds": limits.gap.as_secs(),
        })
    });
    json!({
        "limits": limits,
        "settle_after_seconds": rules.settle_after.as_secs(),
        "failure_chance": rules.failure_chance,
        "visible_after_seconds": rules.visible_after.as_secs(),
        "failed_numbers_pay_again": rules.failed_numbers_pay_again,
        "signature_refusal": rules.signature_refusal,
    })
}
