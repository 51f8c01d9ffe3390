use aes::cipher::{BlockDecrypt, KeyInit};
use aes::{Aes128, Aes256};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};

use crate::causes::{Cause, keys as key_causes, sealed as causes};
use crate::hash::hex;
use crate::{Keys, Report, Verdict, lints};

/// The field `req_info` of a refund notification (退款结果通知).
pub(crate) fn explain(req_info: &str, keys: &Keys, report: &mut Report) {
    lints::symmetric(keys.api_v2.as_ref(), "APIv2 key", true, report);
    let Some(ciphertext) = STANDARD
        .decode(req_info)
        .ok()
        .filter(|bytes| !bytes.is_empty() && bytes.len() % 16 == 0)
    else {
        report.find(&causes::REFUND_FORM, []);
        report.check("req_info", Verdict::Broken);
        return;
    };
    let Some(key) = &keys.api_v2 else {
        report.find(&key_causes::MISSING, [("key", "APIv2 key")]);
        report.check("req_info", Verdict::Unchecked);
        return;
    };
    let key = key.expose();
    if opens(key.trim(), &ciphertext) {
        // A space in the key was reported already; the right key is the one without.
        let verdict = if key.trim() == key {
            Verdict::Holds
        } else {
            Verdict::Broken
        };
        if verdict == Verdict::Broken {
            report.find(&causes::REFUND_BLANK, []);
        }
        report.check("req_info", verdict);
        return;
    }
    let (cause, found) = mistake(key.trim(), keys, &ciphertext);
    report.find(cause, [("found", found)]);
    report.check("req_info", Verdict::Broken);
}

fn mistake(key: &str, keys: &Keys, ciphertext: &[u8]) -> (&'static Cause, &'static str) {
    let digest = Md5::digest(key);
    let opens_v3 = |key: &str| opens(key, ciphertext);
    if is_notice(decrypt_256(key.as_bytes(), ciphertext)) {
        (&causes::REFUND_RAW, "")
    } else if keys
        .api_v3
        .as_ref()
        .is_some_and(|key| opens_v3(key.expose().trim()))
    {
        (&causes::REFUND_V3, "")
    } else if is_notice(decrypt_256(hex(&digest).as_bytes(), ciphertext)) {
        (&causes::REFUND_MD5, "32 upper-case digits")
    } else if is_notice(decrypt_128(&digest, ciphertext)) {
        (&causes::REFUND_MD5, "16 raw bytes")
    } else {
        (&causes::REFUND_KEY, "")
    }
}

fn opens(key: &str, ciphertext: &[u8]) -> bool {
    let digits = hex(&Md5::digest(key)).to_lowercase();
    is_notice(decrypt_256(digits.as_bytes(), ciphertext))
}

fn decrypt_256(key: &[u8], ciphertext: &[u8]) -> Option<Vec<u8>> {
    let cipher = Aes256::new_from_slice(key).ok()?;
    let mut text = ciphertext.to_vec();
    for block in text.chunks_exact_mut(16) {
        cipher.decrypt_block(block.into());
    }
    Some(text)
}

fn decrypt_128(key: &[u8], ciphertext: &[u8]) -> Option<Vec<u8>> {
    let cipher = Aes128::new_from_slice(key).ok()?;
    let mut text = ciphertext.to_vec();
    for block in text.chunks_exact_mut(16) {
        cipher.decrypt_block(block.into());
    }
    Some(text)
}

fn is_notice(text: Option<Vec<u8>>) -> bool {
    text.is_some_and(|text| text.trim_ascii_start().starts_with(b"<root>"))
}
