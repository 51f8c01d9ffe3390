use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

#[cfg(feature = "sm")]
use crate::causes::sm;
use crate::causes::{keys as key_causes, sealed as causes};
use crate::key::{Encryption, PublicKey};
use crate::rsa_key::Padding;
#[cfg(feature = "sm")]
use crate::sm_key::{self, Sealing};
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
        let private = keys.private.as_ref();
        let encryption = private.and_then(|key| key.encryption(sealed));
        if let Some(encryption) = encryption {
            report.find(&causes::FOR_MERCHANT, [("field", field)]);
            describe(field, encryption, report);
            report.check(field, Verdict::Broken);
        } else if known.is_some_and(|key| !key.key.could_seal(sealed)) {
            let values = [("field", field.as_str()), ("found", serial)];
            report.find(&causes::SERIAL_OTHER, values);
            report.check(field, Verdict::Broken);
        } else if is_raw(field, sealed, report) {
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
    let size = match keys.merchant_public() {
        Some(PublicKey::Rsa(key)) => Some(key.size()),
        #[cfg(feature = "sm")]
        Some(PublicKey::Sm(_)) => None,
        None => Some(256),
    };
    let bytes = STANDARD.decode(sealed).ok();
    let fits = |bytes: &Vec<u8>| match size {
        Some(size) => bytes.len() == size,
        None => is_sm2(bytes),
    };
    let Some(bytes) = bytes.filter(fits) else {
        match size {
            Some(size) => report.find(&causes::BASE64, [("expected", &size.to_string())]),
            #[cfg(feature = "sm")]
            None => report.find(&sm::SEALED_FORM, []),
            #[cfg(not(feature = "sm"))]
            None => {}
        }
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
    let verdict = match key.encryption(sealed) {
        Some(encryption) if is_right(encryption) => Verdict::Holds,
        Some(encryption) => {
            describe(field, encryption, report);
            Verdict::Broken
        }
        None => {
            report.find(&causes::OTHER_KEY, [("field", field)]);
            Verdict::Broken
        }
    };
    report.check(field, verdict);
}

const fn is_right(encryption: Encryption) -> bool {
    match encryption {
        Encryption::Rsa(padding) => matches!(padding, Padding::OaepSha1),
        #[cfg(feature = "sm")]
        Encryption::Sm(sealing) => matches!(sealing, Sealing::Der),
    }
}

fn describe(field: &str, encryption: Encryption, report: &mut Report) {
    match encryption {
        Encryption::Rsa(Padding::OaepSha1) => {}
        Encryption::Rsa(Padding::OaepSha256(found)) => {
            report.find(&causes::OAEP_SHA256, [("field", field), ("found", found)]);
        }
        Encryption::Rsa(Padding::Pkcs1) => report.find(&causes::PKCS1, [("field", field)]),
        #[cfg(feature = "sm")]
        Encryption::Sm(Sealing::Der) => {}
        #[cfg(feature = "sm")]
        Encryption::Sm(Sealing::Raw(found)) => {
            report.find(&sm::SEALED_RAW, [("field", field), ("found", found)]);
        }
    }
}

/// Whether SM2 may have encrypted it, for whatever key.
#[cfg(feature = "sm")]
fn is_sm2(sealed: &[u8]) -> bool {
    sm_key::sealing(sealed).is_some()
}

#[cfg(not(feature = "sm"))]
const fn is_sm2(_: &[u8]) -> bool {
    false
}

/// Whether it is a text of SM2 that is not in ASN.1; says so.
#[cfg(feature = "sm")]
fn is_raw(field: &str, sealed: &[u8], report: &mut Report) -> bool {
    let Some(Sealing::Raw(found)) = sm_key::sealing(sealed) else {
        return false;
    };
    report.find(&sm::SEALED_RAW, [("field", field), ("found", found)]);
    true
}

#[cfg(not(feature = "sm"))]
const fn is_raw(_: &str, _: &[u8], _: &Report) -> bool {
    false
}

/// The fields that hold one RSA block, or a text of SM2, and have the name of something personal;
/// at most 16.
fn find(json: &Value) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    collect(json, "", &mut found);
    found
}

fn collect(json: &Value, name: &str, found: &mut Vec<(String, Vec<u8>)>) {
    match json {
        Value::String(text) if found.len() < 16 && PERSONAL.iter().any(|p| name.contains(p)) => {
            let bytes = STANDARD.decode(text).ok();
            let block =
                bytes.filter(|bytes| matches!(bytes.len(), 256 | 384 | 512) || is_sm2(bytes));
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
