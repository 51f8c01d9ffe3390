//! The field `sign` of APIv2: whether it holds, and if not, which mistake explains it.

use wxpay_core::Params;
use wxpay_sign::v2::SignType;

use super::draft::{Draft, Order};
use super::edits::Edit;
use super::kind::Kind;
use super::search::{Found, Search};
use super::{mistakes, program};
use crate::causes::{keys as key_causes, v2 as causes, v2_reply};
use crate::charset::Charset;
use crate::{Context, Keys, Report, Verdict};

pub(super) fn explain(
    params: &Params,
    order: &[String],
    kind: &Kind,
    keys: &Keys,
    context: &Context,
    report: &mut Report,
) {
    let more = Vec::new();
    let verdict = verdict(params, order, kind, more, keys, context, report);
    report.check("sign", verdict);
}

/// The same with further mistakes that are usual in this kind of message.
pub(super) fn verdict(
    params: &Params,
    order: &[String],
    kind: &Kind,
    more: Vec<Edit>,
    keys: &Keys,
    context: &Context,
    report: &mut Report,
) -> Verdict {
    let Some(sign) = params.get("sign") else {
        return missing(params, kind, report);
    };
    let Some(claimed) = hexadecimal(sign) else {
        let found = sign.chars().count().to_string();
        report.find(&causes::MALFORMED, [("found", &found)]);
        return Verdict::Broken;
    };
    if sign != claimed {
        report.find(&causes::LOWER_CASE, []);
    }
    let expected = expected_type(params, kind, context, &claimed);
    let text = wxpay_sign::v2::canonical_text(params) + "&key=********";
    // The key of a log, if it has one, is not what is compared here.
    let shown = context
        .signed_text
        .as_deref()
        .map(program::parts)
        .map(|(text, _)| format!("{text}&key=********"));
    let key_ways = mistakes::key_ways(keys);
    if kind.reply {
        report.is_received();
    }
    if key_ways.is_empty() {
        report.find(&key_causes::MISSING, [("key", "APIv2 key")]);
        let compared = context.signed_text.as_deref();
        let differs = compared.is_some_and(|logged| program::compare(params, logged, keys, report));
        report.texts(text, shown.as_deref().filter(|_| differs));
        return Verdict::Unchecked;
    }
    let mut edits = more;
    if !context.exact {
        edits.extend(mistakes::edits(
            params, order, kind, &claimed, expected, keys,
        ));
    }
    let search = Search {
        claimed: &claimed,
        draft: draft(params),
        edits,
        keys: key_ways,
        endings: mistakes::endings(params, kind, expected, claimed.len()),
    };
    let verdict = match search.run(context.exact) {
        Found::Match(why)
            if why
                .iter()
                .all(|why| why.id() == causes::TYPE_MISSING_REPLY.id()) =>
        {
            report.add_all(why);
            Verdict::Holds
        }
        Found::Match(why) => {
            report.add_all(why);
            Verdict::Broken
        }
        Found::Nothing(tried) => {
            let logged = context.signed_text.as_deref().filter(|_| !kind.reply);
            if !logged.is_some_and(|logged| compare(params, logged, report)) {
                report.find(&causes::NO_MATCH, [("tried", &tried.to_string())]);
            }
            Verdict::Broken
        }
    };
    let logged = context.signed_text.as_deref();
    let compared = logged.filter(|_| kind.reply || verdict == Verdict::Holds);
    let differs = compared.is_none_or(|logged| program::compare(params, logged, keys, report));
    report.texts(text, shown.as_deref().filter(|_| differs));
    // A signature in lower case is refused, whatever it is of.
    if sign == claimed {
        verdict
    } else {
        Verdict::Broken
    }
}

fn missing(params: &Params, kind: &Kind, report: &mut Report) -> Verdict {
    if kind.reply && params.get("return_code") == Some("FAIL") {
        report.find(&causes::UNSIGNED_FAIL, []);
        return Verdict::Unchecked;
    }
    if kind.unsigned {
        report.find(&causes::UNSIGNED_REPLY, []);
        return Verdict::Unchecked;
    }
    if kind.unclear {
        report.find(&v2_reply::UNCLEAR, []);
        return Verdict::Unchecked;
    }
    report.find(&causes::MISSING, []);
    Verdict::Broken
}

/// The digits in upper case, if there are 32 or 64.
pub(super) fn hexadecimal(sign: &str) -> Option<String> {
    let fits = matches!(sign.len(), 32 | 64) && sign.bytes().all(|b| b.is_ascii_hexdigit());
    fits.then(|| sign.to_ascii_uppercase())
}

fn expected_type(params: &Params, kind: &Kind, context: &Context, claimed: &str) -> SignType {
    if kind.payout {
        return SignType::Md5;
    }
    match (context.sign_type, params.get("sign_type")) {
        (Some(asked), _) => asked,
        (None, Some("HMAC-SHA256")) => SignType::HmacSha256,
        (None, Some(_)) => SignType::Md5,
        (None, None) if kind.reply && claimed.len() == 64 => SignType::HmacSha256,
        (None, None) => SignType::Md5,
    }
}

pub(super) fn draft(params: &Params) -> Draft {
    let fields = params
        .iter()
        .filter(|(name, value)| *name != "sign" && !value.is_empty());
    Draft {
        fields: fields
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        order: Order::Bytes,
        charset: Charset::Utf8,
    }
}

/// Compares field by field with the text that was signed, and says whether anything differs.
fn compare(params: &Params, logged: &str, report: &mut Report) -> bool {
    let text = wxpay_sign::v2::canonical_text(params);
    let (logged, _) = program::parts(logged);
    if logged == text {
        return false;
    }
    let mut signed = Vec::new();
    for part in logged.split('&') {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        signed.push(name);
        match params.get(name) {
            _ if name == "sign" => report.find(&causes::SIGN_SIGNED, []),
            Some(sent) if sent == value => {}
            Some(_) => report.find(&causes::VALUE_DIFFERS, [("field", name)]),
            None if value.is_empty() => report.find(&causes::EMPTY_SIGNED, [("field", name)]),
            None => report.find(&causes::NOT_SENT, [("field", name)]),
        }
    }
    for (name, value) in params.iter() {
        if name == "sign" || value.is_empty() || signed.contains(&name) {
            continue;
        }
        if name == "workwx_sign" {
            report.find(&causes::WORKWX_NOT_SIGNED, []);
        } else {
            report.find(&causes::NOT_SIGNED, [("field", name)]);
        }
    }
    report.find(&causes::LOGGED_DIFFERS, []);
    true
}
