//! Faults as JSON.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::control::respond::Problem;
use crate::{Api, Fault, FaultRule};

/// The body of `POST /v1/faults`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewFault {
    api: String,
    fault: String,
    code: Option<String>,
    message: Option<String>,
    delay_ms: Option<u64>,
    times: Option<Times>,
    chance: Option<f64>,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "times has to be a number or \"always\"")]
enum Times {
    Number(u32),
    Word(Always),
}

#[derive(Deserialize)]
enum Always {
    #[serde(rename = "always")]
    Always,
}

/// What `POST /v1/faults` asks for.
pub(crate) enum Asked {
    /// For the next request.
    Once(Api, Fault),
    Rule(FaultRule),
}

impl NewFault {
    pub(crate) fn asked(self) -> Result<Asked, Problem> {
        let api = self.api.parse().map_err(|_| {
            let names: Vec<_> = Api::all().map(Api::name).collect();
            let names = names.join(", ");
            Problem::bad_request(format!(
                "there is no api {}: it is one of {names}, or another operation of the catalogue",
                self.api
            ))
        })?;
        let fault = self.fault()?;
        match (self.times, self.chance) {
            (Some(Times::Number(0)), _) => Err(Problem::bad_request("times has to be 1 at least")),
            (_, Some(chance)) if !(0.0..=1.0).contains(&chance) => {
                Err(Problem::bad_request("chance has to be from 0 to 1"))
            }
            (None | Some(Times::Number(1)), None) => Ok(Asked::Once(api, fault)),
            (times, chance) => {
                let mut rule = FaultRule::new(api, fault);
                match times {
                    Some(Times::Number(times)) => rule = rule.times(times),
                    None => rule = rule.times(1),
                    Some(Times::Word(Always::Always)) => {}
                }
                Ok(Asked::Rule(rule.chance(chance.unwrap_or(1.0))))
            }
        }
    }

    fn delay(&self) -> Result<Duration, Problem> {
        let millis = self.delay_ms.map(Duration::from_millis);
        millis.ok_or_else(|| Problem::bad_request(format!("{} needs delay_ms", self.fault)))
    }

    fn fault(&self) -> Result<Fault, Problem> {
        let code = || {
            let code = self.code.clone().filter(|code| !code.is_empty());
            code.ok_or_else(|| Problem::bad_request(format!("{} needs a code", self.fault)))
        };
        let message = self.message.clone().unwrap_or_default();
        Ok(match &*self.fault {
            "error_code" => Fault::ErrorCode {
                code: code()?,
                message,
            },
            "error_code_after_commit" => Fault::ErrorCodeAfterCommit {
                code: code()?,
                message,
            },
            "return_code_fail" => Fault::ReturnCodeFail {
                message,
                code: self.code.clone().filter(|code| !code.is_empty()),
            },
            "delay" => Fault::Delay(self.delay()?),
            "delay_before_commit" => Fault::DelayBeforeCommit(self.delay()?),
            name => {
                let found = WITHOUT_VALUE.iter().find(|fault| self::name(fault) == name);
                found.cloned().ok_or_else(|| {
                    let message = format!(
                        "there is no fault {name}: it is one of {}",
                        names().join(", ")
                    );
                    Problem::bad_request(message)
                })?
            }
        })
    }
}

impl Fault {
    /// The names of all faults, as the control port takes and gives them, such as `html_502`.
    pub fn names() -> Vec<&'static str> {
        names()
    }
}

/// The names of all faults.
pub(crate) fn names() -> Vec<&'static str> {
    let plain = WITHOUT_VALUE.iter().map(name);
    plain
        .chain([
            "error_code",
            "error_code_after_commit",
            "return_code_fail",
            "delay",
            "delay_before_commit",
        ])
        .collect()
}

/// The short name of a fault.
pub(crate) fn name(fault: &Fault) -> &'static str {
    match fault {
        Fault::DropBeforeCommit => "drop_before_commit",
        Fault::DropAfterCommit => "drop_after_commit",
        Fault::TruncatedBody => "truncated_body",
        Fault::Html502 => "html_502",
        Fault::EmptyBody => "empty_body",
        Fault::ErrorCode { .. } => "error_code",
        Fault::ErrorCodeAfterCommit { .. } => "error_code_after_commit",
        Fault::ReturnCodeFail { .. } => "return_code_fail",
        Fault::WrongSignature => "wrong_signature",
        Fault::MissingSignature => "missing_signature",
        Fault::StaleSignature => "stale_signature",
        Fault::ProbeSignature => "probe_signature",
        Fault::UnknownSerial => "unknown_serial",
        Fault::TamperedBody => "tampered_body",
        Fault::OtherReply => "other_reply",
        Fault::Delay(_) => "delay",
        Fault::DelayBeforeCommit(_) => "delay_before_commit",
        Fault::Stall => "stall",
    }
}

/// What there is to say of a fault besides its name.
pub(crate) fn detail(fault: &Fault) -> Option<String> {
    match fault {
        Fault::ErrorCode { code, .. } | Fault::ErrorCodeAfterCommit { code, .. } => {
            Some(code.clone())
        }
        Fault::ReturnCodeFail { code, .. } => code.clone(),
        Fault::Delay(time) | Fault::DelayBeforeCommit(time) => {
            Some(format!("{} ms", time.as_millis()))
        }
        _ => None,
    }
}

/// The members that say what a fault is.
pub(crate) fn to_json(fault: &Fault) -> Map<String, Value> {
    let (mut code, mut message, mut delay_ms) = (None, None, None);
    match fault {
        Fault::ErrorCode {
            code: c,
            message: m,
        }
        | Fault::ErrorCodeAfterCommit {
            code: c,
            message: m,
        } => (code, message) = (Some(json!(c)), Some(json!(m))),
        Fault::ReturnCodeFail {
            code: c,
            message: m,
        } => (code, message) = (Some(json!(c)), Some(json!(m))),
        Fault::Delay(time) | Fault::DelayBeforeCommit(time) => {
            delay_ms = Some(json!(time.as_millis()))
        }
        _ => {}
    }
    let members = [
        ("fault", Some(json!(name(fault)))),
        ("code", code),
        ("message", message),
        ("delay_ms", delay_ms),
    ]
    .into_iter();
    members
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect()
}

const WITHOUT_VALUE: [Fault; 13] = [
    Fault::DropBeforeCommit,
    Fault::DropAfterCommit,
    Fault::TruncatedBody,
    Fault::Html502,
    Fault::EmptyBody,
    Fault::WrongSignature,
    Fault::MissingSignature,
    Fault::StaleSignature,
    Fault::ProbeSignature,
    Fault::UnknownSerial,
    Fault::TamperedBody,
    Fault::OtherReply,
    Fault::Stall,
];
