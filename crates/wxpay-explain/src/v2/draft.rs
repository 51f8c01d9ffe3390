use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// A text to be signed in the making: fields that can still be changed, dropped and put in another order.
#[derive(Clone)]
pub(super) struct Draft {
    pub(super) fields: Vec<(String, String)>,
    pub(super) order: Order,
    pub(super) gbk: bool,
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
    /// The text up to the key, in its encoding.
    pub(super) fn text(&self) -> Vec<u8> {
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
        let text = parts.join("&");
        if self.gbk {
            encoding_rs::GBK.encode(&text).0.into_owned()
        } else {
            text.into_bytes()
        }
    }
}

pub(super) fn url_encoded(value: &str) -> String {
    utf8_percent_encode(value, KEPT).to_string()
}

/// As forms do it: a blank is a plus.
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

/// Left as they are by URL encoders.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'*')
    .remove(b'~');
