use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

use percent_encoding::percent_decode_str;

use wxpay_sign::v3::Suite;

use crate::Report;
#[cfg(feature = "sm")]
use crate::causes::sm;
use crate::causes::v3 as causes;
use crate::key::PublicKey;

/// The bytes of a signature, and whether they were written as they should be.
pub(super) struct Written {
    pub(super) bytes: Vec<u8>,
    pub(super) rightly: bool,
}

/// Reads a signature of this key, or of RSA, in whatever form it was written; says which.
pub(super) fn read(text: &str, key: Option<&PublicKey>, report: &mut Report) -> Option<Written> {
    let fits = |bytes: &Vec<u8>| key.map_or(bytes.len() == 256, |key| key.fits(bytes));
    if let Some(bytes) = STANDARD.decode(text).ok().filter(fits) {
        let rightly = !is_raw(&bytes, key, report);
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
        misfit(text, key, report);
        return None;
    };
    report.find(cause, []);
    is_raw(&bytes, key, report);
    let rightly = false;
    Some(Written { bytes, rightly })
}

/// Says why the bytes are no signature of this key.
fn misfit(text: &str, key: Option<&PublicKey>, report: &mut Report) {
    let bytes = STANDARD.decode(text).unwrap_or_default();
    match key.map_or(Suite::Rsa, PublicKey::suite) {
        Suite::Rsa if is_sm2(&bytes) => report.find(&causes::IS_SM2, []),
        #[cfg(feature = "sm")]
        Suite::Sm if matches!(bytes.len(), 256 | 384 | 512) => {
            report.find(&sm::IS_RSA, [("found", &bytes.len().to_string())]);
        }
        #[cfg(feature = "sm")]
        Suite::Sm => report.find(&sm::FORM, []),
        _ => {
            let expected = match key {
                Some(PublicKey::Rsa(key)) => key.size(),
                _ => 256,
            };
            report.find(
                &causes::SIGNATURE_FORM,
                [("expected", &expected.to_string())],
            );
        }
    }
}

/// Whether they are two numbers in ASN.1, which is what a signature of SM2 looks like.
fn is_sm2(bytes: &[u8]) -> bool {
    matches!(bytes, [0x30, length, 2, ..] if usize::from(*length) + 2 == bytes.len())
}

/// Whether a signature of SM2 is written without ASN.1; says so.
#[cfg(feature = "sm")]
fn is_raw(bytes: &[u8], key: Option<&PublicKey>, report: &mut Report) -> bool {
    let of_sm2 = key.is_some_and(|key| key.suite() == Suite::Sm);
    let is_raw = of_sm2 && !crate::sm_key::is_der(bytes);
    if is_raw {
        report.find(&sm::RAW, []);
    }
    is_raw
}

#[cfg(not(feature = "sm"))]
const fn is_raw(_: &[u8], _: Option<&PublicKey>, _: &Report) -> bool {
    false
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
