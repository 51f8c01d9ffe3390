//! The signature of APIv2 (签名算法): a digest over all fields and the merchant's APIv2 key.
//!
//! <https://pay.weixin.qq.com/doc/v2/merchant/4011985891>

pub mod jump;
mod notice;
pub mod payment;

use bytes::Bytes;
use hmac::{Hmac, Mac};
use md5::{Digest, Md5};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use wxpay_core::{InvalidInput, Params, Secret, VerificationError, VerificationFailure};

pub use self::notice::{ACKNOWLEDGEMENT, refusal};
use crate::{Proof, Verified};

/// The digest of an APIv2 signature.
#[allow(clippy::exhaustive_enums)] // the protocol is frozen
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum SignType {
    /// `MD5`: 32 hexadecimal digits.
    Md5,
    /// `HMAC-SHA256`: 64 hexadecimal digits.
    HmacSha256,
}

impl SignType {
    /// The name in the field `sign_type`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::HmacSha256 => "HMAC-SHA256",
        }
    }

    const fn digits(self) -> usize {
        match self {
            Self::Md5 => 32,
            Self::HmacSha256 => 64,
        }
    }
}

/// The APIv2 key (APIv2密钥, 32 characters), which signs and verifies.
#[derive(Clone, Debug)]
pub struct Key(Secret);

impl Key {
    /// Takes the key as it was set on the merchant platform.
    ///
    /// # Errors
    /// It is not 32 printable ASCII characters.
    pub fn new(key: impl Into<Secret>) -> Result<Self, InvalidInput> {
        let key = key.into();
        let text = key.expose();
        if text.len() != 32 || !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(InvalidInput::new(
                "APIv2 key",
                "must be 32 printable ASCII characters",
                "必须是 32 个可打印的 ASCII 字符",
            ));
        }
        Ok(Self(key))
    }

    /// Signs every field that is not empty, except `sign`: upper-case hexadecimal digits.
    pub fn sign(&self, params: &Params, sign_type: SignType) -> String {
        self.digest(params, sign_type, encode_hex)
    }

    /// Checks the field `sign` over all other fields, those this crate does not know included.
    ///
    /// The algorithm is the one that was configured or asked for, never one that the message names.
    ///
    /// The signed text does not say where a value ends, so that one signature fits several
    /// messages. Before acting on what is verified, ask [`Params::ambiguous`], which finds a field
    /// that may hide in a value; the client of `wxpay-client` does so by itself.
    ///
    /// # Errors
    /// `sign` is missing, is not upper-case hexadecimal, is of the other algorithm, or does not
    /// fit. The message proves nothing then: after a write, the outcome is unknown.
    pub fn verify(
        &self,
        params: Params,
        sign_type: SignType,
    ) -> Result<Verified<Params>, VerificationError> {
        let sign = params
            .get("sign")
            .ok_or(VerificationFailure::Missing("sign"))?;
        let claimed = decode_hex(sign).ok_or(VerificationFailure::Malformed("sign"))?;
        match sign.len() {
            digits if digits == sign_type.digits() => {}
            32 | 64 => return Err(VerificationFailure::Algorithm(sign_type.name()).into()),
            _ => return Err(VerificationFailure::Malformed("sign").into()),
        }
        let fits = |digest: &[u8]| bool::from(digest.ct_eq(&claimed));
        if !self.digest(&params, sign_type, fits) {
            return Err(VerificationFailure::Mismatch.into());
        }
        let proof = match sign_type {
            SignType::Md5 => Proof::Md5,
            SignType::HmacSha256 => Proof::HmacSha256,
        };
        Ok(Verified::new(params, proof))
    }

    fn digest<T>(&self, params: &Params, sign_type: SignType, read: impl FnOnce(&[u8]) -> T) -> T {
        match sign_type {
            SignType::Md5 => {
                let mut digest = Md5::new();
                self.feed(params, |bytes| digest.update(bytes));
                read(&digest.finalize())
            }
            SignType::HmacSha256 => {
                let mut digest = Hmac::<Sha256>::new_from_slice(self.0.expose().as_bytes())
                    .expect("HMAC takes a key of any length");
                self.feed(params, |bytes| digest.update(bytes));
                read(&digest.finalize().into_bytes())
            }
        }
    }

    /// Feeds the signed text to a digest, without building it.
    fn feed(&self, params: &Params, mut update: impl FnMut(&[u8])) {
        for (_, pair) in params.pairs().filter(|(name, _)| *name != "sign") {
            update(pair.as_bytes());
        }
        update(b"key=");
        update(self.0.expose().as_bytes());
    }
}

/// Accepts a response of an endpoint whose responses carry no `sign`.
///
/// Only the TLS connection guarantees where such a response comes from: take it from a transport
/// that checks the server's certificate, and compare its numbers with those that were sent.
pub const fn danger_accept_unsigned(params: Params) -> Verified<Params> {
    Verified::new(params, Proof::TlsAlone)
}

/// Accepts a file that an endpoint answers with, such as a bill (对账单): files carry no `sign`
/// either.
///
/// As with [`danger_accept_unsigned`], the TLS connection is all that guarantees where it comes
/// from.
pub const fn danger_accept_file(body: Bytes) -> Verified<Bytes> {
    Verified::new(body, Proof::TlsAlone)
}

/// The text that is signed, up to the `&key=` that follows it: `name=value` joined by `&`, in the
/// order of the names' bytes.
///
/// For looking at why a signature does not match. It holds every value of the message, so keep it
/// out of logs.
pub fn canonical_text(params: &Params) -> String {
    let parts: Vec<String> = fields(params)
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    parts.join("&")
}

fn fields(params: &Params) -> impl Iterator<Item = (&str, &str)> {
    params
        .iter()
        .filter(|(name, value)| *name != "sign" && !value.is_empty())
}

/// Feeds `name=value&…&suffix=secret` to a digest, without building the text.
pub(crate) fn feed<'a>(
    fields: impl Iterator<Item = (&'a str, &'a str)>,
    suffix: &str,
    secret: &Secret,
    mut update: impl FnMut(&[u8]),
) {
    for (name, value) in fields {
        update(name.as_bytes());
        update(b"=");
        update(value.as_bytes());
        update(b"&");
    }
    update(suffix.as_bytes());
    update(b"=");
    update(secret.expose().as_bytes());
}

/// Upper-case hexadecimal digits.
pub(crate) fn encode_hex(bytes: &[u8]) -> String {
    let mut digits = vec![0; 2 * bytes.len()];
    for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
        pair.copy_from_slice(&[hex_digit(byte >> 4), hex_digit(byte & 15)]);
    }
    String::from_utf8(digits).unwrap_or_default()
}

/// The upper-case digit of a number under 16.
pub(crate) fn hex_digit(nibble: u8) -> u8 {
    nibble + if nibble < 10 { b'0' } else { b'A' - 10 }
}

/// The bytes of upper-case hexadecimal digits.
fn decode_hex(text: &str) -> Option<Vec<u8>> {
    let nibble = |b: u8| match b {
        b'0'..=b'9' => Some(b - b'0'),
        b'A'..=b'F' => Some(b - b'A' + 10),
        _ => None,
    };
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| match pair {
            &[high, low] => Some(nibble(high)? * 16 + nibble(low)?),
            _ => None,
        })
        .collect()
}
