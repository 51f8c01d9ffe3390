//! What a failed call means for the money, and the query that tells.

use std::io::{Write, stderr};
use std::process::ExitCode;

use serde_json::json;
use wxpay_api::core::{Effect, Error, ErrorKind, Outcome};
use wxpay_api::v3::Reason;

use super::Call;
use super::settled::Settled;
use crate::fail::{Fail, chain, explained};
use crate::lang::Text;
use crate::operation;
use crate::out::stdout;
use crate::visible::visible;

/// Prints it; the code is 1 (not executed), 2 (the request breaks a rule), 3 (unknown) or 4 (a read
/// failed), also if it can't be printed.
pub(super) fn print(error: &Error, call: &Call) -> Result<ExitCode, Fail> {
    let exit = exit_code(error);
    match write(error, call) {
        Ok(()) => Ok(ExitCode::from(exit)),
        Err(fail) => Err(fail.exits(exit)),
    }
}

/// What it means that the response to a call that went well can't be printed: the caller does not
/// know that it did.
pub(super) fn untold(fail: Fail, call: &Call) -> Fail {
    if operation::effect(call.operation) == Effect::Read {
        return fail.exits(4);
    }
    let mut said = vec![fail.said().in_lang(call.lang).to_owned()];
    said.extend(fail.causes());
    Fail::new(
        "the call succeeded, but its response can't be printed: query it",
        "请求已发送并成功，但无法输出应答：请查询",
    )
    .because(said.join(": "))
    .exits(3)
}

fn write(error: &Error, call: &Call) -> Result<(), Fail> {
    let lang = call.lang;
    let settled = (error.outcome() == Outcome::Unknown).then(|| Settled::of(call));
    let (kind, outcome) = (kind(error), outcome(error, settled.as_ref()));
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
            "no complete response came",
            "没有收到完整的应答",
        ),
        ErrorKind::Protocol(_) => (
            "protocol",
            "a response came, but nothing proves that it is WeChat Pay's",
            "收到应答，但其内容未经签名证实",
        ),
        ErrorKind::Verification(_) => (
            "verification",
            "the response is not proven to be WeChat Pay's",
            "应答未能通过验签",
        ),
        ErrorKind::NotProcessed => (
            "not_processed",
            "WeChat Pay has accepted it and not processed it yet (202): repeat it with the same parameters",
            "微信支付已接受请求，但尚未处理（202）：请使用原参数重复请求",
        ),
        ErrorKind::Business(_) => ("business", "WeChat Pay refuses", "微信支付拒绝"),
        ErrorKind::Decode(_) => (
            "decode",
            "the response is WeChat Pay's, but could not be read",
            "应答来自微信支付，但无法理解",
        ),
        _ => ("other", "another failure", "其他错误"),
    };
    (name, Text::new(en, zh))
}

fn outcome(error: &Error, settled: Option<&Settled>) -> (&'static str, Text) {
    let (name, en, zh) = match error.outcome() {
        Outcome::NotExecuted => (
            "not_executed",
            "not executed: this call had no effect",
            "未执行：本次调用没有产生任何效果",
        ),
        Outcome::Unknown if !settled.is_some_and(Settled::is_query) => (
            "unknown",
            "UNKNOWN: it may have happened, now or in an earlier call",
            "未知：可能已经执行（本次或之前的调用）",
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
            "the read failed and proves nothing about what it asked. Ask again, some minutes later",
            "查询失败：不能据此判断所查询的业务。请几分钟后再查询",
        ),
    };
    (name, Text::new(en, zh))
}
