//! Other people's messages: what of them a typed request is read from, and how they are compared
//! with what it becomes.

use http::Uri;
use serde_json::{Map, Value, json};
use wxpay_api::core::{Date, DateFormat, FromWire as _, Params, WireTime};
use wxpay_catalog::{Field, Operation, Place, Version};

use super::typed::Sent;

/// What the client itself writes into every message of APIv2, or reads out of it.
const COMMON: [&str; 10] = [
    "appid",
    "err_code",
    "err_code_des",
    "mch_id",
    "nonce_str",
    "result_code",
    "return_code",
    "return_msg",
    "sign",
    "sign_type",
];

/// A request without what the client fills, and with what a sample of a body can't have: the
/// parameters of the path, headers and a file.
pub fn request_of_sample(operation: &Operation, sample: &Value) -> Value {
    let mut request = Map::new();
    for (name, value) in sample.as_object().into_iter().flatten() {
        let field = find(&operation.request, name);
        if is_own(field) || (field.is_none() && is_common(operation, name)) {
            continue;
        }
        request.insert(name.clone(), plain(field, value));
    }
    for field in operation
        .request
        .iter()
        .filter(|field| field.from.is_none())
    {
        if request.contains_key(field.wire()) {
            continue;
        }
        let value = match field.place {
            Some(Place::Path) => json!("1900000109"),
            Some(Place::Header) if field.required => json!("1900000109"),
            Some(Place::Form) => json!({
                "name": field.extensions.first().map_or("a".to_owned(), |ending| format!("a.{ending}")),
                "content": "YSBmaWxl",
            }),
            _ => continue,
        };
        request.insert(field.wire().to_owned(), value);
    }
    Value::Object(request)
}

/// The message of a response or event, as on the wire.
pub fn response_of_sample(sample: &Value) -> Value {
    trimmed(sample)
}

/// What a request says on the wire, member by member.
pub(super) fn said(operation: &Operation, sent: &Sent) -> Result<Value, String> {
    let mut members = Map::new();
    if operation.version == Version::V2 {
        let params = Params::from_xml(sent.body.as_bytes()).map_err(|error| error.to_string())?;
        for (name, value) in params.iter() {
            members.insert(name.to_owned(), json!(value));
        }
        return Ok(Value::Object(members));
    }
    // Of an upload, what is said is the part `meta`.
    let parts = sent.body.split_once("application/json\r\n\r\n");
    let json = match parts.filter(|_| sent.body.starts_with("--")) {
        Some((_, rest)) => rest.split("\r\n").next().unwrap_or_default(),
        None => &sent.body,
    };
    if !json.is_empty() {
        let body: Value = serde_json::from_str(json).map_err(|error| error.to_string())?;
        members.extend(body.as_object().cloned().unwrap_or_default());
    }
    let uri: Uri = sent.target.parse().map_err(|_| "no target".to_owned())?;
    let decoded = |text: &str| {
        let text = percent_encoding::percent_decode_str(text);
        json!(text.decode_utf8_lossy())
    };
    for pair in uri.query().unwrap_or_default().split('&') {
        if let Some((name, value)) = pair.split_once('=') {
            members.insert(name.to_owned(), decoded(value));
        }
    }
    let template = operation.path.as_deref().unwrap_or_default();
    for (wanted, part) in template.split('/').zip(uri.path().split('/')) {
        if let Some(name) = wanted
            .strip_prefix('{')
            .and_then(|name| name.strip_suffix('}'))
        {
            members.insert(name.to_owned(), decoded(part));
        }
    }
    Ok(Value::Object(members))
}

/// A typed response by the names on the wire: numbered lists are numbered again.
pub(super) fn reachable(operation: &Operation, typed: &Value) -> Map<String, Value> {
    let mut members = Map::new();
    flatten(&operation.response, typed, "", &mut members);
    members
}

fn flatten(fields: &[Field], typed: &Value, numbers: &str, members: &mut Map<String, Value>) {
    for field in fields {
        let base = field.wire().split("_$").next().unwrap_or_default();
        let Some(value) = typed.get(base).filter(|value| !value.is_null()) else {
            continue;
        };
        let number = |wire: &str, numbers: &str| {
            let mut name = wire.to_owned();
            for (mark, digit) in ["$n", "$m"].into_iter().zip(numbers.split(' ')) {
                name = name.replace(mark, digit);
            }
            name
        };
        match field.ty.as_str() {
            "group" => flatten(&field.fields, value, numbers, members),
            "numbered" => {
                let list = value.as_array().map_or(&[][..], Vec::as_slice);
                let count = number(field.count.as_deref().unwrap_or_default(), numbers);
                members.insert(count, json!(list.len()));
                for (n, value) in list.iter().enumerate() {
                    let numbers = format!("{numbers} {n}");
                    flatten(&field.fields, value, numbers.trim(), members);
                }
            }
            _ => {
                for name in
                    std::iter::once(field.wire()).chain(field.also.iter().map(String::as_str))
                {
                    members.insert(number(name, numbers), value.clone());
                }
            }
        }
    }
}

/// Whether two values mean the same: numbers may stand as texts, and JSON within a text as JSON. A
/// secret is not shown.
pub(super) fn same(expected: &Value, got: &Value) -> bool {
    match (expected, got) {
        (Value::String(_), got) if got == "[redacted]" => true,
        (Value::Object(expected), Value::Object(got)) => expected.iter().all(|(name, value)| {
            is_absent(value) || got.get(name).is_some_and(|got| same(value, got))
        }),
        (Value::Array(expected), Value::Array(got)) => {
            expected.len() == got.len()
                && expected
                    .iter()
                    .zip(got)
                    .all(|(one, other)| same(one, other))
        }
        (Value::String(text), Value::Object(_) | Value::Array(_)) => {
            serde_json::from_str(text).is_ok_and(|value: Value| same(&value, got))
        }
        (Value::String(one), Value::String(other)) if one != other => {
            // JSON within a text, written with other spaces.
            match (
                serde_json::from_str::<Value>(one),
                serde_json::from_str::<Value>(other),
            ) {
                (Ok(one @ (Value::Object(_) | Value::Array(_))), Ok(other)) => same(&one, &other),
                _ => {
                    one.trim() == other.trim() || is_one_day(one, other) || is_one_time(one, other)
                }
            }
        }
        (Value::String(_), Value::String(_)) => true,
        (expected, got) => text_of(expected).is_some_and(|text| Some(text) == text_of(got)),
    }
}

/// Whether `20150807` and `2015-08-07` are meant.
fn is_one_day(written: &str, read: &str) -> bool {
    let digits = |text: &str| text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit());
    digits(written.trim())
        && Date::parse(read, DateFormat::Dashed)
            .is_some_and(|day| day.format(DateFormat::Compact) == written.trim())
}

/// Whether `2015-05-20T13:29+08:00` and `2015-05-20T13:29:00+08:00` are meant.
fn is_one_time(written: &str, sent: &str) -> bool {
    let moment = |text| WireTime::from_wire(text).and_then(|time| time.timestamp());
    moment(written).is_some_and(|written| Some(written) == moment(sent))
}

/// Null, an empty text and an empty list say that a value is absent.
pub(super) fn is_absent(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

pub(super) fn is_common(operation: &Operation, name: &str) -> bool {
    let of_client = [&operation.app_id_field, &operation.mch_id_field];
    let is_of_client = of_client.iter().any(|field| field.as_deref() == Some(name));
    operation.version == Version::V2
        && (COMMON.contains(&name) || name == "workwx_sign" || is_of_client)
}

pub(super) fn find<'a>(fields: &'a [Field], wire: &str) -> Option<&'a Field> {
    let chosen = fields
        .iter()
        .filter(|field| field.ty == "one_of")
        .flat_map(|field| &field.fields);
    let mut every = fields
        .iter()
        .filter(|field| field.ty != "one_of")
        .chain(chosen);
    every.find(|field| field.wire() == wire)
}

/// A value with the spaces around texts taken off, and a short text in the place of what is
/// encrypted in the sample.
fn plain(field: Option<&Field>, value: &Value) -> Value {
    let fields = field.map_or(&[][..], |field| {
        field
            .item
            .as_ref()
            .map_or(&field.fields, |item| &item.fields)
    });
    match value {
        Value::String(_) if field.is_some_and(|field| field.encrypted) => json!(ENCRYPTED),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name, find(fields, name), value))
            .filter(|(_, field, _)| !is_own(*field))
            .map(|(name, field, value)| (name.clone(), plain(field, value)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(list) => list.iter().map(|value| plain(field, value)).collect(),
        other => trimmed(other),
    }
}

/// Whether the client fills it with what it knows.
fn is_own(field: Option<&Field>) -> bool {
    field.is_some_and(|field| field.from.is_some())
}

/// What stands in the place of an encrypted text.
pub(super) const ENCRYPTED: &str = "encrypted";

fn trimmed(value: &Value) -> Value {
    match value {
        Value::String(text) => json!(text.trim()),
        Value::Array(list) => list.iter().map(trimmed).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), trimmed(value)))
            .collect::<Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}
