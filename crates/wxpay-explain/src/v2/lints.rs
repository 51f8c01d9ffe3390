use wxpay_core::{PAYMENT_NAMES, Params};
use wxpay_sign::workwx::Api;

use super::kind::Kind;
use crate::causes::{keys as key_causes, v2 as causes, workwx};
use crate::{Keys, Report};

/// What can be seen without recomputing anything.
pub(super) fn check(params: &Params, kind: &Kind, keys: &Keys, report: &mut Report) {
    crate::lints::symmetric(keys.api_v2.as_ref(), "APIv2 key", true, report);
    if kind.workwx.is_some() {
        crate::lints::symmetric(keys.workwx.as_ref(), "WeCom secret", false, report);
    }
    for (name, value) in params.iter() {
        for (key, secret) in keys.secrets() {
            let secret = secret.expose().trim();
            if secret.len() >= 6 && value.contains(secret) {
                report.find(&key_causes::IN_MESSAGE, [("key", key), ("field", name)]);
            }
        }
    }
    if let Some(name) = params.ambiguous(PAYMENT_NAMES) {
        report.find(&causes::AMBIGUOUS, [("field", name)]);
    }
    if kind.reply {
        return;
    }
    let blank = |value: &str| value.trim().len() != value.len();
    for (name, _) in params.iter().filter(|(_, value)| blank(value)) {
        report.find(&causes::BLANK_SENT, [("field", name)]);
    }
    let nonce = params.get("nonce_str").map(|nonce| nonce.chars().count());
    if let Some(length) = nonce.filter(|length| *length > 32) {
        report.find(&causes::NONCE_LONG, [("found", &length.to_string())]);
    }
    match params.get("sign_type") {
        Some(_) if kind.payout => report.find(&causes::TYPE_UNWANTED, []),
        None | Some("MD5" | "HMAC-SHA256") => {}
        Some(_) => report.find(&causes::TYPE_UNKNOWN, []),
    }
    if kind.hmac && params.get("sign").is_some_and(|sign| sign.len() == 32) {
        report.find(&causes::MD5_UNWANTED, []);
    }
    let has_workwx = params.get("workwx_sign").is_some();
    match kind.workwx {
        Some(Api::Pay | Api::RedPack) if !has_workwx => report.find(&workwx::MISSING, []),
        None if has_workwx => report.find(&workwx::UNWANTED, []),
        _ => {}
    }
}
