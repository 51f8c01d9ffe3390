use serde_json::Value;

use crate::causes::v3 as causes;
use crate::{Context, Report};

/// What WeChat Pay tells about a signature that it refused (`SIGN_ERROR`): the beginning of the text that it verified.
pub(super) fn explain(json: &Value, context: &Context, report: &mut Report) {
    let verified = json
        .pointer("/detail/sign_information/truncated_sign_message")
        .and_then(Value::as_str);
    let Some(verified) = verified else {
        return;
    };
    report.find(&causes::SIGN_ERROR, []);
    let logged = context.signed_text.as_deref();
    let beginning = |text: &str| {
        text.chars()
            .take(verified.chars().count())
            .collect::<String>()
    };
    let logged = logged.map(beginning);
    if logged.as_deref().is_some_and(|logged| logged != verified) {
        report.find(&causes::LOGGED_DIFFERS, []);
    }
    report.texts(verified.to_owned(), logged.as_deref());
}
