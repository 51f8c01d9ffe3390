use serde::{Deserialize, Serialize};

use crate::operation::is_false;

/// A field of a request, a response or a part of them.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Field {
    /// The name in Rust; empty for the item of a list.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The name on the wire, where it is another. `$n` and `$m` are numbers from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wire: Option<String>,
    /// Further names on the wire.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
    /// Where it goes in an APIv3 request.
    #[serde(rename = "in", skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// The type: a scalar such as `String`, `Fen` or `OutTradeNo`, or `enum`, `object`, `list`,
    /// `numbered` (an APIv2 list whose members are numbered), `one_of` (exactly one of its fields)
    /// or `group` (fields that come together).
    #[serde(rename = "type")]
    pub ty: String,
    /// The item of a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<Box<Self>>,
    /// The members of an object, a numbered list, a choice or a group.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Self>,
    /// Whether the request must have it, or the response always has.
    #[serde(skip_serializing_if = "is_false")]
    pub required: bool,
    /// When a request must have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required_if: Option<Condition>,
    /// When alone a request may have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub only_if: Option<Condition>,
    /// When a group is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// `always` or `if_present`: the response must repeat the request's value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub echo: Option<String>,
    /// The field that says how many members a numbered list has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<String>,
    /// How an object or list is written within a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written: Option<Written>,
    /// The fewest characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_chars: Option<usize>,
    /// The most characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_chars: Option<usize>,
    /// The most bytes of UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_bytes: Option<usize>,
    /// The characters that a text may have, as `0-9A-Za-z_-`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alphabet: Option<String>,
    /// The least number or amount.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    /// The largest number or amount.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
    /// The fewest items.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_items: Option<usize>,
    /// The most items.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_items: Option<usize>,
    /// The endings that the name of a file may have; any when it is empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extensions: Vec<String>,
    /// The elements of a list in XML.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub element: Option<String>,
    /// How a time or date is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// The documented values.
    #[serde(rename = "enum", skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<EnumValue>,
    /// Whether the values of an enum are numbers.
    #[serde(skip_serializing_if = "is_false")]
    pub number: bool,
    /// Whether it is encrypted before it is sent.
    #[serde(skip_serializing_if = "is_false")]
    pub encrypted: bool,
    /// `client`: the client fills it; `file_name` or `file_sha256`: it follows from the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The value that it always has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed: Option<Is>,
    /// What it is, in English.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub en: String,
    /// What it is, in Chinese.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub zh: String,
    /// What else there is to know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// An example.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
}

impl Field {
    /// The name on the wire.
    pub fn wire(&self) -> &str {
        self.wire.as_deref().unwrap_or(&self.name)
    }
}

/// Where a field of an APIv3 request goes.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Place {
    /// Into the path.
    Path,
    /// Into the query.
    Query,
    /// A header.
    Header,
    /// Into the body.
    Body,
    /// A part of its own, beside the body: a file.
    Form,
}

/// How an object or list is written within a text.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Written {
    /// As JSON.
    Json,
    /// As `a=1&b=2`.
    UrlEncoded,
    /// As elements of XML.
    Xml,
}

/// A documented value of an enum.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct EnumValue {
    /// The value.
    pub value: String,
    /// What it means, in English.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub en: String,
    /// What it means, in Chinese.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub zh: String,
    /// What it says of the money: `pending`, `succeeded`, `failed` or `returned`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<String>,
}

/// The value of another field that something depends on.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Condition {
    /// The other field, beside this one, by its name on the wire.
    pub field: String,
    /// The values, one of which it must have.
    pub is: Vec<Is>,
}

/// A value that is known beforehand.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Is {
    /// True or false.
    Flag(bool),
    /// A number.
    Number(i64),
    /// A text.
    Text(String),
}
