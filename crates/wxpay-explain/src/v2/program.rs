//! The text that the user's program signed or verified, against the one that the message gives.

use wxpay_core::Params;

use crate::causes::program as causes;
use crate::{Keys, Report};

/// Says where the two differ, and whether they do.
pub(super) fn compare(params: &Params, logged: &str, keys: &Keys, report: &mut Report) -> bool {
    let text = wxpay_sign::v2::canonical_text(params);
    let (logged, key) = parts(logged);
    let other = key.is_some_and(|key| is_other_key(key, keys));
    if other {
        report.find(&causes::V2_KEY, []);
    }
    if logged == text {
        return other;
    }
    let fields: Vec<_> = logged
        .split('&')
        .map(|part| part.split_once('=').unwrap_or(("…", "")))
        .collect();
    let mut differing: Vec<String> = Vec::new();
    for (name, value) in &fields {
        match params.get(name).filter(|_| *name != "sign") {
            Some(sent) if sent == *value && !value.is_empty() => {}
            Some(sent) if !sent.is_empty() => differing.push((*name).to_owned()),
            _ if is_name(name) => differing.push(format!("+{name}")),
            _ => differing.push("+…".to_owned()),
        }
    }
    let missing = params.iter().filter(|(name, value)| {
        *name != "sign" && !value.is_empty() && !fields.iter().any(|(known, _)| known == name)
    });
    differing.extend(missing.map(|(name, _)| format!("-{name}")));
    differing.truncate(SHOWN);
    let differing = if differing.is_empty() {
        "the order of its fields".to_owned()
    } else {
        differing.join(", ")
    };
    report.find(&causes::V2_DIFFERS, [("field", &differing)]);
    true
}

/// The text up to its key, and the key, if it has one.
pub(super) fn parts(logged: &str) -> (&str, Option<&str>) {
    let logged = logged.trim_end_matches(['\r', '\n']);
    match logged.rsplit_once("&key=") {
        Some((text, key)) => (text, Some(key)),
        None => (logged, None),
    }
}

/// Whether it can be shown: what is not a name may be a value or a key.
fn is_name(text: &str) -> bool {
    text.len() <= 24 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Whether it is a key and not the given one; a log may hide it.
fn is_other_key(key: &str, keys: &Keys) -> bool {
    let given = keys.api_v2.as_ref().map(|given| given.expose().trim());
    let looks = key.len() == 32 && key.bytes().all(|b| b.is_ascii_alphanumeric());
    looks && given.is_some_and(|given| given != key)
}

/// Names of fields that are told at most.
const SHOWN: usize = 24;
