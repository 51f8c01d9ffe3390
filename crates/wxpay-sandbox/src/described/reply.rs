//! The members of a response, by its description: what the request said where names agree, and made
//! values for the rest.

use serde_json::{Map, Value, json};
use wxpay_catalog::{Condition, Field, Operation, Written};

use super::scalar;
use super::values::Values;

/// A response to be filled in.
pub(crate) struct Filling<'a> {
    pub(crate) operation: &'a Operation,
    /// What was asked.
    pub(crate) asked: &'a Map<String, Value>,
    pub(crate) values: Values<'a>,
    /// Whether every value is a text, as in APIv2.
    pub(crate) texts: bool,
}

/// What the request says beside a part of the response, and the numbers of the numbered lists
/// around it.
#[derive(Clone, Copy)]
struct Place<'a> {
    near: Option<&'a Map<String, Value>>,
    numbers: &'a str,
    texts: bool,
}

impl Filling<'_> {
    /// The members, in the order of the documents.
    pub(crate) fn message(&self) -> Map<String, Value> {
        let place = Place {
            near: Some(self.asked),
            numbers: "",
            texts: self.texts,
        };
        let mut message = Map::new();
        self.fill(&mut message, &self.operation.response, place);
        let fields = self.operation.request.iter();
        let chosen = fields.clone().flat_map(|field| &field.fields);
        // What must be repeated is repeated as it came.
        for field in fields.chain(chosen).chain(&self.operation.response) {
            let name = field.wire();
            if let (Some(_), Some(value)) = (&field.echo, self.asked.get(name))
                && let Some(text) = scalar::text(value)
            {
                let known = self
                    .operation
                    .response
                    .iter()
                    .find(|own| own.wire() == name);
                let value = known.and_then(|known| self.converted(known, value, place));
                message.insert(name.to_owned(), value.unwrap_or_else(|| json!(text)));
            }
        }
        message
    }

    fn fill(&self, message: &mut Map<String, Value>, fields: &[Field], place: Place<'_>) {
        for field in fields.iter().filter(|field| is_there(field)) {
            if field.ty == "numbered" {
                let count = numbered(field.count.as_deref().unwrap_or_default(), place.numbers);
                message.insert(count, json!("1"));
                let numbers = format!("{}0", place.numbers);
                let inner = Place {
                    numbers: &numbers,
                    ..place
                };
                self.fill(message, &field.fields, inner);
            } else {
                let wire = numbered(field.wire(), place.numbers);
                message
                    .entry(wire)
                    .or_insert_with(|| self.value(field, place));
            }
        }
        for field in fields {
            if let Some(condition) = &field.when
                && holds(message, condition)
            {
                self.fill(message, &field.fields, place);
            }
            if let Some(condition) = &field.required_if
                && holds(message, condition)
            {
                let wire = numbered(field.wire(), place.numbers);
                message
                    .entry(wire)
                    .or_insert_with(|| self.value(field, place));
            }
        }
    }

    fn value(&self, field: &Field, place: Place<'_>) -> Value {
        let asked = place.near.and_then(|near| near.get(field.wire()));
        let value = match field.ty.as_str() {
            "object" => {
                let near = asked.and_then(Value::as_object);
                self.object(&field.fields, near)
            }
            "list" => self.list(field, asked),
            _ => {
                let asked = asked
                    .or_else(|| self.asked.get(field.wire()))
                    .and_then(|value| self.converted(field, value, place));
                return asked.unwrap_or_else(|| as_text(self.values.of(field), place.texts));
            }
        };
        match field.written {
            Some(Written::Xml) => json!(elements(field, &value)),
            Some(_) => json!(value.to_string()),
            None => value,
        }
    }

    fn object(&self, fields: &[Field], near: Option<&Map<String, Value>>) -> Value {
        let mut members = Map::new();
        let place = Place {
            near,
            numbers: "",
            texts: false,
        };
        self.fill(&mut members, fields, place);
        Value::Object(members)
    }

    /// As many items as the request has in a list of that name, and one otherwise.
    fn list(&self, field: &Field, asked: Option<&Value>) -> Value {
        let Some(item) = field.item.as_deref() else {
            return json!([]);
        };
        let none = [Value::Null];
        let asked = match asked.and_then(Value::as_array) {
            Some(items) if !items.is_empty() => items.as_slice(),
            _ => &none,
        };
        let items = asked.iter().map(|asked| match item.ty.as_str() {
            "object" => self.object(&item.fields, asked.as_object()),
            _ => {
                let place = Place {
                    near: None,
                    numbers: "",
                    texts: false,
                };
                let asked = self.converted(item, asked, place);
                // An item has its list's name.
                let named = || {
                    let mut named = item.clone();
                    field.wire().clone_into(&mut named.name);
                    named
                };
                asked.unwrap_or_else(|| self.values.of(&named()))
            }
        });
        Value::Array(items.collect())
    }

    /// What was asked, as a value of this field, if it can be one.
    fn converted(&self, field: &Field, asked: &Value, place: Place<'_>) -> Option<Value> {
        if field.ty == "Raw" && !place.texts {
            return Some(asked.clone()).filter(|asked| !asked.is_null());
        }
        let text = scalar::text(asked).filter(|text| !text.is_empty())?;
        if field.ty == "Sealed" {
            return self.values.caller.key.seal(&text).map(Value::from);
        }
        let known = field.ty != "enum"
            || field.values.is_empty()
            || field.values.iter().any(|value| value.value == text);
        if !known || !scalar::has_form(field, &text) {
            return None;
        }
        let value = match field.ty.as_str() {
            "Fen" | "Integer" => json!(text.parse::<i64>().ok()?),
            "Boolean" => json!(text == "true"),
            "enum" if field.number => json!(text.parse::<i64>().ok()?),
            _ => json!(text),
        };
        Some(as_text(value, place.texts))
    }
}

/// Whether a field is in a response of success: those that only some states have are there when the
/// state is, and those that tell of a failure are not.
fn is_there(field: &Field) -> bool {
    let failure = ["fail", "err_", "error", "reject", "abnormal"];
    let tells = failure.iter().any(|word| field.wire().contains(word));
    let depends = field.required_if.is_some() || field.ty == "group";
    field.required || (!tells && !depends)
}

fn holds(message: &Map<String, Value>, condition: &Condition) -> bool {
    let value = message.get(&condition.field).and_then(scalar::text);
    value.is_some_and(|value| condition.is.iter().any(|is| scalar::said(is) == value))
}

fn as_text(value: Value, texts: bool) -> Value {
    match scalar::text(&value) {
        Some(text) if texts => Value::String(text),
        _ => value,
    }
}

/// `coupon_id_$n_$m` with its numbers.
fn numbered(wire: &str, numbers: &str) -> String {
    let marks = ["$n", "$m"].into_iter().zip(numbers.chars());
    marks.fold(wire.to_owned(), |name, (mark, digit)| {
        name.replace(mark, &digit.to_string())
    })
}

/// A list in XML.
fn elements(field: &Field, list: &Value) -> String {
    let element = field.element.as_deref().unwrap_or("item");
    let mut xml = String::new();
    for item in list.as_array().into_iter().flatten() {
        xml += &format!("<{element}>\n");
        for (name, value) in item.as_object().into_iter().flatten() {
            let text = scalar::text(value).unwrap_or_default();
            xml += &format!("<{name}><![CDATA[{text}]]></{name}>\n");
        }
        xml += &format!("</{element}>\n");
    }
    xml
}
