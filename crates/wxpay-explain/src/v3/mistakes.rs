//! The mistakes that are made when the lines of a message are put together.

use super::search::{Change, Edit, Form};
use super::{body, target};
use crate::Capture;
use crate::causes::v3 as causes;
use crate::finding::Finding;

/// What is done otherwise in requests.
pub(super) fn of_request(
    capture: &Capture,
    [method, target, timestamp, nonce, body]: [&[u8]; 5],
) -> Vec<Edit> {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    let (method, nonce, timestamp) = (text(method), text(nonce), text(timestamp));
    let mut edits = Vec::new();
    let methods = METHODS.iter().map(|known| (*known).to_owned());
    for other in methods.chain([method.to_lowercase(), method.to_uppercase()]) {
        if other != method {
            let why = Finding::new(&causes::METHOD, [("found", &other), ("expected", &method)]);
            edits.push(Edit::line(0, other, why));
        }
    }
    edits.extend(target::edits(&text(target), capture.host()));
    for other in nonces(&nonce) {
        if other != nonce {
            edits.push(Edit::line(3, other, Finding::new(&causes::NONCE, [])));
        }
    }
    let milliseconds = timestamp.strip_suffix("000").map(ToOwned::to_owned);
    for other in milliseconds.into_iter().chain([format!("{timestamp}000")]) {
        let why = Finding::new(
            &causes::TIMESTAMP,
            [("found", &other), ("expected", &timestamp)],
        );
        edits.push(Edit::line(2, other, why));
    }
    if body.is_empty() {
        for other in ["{}", "null", "[]", "\"\""] {
            let why = Finding::new(&causes::BODY_NOT_SENT, [("found", other)]);
            edits.push(Edit::line(4, other, why));
        }
        if let Some((_, query)) = text(target).split_once('?') {
            let why = Finding::new(&causes::BODY_NOT_SENT, [("found", query)]);
            edits.push(Edit::line(4, query, why));
        }
    } else {
        edits.push(Edit::line(4, "", Finding::new(&causes::BODY_EMPTY, [])));
        edits.extend(body_edits(4, body));
    }
    edits.extend(forms(body.is_empty()));
    edits
}

/// Other bodies with the same content, for this line.
pub(super) fn body_edits(line: usize, body: &[u8]) -> impl Iterator<Item = Edit> {
    body::variants(body)
        .into_iter()
        .map(move |(text, why)| Edit {
            change: Change::Line(line, text),
            why,
        })
}

pub(super) fn forms(empty_body: bool) -> Vec<Edit> {
    let mut forms = vec![
        (Form::Crlf, &causes::CRLF),
        (Form::Literal, &causes::LITERAL_FEED),
        (Form::Swapped, &causes::SWAPPED),
        (Form::Hashed, &causes::PREHASHED),
        (Form::HashedHex, &causes::PREHASHED),
    ];
    if empty_body {
        forms.push((Form::NoLastLine, &causes::BODY_LINE));
        forms.push((Form::NoLastLineAndFeed, &causes::BODY_LINE));
    } else {
        forms.push((Form::NoLastFeed, &causes::LAST_FEED));
    }
    forms
        .into_iter()
        .map(|(form, cause)| Edit::form(form, Finding::new(cause, [])))
        .collect()
}

pub(super) fn nonces(nonce: &str) -> Vec<String> {
    let mut nonces = vec![
        nonce.to_lowercase(),
        nonce.to_uppercase(),
        nonce.replace('-', ""),
        nonce.trim().to_owned(),
        nonce.chars().take(32).collect(),
        String::new(),
    ];
    if nonce.len() == 32 && nonce.is_ascii() {
        let mut parts = Vec::new();
        for part in [0..8, 8..12, 12..16, 16..20, 20..32] {
            parts.extend(nonce.get(part));
        }
        let uuid = parts.join("-");
        nonces.extend([uuid.to_lowercase(), uuid]);
    }
    nonces
}

/// The seconds around the one that is sent: programs that ask the clock twice.
pub(super) fn timestamps(line: usize, timestamp: &str) -> Vec<Edit> {
    let Ok(sent) = timestamp.parse::<i64>() else {
        return Vec::new();
    };
    let others = (1..=300).flat_map(|away| [sent.saturating_sub(away), sent.saturating_add(away)]);
    others
        .map(|other| {
            let other = other.to_string();
            let why = Finding::new(
                &causes::TIMESTAMP,
                [("found", &other), ("expected", timestamp)],
            );
            Edit::line(line, other, why)
        })
        .collect()
}

const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE"];
