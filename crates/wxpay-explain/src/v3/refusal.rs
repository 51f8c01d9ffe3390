use serde_json::Value;

use crate::causes::{body, v3 as causes};
use crate::{Context, Report};

/// What WeChat Pay tells about a signature that it refused (`SIGN_ERROR`): the text that it
/// verified, or its beginning, and how long it was.
pub(super) fn explain(json: &Value, context: &Context, report: &mut Report) {
    let Some(information) = json.pointer("/detail/sign_information") else {
        return;
    };
    let text = |name| information.get(name).and_then(Value::as_str);
    let Some(verified) = text("truncated_sign_message") else {
        return;
    };
    let length = information
        .get("sign_message_length")
        .and_then(Value::as_u64)
        .and_then(|length| usize::try_from(length).ok());
    report.find(&causes::SIGN_ERROR, []);
    let shown = verified.chars().count();
    // WeChat Pay may count bytes or characters.
    let whole = length.is_some_and(|length| length == shown || length == verified.len());
    let method = verified.split('\n').next().unwrap_or_default();
    if whole && verified.ends_with("\n\n") && !matches!(method, "GET" | "DELETE") {
        report.find(&body::SEEN_EMPTY, [("found", method)]);
    }
    let logged = context.signed_text.as_deref();
    let compared = logged.map(|logged| {
        if whole {
            logged.to_owned()
        } else {
            logged.chars().take(shown).collect()
        }
    });
    let is_same = |logged: &str| logged.trim_end_matches('\n') == verified.trim_end_matches('\n');
    let compared = compared.filter(|logged| !is_same(logged));
    if compared.is_some() {
        report.find(&causes::LOGGED_DIFFERS, []);
    }
    report.verified(verified, length, compared.as_deref());
}
