use std::error::Error as StdError;

use aws_lc_rs::io::Positive;
use aws_lc_rs::rsa::{KeyPair, OAEP_SHA1_MGF1SHA1, OaepPublicEncryptingKey, PublicEncryptingKey};
use aws_lc_rs::signature::{
    KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RsaParameters, UnparsedPublicKey,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use num_bigint::BigUint;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject;

use crate::platform::Suite;
#[cfg(feature = "sm")]
use crate::platform::sm::SmPublicKey;

/// The public key of a merchant's or a brand's API certificate.
pub(crate) enum MerchantKey {
    Rsa(RsaKey),
    #[cfg(feature = "sm")]
    Sm(SmPublicKey),
}

impl MerchantKey {
    pub(crate) fn suite(&self) -> Suite {
        match self {
            Self::Rsa(_) => Suite::Rsa,
            #[cfg(feature = "sm")]
            Self::Sm(_) => Suite::Sm,
        }
    }

    /// Whether the merchant signed `message`.
    pub(crate) fn signed(&self, message: &[u8], signature: &str) -> bool {
        match self {
            Self::Rsa(key) => verify(&key.spki, message, signature),
            #[cfg(feature = "sm")]
            Self::Sm(key) => key.signed(message, signature),
        }
    }

    /// Encrypts a sensitive field (敏感信息) for the merchant; `None` when it is empty, or too long for
    /// one block of RSA.
    pub(crate) fn seal(&self, text: &str) -> Option<String> {
        match self {
            Self::Rsa(key) => key.seal(text),
            #[cfg(feature = "sm")]
            Self::Sm(key) => key.seal(text),
        }
    }
}

/// A public key of RSA.
pub(crate) struct RsaKey {
    spki: Vec<u8>,
    modulus: BigUint,
    exponent: BigUint,
    sealing: OaepPublicEncryptingKey,
}

impl RsaKey {
    /// Takes a SubjectPublicKeyInfo and the PEM of its private key.
    pub(crate) fn new(
        spki: Vec<u8>,
        private_pem: &str,
    ) -> Result<Self, Box<dyn StdError + Send + Sync>> {
        let public = PublicEncryptingKey::from_der(&spki)?;
        let private = PrivatePkcs8KeyDer::from_pem_slice(private_pem.as_bytes())?;
        let pair = KeyPair::from_pkcs8(private.secret_pkcs8_der())?;
        let number = |positive: Positive<'_>| {
            BigUint::from_bytes_be(positive.big_endian_without_leading_zero())
        };
        Ok(Self {
            modulus: number(pair.public_key().modulus()),
            exponent: number(pair.public_key().exponent()),
            sealing: OaepPublicEncryptingKey::new(public)?,
            spki,
        })
    }

    /// Whether the merchant signed `message` by other rules than it should.
    pub(crate) fn signed_with(
        &self,
        algorithm: &'static RsaParameters,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        UnparsedPublicKey::new(algorithm, &self.spki)
            .verify(message, signature)
            .is_ok()
    }

    /// Whether the merchant's key made this signature, over whatever text: opened, it is the frame
    /// of a SHA-256 digest.
    pub(crate) fn made(&self, signature: &[u8]) -> bool {
        let opened = BigUint::from_bytes_be(signature).modpow(&self.exponent, &self.modulus);
        // The leading zero is lost in a number.
        let opened = opened.to_bytes_be();
        let digest = opened.len().saturating_sub(SHA_256);
        let frame = opened.get(..digest).unwrap_or_default();
        frame.starts_with(&[1, 0xFF, 0xFF]) && frame.ends_with(SHA_256_FRAME)
    }

    fn seal(&self, text: &str) -> Option<String> {
        let mut block = vec![0; self.sealing.ciphertext_size()];
        let sealed = self
            .sealing
            .encrypt(&OAEP_SHA1_MGF1SHA1, text.as_bytes(), &mut block, None)
            .ok()?;
        Some(STANDARD.encode(sealed))
    }
}

/// Whether `signature`, base64 of PKCS#1 v1.5 with SHA-256, fits the message and the
/// SubjectPublicKeyInfo.
pub(crate) fn verify(public: &[u8], message: &[u8], signature: &str) -> bool {
    let Ok(signature) = STANDARD.decode(signature) else {
        return false;
    };
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public)
        .verify(message, &signature)
        .is_ok()
}

/// In bytes.
const SHA_256: usize = 32;

/// What stands before the digest in PKCS#1 v1.5 (RFC 8017, section 9.2).
const SHA_256_FRAME: &[u8] = &[
    0, 0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
    0x05, 0x00, 0x04, 0x20,
];
