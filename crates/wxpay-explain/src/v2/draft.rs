use std::borrow::Cow;
use std::fmt::Write;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::charset::Charset;

/// A text to be signed in the making: fields that can still be changed, dropped and put in another
/// order.
#[derive(Clone)]
pub(super) struct Draft {
    pub(super) fields: Vec<(String, String)>,
    pub(super) order: Order,
    pub(super) charset: Charset,
}

#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Order {
    /// By the bytes of the names, as it should be.
    Bytes,
    /// Without regard to the case of letters.
    Caseless,
    /// As the fields stand in the draft.
    Sent,
}

impl Draft {
    /// The text up to the key.
    pub(super) fn text(&self) -> String {
        let mut fields: Vec<_> = self.fields.iter().collect();
        match self.order {
            Order::Bytes => fields.sort(),
            Order::Caseless => fields.sort_by_key(|(name, _)| name.to_lowercase()),
            Order::Sent => {}
        }
        let parts: Vec<_> = fields
            .into_iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        parts.join("&")
    }
}

pub(super) fn url_encoded(value: &str) -> String {
    utf8_percent_encode(value, NOT_ENCODED).to_string()
}

/// As forms do it: a space is a plus.
pub(super) fn form_encoded(value: &str) -> String {
    url_encoded(value).replace("%20", "+")
}

pub(super) fn url_decoded(value: &str) -> String {
    percent_decode_str(value)
        .decode_utf8()
        .map_or_else(|_| value.to_owned(), Cow::into_owned)
}

pub(super) fn xml_escaped(value: &str) -> String {
    value
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

pub(super) fn html_escaped(value: &str) -> String {
    xml_escaped(value)
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

pub(super) fn xml_unescaped(value: &str) -> String {
    value
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}

/// With the marks that should only stand in the XML.
pub(super) fn in_cdata(value: &str) -> String {
    if value.is_empty() {
        String::new()
    } else {
        format!("<![CDATA[{value}]]>")
    }
}

pub(super) fn out_of_cdata(value: &str) -> String {
    let inner = value
        .strip_prefix("<![CDATA[")
        .and_then(|value| value.strip_suffix("]]>"));
    inner.unwrap_or(value).to_owned()
}

/// As in a string of JSON: what is not ASCII as `\uXXXX`.
pub(super) fn json_escaped(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for c in json_quoted(value).chars() {
        if c.is_ascii() {
            escaped.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            // Writing to a String does not fail.
            let _ = write!(escaped, "\\u{unit:04x}");
        }
    }
    escaped
}

/// As in a string of JSON: quotes and backslashes only.
pub(super) fn json_quoted(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"")
}

/// What the value means as the inside of a string of JSON.
pub(super) fn json_unescaped(value: &str) -> String {
    if !value.contains('\\') {
        return value.to_owned();
    }
    let quoted = format!("\"{}\"", value.replace("\\x", "\\u00"));
    serde_json::from_str(&quoted).unwrap_or_else(|_| value.to_owned())
}

/// Left as they are by URL encoders.
const NOT_ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'*')
    .remove(b'~');
