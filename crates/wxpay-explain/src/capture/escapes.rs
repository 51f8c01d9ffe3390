//! Bodies that a log or a program wrote in escapes, and the bytes behind them.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode;

use super::parsed;
use crate::charset;

/// Other bytes that the body may stand for, each with the way in which it is written.
pub(super) fn undone(body: &[u8]) -> Vec<(Vec<u8>, &'static str)> {
    let body = body.trim_ascii();
    let text = String::from_utf8_lossy(body);
    let mut found = Vec::new();
    if let Some(xml) = parsed::as_xml(body) {
        found.push((xml, "a program that parsed the XML"));
    }
    if let Some(inner) = python(body) {
        found.push((backslashes(inner, true), "Python (b'…')"));
    }
    if body.contains(&b'\\') {
        found.push((backslashes(body, false), r"a log (\xHH)"));
        // In JSON itself escapes are its own, and another cause.
        if !body.starts_with(b"{\"") {
            found.push((backslashes(unquoted(body), true), "a JSON string"));
        }
    }
    if body.starts_with(b"%") {
        found.push((percent_decode(body).collect(), "URL encoding"));
        let spaces = text.replace('+', " ");
        found.push((percent_decode(spaces.as_bytes()).collect(), "URL encoding"));
    }
    if let Cow::Owned(text) = unescaped_html(&text) {
        found.push((text.into_bytes(), "HTML escapes"));
    }
    if let Some(text) = with_plus(&text) {
        found.push((text.into_bytes(), "form decoding (spaces for +)"));
    }
    if let Some(text) = charset::unmixed(&text) {
        found.push((
            text.into_bytes(),
            "a program that reads UTF-8 in another charset",
        ));
    }
    let decoded = STANDARD.decode(body).ok();
    if let Some(decoded) = decoded.filter(|text| text.starts_with(b"{") || text.starts_with(b"<")) {
        found.push((decoded, "base64"));
    }
    // Bytes of UTF-8, each escaped as a character.
    let mixed = found.iter().filter_map(|(other, written)| {
        let text = std::str::from_utf8(other).ok()?;
        Some((charset::unmixed(text)?.into_bytes(), *written))
    });
    let mixed: Vec<_> = mixed.collect();
    found.extend(mixed);
    found.retain(|(other, _)| other != body && !other.is_empty());
    found
}

/// With `+` for the spaces in the base64 of a notification.
fn with_plus(text: &str) -> Option<String> {
    let at = text.find(CIPHERTEXT)? + CIPHERTEXT.len();
    let (before, rest) = text.split_at_checked(at)?;
    let (base64, after) = rest.split_at_checked(rest.find('"')?)?;
    base64
        .contains(' ')
        .then(|| format!("{before}{}{after}", base64.replace(' ', "+")))
}

const CIPHERTEXT: &str = "\"ciphertext\":\"";

/// What is in `b'…'`, `b"…"` or `'…'`.
fn python(body: &[u8]) -> Option<&[u8]> {
    let quoted = body.strip_prefix(b"b").unwrap_or(body);
    let inner = |mark: &[u8]| quoted.strip_prefix(mark)?.strip_suffix(mark);
    inner(b"'").or_else(|| inner(b"\"").filter(|_| quoted.len() < body.len()))
}

fn unquoted(body: &[u8]) -> &[u8] {
    let inner = body
        .strip_prefix(b"\"")
        .and_then(|body| body.strip_suffix(b"\""));
    inner.unwrap_or(body)
}

/// `\xHH`, and if all escapes are asked for those of C, JSON and Python too.
fn backslashes(text: &[u8], all: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        let escaped = match rest {
            [b'\\', b'x' | b'X', high, low, after @ ..] => {
                byte(*high, *low).map(|byte| (vec![byte], after))
            }
            [b'\\', b'u', after @ ..] if all => unicode(after),
            [b'\\', c, after @ ..] if all => Some((vec![control(*c)], after)),
            _ => None,
        };
        let (bytes, after) = escaped.unwrap_or_else(|| (vec![*first], after));
        out.extend(bytes);
        rest = after;
    }
    out
}

const fn control(c: u8) -> u8 {
    match c {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => 8,
        b'f' => 12,
        c => c,
    }
}

fn byte(high: u8, low: u8) -> Option<u8> {
    let digit = |b: u8| char::from(b).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

/// `XXXX` behind `\u`, with the other half of a surrogate pair.
fn unicode(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let unit = |text: &[u8]| {
        let digits = std::str::from_utf8(text.get(..4)?).ok()?;
        u16::from_str_radix(digits, 16).ok()
    };
    let first = unit(text)?;
    let after = text.get(4..)?;
    let second = after.strip_prefix(b"\\u").and_then(unit);
    let pair = second.map(|second| [first, second]);
    let pair = pair.and_then(|pair| {
        char::decode_utf16(pair)
            .next()?
            .ok()
            .filter(|c| c.len_utf16() == 2)
    });
    let (c, after) = match pair {
        Some(c) => (c, after.get(6..)?),
        None => (char::from_u32(u32::from(first))?, after),
    };
    Some((c.to_string().into_bytes(), after))
}

fn unescaped_html(text: &str) -> Cow<'_, str> {
    if !text.contains("&quot;") && !text.contains("&#") && !text.starts_with("&lt;") {
        return Cow::Borrowed(text);
    }
    let mut text = text.to_owned();
    for (escaped, plain) in HTML {
        text = text.replace(escaped, plain);
    }
    Cow::Owned(text)
}

/// The ampersand last, so that nothing is unescaped twice.
const HTML: [(&str, &str); 8] = [
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", "\""),
    ("&#34;", "\""),
    ("&#39;", "'"),
    ("&#x27;", "'"),
    ("&apos;", "'"),
    ("&amp;", "&"),
];
