//! The fields of a description.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::Certainty;
use crate::drift::difference::Doubt;
use crate::drift::facts::{Amount, Field, Length, Operation, Required, Type};

#[derive(Deserialize)]
pub(super) struct Described {
    name: String,
    #[serde(rename = "type")]
    ty: String,
    item: Option<Item>,
    #[serde(default)]
    fields: Vec<Self>,
    json_text: Option<Nested>,
    urlencoded: Option<Nested>,
    in_query: Option<String>,
    #[serde(default)]
    variants: Vec<Nested>,
    #[serde(default)]
    required: String,
    #[serde(default)]
    when: Vec<String>,
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    only_on: Vec<String>,
    #[serde(default)]
    products: Vec<String>,
    min_length: Option<usize>,
    max_length: Option<usize>,
    max_bytes: Option<usize>,
    alphabet: Option<String>,
    plain_max_length: Option<usize>,
    min: Option<i64>,
    max: Option<i64>,
    min_items: Option<usize>,
    max_items: Option<usize>,
    format: Option<String>,
    unit: Option<String>,
    #[serde(rename = "enum")]
    values: Option<Vec<OneValue>>,
    enum_from: Option<String>,
    fixed: Option<Value>,
    #[serde(default)]
    encrypted: bool,
    certainty: Option<Certainty>,
    witnesses: Option<Vec<String>>,
    #[serde(default)]
    disputed: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct Item {
    #[serde(rename = "type")]
    ty: String,
    max_length: Option<usize>,
}

#[derive(Deserialize)]
struct Nested {
    #[serde(default)]
    fields: Vec<Described>,
}

impl Nested {
    fn requires(&self, field: &Described) -> bool {
        let own = self.fields.iter().find(|own| own.name == field.name);
        own.is_some_and(|own| own.required == "yes")
    }
}

#[derive(Deserialize)]
struct OneValue {
    value: Value,
}

/// Where fields stand, and what holds for all of them.
#[derive(Clone)]
pub(super) struct Place<'a> {
    pub(super) name: String,
    pub(super) is_v2_response: bool,
    /// The object has these members in some cases only.
    pub(super) is_variant: bool,
    /// Of the operation.
    pub(super) roles: &'a [String],
    pub(super) doubts: Vec<Doubt>,
}

impl Place<'_> {
    /// Adds fields and all that is in them.
    pub(super) fn add<'f>(
        &self,
        fields: impl IntoIterator<Item = &'f Described>,
        operation: &mut Operation,
    ) {
        for described in fields {
            let name = format!("{}.{}", self.name, described.name);
            let field = self.field(described);
            let inside = Place {
                name: name.clone(),
                is_variant: false,
                doubts: field.doubts.clone(),
                ..self.clone()
            };
            operation.add(name, field);
            inside.add(&described.fields, operation);
            for nested in described.json_text.iter().chain(&described.urlencoded) {
                inside.add(&nested.fields, operation);
            }
            let one_of_several = Place {
                is_variant: true,
                ..inside.clone()
            };
            for variant in &described.variants {
                let (all, some): (Vec<_>, Vec<_>) = variant
                    .fields
                    .iter()
                    .partition(|field| described.variants.iter().all(|one| one.requires(field)));
                inside.add(all, operation);
                one_of_several.add(some, operation);
            }
        }
    }

    fn field(&self, described: &Described) -> Field {
        let item = described.item.as_ref();
        let mut values: Vec<&Value> = Vec::new();
        values.extend(described.fixed.as_ref());
        values.extend(described.values.iter().flatten().map(|one| &one.value));
        // One value of an example need not be the only one.
        let from_example = described.enum_from.as_deref() == Some("example");
        let values =
            (!values.is_empty() && !from_example).then(|| values.into_iter().map(shown).collect());
        Field {
            types: [described.wire_type()].into(),
            items: item.map(|item| wire_type(&item.ty)).into_iter().collect(),
            required: self.required(described),
            text: described.length(),
            min_text: described.min_length.filter(|min| *min > 1),
            alphabet: described.alphabet.as_deref().map(|class| {
                class
                    .trim_start_matches('[')
                    .trim_end_matches(']')
                    .to_owned()
            }),
            min: described.min,
            max: described.max,
            min_items: described.min_items,
            max_items: described.max_items,
            values,
            amount: match described.unit.as_deref() {
                Some("fen") => Amount::Fen,
                Some("yuan") => Amount::Other,
                _ => Amount::Unsaid,
            },
            format: described.format.as_deref().and_then(format),
            is_sealed: described.encrypted,
            doubts: self.doubts(described),
            ..Field::default()
        }
    }

    fn required(&self, described: &Described) -> Required {
        let for_all = !self.is_variant
            && described.only_on.is_empty()
            && described.products.is_empty()
            && (described.roles.is_empty()
                || self.roles.iter().all(|role| described.roles.contains(role)));
        // Every response of success has what comes with these.
        let in_success = self.is_v2_response
            && !described.when.is_empty()
            && described
                .when
                .iter()
                .all(|when| SUCCESS.contains(&when.as_str()));
        match described.required.as_str() {
            "yes" if for_all => Required::Yes,
            "conditional" if for_all && in_success => Required::Yes,
            "yes" | "conditional" => Required::Sometimes,
            _ => Required::No,
        }
    }

    fn doubts(&self, described: &Described) -> Vec<Doubt> {
        let mut doubts = self.doubts.clone();
        if described.certainty == Some(Certainty::ThirdParty) {
            doubts.push(Doubt::ThirdParty);
        }
        match described.witnesses.as_deref() {
            Some([_]) => doubts.push(Doubt::OneWitness),
            Some(_) => doubts.retain(|doubt| *doubt != Doubt::OneWitness),
            None => {}
        }
        doubts.retain(|doubt| *doubt != Doubt::Disputed);
        if !described.disputed.is_empty() {
            doubts.push(Doubt::Disputed);
        }
        doubts.sort();
        doubts.dedup();
        doubts
    }
}

const SUCCESS: [&str; 2] = [
    "return_code=SUCCESS",
    "return_code=SUCCESS & result_code=SUCCESS",
];

impl Described {
    fn wire_type(&self) -> Type {
        if self.json_text.is_some() || self.in_query.is_some() {
            Type::Json
        } else if self.urlencoded.is_some() {
            Type::UrlEncoded
        } else {
            wire_type(&self.ty)
        }
    }

    fn length(&self) -> Option<Length> {
        let of_item = self.item.as_ref().and_then(|item| item.max_length);
        let chars = if self.encrypted {
            // A text this long is not the plain one: no sealed text is shorter.
            let plain = self.max_length.filter(|length| *length < SHORTEST_SEALED);
            self.plain_max_length.or(plain)
        } else {
            of_item.or(self.max_length)
        };
        self.max_bytes
            .map(Length::Bytes)
            .or_else(|| chars.map(Length::Chars))
    }
}

/// Base64 of one block of RSA with 2048 bits.
const SHORTEST_SEALED: usize = 344;

fn wire_type(name: &str) -> Type {
    match name {
        "integer" => Type::Integer,
        "number" => Type::Number,
        "boolean" => Type::Boolean,
        "object" => Type::Object,
        "array" => Type::List,
        "file" => Type::File,
        _ => Type::Text,
    }
}

/// The form of a moment or day, in the words of the specs.
fn format(name: &str) -> Option<&'static str> {
    match name {
        "date-time" => Some("rfc3339"),
        "date" => Some("yyyy-MM-dd"),
        "yyyyMMddHHmmss" => Some("yyyyMMddHHmmss"),
        "yyyyMMdd" => Some("yyyyMMdd"),
        "unix-seconds" => Some("unix"),
        _ => None,
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
