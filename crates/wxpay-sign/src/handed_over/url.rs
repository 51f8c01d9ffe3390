use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// `name=value&…`, the values percent-encoded.
pub(crate) fn query<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let pairs: Vec<_> = fields
        .into_iter()
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .collect();
    pairs.join("&")
}

/// A value as it stands in a URL.
pub(crate) fn encoded(value: &str) -> String {
    utf8_percent_encode(value, ENCODED).to_string()
}

/// All but letters, digits and `-._~`.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
