use num_bigint::BigUint;
use wxpay_sign::v3::same_serial;

use super::authorization::{Authorization, Scheme};
use super::search::{Edit, Found, Search};
use super::{mistakes, program, signature, time};
use crate::causes::{keys as key_causes, v3 as causes};
use crate::finding::Finding;
use crate::key::{Candidate, Digest, Opened, PrivateKey, PublicKey};
use crate::{Capture, Context, Keys, Report, Verdict};

/// The signature of a request in its `Authorization` header.
pub(super) fn explain(capture: &Capture, keys: &Keys, context: &Context, report: &mut Report) {
    check_keys(keys, context, report);
    let scheme = Scheme::of(capture, keys, context);
    let Some(header) = capture.value("Authorization") else {
        let values = [("expected", scheme.name), ("field", scheme.owner)];
        report.find(&causes::AUTHORIZATION_MISSING, values);
        report.check("Authorization", Verdict::Broken);
        return;
    };
    if capture.values("Authorization").count() > 1 {
        report.find(&causes::HEADER_DOUBLED, [("field", "Authorization")]);
    }
    let authorization = Authorization::read(header, scheme, report);
    let member = |name| authorization.member(name).unwrap_or_default();
    let timestamp = member("timestamp");
    if !timestamp.is_empty() {
        time::check(timestamp, context, report);
    }
    let nonce = member("nonce_str").chars().count();
    if nonce > 32 {
        report.find(&causes::NONCE_LONG, [("found", &nonce.to_string())]);
    }
    check_serial(member("serial_no"), keys, report);
    check_charset(&capture.body, report);

    let Some((method, _)) = &capture.request else {
        report.check("Authorization", Verdict::Unchecked);
        return;
    };
    let whole = capture.body.as_slice();
    let meta = upload_meta(capture);
    let signed_body = meta.as_deref().unwrap_or(whole);
    let lines = [
        method.as_bytes(),
        capture.target().unwrap_or("/").as_bytes(),
        timestamp.as_bytes(),
        member("nonce_str").as_bytes(),
        signed_body,
    ];
    let mut search = Search {
        lines: lines.map(<[u8]>::to_vec).into(),
        with_feed: capture.body_and_line_feed(),
        edits: if context.exact {
            Vec::new()
        } else {
            mistakes::of_request(capture, lines)
        },
        rare: mistakes::timestamps(2, timestamp),
    };
    if meta.is_some() {
        let why = Finding::new(&causes::BODY_UPLOAD, []);
        search.edits.push(Edit::line(4, whole, why));
    }
    let verdict = verify(&search, member("signature"), keys, context, report);
    report.check("Authorization", verdict);
}

pub(super) fn verify(
    search: &Search,
    signature: &str,
    keys: &Keys,
    context: &Context,
    report: &mut Report,
) -> Verdict {
    let message = search.message();
    let expected = String::from_utf8_lossy(&message).into_owned();
    let logged = context.signed_text.as_deref();
    let Some(key) = keys.merchant_public() else {
        report.find(
            &key_causes::MISSING,
            [("key", "merchant key or certificate")],
        );
        let differs = compared(search, context, report);
        report.texts(expected, logged.filter(|_| differs));
        return Verdict::Unchecked;
    };
    let Some(written) = signature::read(signature, Some(&key), report) else {
        report.texts(expected, logged);
        return Verdict::Broken;
    };
    let Some(candidates) = open(&key, &written.bytes, &message, keys, report) else {
        report.texts(expected, logged);
        return Verdict::Broken;
    };
    match search.find(&candidates, context.exact) {
        Found::Match { why, .. } if why.is_empty() => {
            let differs = compared(search, context, report);
            report.texts(expected, logged.filter(|_| differs));
            if written.rightly {
                Verdict::Holds
            } else {
                Verdict::Broken
            }
        }
        Found::Match { message, why } => {
            report.add_all(why);
            report.texts(expected, Some(&String::from_utf8_lossy(&message)));
            Verdict::Broken
        }
        Found::Nothing(tried) => {
            let proven = candidates.iter().find(|candidate| candidate.proven);
            let why = proven.map(|candidate| candidate.why.clone());
            report.add_all(why.into_iter().flatten());
            match logged {
                Some(logged) if search.lines.len() == 5 => {
                    let digests = candidates.iter().map(|candidate| &candidate.digest);
                    compare(&search.lines, logged, &digests.collect::<Vec<_>>(), report);
                }
                _ => no_match(proven.is_some(), tried, keys, report),
            }
            report.texts(expected, logged);
            Verdict::Broken
        }
    }
}

/// Compares the text of the user's program, if it is given, and says whether it differs.
fn compared(search: &Search, context: &Context, report: &mut Report) -> bool {
    let names: &[&'static str] = match search.lines.len() {
        5 => &program::OF_REQUEST,
        _ => &program::OF_PAYMENT,
    };
    let logged = context.signed_text.as_deref();
    logged.is_some_and(|logged| program::compare(search, names, &[], logged, report))
}

/// What may have been signed; `None` if it was not signed as it should be, and the report says how.
fn open(
    key: &PublicKey,
    signature: &[u8],
    message: &[u8],
    keys: &Keys,
    report: &mut Report,
) -> Option<Vec<Candidate>> {
    let mut candidates = match key.open(signature) {
        Opened::Signed(candidates) => candidates,
        Opened::OtherDigest(name) => {
            report.find(&causes::DIGEST, [("found", name)]);
            return None;
        }
        Opened::Noise => Vec::new(),
    };
    if candidates.iter().any(|candidate| candidate.proven) {
        return Some(candidates);
    }
    let other = keys.private.as_ref().map(PrivateKey::public);
    if let Some(other) = other.filter(|other| other != key)
        && let Opened::Signed(others) = other.open(signature)
    {
        let why = || Finding::new(&causes::PRIVATE_KEY_OTHER, []);
        let first = others.into_iter().take(1);
        candidates.extend(first.map(|candidate| candidate.by_other_key(why())));
    }
    if !candidates.is_empty() {
        return Some(candidates);
    }
    if let PublicKey::Rsa(key) = key
        && key.is_pss(message, signature)
    {
        report.find(&causes::PSS, []);
        return None;
    }
    report.find(&causes::OTHER_KEY, [("serial", own_name(keys))]);
    None
}

/// What the merchant's key is called.
fn own_name(keys: &Keys) -> &str {
    let serial = keys.certificate.as_ref().map(|(own, _)| own.serial_no());
    serial.unwrap_or("apiclient_key.pem")
}

/// Says that no message fits the signature, of which it is `proven` or not whose it is.
fn no_match(proven: bool, tried: usize, keys: &Keys, report: &mut Report) {
    let tried = tried.to_string();
    if proven {
        report.find(&causes::NO_MATCH, [("tried", &tried)]);
        return;
    }
    #[cfg(feature = "sm")]
    report.find(
        &crate::causes::sm::NO_MATCH,
        [("serial", own_name(keys)), ("tried", &tried)],
    );
    #[cfg(not(feature = "sm"))]
    report.find(&causes::OTHER_KEY, [("serial", own_name(keys))]);
}

fn check_keys(keys: &Keys, context: &Context, report: &mut Report) {
    let Some((certificate, key)) = &keys.certificate else {
        return;
    };
    let serial = certificate.serial_no();
    if keys
        .private
        .as_ref()
        .is_some_and(|private| private.public() != *key)
    {
        report.find(&key_causes::PAIR, [("serial", serial)]);
    }
    if let Some(now) = context.now.filter(|now| !certificate.is_valid_at(*now)) {
        let [now, from, to] =
            [now, certificate.not_before(), certificate.not_after()].map(|time| time.to_string());
        report.find(
            &key_causes::EXPIRED,
            [
                ("serial", serial),
                ("now", &now),
                ("from", &from),
                ("to", &to),
            ],
        );
    }
}

fn check_serial(found: &str, keys: &Keys, report: &mut Report) {
    if found.is_empty() {
        return;
    }
    let hexadecimal = found.bytes().all(|b| b.is_ascii_hexdigit());
    let own = keys.certificate.as_ref().map(|(own, _)| own.serial_no());
    if own == Some(found) {
        return;
    }
    let expected = own.unwrap_or_default();
    if found.starts_with("PUB_KEY_ID_")
        || (!keys.is_own_serial(found) && keys.platform_key(found).is_some())
    {
        report.find(&causes::SERIAL_PLATFORM, [("found", found)]);
    } else if decimal(expected).as_deref() == Some(found) {
        report.find(&causes::SERIAL_DECIMAL, [("expected", expected)]);
    } else if !hexadecimal {
        report.find(&causes::SERIAL_FORM, []);
    } else if own.is_some_and(|own| same_serial(own, found)) {
        report.find(&causes::SERIAL_CASE, [("expected", expected)]);
    } else if own.is_some() {
        report.find(
            &causes::SERIAL_OTHER,
            [("found", found), ("expected", expected)],
        );
    } else if found.bytes().any(|b| b.is_ascii_lowercase()) {
        let upper = found.to_ascii_uppercase();
        report.find(&causes::SERIAL_CASE, [("expected", &upper)]);
    }
}

fn decimal(hexadecimal: &str) -> Option<String> {
    let number = BigUint::parse_bytes(hexadecimal.as_bytes(), 16)?;
    Some(number.to_string())
}

fn check_charset(body: &[u8], report: &mut Report) {
    let text = std::str::from_utf8(body).unwrap_or_default();
    if let Some(c) = text.chars().find(|c| c.len_utf8() > 3) {
        let found = format!("U+{:04X}", u32::from(c));
        report.find(&causes::CHARSET, [("found", &found)]);
    }
}

/// Compares line by line with the text that was signed.
fn compare(lines: &[Vec<u8>], logged: &str, digests: &[&Digest], report: &mut Report) {
    // A log or an editor may have taken the last line feed, or added one.
    let ends = [
        logged.to_owned(),
        format!("{logged}\n"),
        logged.trim_end().to_owned(),
    ];
    let is_signed = |text: &String| digests.iter().any(|digest| digest.is_of(text.as_bytes()));
    if !ends.iter().any(is_signed) {
        report.find(&causes::LOGGED_NOT_SIGNED, []);
    }
    let text = |line: &Vec<u8>| String::from_utf8_lossy(line).into_owned();
    let mut signed = logged.splitn(5, '\n');
    for (at, expected) in lines.iter().map(text).enumerate() {
        let found = signed
            .next()
            .unwrap_or_default()
            .trim_end_matches(['\r', '\n']);
        if found == expected {
            continue;
        }
        let values = [("found", found), ("expected", expected.as_str())];
        match at {
            0 => report.find(&causes::METHOD, values),
            1 => report.find(&causes::TARGET_FORM, values),
            2 => report.find(&causes::TIMESTAMP, values),
            3 => report.find(&causes::NONCE, []),
            _ => report.find(&causes::BODY_DIFFERS, []),
        }
    }
    report.find(&causes::LOGGED_DIFFERS, []);
}

/// The JSON of the part `meta` of an upload.
fn upload_meta(capture: &Capture) -> Option<Vec<u8>> {
    let kind = capture.value("Content-Type")?;
    if !kind.starts_with("multipart/form-data") {
        return None;
    }
    let text = String::from_utf8_lossy(&capture.body);
    let (_, part) = text.split_once("name=\"meta\"")?;
    let (_, json) = part
        .split_once("\r\n\r\n")
        .or_else(|| part.split_once("\n\n"))?;
    let (json, _) = json.split_once("\n--")?;
    Some(json.trim_end_matches('\r').as_bytes().to_vec())
}
