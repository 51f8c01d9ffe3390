//! The signatures of APIv3, and what is encrypted in its messages.

mod authorization;
mod body;
mod cipher;
mod json;
mod mistakes;
mod payment;
mod program;
mod refusal;
mod reply;
mod request;
mod resource;
mod restored;
mod sealed;
mod search;
mod signature;
mod target;
mod time;

use serde_json::Value;

use crate::causes::{body as body_causes, capture as causes, v3};
use crate::{Capture, Context, Keys, Report, Verdict};

pub(crate) use self::sealed::explain_one as explain_sealed;

pub(crate) fn explain(capture: &Capture, keys: &Keys, context: &Context, report: &mut Report) {
    let authorized = capture.value("Authorization").is_some();
    let signed = capture.value("Wechatpay-Signature").is_some()
        || capture.value("Wechatpay-Timestamp").is_some();
    let notification = signed && !authorized;
    let parsed: Result<Value, _> = serde_json::from_slice(body::without_bom(&capture.body));
    if capture.request.is_some() && !notification {
        request::explain(capture, keys, context, report);
        if let Ok(value) = &parsed {
            sealed::explain_request(value, capture, keys, report);
        }
        if report.verdict() == Verdict::Holds {
            report.find(&body_causes::HOLDS_REFUSED, []);
        }
        return;
    }
    if authorized && !signed {
        // Headers of a request without its first line: what was signed is not known.
        request::explain(capture, keys, context, report);
        return;
    }
    let resources = parsed.as_ref().map(resource::find).unwrap_or_default();
    if let Ok(json) = &parsed
        && let Some(payment) = payment::Payment::of(json)
    {
        payment.explain(json, keys, context, report);
        return;
    }
    if let Ok(json) = &parsed {
        refusal::explain(json, context, report);
    }
    if let (Some(status @ 400..), false) = (capture.status, signed) {
        report.find(&v3::ERROR_UNSIGNED, [("found", &status.to_string())]);
        report.check("Wechatpay-Signature", Verdict::Unchecked);
    } else if signed || !capture.headers.is_empty() {
        reply::explain(capture, parsed.as_ref().ok(), keys, context, report);
    } else if !resources.is_empty() {
        report.check("Wechatpay-Signature", Verdict::Unchecked);
    }
    for resource in resources {
        resource::explain(&resource, keys, report);
    }
    match &parsed {
        Ok(value) if value.is_object() || value.is_array() => {
            sealed::explain_reply(value, keys, report);
        }
        _ if report.verdict() == Verdict::Holds || capture.body.trim_ascii().is_empty() => {}
        Err(error) if looks_json(&capture.body) => damaged(error, report),
        _ => report.find(&causes::NEITHER, []),
    }
    if report.checks().is_empty() && !report.is_damaged() {
        report.find(&causes::NOTHING, []);
    }
}

fn looks_json(body: &[u8]) -> bool {
    let body = body::without_bom(body).trim_ascii_start();
    body.starts_with(b"{") || body.starts_with(b"[")
}

fn damaged(error: &serde_json::Error, report: &mut Report) {
    let reason = if error.is_eof() {
        "it ends too early"
    } else {
        "it does not go on as JSON"
    };
    let [line, column] = [error.line(), error.column()].map(|number| number.to_string());
    let values = [
        ("reason", reason),
        ("line", line.as_str()),
        ("column", column.as_str()),
    ];
    report.find(&causes::JSON_DAMAGED, values);
}
