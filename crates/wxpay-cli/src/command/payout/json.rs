//! Reports as JSON, for programs. Amounts are in fen, moments as RFC 3339; the reasons are in
//! English.

use std::io::Write;

use serde_json::{Map, Value, json};
use wxpay_payout::{
    Alarm, Entry, Moment, NotStartedReason, Package, Reconciliation, Recovery, WaitsFor,
};

use super::product::Kind;
use crate::fail::Fail;
use crate::out::stdout;

pub(super) fn print(value: &Value) -> Result<(), Fail> {
    writeln!(stdout(), "{}", text(value))?;
    Ok(())
}

pub(super) fn text(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

pub(super) fn reconciliation(of: &Reconciliation, kind: Kind) -> Value {
    let product = kind.in_journal();
    let paid = of.paid.iter().map(|line| {
        json!({
            "intent": line.intent.as_str(),
            "product": product,
            "number": line.number.as_str(),
            "amount_fen": line.amount.get(),
            "payment_no": line.payment_no,
            "paid_before": line.found,
            "alarm": line.alarm.as_ref().map(Alarm::as_str),
        })
    });
    let rejected = of.rejected.iter().map(|line| {
        json!({
            "intent": line.intent.as_str(),
            "product": product,
            "number": line.number.as_str(),
            "amount_fen": line.amount.get(),
            "reason": line.reason,
            "next_number": line.replaceable,
        })
    });
    let unknown = of.unknown.iter().map(|line| {
        json!({
            "intent": line.intent.as_str(),
            "product": product,
            "number": line.number.as_str(),
            "amount_fen": line.amount.get(),
            "reason": line.reason,
            "alarm": line.alarm.as_ref().map(Alarm::as_str),
            "advice": line.advice(),
            "next_at": line.next_at.to_string(),
        })
    });
    let waiting = of.waiting.iter().map(|line| {
        json!({
            "intent": line.intent.as_str(),
            "product": product,
            "number": line.number.as_str(),
            "amount_fen": line.amount.get(),
            "waits_for": line.waits_for.as_str(),
            "package_info": line.package.as_ref().map(Package::as_str),
            "reason": line.reason,
            "alarm": line.alarm.as_ref().map(Alarm::as_str),
            "next_at": line.next_at.to_string(),
        })
    });
    let not_started = of.not_started.iter().map(|line| {
        json!({
            "intent": line.intent.as_str(),
            "product": product,
            "reason": line.reason.to_string(),
            "maybe_sent_before": maybe_sent_before(&line.reason),
        })
    });
    let unread = of.unread.iter().map(|number| json!(number.as_str()));
    json!({
        "paid": paid.collect::<Vec<_>>(),
        "rejected": rejected.collect::<Vec<_>>(),
        "unknown": unknown.collect::<Vec<_>>(),
        "waiting": waiting.collect::<Vec<_>>(),
        "not_started": not_started.collect::<Vec<_>>(),
        "unread": unread.collect::<Vec<_>>(),
        "paid_fen": of.paid_amount().get(),
        "unknown_fen": of.unknown_amount().get(),
        "waiting_fen": of.waiting_amount().get(),
    })
}

/// Those of several products in one: lists one behind the other, and sums.
pub(super) fn together(parts: Vec<Value>) -> Value {
    let mut whole = Map::new();
    for part in parts {
        let Value::Object(part) = part else { continue };
        for (name, value) in part {
            let sum = match (whole.remove(&name), value) {
                (Some(Value::Array(mut before)), Value::Array(mut more)) => {
                    before.append(&mut more);
                    Value::Array(before)
                }
                (Some(before), more) => {
                    let fen = |value: &Value| value.as_i64().unwrap_or_default();
                    Value::from(fen(&before).saturating_add(fen(&more)))
                }
                (None, value) => value,
            };
            whole.insert(name, sum);
        }
    }
    Value::Object(whole)
}

/// Whether it may have been sent before this run.
pub(super) fn maybe_sent_before(reason: &NotStartedReason) -> bool {
    matches!(
        reason,
        NotStartedReason::Conflict(_) | NotStartedReason::Unread(_)
    )
}

pub(super) fn recovery(of: &Recovery, kind: Kind) -> Value {
    let intents = |intents: &[wxpay_payout::IntentId]| -> Vec<String> {
        intents.iter().map(ToString::to_string).collect()
    };
    let failed = of
        .failed
        .iter()
        .map(|line| json!({ "intent": line.intent.as_str(), "reason": line.reason }));
    json!({
        "found": reconciliation(&of.found, kind),
        "not_known": intents(&of.not_known),
        "kept": intents(&of.kept),
        "failed": failed.collect::<Vec<_>>(),
    })
}

pub(super) fn entry(of: &Entry) -> Value {
    let moment = |moment: Option<Moment>| moment.map(|moment| moment.to_string());
    json!({
        "intent": of.intent.as_str(),
        "product": of.product,
        "number": of.number.as_str(),
        "generation": of.generation,
        "state": of.state.as_str(),
        "attested": of.attested,
        "paid_before": of.is_found(),
        "amount_fen": of.amount.get(),
        "payment_no": of.payment_no,
        "waits_for": of.waits_for.map(WaitsFor::as_str),
        "package_info": of.package.as_ref().map(Package::as_str),
        "cancel_asked_at": moment(of.cancel_asked_at),
        "reason": of.reason,
        "alarm": of.alarm.as_ref().map(Alarm::as_str),
        "sends": of.sends,
        "prepared_at": of.prepared_at.to_string(),
        "first_sent_at": moment(of.first_sent_at),
        "last_sent_at": moment(of.last_sent_at),
        "closed_at": moment(of.closed_at),
        "next_at": moment(Some(of.next_at).filter(|_| !of.state.is_settled())),
        "replaces": of.replaces.as_ref().map(|number| number.as_str()),
        "replaced_by": of.replaced_by.as_ref().map(|number| number.as_str()),
    })
}
