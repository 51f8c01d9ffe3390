//! What a failed call means for the money, and the query that tells.

use std::io::{Write, stderr, stdout};
use std::process::ExitCode;

use serde_json::json;
use wxpay_api::core::{Effect, Error, ErrorKind, Outcome};
use wxpay_api::json::Json;
use wxpay_api::v3::Reason;
use wxpay_catalog::{Field, Operation};

use super::{Call, arguments};
use crate::fail::{Fail, chain, explained};
use crate::lang::{Lang, Text};
use crate::operation::{self, choice_of, given, is_secret};
use crate::visible::visible;

/// Prints it; the code is 1 (not executed), 2 (the request breaks a rule), 3 (unknown) or 4 (a read failed), also if it
/// can't be printed.
pub(super) fn print(error: &Error, call: &Call) -> Result<ExitCode, Fail> {
    let exit = exit_code(error);
    match write(error, call) {
        Ok(()) => Ok(ExitCode::from(exit)),
        Err(fail) => Err(fail.exits(exit)),
    }
}

/// What it means that the response to a call that went well can't be printed: the caller does not know that it did.
pub(super) fn untold(fail: Fail, call: &Call) -> Fail {
    if operation::effect(call.operation) == Effect::Read {
        return fail.exits(4);
    }
    let mut said = vec![fail.said().in_lang(call.lang).to_owned()];
    said.extend(fail.causes());
    Fail::new(
        "it was sent and succeeded, and its response can't be printed: query it",
        "请求已发送并成功，但无法输出应答：请查询",
    )
    .because(said.join(": "))
    .exits(3)
}

fn write(error: &Error, call: &Call) -> Result<(), Fail> {
    let lang = call.lang;
    let (kind, outcome) = (kind(error), outcome(error));
    let settled = (error.outcome() == Outcome::Unknown).then(|| Settled::of(call));
    let reason = error.request_id().and_then(Reason::of_request_id);
    // The bare number is in the Request-ID already.
    let reason = reason.filter(|reason| reason.chinese().is_some());
    if call.options.json {
        let code = match error.kind() {
            ErrorKind::Business(refusal) => Some(refusal.code()),
            ErrorKind::Protocol(claim) => claim.claimed_code(),
            _ => None,
        };
        let value = json!({ "error": {
            "endpoint": error.endpoint(),
            "kind": kind.0,
            "outcome": outcome.0,
            "code": code,
            "message": chain(error.kind()).join(": "),
            "request_id": error.request_id(),
            "reason": reason.map(|reason| reason.to_string()),
            "resolve": settled.as_ref().and(call.operation.resolve.as_deref()),
            "next": settled.and_then(Settled::query),
        }});
        writeln!(stdout(), "{value:#}")?;
        return Ok(());
    }
    let mut err = stderr().lock();
    let said = explained(error.kind(), lang).join(lang.pick(": ", "："));
    let said = visible(&said);
    writeln!(
        err,
        "{}{}: {said}",
        lang.pick("error: ", "错误："),
        error.endpoint()
    )?;
    writeln!(
        err,
        "  {}{}",
        lang.pick("kind: ", "类型："),
        kind.1.in_lang(lang)
    )?;
    writeln!(
        err,
        "  {}{}",
        lang.pick("outcome: ", "结果："),
        outcome.1.in_lang(lang)
    )?;
    if let Some(id) = error.request_id() {
        writeln!(err, "  Request-ID: {id}")?;
    }
    if let Some(reason) = reason {
        writeln!(err, "  {}{reason}", lang.pick("reason: ", "原因："))?;
    }
    if let Some(settled) = settled {
        writeln!(err, "  {}", settled.said(lang))?;
    }
    Ok(())
}

fn exit_code(error: &Error) -> u8 {
    match (error.kind(), error.outcome()) {
        (ErrorKind::Invalid(_), _) => 2,
        (_, Outcome::NotExecuted) => 1,
        (_, Outcome::Unknown) => 3,
        (_, Outcome::ReadFailed) => 4,
    }
}

fn kind(error: &Error) -> (&'static str, Text) {
    let (name, en, zh) = match error.kind() {
        ErrorKind::Invalid(_) => (
            "invalid",
            "the request breaks a rule; nothing was sent",
            "请求不符合规则，未发送",
        ),
        ErrorKind::Signing(_) => (
            "signing",
            "it could not be signed; nothing was sent",
            "无法签名，未发送",
        ),
        ErrorKind::Transport(_) => (
            "transport",
            "no complete answer arrived",
            "没有收到完整的应答",
        ),
        ErrorKind::Protocol(_) => (
            "protocol",
            "something answered, and nothing proves what it says",
            "收到应答，但其内容未经签名证实",
        ),
        ErrorKind::Verification(_) => (
            "verification",
            "the answer is not proven to be WeChat Pay's",
            "应答未能通过验签",
        ),
        ErrorKind::NotProcessed => (
            "not_processed",
            "WeChat Pay took it in and has not worked on it yet (202): repeat it with the same parameters",
            "微信支付已接受请求，但尚未处理（202）：请使用原参数重复请求",
        ),
        ErrorKind::Business(_) => ("business", "WeChat Pay refuses", "微信支付拒绝"),
        ErrorKind::Decode(_) => (
            "decode",
            "the answer is WeChat Pay's, and not understood",
            "应答来自微信支付，但无法理解",
        ),
        _ => ("other", "another failure", "其他错误"),
    };
    (name, Text::new(en, zh))
}

fn outcome(error: &Error) -> (&'static str, Text) {
    let (name, en, zh) = match error.outcome() {
        Outcome::NotExecuted => (
            "not_executed",
            "not executed: this call had no effect",
            "未执行：本次调用没有产生任何效果",
        ),
        Outcome::Unknown => (
            "unknown",
            "UNKNOWN: it may have happened, now or in an earlier call under this number. Query; repeat only with the \
             same number and parameters",
            "未知：可能已经执行（本次或之前同一单号的调用）。请先查询；只能以相同单号和相同参数重试",
        ),
        Outcome::ReadFailed if matches!(error.kind(), ErrorKind::Invalid(_)) => {
            ("read_failed", "nothing was asked", "未发起查询")
        }
        Outcome::ReadFailed => (
            "read_failed",
            "the read failed: it says nothing of what it asked about. Ask again, some minutes later",
            "查询失败：不能据此判断所查询的业务。请几分钟后再查询",
        ),
    };
    (name, Text::new(en, zh))
}

/// What settles an unknown outcome.
enum Settled {
    /// A query, as a command with what is known of its fields.
    Query(String),
    /// The same call again.
    Repeat,
    /// Nothing.
    Not,
}

impl Settled {
    fn of(call: &Call) -> Self {
        match call.operation.resolve.as_deref() {
            Some("repeat") => Self::Repeat,
            None | Some("none") => Self::Not,
            Some(name) => wxpay_catalog::find(name)
                .map_or(Self::Not, |query| Self::Query(command(query, call))),
        }
    }

    fn query(self) -> Option<String> {
        match self {
            Self::Query(command) => Some(command),
            Self::Repeat | Self::Not => None,
        }
    }

    fn said(&self, lang: Lang) -> String {
        match self {
            Self::Query(command) => format!("{}{command}", lang.pick("query: ", "请查询：")),
            Self::Repeat => lang
                .pick(
                    "no query tells: the same call again, with the same parameters, settles it",
                    "没有可用的查询：请以完全相同的参数再次调用，即可确定结果",
                )
                .to_owned(),
            Self::Not => lang
                .pick(
                    "no query tells: look on the merchant platform before you call it again",
                    "没有可用的查询：再次调用前，请先到商户平台核实",
                )
                .to_owned(),
        }
    }
}

/// The command of a query, with what the call says of its fields.
fn command(query: &'static Operation, call: &Call) -> String {
    let mut words = vec!["wxpay call".to_owned(), query.name.clone()];
    let mut chosen: Vec<&Field> = Vec::new();
    for field in given(query) {
        let choice = choice_of(query, field);
        let value = match call.request.get(field.wire()) {
            _ if is_secret(field) => continue,
            Some(Json::Text(text)) => quoted(text),
            Some(Json::Integer(number)) => number.to_string(),
            Some(Json::Bool(flag)) => flag.to_string(),
            _ if choice.is_some() => continue,
            _ if field.ty == "Boolean" => "false".to_owned(),
            _ => "…".to_owned(),
        };
        match choice {
            Some(choice) if chosen.contains(&choice) => continue,
            Some(choice) => chosen.push(choice),
            None if field.required => {}
            None => continue,
        }
        words.push(format!("--{} {value}", arguments::option(query, field)));
    }
    if let Some(path) = call.options.config.path() {
        words.push(format!("--config {}", quoted(&path.display().to_string())));
    }
    words.join(" ")
}

/// A word that a shell takes as it is.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@,+".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}
