//! Values made from an operation's description.

use serde_json::{Map, Value, json};
use wxpay_catalog::{Condition, Field, Is, Operation, Place, Version, Written};
use wxpay_client::core::Alphabet;

/// How much of a message is there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Extent {
    /// Every field that may be there at once.
    All,
    /// What must be there and no more.
    Least,
}

/// A request by its members, without what the client fills.
pub fn request(operation: &Operation, extent: Extent) -> Value {
    object(&operation.request, extent)
}

/// A response to this request, as on the wire.
pub fn response(operation: &Operation, request: &Value, extent: Extent) -> Value {
    let mut message = Map::new();
    let is_v2 = operation.version == Version::V2;
    fill(&mut message, &operation.response, extent, is_v2, "");
    let asked = operation.request.iter().flat_map(|field| &field.fields);
    for field in operation
        .request
        .iter()
        .chain(asked)
        .chain(&operation.response)
    {
        if let (Some(_), Some(value)) = (&field.echo, request.get(field.wire())) {
            message.insert(field.wire().to_owned(), value.clone());
        }
    }
    Value::Object(message)
}

/// The members of an object that is sent.
fn object(fields: &[Field], extent: Extent) -> Value {
    let mut members = Map::new();
    for field in fields.iter().filter(|field| is_given(field)) {
        if field.ty == "one_of" {
            let member = match extent {
                Extent::All => field.fields.last(),
                Extent::Least => field.fields.first(),
            };
            if let Some(member) = member {
                members.insert(member.wire().to_owned(), value(member, extent));
            }
        } else if field.required || extent == Extent::All {
            members.insert(field.wire().to_owned(), value(field, extent));
        }
    }
    for field in fields {
        if let Some(condition) = &field.required_if
            && holds(&members, condition)
        {
            members.insert(field.wire().to_owned(), value(field, extent));
        }
        if let Some(condition) = &field.only_if
            && !holds(&members, condition)
        {
            members.remove(field.wire());
        }
    }
    Value::Object(members)
}

fn is_given(field: &Field) -> bool {
    field.from.is_none() && field.fixed.is_none()
}

fn holds(members: &Map<String, Value>, condition: &Condition) -> bool {
    let value = members.get(&condition.field);
    value.is_some_and(|value| condition.is.iter().any(|is| *value == of(is)))
}

fn of(is: &Is) -> Value {
    match is {
        Is::Flag(flag) => json!(flag),
        Is::Number(number) => json!(number),
        Is::Text(text) => json!(text),
        _ => Value::Null,
    }
}

/// A value of a field, by its type and within its limits.
fn value(field: &Field, extent: Extent) -> Value {
    let number = field
        .min
        .unwrap_or(0)
        .max(1)
        .min(field.max.unwrap_or(i64::MAX));
    match field.ty.as_str() {
        "object" => {
            let whole = written(field, object(&field.fields, extent));
            let longest = field.max_chars.or(field.max_bytes).unwrap_or(usize::MAX);
            match whole.as_str() {
                Some(text) if text.len() > longest => {
                    written(field, object(&field.fields, Extent::Least))
                }
                _ => whole,
            }
        }
        "list" => {
            let Some(item) = field.item.as_deref() else {
                return Value::Null;
            };
            let members = match extent {
                Extent::All => 2,
                Extent::Least => 1,
            };
            let members = members
                .max(field.min_items.unwrap_or(1))
                .min(field.max_items.unwrap_or(usize::MAX));
            let of = |_| match item.ty.as_str() {
                "object" => object(&item.fields, extent),
                "String" | "Secret" => text(field),
                "Integer" => json!(number),
                _ => value(item, extent),
            };
            written(field, Value::Array((0..members).map(of).collect()))
        }
        "enum" => {
            let value = match extent {
                Extent::All => field.values.last(),
                Extent::Least => field.values.first(),
            };
            json!(value.map_or("VALUE", |value| &value.value))
        }
        "Fen" | "Integer" => json!(number),
        "Boolean" => json!(extent == Extent::All),
        "Decimal" => json!("1.25"),
        "Ip" => json!("192.0.2.1"),
        "Raw" => json!({"any": "thing"}),
        "Time" => json!(match field.format.as_deref() {
            Some("Compact") => "20180608103456",
            Some("DateTime") => "2018-06-08 10:34:56",
            Some("Unix") => "1528425296",
            _ => "2018-06-08T10:34:56+08:00",
        }),
        "Date" => json!(match field.format.as_deref() {
            Some("Compact") => "20180608",
            _ => "2018-06-08",
        }),
        "MchId" => json!("1900000109"),
        "File" => {
            let ending = field.extensions.first().map_or("bin", String::as_str);
            json!({ "name": format!("a file.{ending}"), "content": "YSBmaWxl" })
        }
        "String" | "Secret" => text(field),
        // Every identifier takes letters and digits.
        _ => json!("Abc0123456789"),
    }
}

fn text(field: &Field) -> Value {
    let longest = field.max_chars.or(field.max_bytes).unwrap_or(64);
    let text = match field.place {
        // A header has no spaces.
        Some(Place::Header) => "Text-of-a-header".to_owned(),
        _ => format!("Text of {}", field.wire()),
    };
    let Some(alphabet) = field.alphabet.as_deref() else {
        return json!(text.chars().take(longest).collect::<String>().trim());
    };
    let fits = |c: &char| Alphabet::new(alphabet).contains(*c);
    let text: String = text.chars().filter(fits).take(longest).collect();
    let width = field.min_chars.unwrap_or(1);
    json!(format!("{text:0<width$}"))
}

fn written(field: &Field, value: Value) -> Value {
    match field.written {
        Some(Written::Json) => json!(value.to_string()),
        Some(Written::Xml) => json!(elements(field, &value)),
        _ => value,
    }
}

/// The elements of a list in XML.
fn elements(field: &Field, list: &Value) -> String {
    let element = field.element.as_deref().unwrap_or_default();
    let members = list.as_array().into_iter().flatten().map(|member| {
        let fields: String = member
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| match value {
                Value::String(text) => format!("<{name}><![CDATA[{text}]]></{name}>"),
                other => format!("<{name}>{other}</{name}>\n"),
            })
            .collect();
        format!("<{element}>\n{fields}</{element}>\n")
    });
    members.collect()
}

/// The members of a response; `numbers` are those of the numbered lists around.
fn fill(
    message: &mut Map<String, Value>,
    fields: &[Field],
    extent: Extent,
    is_v2: bool,
    numbers: &str,
) {
    for field in fields {
        let wire = numbered(field.wire(), numbers);
        match field.ty.as_str() {
            "group" if extent != Extent::All => {}
            "group" => fill(message, &field.fields, extent, is_v2, numbers),
            "numbered" => {
                let count = numbered(field.count.as_deref().unwrap_or_default(), numbers);
                let members = if extent == Extent::All { 2 } else { 0 };
                message.insert(count, json!(members.to_string()));
                for n in 0..members {
                    fill(
                        message,
                        &field.fields,
                        extent,
                        is_v2,
                        &format!("{numbers}{n}"),
                    );
                }
            }
            _ if field.required || extent == Extent::All => {
                message.insert(wire, received(field, extent, is_v2));
            }
            _ => {}
        }
    }
    if extent == Extent::All {
        for condition in fields.iter().filter_map(|field| field.when.as_ref()) {
            if let Some(is) = condition.is.first() {
                message.insert(condition.field.clone(), of(is));
            }
        }
    } else {
        for field in fields {
            let needed = field.required_if.as_ref();
            if needed.is_some_and(|condition| holds(message, condition)) {
                message.insert(field.wire().to_owned(), received(field, extent, is_v2));
            }
        }
    }
    for field in fields.iter().filter(|_| extent == Extent::Least) {
        if let Some(condition) = &field.when
            && holds(message, condition)
        {
            fill(message, &field.fields, extent, is_v2, numbers);
        }
    }
}

fn received(field: &Field, extent: Extent, is_v2: bool) -> Value {
    let value = match (field.ty.as_str(), field.item.as_deref()) {
        ("object", _) => written(field, inner(&field.fields, extent)),
        ("list", Some(item)) if item.ty == "object" => {
            let list = vec![inner(&item.fields, extent); 2];
            written(field, Value::Array(list))
        }
        _ => value(field, extent),
    };
    match value {
        Value::Number(number) if is_v2 => json!(number.to_string()),
        Value::Bool(flag) if is_v2 => json!(flag.to_string()),
        other => other,
    }
}

fn inner(fields: &[Field], extent: Extent) -> Value {
    let mut members = Map::new();
    fill(&mut members, fields, extent, false, "");
    Value::Object(members)
}

fn numbered(wire: &str, numbers: &str) -> String {
    let mut digits = numbers.chars();
    let mut name = wire.to_owned();
    for mark in ["$n", "$m"] {
        if let Some(digit) = digits.next() {
            name = name.replace(mark, &digit.to_string());
        }
    }
    name
}
