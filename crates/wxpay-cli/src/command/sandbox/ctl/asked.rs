//! The request to the control port that a command stands for.

use serde_json::{Map, Value, json};

use super::{Clock, Command, Fault, PayoutRules};

pub(super) struct Asked {
    pub(super) method: reqwest::Method,
    /// Below `/v1`.
    pub(super) path: Vec<String>,
    pub(super) query: Option<(&'static str, u64)>,
    pub(super) body: Value,
}

pub(super) fn of(command: &Command) -> Asked {
    match command {
        Command::Status => get(&["status"]),
        Command::Requests { after } => Asked {
            query: after.map(|after| ("after", after)),
            ..get(&["requests"])
        },
        Command::Request { number } => get(&["requests", &number.to_string()]),
        Command::Orders => get(&["orders"]),
        Command::AddOrder { number, fen, state } => {
            let order = json!({"out_trade_no": number, "total_fee": fen, "trade_state": state});
            post(&["orders"], order)
        }
        Command::Pay { number, payer } => post(&["orders", number, "pay"], json!({"payer": payer})),
        Command::Close { number } => post(&["orders", number, "close"], json!({})),
        Command::Refund { number, fen } => post(&["orders", number, "refund"], json!({"fen": fen})),
        Command::Refunds => get(&["refunds"]),
        Command::SetRefund { number, status } => {
            post(&["refunds", number, "status"], json!({"status": status}))
        }
        Command::RefundDelay { by } => post(&["refund_delay"], json!({"seconds": by})),
        Command::Payouts => get(&["payouts"]),
        Command::PayoutRules(rules) => payout_rules(rules),
        Command::SetPayout {
            number,
            status,
            reason,
        } => {
            let body = json!({"status": status, "reason": reason});
            post(&["payouts", number, "status"], body)
        }
        Command::TransferBills => get(&["transfer_bills"]),
        Command::ConfirmTransfer { number } => {
            post(&["transfer_bills", number, "confirm"], json!({}))
        }
        Command::ExpireTransfer { number } => {
            let body = json!({"status": "FAIL", "reason": "OVERDUE_CLOSE"});
            post(&["transfer_bills", number, "status"], body)
        }
        Command::RedPackets => get(&["red_packets"]),
        Command::ReceiveRedPacket { number } => {
            post(&["red_packets", number, "receive"], json!({}))
        }
        Command::SetRedPacket {
            number,
            status,
            reason,
        } => {
            let body = json!({"status": status, "reason": reason});
            post(&["red_packets", number, "status"], body)
        }
        Command::Batches => get(&["batches"]),
        Command::Transfers => get(&["transfers"]),
        Command::Settle { number } => post(&["batches", number, "settle"], json!({})),
        Command::Deliveries => get(&["deliveries"]),
        Command::Clock { command } => match command {
            None => get(&["clock"]),
            Some(Clock::Advance { by }) => post(&["clock"], json!({"advance_seconds": by})),
            Some(Clock::Freeze { at }) => post(
                &["clock"],
                json!({"freeze": at.as_deref().unwrap_or("now")}),
            ),
            Some(Clock::Run) => post(&["clock"], json!({"run": true})),
        },
        Command::Fault { command } => fault(command),
        Command::Balance { fen } => post(&["balance"], json!({"fen": fen})),
        Command::Name { openid, name } => post(&["names"], json!({"openid": openid, "name": name})),
        Command::Rotate => post(&["certificates", "rotate"], json!({})),
        Command::Reset => post(&["reset"], json!({})),
    }
}

/// Seconds from `90s`, `15m`, `24h` or `7d`.
pub(super) fn duration(text: &str) -> Result<u64, String> {
    let by = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    if by.subsec_nanos() != 0 {
        return Err("the clock is moved by whole seconds".to_owned());
    }
    Ok(by.as_secs())
}

fn fault(command: &Fault) -> Asked {
    match command {
        Fault::List => get(&["faults"]),
        Fault::Remove { id } => delete(&["faults", &id.to_string()]),
        Fault::Clear => delete(&["faults"]),
        Fault::Add {
            api,
            fault,
            code,
            message,
            delay_ms,
            times,
            always,
            chance,
        } => {
            let times = if *always {
                json!("always")
            } else {
                json!(times)
            };
            let members = [
                ("api", json!(api)),
                ("fault", json!(fault)),
                ("code", json!(code)),
                ("message", json!(message)),
                ("delay_ms", json!(delay_ms)),
                ("times", times),
                ("chance", json!(chance)),
            ];
            post(&["faults"], given(members))
        }
    }
}

fn payout_rules(rules: &PayoutRules) -> Asked {
    let body = given([
        ("limits", json!(rules.limits)),
        ("settle_after_seconds", json!(rules.settle_after)),
        ("failure_chance", json!(rules.failure_chance)),
        ("visible_after_seconds", json!(rules.visible_after)),
        (
            "failed_numbers_pay_again",
            json!(rules.failed_numbers_pay_again),
        ),
        ("signature_refusal", json!(rules.signature_refusal)),
    ]);
    match body.as_object().is_some_and(Map::is_empty) {
        true => get(&["payout_rules"]),
        false => post(&["payout_rules"], body),
    }
}

/// The members that have a value.
fn given<const N: usize>(members: [(&str, Value); N]) -> Value {
    let given = members.into_iter().filter(|(_, value)| !value.is_null());
    given
        .map(|(name, value)| (name.to_owned(), value))
        .collect::<Map<_, _>>()
        .into()
}

fn get(path: &[&str]) -> Asked {
    asked(reqwest::Method::GET, path, Value::Null)
}

fn post(path: &[&str], body: Value) -> Asked {
    asked(reqwest::Method::POST, path, body)
}

fn delete(path: &[&str]) -> Asked {
    asked(reqwest::Method::DELETE, path, Value::Null)
}

fn asked(method: reqwest::Method, path: &[&str], body: Value) -> Asked {
    Asked {
        method,
        path: path.iter().map(|part| (*part).to_owned()).collect(),
        query: None,
        body,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        assert_eq!(duration("90s"), Ok(90));
        assert_eq!(duration("15m"), Ok(900));
        assert_eq!(duration("24h"), Ok(86_400));
        assert_eq!(duration("7d"), Ok(604_800));
        for wrong in ["", "5", "h", "-1s", "500ms", "99999999999999999999d"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
