use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use serde_json::Value;
use sha2::Sha256;

use super::cipher::Cipher;
use crate::causes::{Cause, keys as key_causes, sealed as causes};
use crate::hash::hex;
use crate::names::snake;
use crate::{Keys, Report, Verdict, lints};

/// An encrypted part of a notification (`resource`) or of the certificate list
/// (`encrypt_certificate`).
pub(super) struct Resource<'a> {
    name: &'static str,
    algorithm: &'a str,
    nonce: &'a str,
    associated_data: &'a str,
    ciphertext: &'a str,
    original_type: &'a str,
}

/// The encrypted parts of a message.
pub(super) fn find(json: &Value) -> Vec<Resource<'_>> {
    let mut found: Vec<_> = member(json, "resource")
        .and_then(|value| resource("resource", value))
        .into_iter()
        .collect();
    if let Some(data) = json.get("data").and_then(Value::as_array) {
        let parts = data
            .iter()
            .filter_map(|item| item.get("encrypt_certificate"));
        found.extend(parts.filter_map(|value| resource("encrypt_certificate", value)));
    }
    found
}

fn resource<'a>(name: &'static str, value: &'a Value) -> Option<Resource<'a>> {
    let text = |name| member(value, name).and_then(Value::as_str);
    Some(Resource {
        name,
        algorithm: text("algorithm").unwrap_or_default(),
        nonce: text("nonce").unwrap_or_default(),
        associated_data: text("associated_data").unwrap_or_default(),
        ciphertext: text("ciphertext")?,
        original_type: text("original_type").unwrap_or_default(),
    })
}

/// A member under its name, or under one that a framework made of it, such as `originalType`.
fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let renamed = || {
        let mut members = value.as_object()?.iter();
        let found = members.find(|(found, _)| found.len() < 64 && snake(found) == name);
        found.map(|(_, value)| value)
    };
    value.get(name).or_else(renamed)
}

/// Whether it can be decrypted with the APIv3 key as it stands here.
pub(super) fn opens(resource: &Resource<'_>, keys: &Keys) -> bool {
    verdict(resource, keys, &mut Report::default()) == Some(Verdict::Holds)
}

pub(super) fn explain(resource: &Resource<'_>, keys: &Keys, report: &mut Report) {
    let verdict = verdict(resource, keys, report);
    report.check(resource.name, verdict.unwrap_or(Verdict::Broken));
}

/// `None` when it can't be decrypted and the report says why.
fn verdict(resource: &Resource<'_>, keys: &Keys, report: &mut Report) -> Option<Verdict> {
    let mut ciphers = Cipher::ALL.iter();
    let Some(cipher) = ciphers.find(|cipher| cipher.name() == resource.algorithm) else {
        report.find(&causes::ALGORITHM, [("found", resource.algorithm)]);
        return None;
    };
    let Ok(nonce) = <[u8; 12]>::try_from(resource.nonce.as_bytes()) else {
        let found = resource.nonce.len().to_string();
        report.find(&causes::NONCE, [("found", &found)]);
        return None;
    };
    let ciphertext = STANDARD.decode(resource.ciphertext).ok();
    let Some(ciphertext) = ciphertext.filter(|bytes| bytes.len() >= 16) else {
        report.find(&causes::CIPHERTEXT, []);
        return None;
    };
    lints::symmetric(keys.api_v3.as_ref(), "APIv3 key", true, report);
    let Some(given) = &keys.api_v3 else {
        report.find(&key_causes::MISSING, [("key", "APIv3 key")]);
        return Some(Verdict::Unchecked);
    };
    let given = given.expose();
    let key = given.trim().as_bytes();
    let opens = |key: &[u8], data: &str| cipher.opens(key, &nonce, data, &ciphertext);
    if opens(key, resource.associated_data) {
        if given.trim() != given {
            report.find(&causes::KEY_BLANK, []);
            return None;
        }
        return Some(Verdict::Holds);
    }
    if cipher.is_text(key, &nonce, &ciphertext) {
        let others = [resource.original_type].into_iter().chain(DATA);
        let fitting = others.chain([""]).find(|data| opens(key, data));
        match fitting {
            Some("") => report.find(&causes::AAD_UNUSED, []),
            Some(data) => report.find(&causes::AAD_MISSING, [("expected", data)]),
            None => report.find(&causes::TAMPERED, []),
        }
        return None;
    }
    let mut others = Cipher::ALL.iter().filter(|other| *other != cipher);
    if let Some(other) =
        others.find(|other| other.opens(key, &nonce, resource.associated_data, &ciphertext))
    {
        let values = [("found", cipher.name()), ("expected", other.name())];
        report.find(&causes::ALGORITHM_OTHER, values);
        return None;
    }
    let (cause, found) = other_key(key, keys, |key| {
        opens(key, resource.associated_data) || cipher.is_text(key, &nonce, &ciphertext)
    });
    report.find(cause, [("found", found)]);
    None
}

fn other_key(
    key: &[u8],
    keys: &Keys,
    opens: impl Fn(&[u8]) -> bool,
) -> (&'static Cause, &'static str) {
    let v2 = keys.api_v2.as_ref().map(|key| key.expose().trim());
    let md5 = hex(&Md5::digest(key));
    if v2.is_some_and(|key| opens(key.as_bytes())) {
        (&causes::V2_KEY, "")
    } else if opens(md5.to_lowercase().as_bytes()) || opens(md5.as_bytes()) {
        (&causes::KEY_HASHED, "its MD5 in hexadecimal")
    } else if opens(&Sha256::digest(key)) {
        (&causes::KEY_HASHED, "its SHA-256")
    } else {
        (&causes::WRONG_KEY, "")
    }
}

/// What WeChat Pay sends as `associated_data`.
const DATA: [&str; 8] = [
    "transaction",
    "refund",
    "certificate",
    "mch_payment",
    "profitsharing",
    "payscore",
    "coupon",
    "complaint",
];
