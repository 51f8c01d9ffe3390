//! RSA as a detective needs it: what a signature says about itself, and which padding a sealed text has.

use rsa::pkcs1::DecodeRsaPrivateKey;
use rsa::pkcs8::{DecodePrivateKey, DecodePublicKey};
use rsa::traits::PublicKeyParts;
use rsa::{BigUint, Oaep, Pkcs1v15Encrypt, Pss, RsaPrivateKey, RsaPublicKey};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{PrivateKeyDer, SubjectPublicKeyInfoDer};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use wxpay_core::InvalidInput;

#[derive(Clone)]
pub(crate) struct PrivateKey {
    key: RsaPrivateKey,
    pub(crate) public: RsaPublicKey,
}

/// What a signature shows under a public key.
pub(crate) enum Opened {
    /// It was made with the private key, over this SHA-256.
    Sha256([u8; 32]),
    /// It was made with the private key, over another digest.
    OtherDigest(&'static str),
    /// It was made with another key or in another way.
    Noise,
}

/// How a text is sealed that opens.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Padding {
    OaepSha1,
    /// OAEP with SHA-256, and MGF1 with SHA-256 or SHA-1.
    OaepSha256(&'static str),
    Pkcs1,
}

pub(crate) fn read_private(pem: &str) -> Result<PrivateKey, InvalidInput> {
    if pem.contains("ENCRYPTED") {
        return Err(InvalidInput::new("private key", "must not be encrypted"));
    }
    let der = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| {
        InvalidInput::new(
            "private key",
            "must be PEM with a BEGIN PRIVATE KEY section",
        )
    })?;
    let key = match &der {
        PrivateKeyDer::Pkcs8(der) => RsaPrivateKey::from_pkcs8_der(der.secret_pkcs8_der()).ok(),
        PrivateKeyDer::Pkcs1(der) => RsaPrivateKey::from_pkcs1_der(der.secret_pkcs1_der()).ok(),
        _ => None,
    };
    let key =
        key.ok_or_else(|| InvalidInput::new("private key", "must be RSA in PKCS#8 or PKCS#1"))?;
    let public = key.to_public_key();
    Ok(PrivateKey { key, public })
}

pub(crate) fn read_public(spki: &[u8]) -> Result<RsaPublicKey, InvalidInput> {
    RsaPublicKey::from_public_key_der(spki)
        .map_err(|_| InvalidInput::new("public key", "must be RSA"))
}

pub(crate) fn read_public_pem(pem: &str) -> Result<RsaPublicKey, InvalidInput> {
    let der = SubjectPublicKeyInfoDer::from_pem_slice(pem.as_bytes()).map_err(|_| {
        InvalidInput::new("public key", "must be PEM with a BEGIN PUBLIC KEY section")
    })?;
    read_public(der.as_ref())
}

/// Undoes the signature with the public key, which shows the digest that was signed.
pub(crate) fn open(key: &RsaPublicKey, signature: &[u8]) -> Opened {
    let number = BigUint::from_bytes_be(signature);
    if signature.len() != key.size() || number >= *key.n() {
        return Opened::Noise;
    }
    let block = number.modpow(key.e(), key.n()).to_bytes_be();
    // The first byte of the block, 0, is not in the number.
    let Some(rest) = block.strip_prefix(&[1]) else {
        return Opened::Noise;
    };
    let filled = rest.iter().take_while(|byte| **byte == 0xFF).count();
    let Some([0, info @ ..]) = rest.get(filled..) else {
        return Opened::Noise;
    };
    for (name, prefix, length) in DIGESTS {
        let Some(digest) = info.strip_prefix(*prefix) else {
            continue;
        };
        return match <[u8; 32]>::try_from(digest) {
            Ok(digest) if *name == "SHA-256" => Opened::Sha256(digest),
            _ if digest.len() == *length => Opened::OtherDigest(name),
            _ => Opened::Noise,
        };
    }
    Opened::OtherDigest("unknown")
}

/// Whether it is an RSA-PSS signature over this message.
pub(crate) fn is_pss(key: &RsaPublicKey, message: &[u8], signature: &[u8]) -> bool {
    key.verify(Pss::new::<Sha256>(), &Sha256::digest(message), signature)
        .is_ok()
}

/// How the text is sealed, if it opens with this key.
pub(crate) fn padding(key: &PrivateKey, sealed: &[u8]) -> Option<Padding> {
    let key = &key.key;
    let opens = |padding: Oaep| key.decrypt(padding, sealed).is_ok();
    if opens(Oaep::new::<Sha1>()) {
        return Some(Padding::OaepSha1);
    }
    if opens(Oaep::new::<Sha256>()) {
        return Some(Padding::OaepSha256("SHA-256 and MGF1-SHA-256"));
    }
    if opens(Oaep::new_with_mgf_hash::<Sha256, Sha1>()) {
        return Some(Padding::OaepSha256("SHA-256 and MGF1-SHA-1"));
    }
    // Bytes that are no padding look like one in 65,536 cases, and then hold no text.
    let text = key.decrypt(Pkcs1v15Encrypt, sealed).ok()?;
    std::str::from_utf8(&text).ok()?;
    Some(Padding::Pkcs1)
}

/// The bytes of the modulus.
pub(crate) fn size(key: &RsaPublicKey) -> usize {
    key.size()
}

/// Whether the text can be one that this key sealed: a number below its modulus.
pub(crate) fn could_seal(key: &RsaPublicKey, sealed: &[u8]) -> bool {
    sealed.len() == key.size() && BigUint::from_bytes_be(sealed) < *key.n()
}

/// Name, what stands before the digest in PKCS#1 v1.5, and the digest's length.
const DIGESTS: &[(&str, &[u8], usize)] = &[
    (
        "SHA-256",
        b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20",
        32,
    ),
    (
        "SHA-1",
        b"\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14",
        20,
    ),
    (
        "MD5",
        b"\x30\x20\x30\x0c\x06\x08\x2a\x86\x48\x86\xf7\x0d\x02\x05\x05\x00\x04\x10",
        16,
    ),
    (
        "SHA-512",
        b"\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40",
        64,
    ),
];
