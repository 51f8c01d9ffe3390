use std::error::Error as StdError;

use aws_lc_rs::rsa::{OAEP_SHA1_MGF1SHA1, OaepPublicEncryptingKey, PublicEncryptingKey};
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The public key of the merchant's API certificate.
pub(crate) struct MerchantKey {
    spki: Vec<u8>,
    sealing: OaepPublicEncryptingKey,
}

impl MerchantKey {
    /// Takes a SubjectPublicKeyInfo.
    pub(crate) fn new(spki: Vec<u8>) -> Result<Self, Box<dyn StdError + Send + Sync>> {
        let public = PublicEncryptingKey::from_der(&spki)?;
        Ok(Self {
            sealing: OaepPublicEncryptingKey::new(public)?,
            spki,
        })
    }

    /// Whether the merchant signed `message`.
    pub(crate) fn signed(&self, message: &[u8], signature: &str) -> bool {
        verify(&self.spki, message, signature)
    }

    /// Seals a sensitive field (敏感信息) for the merchant; `None` when it is too long for one block.
    pub(crate) fn seal(&self, text: &str) -> Option<String> {
        let mut block = vec![0; self.sealing.ciphertext_size()];
        let sealed = self
            .sealing
            .encrypt(&OAEP_SHA1_MGF1SHA1, text.as_bytes(), &mut block, None)
            .ok()?;
        Some(STANDARD.encode(sealed))
    }
}

/// Whether `signature`, base64 of PKCS#1 v1.5 with SHA-256, fits the message and the SubjectPublicKeyInfo.
pub(crate) fn verify(public: &[u8], message: &[u8], signature: &str) -> bool {
    let Ok(signature) = STANDARD.decode(signature) else {
        return false;
    };
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public)
        .verify(message, &signature)
        .is_ok()
}
