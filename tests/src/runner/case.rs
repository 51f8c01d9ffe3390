use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value};
use wxpay_api::core::{Params, Timestamp};
use wxpay_api::sign::provider::Provider;

/// A vector that does not have the form of its kind.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Malformed(String);

impl Malformed {
    /// It is malformed in this way.
    pub fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }

    fn member(name: &str, what: &str) -> Self {
        Self(format!("the input's `{name}` {what}"))
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Malformed {}

/// The input of a vector, the keys of its file, and the provider that is under test. A member that
/// is null is absent.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    input: &'a Map<String, Value>,
    keys: &'a Map<String, Value>,
    /// Where RSA and AES-GCM come from.
    pub provider: Provider,
}

impl<'a> Case<'a> {
    /// The input of a vector.
    pub const fn new(
        input: &'a Map<String, Value>,
        keys: &'a Map<String, Value>,
        provider: Provider,
    ) -> Self {
        Self {
            input,
            keys,
            provider,
        }
    }

    fn get(&self, name: &str) -> Option<&'a Value> {
        self.input.get(name).filter(|value| !value.is_null())
    }

    fn require(&self, name: &str) -> Result<&'a Value, Malformed> {
        self.get(name)
            .ok_or_else(|| Malformed::member(name, "is missing"))
    }

    /// A text that must be there.
    pub fn text(&self, name: &str) -> Result<&'a str, Malformed> {
        text(name, self.require(name)?)
    }

    /// A text that may be there.
    pub fn optional_text(&self, name: &str) -> Result<Option<&'a str>, Malformed> {
        self.get(name).map(|value| text(name, value)).transpose()
    }

    /// Yes or no.
    pub fn flag(&self, name: &str) -> Result<bool, Malformed> {
        let value = self.require(name)?.as_bool();
        value.ok_or_else(|| Malformed::member(name, "is neither true nor false"))
    }

    /// An integer, or a text of its digits.
    pub fn integer(&self, name: &str) -> Result<i64, Malformed> {
        let value = self.require(name)?;
        value
            .as_i64()
            .or_else(|| value.as_str()?.parse().ok())
            .ok_or_else(|| Malformed::member(name, "is not an integer"))
    }

    /// A moment in seconds since 1970.
    pub fn moment(&self, name: &str) -> Result<Timestamp, Malformed> {
        Timestamp::from_unix(self.integer(name)?)
            .ok_or_else(|| Malformed::member(name, "is beyond any calendar"))
    }

    /// The bytes of `name`, or those that `name_b64` encodes. None at all are written as null.
    pub fn bytes(&self, name: &str) -> Result<Bytes, Malformed> {
        let encoded = format!("{name}_b64");
        if let Some(text) = self.optional_text(&encoded)? {
            let bytes = STANDARD
                .decode(text)
                .map_err(|_| Malformed::member(&encoded, "is not base64"))?;
            return Ok(bytes.into());
        }
        match self.optional_text(name)? {
            Some(text) => Ok(Bytes::copy_from_slice(text.as_bytes())),
            None if self.input.contains_key(name) => Ok(Bytes::new()),
            None => Err(Malformed::member(name, "is missing")),
        }
    }

    /// An object.
    pub fn object(&self, name: &str) -> Result<&'a Map<String, Value>, Malformed> {
        let object = self.require(name)?.as_object();
        object.ok_or_else(|| Malformed::member(name, "is not an object"))
    }

    /// An object as an APIv2 message; a number stands for its digits.
    pub fn params(&self, name: &str) -> Result<Params, Malformed> {
        let members = self.object(name)?.iter();
        let present = members.filter(|(_, value)| !value.is_null());
        present
            .map(|(field, value)| Ok((field, digits_or_text(field, value)?)))
            .collect()
    }

    /// The headers of an HTTP message, where a list stands for a header that occurs more than once;
    /// `None` when HTTP could not carry them.
    pub fn headers(&self) -> Result<Option<HeaderMap>, Malformed> {
        let mut headers = HeaderMap::new();
        if self.input.get("headers") == Some(&Value::Null) {
            return Ok(Some(headers));
        }
        for (name, value) in self.object("headers")? {
            let values = match value {
                Value::Null => continue,
                Value::Array(values) => values.as_slice(),
                value => std::slice::from_ref(value),
            };
            for value in values {
                let value = HeaderValue::from_bytes(digits_or_text(name, value)?.as_bytes());
                let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value) else {
                    return Ok(None);
                };
                headers.append(name, value);
            }
        }
        Ok(Some(headers))
    }

    /// The PEM of a key, which is named or written out.
    pub fn pem(&self, name: &str) -> Result<&'a str, Malformed> {
        self.find_pem(self.text(name)?)
    }

    /// Serial numbers and ids with the PEM that is to be trusted under each.
    pub fn trusted(&self) -> Result<Vec<(&'a str, &'a str)>, Malformed> {
        let members = self.object("trust")?.iter();
        members
            .map(|(serial, key)| Ok((serial.as_str(), self.find_pem(text(serial, key)?)?)))
            .collect()
    }

    fn find_pem(&self, key: &'a str) -> Result<&'a str, Malformed> {
        if key.contains("-----BEGIN ") {
            return Ok(key);
        }
        let pem = self.keys.get(key).and_then(|key| key.get("pem")?.as_str());
        pem.ok_or_else(|| Malformed::new(format!("the file has no key `{key}`")))
    }
}

fn digits_or_text(name: &str, value: &Value) -> Result<String, Malformed> {
    match value {
        Value::Number(number) => Ok(number.to_string()),
        value => Ok(text(name, value)?.to_owned()),
    }
}

fn text<'a>(name: &str, value: &'a Value) -> Result<&'a str, Malformed> {
    let text = value.as_str();
    text.ok_or_else(|| Malformed::member(name, "is not a text"))
}
