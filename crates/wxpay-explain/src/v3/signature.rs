use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

use percent_encoding::percent_decode_str;

use crate::Report;
use crate::causes::v3 as causes;

/// The bytes of a signature, and whether they were written as they should be.
pub(super) struct Written {
    pub(super) bytes: Vec<u8>,
    pub(super) rightly: bool,
}

/// Reads a signature in whatever form it was written; says which.
pub(super) fn read(text: &str, expected: usize, report: &mut Report) -> Option<Written> {
    let fits = |bytes: &Vec<u8>| bytes.len() == expected;
    if let Some(bytes) = STANDARD.decode(text).ok().filter(fits) {
        let rightly = true;
        return Some(Written { bytes, rightly });
    }
    let joined: String = text.split_whitespace().collect();
    let joined = joined.replace("\\n", "").replace("\\r", "");
    let url = URL_SAFE
        .decode(&joined)
        .or_else(|_| URL_SAFE_NO_PAD.decode(&joined))
        .or_else(|_| STANDARD_NO_PAD.decode(&joined));
    let encoded = percent_decode_str(text).decode_utf8_lossy();
    let plus = encoded.replace(' ', "+");
    let found = if let Some(bytes) = STANDARD.decode(&plus).ok().filter(fits) {
        Some((&causes::SIGNATURE_URL, bytes))
    } else if let Some(bytes) = STANDARD.decode(&joined).ok().filter(fits) {
        Some((&causes::BASE64_LINES, bytes))
    } else if let Some(bytes) = url.ok().filter(fits) {
        Some((&causes::BASE64_URL, bytes))
    } else {
        let bytes = from_hex(&joined).filter(fits);
        bytes.map(|bytes| (&causes::SIGNATURE_HEX, bytes))
    };
    let Some((cause, bytes)) = found else {
        report.find(
            &causes::SIGNATURE_FORM,
            [("expected", &expected.to_string())],
        );
        return None;
    };
    report.find(cause, []);
    let rightly = false;
    Some(Written { bytes, rightly })
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(16)).collect();
    let digits = digits?;
    let pairs = digits.chunks(2);
    let bytes = pairs.map(|pair| match pair {
        &[high, low] => u8::try_from(high * 16 + low).ok(),
        _ => None,
    });
    bytes.collect()
}
