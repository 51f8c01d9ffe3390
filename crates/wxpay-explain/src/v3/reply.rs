use serde_json::Value;
use wxpay_sign::v3::{RequestToSign, Suite};

use super::authorization::SM;
use super::json::Json;
use super::mistakes::body_edits;
use super::restored::restored;
use super::search::{Edit, Found, Search};
use super::{program, resource, signature, time};
use crate::causes::{body, keys as key_causes, v3 as causes};
use crate::finding::Finding;
use crate::key::{Candidate, Opened};
use crate::keys::PlatformKey;
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
    if !check_type(capture, headers[3], keys, context, report) {
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
    let written = signature::read(signature, signing(key, keys).map(|key| &key.key), report)?;
    let candidates = open(key, serial, &written.bytes, keys, report)?;
    match search.find(&candidates, context.exact) {
        Found::Match { why, .. } if why.is_empty() => {
            let rightly = key.is_some() && written.rightly && !doubled && in_time == Some(true);
            Some(Verdict::Holds).filter(|_| rightly)
        }
        Found::Match { message, why } => {
            report.add_all(why);
            let message = String::from_utf8_lossy(&message);
            if message != expected {
                report.received_texts(expected, &message);
            }
            None
        }
        Found::Nothing(tried) => {
            let proven = candidates.iter().find(|candidate| candidate.proven);
            if let Some(proven) = proven {
                report.add_all(proven.why.clone());
                find_other(capture, json, keys, tried, report);
            } else if let Some(key) = key {
                no_match(&key.serial, tried, report);
            }
            None
        }
    }
}

/// What can be said when the signature is WeChat Pay's and fits no other form of the message: the
/// harmless causes first.
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

/// The key whose form the signature has to have.
fn signing<'a>(key: Option<&'a PlatformKey>, keys: &'a Keys) -> Option<&'a PlatformKey> {
    key.or_else(|| keys.platform_suite().and_then(|_| keys.platform.first()))
}

/// What may have been signed; `None` if it was not signed as it should be, and the report says how.
fn open(
    key: Option<&PlatformKey>,
    serial: &str,
    signature: &[u8],
    keys: &Keys,
    report: &mut Report,
) -> Option<Vec<Candidate>> {
    let mut candidates = Vec::new();
    if let Some(key) = key {
        match key.key.open(signature) {
            Opened::Signed(found) => candidates = found,
            Opened::OtherDigest(name) => {
                report.find(&causes::DIGEST, [("found", name)]);
                return None;
            }
            Opened::Noise => {}
        }
    }
    if candidates.iter().any(|candidate| candidate.proven) {
        return Some(candidates);
    }
    let named = key.map(|key| &key.key);
    for other in keys
        .platform
        .iter()
        .filter(|other| named != Some(&other.key))
    {
        if let Opened::Signed(found) = other.key.open(signature) {
            let values = [("found", serial), ("serial", other.serial.as_str())];
            let why = Finding::new(&causes::SIGNED_BY, values);
            let found = found
                .into_iter()
                .take(1)
                .map(|candidate| candidate.by_other_key(why.clone()));
            candidates.extend(found);
        }
    }
    if !candidates.is_empty() {
        return Some(candidates);
    }
    if let Some(key) = key {
        report.find(&causes::REPLY_OTHER_KEY, [("serial", &key.serial)]);
    }
    None
}

/// Says that no message fits a signature that may be of another key.
fn no_match(serial: &str, tried: usize, report: &mut Report) {
    #[cfg(feature = "sm")]
    report.find(
        &crate::causes::sm::REPLY_NO_MATCH,
        [("serial", serial), ("tried", &tried.to_string())],
    );
    #[cfg(not(feature = "sm"))]
    {
        let _ = tried;
        report.find(&causes::REPLY_OTHER_KEY, [("serial", serial)]);
    }
}

/// Whether `Wechatpay-Signature-Type` is the one of who receives the message. The key decides, and
/// the header has to fit it.
fn check_type(
    capture: &Capture,
    serial: Option<&str>,
    keys: &Keys,
    context: &Context,
    report: &mut Report,
) -> bool {
    let named = serial.and_then(|serial| keys.platform_key(serial));
    let suite = named
        .map(|key| key.key.suite())
        .or_else(|| keys.platform_suite());
    let expected = if context.brand {
        RequestToSign::BRAND_SCHEME
    } else {
        suite.unwrap_or(Suite::Rsa).signature_type()
    };
    let Some(found) = capture.value("Wechatpay-Signature-Type") else {
        let is_rsa = suite.is_none_or(|suite| suite == Suite::Rsa);
        if !is_rsa {
            report.find(&causes::TYPE_ABSENT, [("expected", expected)]);
        }
        return is_rsa;
    };
    if found == expected || (suite.is_none() && !context.brand && found == SM) {
        return true;
    }
    let cause = match found {
        SM => &causes::TYPE_SM,
        RequestToSign::BRAND_SCHEME => &causes::TYPE_OF_BRAND,
        RequestToSign::SCHEME if context.brand => &causes::TYPE_OF_MERCHANT,
        RequestToSign::SCHEME => &causes::TYPE_RSA,
        _ => &causes::TYPE,
    };
    report.find(cause, [("found", found), ("expected", expected)]);
    false
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
