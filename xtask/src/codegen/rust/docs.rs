//! Doc comments.

use crate::codegen::model::{Field, Kind, Operation, Resolve, Version};
use crate::codegen::names::camel;
use crate::codegen::spec::{Certainty, Method, OperationKind, ReplySign, Role, SignType};
use crate::codegen::types::Form;

/// A doc comment of these lines.
pub(super) fn comment(text: &str) -> String {
    let line = |line: &str| match line {
        "" => "///\n".to_owned(),
        line => format!("/// {line}\n"),
    };
    text.trim_end().lines().map(line).collect()
}

/// What a field is: `Merchant order number (商户订单号), at most 32 characters. Unique.`
pub(super) fn description(field: &Field, sent: bool) -> String {
    let mut text = field.en.clone();
    if !field.zh.is_empty() {
        text += &format!(" ({})", field.zh);
    }
    for fact in facts(field, sent) {
        text += &format!(", {fact}");
    }
    text.push('.');
    if let Some(note) = &field.note {
        text += &format!(" {note}.");
    }
    text
}

/// Units and limits, which the type does not say.
fn facts(field: &Field, sent: bool) -> Vec<String> {
    let mut facts = Vec::new();
    let form = match &field.kind {
        Kind::Scalar(scalar) => Some(scalar.form),
        _ => None,
    };
    if form == Some(Form::Fen) {
        facts.push("in fen".to_owned());
    }
    if !sent {
        return facts;
    }
    let limits = field.limits;
    let bounds = match (limits.min, limits.max) {
        (Some(0 | 1), None) | (None, None) => None,
        (Some(min), None) => Some(format!("at least {}", number(min))),
        (Some(min), Some(max)) => Some(format!("{} to {}", number(min), number(max))),
        (None, Some(max)) => Some(format!("at most {}", number(max))),
    };
    facts.extend(bounds);
    facts.extend(match (limits.min_chars, limits.max_chars) {
        (None, None) => None,
        (None, Some(max)) => Some(format!("at most {max} characters")),
        (Some(min), None) => Some(format!("at least {min} characters")),
        (Some(min), Some(max)) if min == max => Some(format!("{max} characters")),
        (Some(min), Some(max)) => Some(format!("{min} to {max} characters")),
    });
    if let Some(max) = limits.max_bytes {
        facts.push(format!("at most {max} bytes"));
    }
    if let Some(alphabet) = &field.alphabet {
        facts.push(format!("only characters of `{alphabet}`"));
    }
    if let Some(max) = limits.max_items {
        let min = limits.min_items.unwrap_or(1);
        facts.push(format!("{min} to {} items", number(max as i64)));
    }
    if field.encrypted {
        facts.push("encrypted before it is sent".to_owned());
    }
    for (condition, how) in [
        (&field.required_if, "required"),
        (&field.only_if, "allowed only"),
    ] {
        if let Some(condition) = condition {
            let values: Vec<String> = condition
                .asked
                .iter()
                .map(|value| format!("`{value}`"))
                .collect();
            facts.push(format!(
                "{how} if `{}` is {}",
                condition.wire,
                values.join(" or ")
            ));
        }
    }
    facts
}

/// `3000` as `3,000`.
fn number(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if number < 0 { format!("-{out}") } else { out }
}

/// What the request struct says of its operation.
pub(super) fn of_operation(operation: &Operation) -> String {
    let mut text = format!("{} ({}).\n\n", operation.title.en, operation.title.zh);
    if operation.kind != OperationKind::Notification {
        text += &format!("`{} {}` ", method(operation.method), operation.path);
    }
    text += &format!("([document]({}))\n\n", operation.doc);
    if let Some(notes) = &operation.notes {
        text += notes;
        text.push('\n');
    }
    for fact in operation_facts(operation) {
        text += &format!("- {fact}\n");
    }
    if operation.errors.is_empty() && operation.common_errors.is_empty() {
        return comment(&text);
    }
    text += "\n# Errors\n\nThe documented codes";
    text += if operation.is_write() {
        ", with what each says of the outcome. Any other code is `Unknown`.\n\n"
    } else {
        ". No error of this query proves that what was asked about did not happen.\n\n"
    };
    let resolve = operation.resolve.as_ref().map(|(resolve, _)| resolve);
    let can_query = !matches!(resolve, Some(Resolve::Repeat | Resolve::None));
    for code in &operation.errors {
        let status = code.status.map(|status| format!(" ({status})"));
        text += &format!(
            "- `{}`{}: {} ({}).{}\n",
            code.code,
            status.unwrap_or_default(),
            code.words.en,
            code.words.zh,
            class(&code.class, can_query)
        );
    }
    if !operation.common_errors.is_empty() {
        let names: Vec<String> = operation
            .common_errors
            .iter()
            .filter(|common| !operation.errors.iter().any(|own| own.code == common.code))
            .map(|common| format!("`{}`", common.code))
            .collect();
        if !names.is_empty() {
            text += &format!("- The common codes {}.\n", names.join(", "));
        }
    }
    comment(&text)
}

/// What a caller has to provide for or may rely on.
fn operation_facts(operation: &Operation) -> Vec<String> {
    let mut facts = Vec::new();
    match operation.resolve.as_ref().map(|(resolve, _)| resolve) {
        Some(Resolve::Query(name)) => {
            let mut parts = name.split('.');
            if let (Some(version), Some(product), Some(name)) =
                (parts.next(), parts.next(), parts.next())
            {
                let path = format!("crate::{version}::{product}::{}", camel(name));
                facts.push(format!(
                    "Changes things; an unknown outcome is settled by [`{}`]({path}).",
                    camel(name)
                ));
            }
        }
        Some(Resolve::Repeat) => facts.push(
            "Changes things; after an unknown outcome, repeat the same call with the same parameters."
                .to_owned(),
        ),
        Some(Resolve::None) => {
            facts.push("Changes things; no query settles an unknown outcome.".to_owned());
        }
        None => {}
    }
    if let [role] = operation.roles.as_slice() {
        facts.push(match role {
            Role::Merchant => "For merchants (普通商户).".to_owned(),
            Role::Partner => "For service providers (服务商).".to_owned(),
            Role::Brand => {
                "For brands (品牌商家), with the client of one: [`Client::brand`](crate::v3::Client::brand)."
                    .to_owned()
            }
        });
    }
    if let Some((host, _)) = &operation.host {
        facts.push(format!("Sent to `{host}`."));
    }
    if operation.client_cert {
        facts.push("Needs the merchant's client certificate (双向证书).".to_owned());
    }
    if let Some((types, _)) = &operation.sign_types {
        let workwx = if operation.workwx_sign.is_some() {
            ", over the `workwx_sign` too"
        } else {
            ""
        };
        facts.push(match types.as_slice() {
            [SignType::Md5] => format!("Signed with MD5{workwx}; `sign_type` is not sent."),
            [SignType::HmacSha256] => "Signed with HMAC-SHA256.".to_owned(),
            _ => "Signed with MD5 or HMAC-SHA256, as the credentials say.".to_owned(),
        });
    }
    match operation.reply_sign {
        Some((ReplySign::None, _)) => facts.push("The response is not signed.".to_owned()),
        Some((ReplySign::Required, _)) => facts.push("The response must be signed.".to_owned()),
        None => {}
    }
    if operation.accepted {
        facts.push(
            "HTTP 202 is success: the request was accepted (已受理), and a query tells how it ends."
                .to_owned(),
        );
    }
    if operation.backup_host {
        facts.push(
            "The document names the backup host `api2.mch.weixin.qq.com` (备用域名).".to_owned(),
        );
    }
    if let Some(calls) = operation.per_second {
        facts.push(format!("At most {calls} calls a second for one merchant."));
    }
    if operation.certainty == Certainty::ThirdParty {
        facts.push("No official page was found; the facts are a third party's.".to_owned());
    }
    facts
}

pub(crate) fn method(method: Method) -> &'static str {
    match method {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Patch => "PATCH",
        Method::Delete => "DELETE",
    }
}

/// A class in words; what is clear from the effect is not said.
fn class(class: &str, can_query: bool) -> String {
    let words: Vec<&str> = class
        .split(' ')
        .filter_map(|letter| match letter {
            "A" => Some("The outcome is open"),
            "D" if can_query => Some("Confirm by a query"),
            "D" => Some("A definite cause"),
            "C" => Some("stop: every further call would fail alike"),
            "L" => Some("a limit"),
            "S" => Some("repeat with the same number and parameters"),
            _ => None,
        })
        .collect();
    let mut letters = words.join("; ").chars().collect::<Vec<char>>();
    let Some(first) = letters.first_mut() else {
        return String::new();
    };
    *first = first.to_ascii_uppercase();
    format!(" {}.", letters.into_iter().collect::<String>())
}

/// The aliases under which rustdoc's search finds the operation.
pub(super) fn aliases(operation: &Operation) -> String {
    let path = &operation.path;
    if path.is_empty() {
        return String::new();
    }
    let mut out = format!("#[doc(alias = \"{path}\")]\n");
    if operation.version == Version::V2
        && let Some(last) = path.rsplit('/').next()
    {
        out += &format!("#[doc(alias = \"{last}\")]\n");
    }
    out
}
