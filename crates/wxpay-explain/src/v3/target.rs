//! The request targets that could have been signed in place of the one that is sent.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::search::Edit;
use crate::causes::{Cause, v3 as causes};
use crate::finding::Finding;

pub(super) fn edits(target: &str, host: Option<&str>) -> Vec<Edit> {
    let host = host.unwrap_or("api.mch.weixin.qq.com");
    let path = target.split('?').next().unwrap_or_default();
    let mut variants: Vec<(String, &'static Cause)> = vec![
        (path.to_owned(), &causes::NO_QUERY),
        (decoded(target), &causes::DECODED),
        (decoded(&target.replace('+', " ")), &causes::DECODED),
        (encoded(target, false), &causes::ENCODED),
        (encoded(target, true), &causes::ENCODED),
        (upper_escapes(target, false), &causes::ENCODED),
        (upper_escapes(target, true), &causes::ENCODED),
        (target.replace("%20", "+"), &causes::ENCODED),
        (target.replace('+', "%20"), &causes::ENCODED),
        (
            target.trim_end_matches('/').to_owned(),
            &causes::TARGET_FORM,
        ),
        (format!("{target}/"), &causes::TARGET_FORM),
        (
            target.trim_start_matches('/').to_owned(),
            &causes::TARGET_FORM,
        ),
        (format!("/{target}"), &causes::TARGET_FORM),
        (format!("{target}?"), &causes::TARGET_FORM),
        (
            target.trim_end_matches('?').to_owned(),
            &causes::TARGET_FORM,
        ),
        (target.to_lowercase(), &causes::TARGET_FORM),
    ];
    for start in ["https://", "http://", "", "//"] {
        variants.push((format!("{start}{host}{target}"), &causes::FULL_URL));
        variants.push((format!("{start}{host}{path}"), &causes::FULL_URL));
    }
    if let Some(rest) = target.strip_prefix("/v3") {
        variants.push((rest.to_owned(), &causes::HOST_TARGET));
    }
    // A gateway's prefix before the path of WeChat Pay.
    if let Some(at) = target.find("/v3/").filter(|at| *at > 0) {
        let rest = target.get(at..).unwrap_or_default();
        variants.push((rest.to_owned(), &causes::HOST_TARGET));
    }
    let others = variants.into_iter().filter(|(other, _)| other != target);
    others
        .map(|(other, cause)| {
            let why = Finding::new(cause, [("found", &other), ("expected", target)]);
            Edit::line(1, other, why)
        })
        .collect()
}

fn decoded(target: &str) -> String {
    percent_decode_str(target).decode_utf8_lossy().into_owned()
}

/// The values of the query encoded again, after they were decoded; a path keeps its slashes.
fn encoded(target: &str, commas: bool) -> String {
    let kept = if commas { ALL } else { COMMON };
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let segments = path.split('/').map(|part| encoded_again(part, kept));
    let path = segments.collect::<Vec<_>>().join("/");
    if query.is_empty() {
        return path;
    }
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, value)) => format!("{name}={}", encoded_again(value, kept)),
        None => encoded_again(pair, kept),
    });
    format!("{path}?{}", pairs.collect::<Vec<_>>().join("&"))
}

fn encoded_again(part: &str, set: &'static AsciiSet) -> String {
    let decoded = percent_decode_str(part).decode_utf8_lossy();
    utf8_percent_encode(&decoded, set).to_string()
}

fn upper_escapes(target: &str, upper: bool) -> String {
    let mut digits = 0;
    let cased = target.chars().map(|c| {
        if c == '%' {
            digits = 2;
            return c;
        }
        if digits == 0 {
            return c;
        }
        digits -= 1;
        if upper {
            c.to_ascii_uppercase()
        } else {
            c.to_ascii_lowercase()
        }
    });
    cased.collect()
}

/// Encoded: all but letters, digits and `-_.~`.
const ALL: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Many libraries leave these too.
const COMMON: &AsciiSet = &ALL
    .remove(b',')
    .remove(b':')
    .remove(b'@')
    .remove(b'|')
    .remove(b'*');
