use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName};
use sha1::{Digest as _, Sha1};
use wxpay_core::{Timestamp, VerificationError, VerificationFailure};

use super::{PlatformKeys, RequestToSign, Suite};
use crate::{Proof, Verified};

/// How far a signed message's timestamp may be from the clock, in seconds to either side.
pub const WINDOW_SECONDS: u64 = 300;

/// Verifies a merchant's response or notification over its raw body.
///
/// `Wechatpay-Signature-Type` must be that of the keys' [`Suite`]; where it is absent, RSA is
/// meant. A message in another suite is refused, and so is one for a brand (品牌). The header is not
/// signed: what keeps them apart is that `keys` holds keys of one suite, and those for this
/// merchant only. Never put those of a brand among them.
///
/// # Errors
/// One of the four headers is missing or there twice, the timestamp is too far from `now`, the
/// serial number is unknown, or the signature does not match; a signature probe (签名探测) is refused
/// like any wrong signature. The message proves nothing then: after a write, the outcome is
/// unknown.
pub async fn verify(
    headers: &HeaderMap,
    body: Bytes,
    keys: &dyn PlatformKeys,
    now: Timestamp,
) -> Result<Verified<Bytes>, VerificationError> {
    verify_as(keys.suite().signature_type(), headers, body, keys, now).await
}

/// Verifies a brand's (品牌) response or notification over its raw body, for callers whose requests
/// [`authorize_brand`](super::authorize_brand) signs.
///
/// The signature is the same as a merchant's, by the key of WeChat Pay that belongs to the brand;
/// `Wechatpay-Signature-Type` is the brand's own, and a message for a merchant is refused. The
/// header is not signed: what keeps the two apart is that `keys` holds the keys for this brand
/// only. Never put those of a merchant among them.
///
/// <https://pay.weixin.qq.com/doc/brand/4015407582>
///
/// # Errors
/// As [`verify`].
pub async fn verify_brand(
    headers: &HeaderMap,
    body: Bytes,
    keys: &dyn PlatformKeys,
    now: Timestamp,
) -> Result<Verified<Bytes>, VerificationError> {
    if keys.suite() != Suite::Rsa {
        return Err(VerificationFailure::Algorithm(RequestToSign::BRAND_SCHEME).into());
    }
    verify_as(RequestToSign::BRAND_SCHEME, headers, body, keys, now).await
}

async fn verify_as(
    scheme: &'static str,
    headers: &HeaderMap,
    body: Bytes,
    keys: &dyn PlatformKeys,
    now: Timestamp,
) -> Result<Verified<Bytes>, VerificationError> {
    let timestamp = single(headers, &TIMESTAMP)?;
    let nonce = single(headers, &NONCE)?;
    let serial_no = single(headers, &SERIAL)?;
    let signature = single(headers, &SIGNATURE)?;
    check_type(headers, scheme, keys.suite())?;
    check_window(timestamp, now)?;
    if signature.starts_with("WECHATPAY/SIGNTEST/") {
        return Err(VerificationFailure::Probe.into());
    }
    let signature = STANDARD
        .decode(signature)
        .map_err(|_| VerificationFailure::Malformed(SIGNATURE.written))?;

    let mut message = Vec::with_capacity(timestamp.len() + nonce.len() + body.len() + 3);
    for part in [timestamp.as_bytes(), nonce.as_bytes(), &body] {
        message.extend_from_slice(part);
        message.push(b'\n');
    }
    keys.verify(serial_no, &message, &signature).await?;
    let serial_no = serial_no.to_owned();
    let proof = match keys.suite() {
        Suite::Rsa => Proof::Rsa { serial_no },
        #[cfg(feature = "sm")]
        Suite::Sm => Proof::Sm2 { serial_no },
    };
    Ok(Verified::new(body, proof))
}

/// Verifies a file whose signature covers its digest (SHA-1) in the header `digest`, and not its
/// bytes: the signed text is `{"sha1":"…"}`. The statements of merchants overseas (跨境对账单) are such
/// files.
///
/// # Errors
/// As [`verify`]; or the header is missing, or the file has another digest.
pub async fn verify_file(
    headers: &HeaderMap,
    digest: &'static str,
    file: Bytes,
    keys: &dyn PlatformKeys,
    now: Timestamp,
) -> Result<Verified<Bytes>, VerificationError> {
    let mut values = headers.get_all(digest).iter();
    let value = match (values.next(), values.next()) {
        (Some(value), None) => value.to_str(),
        (Some(_), Some(_)) => return Err(VerificationFailure::Repeated(digest).into()),
        (None, _) => return Err(VerificationFailure::Missing(digest).into()),
    };
    let told = value.map_err(|_| VerificationFailure::Malformed(digest))?;
    let signed = Bytes::from(format!(r#"{{"sha1":"{told}"}}"#));
    let signed = verify(headers, signed, keys, now).await?;
    let made: String = Sha1::digest(&file)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    if !made.eq_ignore_ascii_case(told) {
        return Err(VerificationFailure::OtherDigest.into());
    }
    Ok(Verified::new(file, signed.proof().clone()))
}

/// Accepts the response of a path whose responses carry no signature, such as a downloaded file.
///
/// Only the TLS connection guarantees where it comes from: take it from a transport that checks the
/// server's certificate, and compare the file with the digest that a signed response gave.
pub const fn danger_accept_unsigned(body: Bytes) -> Verified<Bytes> {
    Verified::new(body, Proof::TlsAlone)
}

/// A header as the documents write it, and as it is looked up.
struct Header {
    written: &'static str,
    name: HeaderName,
}

/// The one value of a header: two of them would let two readers see different messages.
fn single<'a>(
    headers: &'a HeaderMap,
    Header { written, name }: &'static Header,
) -> Result<&'a str, VerificationError> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().ok_or(VerificationFailure::Missing(written))?;
    if values.next().is_some() {
        return Err(VerificationFailure::Repeated(written).into());
    }
    match value.to_str() {
        Ok("") => Err(VerificationFailure::Missing(written).into()),
        Ok(text) => Ok(text),
        Err(_) => Err(VerificationFailure::Malformed(written).into()),
    }
}

/// `Wechatpay-Signature-Type` may be absent, which means RSA, and must name the expected scheme
/// when it is there.
fn check_type(
    headers: &HeaderMap,
    scheme: &'static str,
    suite: Suite,
) -> Result<(), VerificationError> {
    let is_missing =
        |error: &VerificationError| matches!(error.failure(), VerificationFailure::Missing(_));
    match single(headers, &SIGNATURE_TYPE) {
        Ok(name) if name == scheme => Ok(()),
        Err(error) if is_missing(&error) && suite == Suite::Rsa => Ok(()),
        Err(error) if !is_missing(&error) => Err(error),
        _ => Err(VerificationFailure::Algorithm(scheme).into()),
    }
}

fn check_window(timestamp: &str, now: Timestamp) -> Result<(), VerificationError> {
    let malformed = VerificationFailure::Malformed(TIMESTAMP.written);
    if !timestamp.bytes().all(|b| b.is_ascii_digit()) {
        return Err(malformed.into());
    }
    let seconds: i64 = timestamp.parse().map_err(|_| malformed)?;
    let away = seconds.abs_diff(now.unix());
    if away > WINDOW_SECONDS {
        return Err(VerificationFailure::Stale(away).into());
    }
    Ok(())
}

static TIMESTAMP: Header = Header {
    written: "Wechatpay-Timestamp",
    name: HeaderName::from_static("wechatpay-timestamp"),
};

static NONCE: Header = Header {
    written: "Wechatpay-Nonce",
    name: HeaderName::from_static("wechatpay-nonce"),
};

static SERIAL: Header = Header {
    written: "Wechatpay-Serial",
    name: HeaderName::from_static("wechatpay-serial"),
};

static SIGNATURE: Header = Header {
    written: "Wechatpay-Signature",
    name: HeaderName::from_static("wechatpay-signature"),
};

static SIGNATURE_TYPE: Header = Header {
    written: "Wechatpay-Signature-Type",
    name: HeaderName::from_static("wechatpay-signature-type"),
};
