//! Messages of APIv2 that a program parsed and shows as an object of JSON.

use serde_json::Value;
use wxpay_core::Params;

/// The XML behind `{"appid": "…", "sign": "…"}`, also as xml2js of Node.js shows it.
pub(super) fn as_xml(body: &[u8]) -> Option<Vec<u8>> {
    let json: Value = serde_json::from_slice(body).ok()?;
    let object = json.get("xml").unwrap_or(&json).as_object()?;
    if object.len() > MAX_FIELDS {
        return None;
    }
    let mut params = Params::new();
    for (name, value) in object {
        let is_name = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
        if !is_name || !begins || name.len() > 64 {
            return None;
        }
        if let Some(text) = text(value) {
            params.set(name, text);
        }
    }
    let signed = params.get("sign").is_some() && params.get("nonce_str").is_some();
    signed.then(|| params.to_xml().into_bytes())
}

/// A value, or the only one of a list. What stands for an empty element is left out.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(values) => match values.as_slice() {
            [value @ (Value::String(_) | Value::Number(_))] => text(value),
            _ => None,
        },
        _ => None,
    }
}

/// Fields; more than any message has.
const MAX_FIELDS: usize = 512;
