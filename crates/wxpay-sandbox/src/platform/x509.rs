//! Certificates of SM2 keys (RFC 5280), which the library that makes the others has no algorithm
//! for.

use std::error::Error as StdError;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use wxpay_core::{TimeFormat, Timestamp};

use crate::platform::sm::{SmKey, SmPublicKey};

/// What is in a certificate.
pub(crate) struct Subject<'a> {
    pub(crate) serial: &'a [u8],
    pub(crate) common_name: &'a str,
    pub(crate) key: &'a SmPublicKey,
    pub(crate) not_before: Timestamp,
    pub(crate) not_after: Timestamp,
}

/// A certificate in PEM, signed by `issuer`.
pub(crate) fn certificate(
    subject: &Subject<'_>,
    issuer: &SmKey,
) -> Result<String, Box<dyn StdError + Send + Sync>> {
    let algorithm = sequence(&[object(SM2_WITH_SM3)]);
    let key_usage = octets(&[BIT_STRING, 2, 4, DIGITAL_SIGNATURE_AND_DATA_ENCIPHERMENT]);
    let key_usage = sequence(&[object(KEY_USAGE), boolean(true), key_usage]);
    let body = sequence(&[
        value(VERSION, &value(INTEGER, &[2])),
        value(INTEGER, subject.serial),
        algorithm.clone(),
        name("wxpay-sandbox SM CA"),
        sequence(&[time(subject.not_before)?, time(subject.not_after)?]),
        name(subject.common_name),
        subject.key.spki()?,
        value(EXTENSIONS, &sequence(&[key_usage])),
    ]);
    let mut signature = vec![0];
    signature.extend(issuer.sign(&body));
    let signature = value(BIT_STRING, &signature);
    let whole = sequence(&[body, algorithm, signature]);
    Ok(pem("CERTIFICATE", &whole))
}

/// Bytes in PEM (RFC 7468).
pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut pem = format!("-----BEGIN {label}-----\n");
    for (n, c) in text.chars().enumerate() {
        if n > 0 && n % 64 == 0 {
            pem.push('\n');
        }
        pem.push(c);
    }
    pem + &format!("\n-----END {label}-----\n")
}

fn name(common_name: &str) -> Vec<u8> {
    let attribute = |oid: &[u8], text: &str| {
        let attribute = sequence(&[object(oid), value(UTF8_STRING, text.as_bytes())]);
        value(SET, &attribute)
    };
    sequence(&[
        attribute(ORGANIZATION, "wxpay-sandbox"),
        attribute(COMMON_NAME, common_name),
    ])
}

/// With two digits for the year up to 2049, and with four from then on.
fn time(time: Timestamp) -> Result<Vec<u8>, Box<dyn StdError + Send + Sync>> {
    let utc = Timestamp::from_unix(time.unix() - EIGHT_HOURS);
    let text = utc
        .ok_or("no time of a calendar")?
        .format(TimeFormat::Compact);
    let text = format!("{text}Z");
    Ok(match text.strip_prefix("20") {
        Some(short) if text.as_str() < "2050" => value(UTC_TIME, short.as_bytes()),
        _ => value(GENERALIZED_TIME, text.as_bytes()),
    })
}

fn object(oid: &[u8]) -> Vec<u8> {
    value(OBJECT, oid)
}

fn boolean(yes: bool) -> Vec<u8> {
    value(BOOLEAN, &[if yes { 0xFF } else { 0 }])
}

fn octets(bytes: &[u8]) -> Vec<u8> {
    value(OCTET_STRING, bytes)
}

fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    value(SEQUENCE, &parts.concat())
}

/// A value of DER (X.690).
fn value(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut value = vec![tag];
    let length = content.len().to_be_bytes();
    let short: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
    match short.as_slice() {
        [] => value.push(0),
        [only] if *only < 0x80 => value.push(*only),
        long => {
            value.push(0x80 | u8::try_from(long.len()).unwrap_or_default());
            value.extend_from_slice(long);
        }
    }
    value.extend_from_slice(content);
    value
}

const BOOLEAN: u8 = 0x01;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OBJECT: u8 = 0x06;
const UTF8_STRING: u8 = 0x0C;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const VERSION: u8 = 0xA0;
const EXTENSIONS: u8 = 0xA3;

/// 1.2.156.10197.1.501
const SM2_WITH_SM3: &[u8] = &[0x2A, 0x81, 0x1C, 0xCF, 0x55, 0x01, 0x83, 0x75];
/// 2.5.29.15
const KEY_USAGE: &[u8] = &[0x55, 0x1D, 0x0F];
/// 2.5.4.10
const ORGANIZATION: &[u8] = &[0x55, 0x04, 0x0A];
/// 2.5.4.3
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];

/// The first and the fourth bit of the key's usage.
const DIGITAL_SIGNATURE_AND_DATA_ENCIPHERMENT: u8 = 0x90;

/// The times of the sandbox are those of China.
const EIGHT_HOURS: i64 = 8 * 3600;
