use std::fmt;

use bytes::Bytes;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use wxpay_core::{DecodeError, DecodeProblem, InvalidInput};

use super::JsonText;

/// A JSON value that can be read in one way only: an object with a name twice is refused.
///
/// `Debug` shows names and kinds only, since values can be personal.
#[derive(Clone, PartialEq)]
#[allow(clippy::exhaustive_enums)] // JSON has no other values
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer. Amounts are never anything else.
    Integer(i64),
    /// A number with a fraction, or too large for [`Integer`](Self::Integer).
    Number(f64),
    /// A string.
    Text(JsonText),
    /// A list.
    List(Vec<Self>),
    /// Names and values, in their order.
    Object(Vec<(JsonText, Self)>),
}

impl Json {
    /// Reads a string.
    ///
    /// # Errors
    /// It is not JSON, is nested too deeply, or an object has a name twice.
    pub fn parse(text: &[u8]) -> Result<Self, DecodeError> {
        let broken = |error: &dyn fmt::Display| {
            DecodeError::new("json", DecodeProblem::Json(error.to_string()))
        };
        // All of it at once takes less time than each string by itself.
        let text = std::str::from_utf8(text).map_err(|error| broken(&error))?;
        serde_json::from_str(text).map_err(|error| broken(&error))
    }

    /// An object of these members.
    pub fn object<N: Into<JsonText>>(members: impl IntoIterator<Item = (N, Self)>) -> Self {
        Self::Object(
            members
                .into_iter()
                .map(|(name, value)| (name.into(), value))
                .collect(),
        )
    }

    /// A member of an object.
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members
                .iter()
                .find(|(known, _)| **known == *name)
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether this member, as the caller gave it, leaves the value of a fixed one as it is: it is
    /// absent, or the same.
    pub(crate) fn stands_for(&self, fixed: &Self) -> bool {
        match self {
            Self::Null => true,
            // As of any scalar, an empty text says that it is absent.
            Self::Text(text) if text.is_empty() => true,
            given => given
                .scalar_text()
                .is_some_and(|text| Some(text) == fixed.scalar_text()),
        }
    }

    /// The text of a value that goes into a query or an APIv2 message.
    pub(crate) fn scalar_text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.to_string()),
            Self::Integer(integer) => Some(integer.to_string()),
            Self::Bool(value) => Some(value.to_string()),
            Self::Null | Self::Number(_) | Self::List(_) | Self::Object(_) => None,
        }
    }

    /// A response's body; an empty one is [`Null`](Self::Null).
    pub(crate) fn of_body(body: &Bytes) -> Result<Self, DecodeError> {
        if body.is_empty() {
            Ok(Self::Null)
        } else {
            Self::parse(body)
        }
    }

    /// The value as JSON text, without spaces.
    pub fn to_text(&self) -> String {
        String::from_utf8(self.to_bytes()).unwrap_or_default()
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        // Writing our own values to memory can't fail: every key is a string.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Checks that WeChat Pay takes the value; `at` is where it stands.
    pub(crate) fn check_outgoing(&self, at: &str) -> Result<(), InvalidInput> {
        let broken = |rule, rule_zh| Err(InvalidInput::new(at.to_owned(), rule, rule_zh));
        match self {
            Self::Null => broken(
                "must not be null; leave it out instead",
                "不能为 null；没有值时请不要传该字段",
            ),
            Self::Text(text) => check_characters(at, text),
            Self::Number(_) => broken("must be an integer", "必须是整数"),
            Self::Bool(_) | Self::Integer(_) => Ok(()),
            Self::List(members) => {
                let mut members = members.iter().enumerate();
                members.try_for_each(|(n, value)| value.check_outgoing(&format!("{at}[{n}]")))
            }
            Self::Object(members) => {
                let mut members = members.iter();
                members.try_for_each(|(name, value)| value.check_outgoing(&format!("{at}.{name}")))
            }
        }
    }
}

/// WeChat Pay takes the Basic Multilingual Plane alone: UTF-8 of one to three bytes a character.
pub(crate) fn check_characters(at: &str, text: &str) -> Result<(), InvalidInput> {
    if text.chars().any(|c| c > '\u{FFFF}') {
        let rule = "must not hold characters beyond U+FFFF, such as emoji";
        let rule_zh = "不能含有 U+FFFF 以上的字符（如表情符号）";
        return Err(InvalidInput::new(at.to_owned(), rule, rule_zh));
    }
    Ok(())
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::Text(JsonText::from(text))
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Self::Text(JsonText::from(text))
    }
}

impl From<JsonText> for Json {
    fn from(text: JsonText) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Json {
    fn from(integer: i64) -> Self {
        Self::Integer(integer)
    }
}

impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(_) => f.write_str("bool"),
            Self::Integer(_) => f.write_str("integer"),
            Self::Number(_) => f.write_str("number"),
            Self::Text(_) => f.write_str("text"),
            Self::List(members) => f.debug_list().entries(members).finish(),
            Self::Object(members) => f
                .debug_map()
                .entries(members.iter().map(|(name, value)| (name.as_str(), value)))
                .finish(),
        }
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Integer(value) => serializer.serialize_i64(*value),
            Self::Number(value) => serializer.serialize_f64(*value),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(members) => serializer.collect_seq(members),
            Self::Object(members) => {
                serializer.collect_map(members.iter().map(|(name, value)| (name, value)))
            }
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(i64::try_from(value).map_or(Json::Number(value as f64), Json::Integer))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Json::Number(value))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(JsonText::from(text)))
    }

    fn visit_string<E>(self, text: String) -> Result<Json, E> {
        Ok(Json::Text(JsonText::from(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = members.next_element()? {
            list.push(value);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let mut object: Vec<(JsonText, Json)> = Vec::with_capacity(18);
        let (mut kinds, mut has_repeated) = (Kinds::default(), false);
        while let Some(name) = members.next_key::<JsonText>()? {
            if !kinds.is_new(&name) && object.len() < MAX_COMPARED {
                has_repeated |= object.iter().any(|(known, _)| **known == *name);
            }
            object.push((name, members.next_value()?));
        }
        if has_repeated || object.len() > MAX_COMPARED && has_repeated_name(&object) {
            return Err(A::Error::custom("an object has a name twice"));
        }
        Ok(Json::Object(object))
    }
}

/// Which of 64 kinds of names an object has so far. A name of a new kind need not be compared with
/// those before it.
#[derive(Default)]
struct Kinds(u64);

impl Kinds {
    /// Whether no name of this kind came before.
    fn is_new(&mut self, name: &str) -> bool {
        let bytes = name.as_bytes();
        let byte = |at: usize| bytes.get(at).map_or(0, |byte| usize::from(*byte));
        let length = bytes.len();
        let kind = length + 3 * byte(0) + 7 * byte(length / 2) + 11 * byte(length.wrapping_sub(1));
        let bit = 1 << (kind % 64);
        let is_new = self.0 & bit == 0;
        self.0 |= bit;
        is_new
    }
}

/// Up to so many members, each name is compared with those before it of its kind. That can take the
/// square of their number, which the sender chooses, so those of more members are sorted.
const MAX_COMPARED: usize = 32;

fn has_repeated_name(members: &[(JsonText, Json)]) -> bool {
    let mut names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names.windows(2).any(|pair| pair.first() == pair.last())
}
