//! What SDKs and programs log when a signature of APIv3 does not verify: headers and body in one
//! text.

use serde_json::{Map, Value};

use super::Capture;

/// Reads the text of an exception or of a printed request, if it names a signature and a body.
pub(super) fn read(text: &[u8]) -> Option<Capture> {
    let text = std::str::from_utf8(text).ok()?;
    if text.starts_with('{') {
        return header_object(text);
    }
    if text.starts_with('<') {
        return None;
    }
    response(text)
        .or_else(|| message(text))
        .or_else(|| go_request(text))
}

/// `responseHeader[Wechatpay-Nonce=…,…] responseBody[…]`, as the official Java SDK writes it.
fn response(text: &str) -> Option<Capture> {
    let (head, body) = text.split_once("responseBody[")?;
    let (_, head) = head.split_once("responseHeader[")?;
    let (body, _) = body.rsplit_once(']')?;
    headers(head, "=", &[',', ']', '\n', '↵'], body)
}

/// `serial[…] message[timestamp, nonce and body, one a line] sign[…]`, with or without `=` before
/// the brackets.
fn message(text: &str) -> Option<Capture> {
    let text = text
        .replace("serial=[", "serial[")
        .replace("message=[", "message[")
        .replace("sign=[", "sign[");
    let (head, rest) = text.split_once("message[")?;
    let (rest, sign) = rest.rsplit_once("sign[")?;
    let (message, _) = rest.rsplit_once(']')?;
    let (_, serial) = head.split_once("serial[")?;
    let mut lines = message.splitn(3, '\n');
    let (timestamp, nonce, body) = (lines.next()?, lines.next()?, lines.next()?);
    let body = body.strip_suffix('\n').unwrap_or(body);
    let value = |text: &str| text.split(']').next().unwrap_or_default().to_owned();
    let capture = Capture::of_body(body)
        .header("Wechatpay-Timestamp", timestamp.trim_end())
        .header("Wechatpay-Nonce", nonce.trim_end())
        .header("Wechatpay-Signature", &value(sign))
        .header("Wechatpay-Serial", &value(serial));
    Some(capture)
}

/// `Header:map[Wechatpay-Nonce:[…] …] Body:{Reader:…}`, as Go prints a request.
fn go_request(text: &str) -> Option<Capture> {
    let (head, rest) = text.split_once("Body:")?;
    let rest = rest.get(rest.find(['{', '<'])?..)?;
    let rest = rest.strip_prefix("{Reader:").unwrap_or(rest);
    let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
    values.next()?.ok()?;
    let body = rest.get(..values.byte_offset())?;
    headers(head, ":[", &[']'], body)
}

/// The headers of a signature that stand in a text as name, mark and value.
fn headers(head: &str, mark: &str, ends: &[char], body: &str) -> Option<Capture> {
    let mut capture = Capture::of_body(body);
    for name in NAMES {
        let named = format!("{name}{mark}");
        let Some((_, rest)) = head.split_once(&named) else {
            continue;
        };
        let value = rest.split(ends).next().unwrap_or_default();
        capture = capture.header(name, value.trim());
    }
    capture.value("Wechatpay-Signature")?;
    Some(capture)
}

/// `{"Wechatpay-Nonce": "…", …}` and the body behind it.
fn header_object(text: &str) -> Option<Capture> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Map<String, Value>>();
    let named = values.next()?.ok()?;
    let body = text.get(values.byte_offset()..)?.trim();
    let mut capture = Capture::of_body(body);
    for (name, value) in &named {
        let first = value.as_array().and_then(|values| values.first());
        capture = capture.header(name, first.unwrap_or(value).as_str()?);
    }
    let signed = capture.value("Wechatpay-Signature").is_some();
    (signed && !body.is_empty()).then_some(capture)
}

const NAMES: [&str; 5] = [
    "Wechatpay-Nonce",
    "Wechatpay-Serial",
    "Wechatpay-Signature",
    "Wechatpay-Signature-Type",
    "Wechatpay-Timestamp",
];
