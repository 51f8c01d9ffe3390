//! 签名 and 企业微信签名, from their documents.

use std::collections::BTreeMap;

use aws_lc_rs::hmac;
use md5::{Digest, Md5};

/// How a message of APIv2 is signed (签名类型).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum SignType {
    Md5,
    HmacSha256,
}

impl SignType {
    pub(crate) fn parse(sign_type: &str) -> Option<Self> {
        match sign_type {
            "MD5" => Some(Self::Md5),
            "HMAC-SHA256" => Some(Self::HmacSha256),
            _ => None,
        }
    }
}

/// The `sign` of a message: over every field that has a value, except `sign`.
pub(crate) fn sign<'a>(
    sign_type: SignType,
    fields: impl Iterator<Item = (&'a str, &'a str)>,
    key: &str,
) -> String {
    let text = string_to_sign(fields.filter(|(name, _)| *name != "sign"), "key", key);
    match sign_type {
        SignType::Md5 => hex(&Md5::digest(text.as_bytes())),
        SignType::HmacSha256 => {
            let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
            hex(hmac::sign(&key, text.as_bytes()).as_ref())
        }
    }
}

/// A `workwx_sign`: over some of the fields, with the app's secret.
pub(crate) fn workwx_sign<'a>(
    covered: &[&str],
    fields: impl Iterator<Item = (&'a str, &'a str)>,
    secret: &str,
) -> String {
    let signed = fields.filter(|(name, _)| covered.contains(name));
    hex(&Md5::digest(
        string_to_sign(signed, "secret", secret).as_bytes(),
    ))
}

/// The fields that have a value, by name, and the key at the end.
pub(crate) fn string_to_sign<'a>(
    fields: impl Iterator<Item = (&'a str, &'a str)>,
    key_name: &str,
    key: &str,
) -> String {
    let sorted: BTreeMap<_, _> = fields.filter(|(_, value)| !value.is_empty()).collect();
    let mut text = String::new();
    for (name, value) in sorted {
        text.push_str(name);
        text.push('=');
        text.push_str(value);
        text.push('&');
    }
    text + key_name + "=" + key
}

fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// The fields of a payment that `workwx_sign` covers.
pub(crate) const WORKWX_FIELDS: [&str; 8] = [
    "amount",
    "appid",
    "desc",
    "mch_id",
    "nonce_str",
    "openid",
    "partner_trade_no",
    "ww_msg_type",
];

/// The fields of a red packet that `workwx_sign` covers.
pub(crate) const RED_PACKET_FIELDS: [&str; 7] = [
    "act_name",
    "mch_billno",
    "mch_id",
    "nonce_str",
    "re_openid",
    "total_amount",
    "wxappid",
];
