//! The tables of an endpoint's fields and values, in both languages.
//!
//! The Chinese is what the spec has in parentheses, with the rules of the field behind it.

use super::snake;
use crate::codegen::condition::Condition;
use crate::codegen::emit::{fields, is_sent};
use crate::codegen::spec::{Endpoint, Field, Shared, Table, Value};
use crate::codegen::types::{Written, written};

/// The endpoint's title.
pub(super) fn title(endpoint: &Endpoint) -> String {
    let title = endpoint.spec.title.get_ref();
    let words = pair(title, &chinese(title).unwrap_or_default());
    format!("Words::new({words})")
}

/// The tables of requests, replies, objects and enums that one endpoint has.
pub(super) fn of_endpoint(endpoint: &Endpoint) -> String {
    let spec = &endpoint.spec;
    let mut out = table(endpoint, "REQUEST", &spec.request, true);
    out += &table(endpoint, "REPLY", &spec.response, false);
    for (name, members) in spec.group.iter().chain(&spec.list) {
        out += &table(endpoint, &constant(name), members.get_ref(), false);
    }
    for (name, members) in &spec.object {
        let sent = is_sent(endpoint, name);
        out += &table(endpoint, &constant(name), members.get_ref(), sent);
    }
    for (name, values) in &spec.enums {
        out += &enumeration(&format!("const {}", constant(name)), values.get_ref());
    }
    out
}

/// The enums that the endpoints of a product share.
pub(super) fn shared(shared: &Shared) -> String {
    let enums: String = shared
        .enums
        .iter()
        .map(|(name, values)| {
            enumeration(
                &format!("pub(super) const {}", constant(name)),
                values.get_ref(),
            )
        })
        .collect();
    format!("use crate::command::call::Value;\n\n{enums}")
}

/// The constant of a table: `MessageType` is `MESSAGE_TYPE`.
pub(super) fn constant(name: &str) -> String {
    snake(name).to_ascii_uppercase()
}

/// What a text has in parentheses that is Chinese.
pub(crate) fn chinese(text: &str) -> Option<String> {
    let is_chinese = |part: &&str| part.chars().any(|c| ('\u{4e00}'..'\u{a000}').contains(&c));
    let parts = text.split('(').skip(1);
    let parts = parts.filter_map(|part| Some(part.split_once(')')?.0));
    let found: Vec<&str> = parts.filter(is_chinese).collect();
    (!found.is_empty()).then(|| found.join("；"))
}

fn table(endpoint: &Endpoint, name: &str, table: &Table<Field>, sent: bool) -> String {
    let mut entries = String::new();
    for (name, field) in fields(table) {
        match &field.one_of {
            None => entries += &entry(name, field, sent),
            Some(choice) => {
                let members = endpoint.spec.one_of.get(choice).into_iter();
                for (member, field) in members.flat_map(|members| fields(members.get_ref())) {
                    entries += &format!(
                        "Field::choice({name:?}, {member:?}, {}, {}),\n",
                        kind(field),
                        both(field, sent)
                    );
                }
            }
        }
    }
    format!("const {name}: &[Field] = &[\n{entries}];\n\n")
}

fn entry(name: &str, field: &Field, sent: bool) -> String {
    let need = if sent && field.required {
        "required"
    } else {
        "optional"
    };
    format!(
        "Field::{need}({name:?}, {}, {}),\n",
        kind(field),
        both(field, sent)
    )
}

fn kind(field: &Field) -> String {
    if let Some(name) = &field.enumeration {
        return format!("Kind::Enum({})", constant(name));
    }
    if let Some(name) = &field.list {
        return format!("Kind::List({})", constant(name));
    }
    if let Some(name) = field.object.as_ref().or(field.group.as_ref()) {
        return format!("Kind::Object({})", constant(name));
    }
    let kind = match (written(field), field.ty.as_deref()) {
        (_, Some("Sealed")) => "Sealed",
        (Written::Secret, _) => "Secret",
        (Written::Fen, _) => "Fen",
        (Written::Integer, _) => "Integer",
        (Written::Boolean, _) => "Boolean",
        _ => "Text",
    };
    format!("Kind::{kind}")
}

fn both(field: &Field, sent: bool) -> String {
    let mut zh = chinese(&field.doc).unwrap_or_default();
    if written(field) == Written::Fen {
        zh += "，单位：分";
    }
    match field.min {
        Some(min) if min > 1 => zh += &format!("，最少 {min}"),
        _ => {}
    }
    if let Some(max) = field.max_chars {
        zh += &format!("，最多 {max} 个字符");
    }
    if let Some(max) = field.max_bytes {
        zh += &format!("，最多 {max} 字节");
    }
    if let Some(max) = field.max_items {
        zh += &format!("，{} 至 {max} 项", field.min_items.unwrap_or(1));
    }
    if field.encrypted {
        zh += "，发送前加密";
    }
    let condition = field.required_if.as_ref().filter(|_| sent);
    if let Some((other, value)) = condition.and_then(Condition::first) {
        zh += &format!("；{other} 为 {value} 时必填");
    }
    if let Some((other, value)) = field.only_if.as_ref().and_then(Condition::first) {
        zh += &format!("；仅当 {other} 为 {value} 时可传");
    }
    pair(&field.doc, &zh)
}

fn enumeration(constant: &str, values: &Table<Value>) -> String {
    let entries: String = values
        .iter()
        .map(|(wire, value)| {
            let doc = &value.get_ref().doc;
            let words = pair(doc, &chinese(doc).unwrap_or_default());
            format!("Value::new({wire:?}, {words}),\n")
        })
        .collect();
    format!("{constant}: &[Value] = &[\n{entries}];\n\n")
}

/// A text in both languages.
fn pair(en: &str, zh: &str) -> String {
    format!("{}, {}", literal(en), literal(zh))
}

/// A string literal over as many lines as it takes: rustfmt leaves what it can't fit into a line unformatted.
fn literal(text: &str) -> String {
    let (mut out, mut columns) = (String::new(), 0);
    for word in text.split_inclusive([' ', '，', '；']) {
        let wide = word.chars().map(|c| if c.is_ascii() { 1 } else { 2 });
        let wide: usize = wide.sum();
        if columns > 0 && columns + wide > COLUMNS {
            out.push_str("\\\n             ");
            columns = 0;
        }
        out += &word.replace('\\', "\\\\").replace('"', "\\\"");
        columns += wide;
    }
    format!("\"{out}\"")
}

/// Leaves room for the indentation.
const COLUMNS: usize = 76;
