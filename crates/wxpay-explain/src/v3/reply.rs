use serde_json::Value;

use super::json::Json;
use super::mistakes::body_edits;
use super::restored::restored;
use super::search::{Edit, Found, Search};
use super::{program, resource, signature, time};
use crate::causes::{body, keys as key_causes, v3 as causes};
use crate::finding::Finding;
use crate::keys::PlatformKey;
use crate::rsa_key::Opened;
use crate::{Capture, Context, Keys, Report, Verdict};

/// The signature of a response or notification in its four headers.
pub(super) fn explain(
    capture: &Capture,
    json: Option<&Value>,
    keys: &Keys,
    context: &Context,
    report: &mut Report,
) {
    for key in &keys.platform {
        if keys.is_own(&key.key) {
            report.find(&key_causes::PLATFORM_IS_OWN, [("serial", &key.serial)]);
        }
    }
    report.is_received();
    let verdict = verify(capture, json, keys, context, report);
    report.check("Wechatpay-Signature", verdict.unwrap_or(Verdict::Broken));
}

/// `None` when it is broken and the report says why.
fn verify(
    capture: &Capture,
    json: Option<&Value>,
    keys: &Keys,
    context: &Context,
    report: &mut Report,
) -> Option<Verdict> {
    let headers = [
        single(capture, "Wechatpay-Timestamp", report),
        single(capture, "Wechatpay-Nonce", report),
        single(capture, "Wechatpay-Signature", report),
        single(capture, "Wechatpay-Serial", report),
    ];
    let kind = capture.value("Wechatpay-Signature-Type");
    if let Some(found) = kind.filter(|kind| *kind != "WECHATPAY2-SHA256-RSA2048") {
        report.find(&causes::TYPE, [("found", found)]);
        return None;
    }
    let in_time = headers[0].map(|timestamp| time::check(timestamp, context, report));
    let doubled = NEEDED.iter().any(|name| capture.values(name).count() > 1);
    let [Some(timestamp), Some(nonce), Some(signature), Some(serial)] = headers else {
        return None;
    };
    if signature.starts_with("WECHATPAY/SIGNTEST/") {
        report.find(&causes::PROBE, []);
        return None;
    }
    let search = Search {
        lines: [timestamp.as_bytes(), nonce.as_bytes(), &capture.body]
            .map(<[u8]>::to_vec)
            .into(),
        with_feed: capture.body_and_line_feed(),
        edits: if context.exact {
            Vec::new()
        } else {
            edits(timestamp, &capture.body)
        },
        rare: Vec::new(),
    };
    let logged = context.signed_text.as_deref();
    let others = [
        ("Wechatpay-Signature", signature),
        ("Wechatpay-Serial", serial),
    ];
    let differs = logged.is_some_and(|logged| {
        program::compare(&search, &program::OF_REPLY, &others, logged, report)
    });
    let logged = logged.filter(|_| differs);
    let expected = String::from_utf8_lossy(&search.message()).into_owned();
    report.texts(expected.clone(), logged);
    let key = key_for(serial, keys, report);
    if key.is_none() && keys.platform.is_empty() && keys.certificate.is_none() {
        return Some(Verdict::Unchecked);
    }
    check_validity(key, context, report);
    let size = key.map_or(256, |key| key.key.size());
    let written = signature::read(signature, size, report)?;
    let (digest, right_key) = open(key, serial, &written.bytes, keys, report)?;
    match search.run(&digest, context.exact) {
        Found::Match { why, .. } if why.is_empty() => {
            let rightly = right_key && written.rightly && !doubled && in_time == Some(true);
            Some(Verdict::Holds).filter(|_| rightly)
        }
        Found::Match { message, why } => {
            report.add_all(why);
            report.received_texts(expected, &String::from_utf8_lossy(&message));
            None
        }
        Found::Nothing(tried) => {
            find_other(capture, json, keys, tried, report);
            None
        }
    }
}

/// What can be said when the signature is WeChat Pay's and fits no other form of the message: the harmless causes first.
fn find_other(
    capture: &Capture,
    json: Option<&Value>,
    keys: &Keys,
    tried: usize,
    report: &mut Report,
) {
    let tried = tried.to_string();
    let resources = json.map(resource::find).unwrap_or_default();
    let opened = json.is_some_and(|json| json.is_object() && resources.is_empty());
    if capture.body.trim_ascii().is_empty() {
        report.find(&body::CONSUMED, []);
    } else if capture.request.is_some() && opened {
        report.find(&causes::DECRYPTED, []);
    } else if resources
        .iter()
        .any(|resource| resource::opens(resource, keys))
    {
        report.find(&body::REWRITTEN, [("tried", &tried)]);
        let body = Json::read(&capture.body);
        let names = body.as_ref().and_then(restored).map(|(_, why)| why);
        let of_names = |finding: &Finding| finding.id() == body::NAMES.id();
        report.add_all(names.into_iter().flatten().filter(of_names));
    } else {
        report.find(&causes::REPLY_DIFFERS, [("tried", &tried)]);
    }
}

fn single<'a>(capture: &'a Capture, name: &'static str, report: &mut Report) -> Option<&'a str> {
    let value = capture.values(name).find(|value| !value.is_empty());
    if value.is_none() {
        report.find(&causes::HEADER_MISSING, [("field", name)]);
    } else if capture.values(name).count() > 1 {
        report.find(&causes::HEADER_DOUBLED, [("field", name)]);
    }
    value
}

/// The key that the message names, or why there is none.
fn key_for<'a>(serial: &str, keys: &'a Keys, report: &mut Report) -> Option<&'a PlatformKey> {
    let key = keys.platform_key(serial);
    if key.is_some() {
        return key;
    }
    let public = |key: &PlatformKey| key.serial.starts_with("PUB_KEY_ID_");
    let found = [("found", serial)];
    if keys.is_own_serial(serial) {
        report.find(&causes::SERIAL_OWN, found);
    } else if keys.platform.is_empty() && keys.certificate.is_some() {
        report.find(&causes::OWN_CERTIFICATE, []);
    } else if keys.platform.is_empty() {
        let name = "WeChat Pay public key or platform certificate";
        report.find(&key_causes::MISSING, [("key", name)]);
    } else if serial.starts_with("PUB_KEY_ID_") && !keys.platform.iter().any(public) {
        report.find(&causes::PUBLIC_KEY_MODE, found);
    } else if !serial.starts_with("PUB_KEY_ID_") && keys.platform.iter().all(public) {
        report.find(&causes::CERTIFICATE_MODE, found);
    } else {
        report.find(&causes::SERIAL_UNKNOWN, found);
    }
    None
}

fn check_validity(key: Option<&PlatformKey>, context: &Context, report: &mut Report) {
    let (Some(key), Some(now)) = (key, context.now) else {
        return;
    };
    let Some((from, to)) = key.validity else {
        return;
    };
    if now < from || now > to {
        let [now, from, to] = [now, from, to].map(|time| time.to_string());
        report.find(
            &key_causes::EXPIRED,
            [
                ("serial", &key.serial),
                ("now", &now),
                ("from", &from),
                ("to", &to),
            ],
        );
    }
}

/// The SHA-256 that was signed, and whether by the key that the message names.
fn open(
    key: Option<&PlatformKey>,
    serial: &str,
    signature: &[u8],
    keys: &Keys,
    report: &mut Report,
) -> Option<([u8; 32], bool)> {
    if let Some(key) = key {
        match key.key.open(signature) {
            Opened::Sha256(digest) => return Some((digest, true)),
            Opened::OtherDigest(name) => {
                report.find(&causes::DIGEST, [("found", name)]);
                return None;
            }
            Opened::Noise => {}
        }
    }
    for other in &keys.platform {
        if let Opened::Sha256(digest) = other.key.open(signature) {
            let values = [("found", serial), ("serial", other.serial.as_str())];
            report.find(&causes::SIGNED_BY, values);
            return Some((digest, false));
        }
    }
    if let Some(key) = key {
        report.find(&causes::REPLY_OTHER_KEY, [("serial", &key.serial)]);
    }
    None
}

fn edits(timestamp: &str, body: &[u8]) -> Vec<Edit> {
    let mut edits: Vec<Edit> = body_edits(2, body).collect();
    let seconds = timestamp.strip_suffix("000").map(ToOwned::to_owned);
    for other in seconds.into_iter().chain([format!("{timestamp}000")]) {
        let values = [("found", other.as_str()), ("expected", timestamp)];
        let why = Finding::new(&causes::TIMESTAMP, values);
        edits.push(Edit::line(0, other, why));
    }
    if !body.is_empty() {
        edits.push(Edit::line(2, "", Finding::new(&causes::BODY_EMPTY, [])));
    }
    edits
}

const NEEDED: [&str; 4] = [
    "Wechatpay-Timestamp",
    "Wechatpay-Nonce",
    "Wechatpay-Signature",
    "Wechatpay-Serial",
];
