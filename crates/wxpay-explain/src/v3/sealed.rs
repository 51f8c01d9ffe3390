use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::causes::{keys as key_causes, sealed as causes};
use crate::rsa_key::{Padding, PublicKey};
use crate::{Capture, Keys, Report, Verdict};

/// Encrypted fields of a request: they must be for the key that `Wechatpay-Serial` names.
pub(super) fn explain_request(json: &Value, capture: &Capture, keys: &Keys, report: &mut Report) {
    let fields = find(json);
    let Some((first, _)) = fields.first() else {
        return;
    };
    let Some(serial) = capture.value("Wechatpay-Serial") else {
        report.find(&causes::SERIAL_MISSING, [("field", first)]);
        return;
    };
    let known = keys.platform_key(serial);
    if keys.is_own_serial(serial) {
        report.find(&causes::SERIAL_OWN, [("found", serial)]);
    } else if known.is_none() && !keys.platform.is_empty() {
        report.find(&causes::SERIAL_UNKNOWN, [("found", serial)]);
    }
    for (field, sealed) in &fields {
        let padding = keys.private.as_ref().and_then(|key| key.padding(sealed));
        if let Some(padding) = padding {
            report.find(&causes::FOR_MERCHANT, [("field", field)]);
            describe(field, padding, report);
            report.check(field, Verdict::Broken);
        } else if known.is_some_and(|key| !key.key.could_seal(sealed)) {
            let values = [("field", field.as_str()), ("found", serial)];
            report.find(&causes::SERIAL_OTHER, values);
            report.check(field, Verdict::Broken);
        }
    }
}

/// Encrypted fields of a response or notification: they are for the merchant's certificate.
pub(super) fn explain_reply(json: &Value, keys: &Keys, report: &mut Report) {
    for (field, sealed) in find(json) {
        open(&field, &sealed, keys, report);
    }
}

/// One encrypted text by itself.
pub(crate) fn explain_one(field: &str, sealed: &str, keys: &Keys, report: &mut Report) {
    let size = keys.merchant_public().map_or(256, PublicKey::size);
    let bytes = STANDARD.decode(sealed).ok();
    let Some(bytes) = bytes.filter(|bytes| bytes.len() == size) else {
        report.find(&causes::BASE64, [("expected", &size.to_string())]);
        report.check(field, Verdict::Broken);
        return;
    };
    open(field, &bytes, keys, report);
}

fn open(field: &str, sealed: &[u8], keys: &Keys, report: &mut Report) {
    let Some(key) = &keys.private else {
        report.find(
            &key_causes::MISSING,
            [("key", "merchant key or certificate")],
        );
        report.check(field, Verdict::Unchecked);
        return;
    };
    let verdict = match key.padding(sealed) {
        Some(Padding::OaepSha1) => Verdict::Holds,
        Some(padding) => {
            describe(field, padding, report);
            Verdict::Broken
        }
        None => {
            report.find(&causes::OTHER_KEY, [("field", field)]);
            Verdict::Broken
        }
    };
    report.check(field, verdict);
}

fn describe(field: &str, padding: Padding, report: &mut Report) {
    match padding {
        Padding::OaepSha1 => {}
        Padding::OaepSha256(found) => {
            report.find(&causes::OAEP_SHA256, [("field", field), ("found", found)]);
        }
        Padding::Pkcs1 => report.find(&causes::PKCS1, [("field", field)]),
    }
}

/// The fields that hold one RSA block and have the name of something personal; at most 16.
fn find(json: &Value) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    collect(json, "", &mut found);
    found
}

fn collect(json: &Value, name: &str, found: &mut Vec<(String, Vec<u8>)>) {
    match json {
        Value::String(text) if found.len() < 16 && PERSONAL.iter().any(|p| name.contains(p)) => {
            let bytes = STANDARD.decode(text).ok();
            let block = bytes.filter(|bytes| matches!(bytes.len(), 256 | 384 | 512));
            found.extend(block.map(|block| (name.to_owned(), block)));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, name, found)),
        Value::Object(members) => {
            for (name, value) in members {
                collect(value, name, found);
            }
        }
        _ => {}
    }
}

/// Parts of the names of fields that are encrypted.
const PERSONAL: &[&str] = &[
    "name",
    "phone",
    "mobile",
    "email",
    "id_card",
    "id_number",
    "id_doc",
    "account",
    "address",
    "card_number",
];
