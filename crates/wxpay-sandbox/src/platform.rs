use std::error::Error as StdError;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, OAEP_SHA1_MGF1SHA1, OaepPublicEncryptingKey, PublicEncryptingKey};
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The RSA keys of WeChat Pay's side: its own, and the merchant's public one.
pub(crate) struct Platform {
    own: KeyPair,
    merchant: Vec<u8>,
    sealing: OaepPublicEncryptingKey,
}

impl Platform {
    /// Takes the platform's PKCS#8 key and the merchant's SubjectPublicKeyInfo.
    pub(crate) fn new(
        own: &[u8],
        merchant: Vec<u8>,
    ) -> Result<Self, Box<dyn StdError + Send + Sync>> {
        let public = PublicEncryptingKey::from_der(&merchant)?;
        Ok(Self {
            own: KeyPair::from_pkcs8(own)?,
            sealing: OaepPublicEncryptingKey::new(public)?,
            merchant,
        })
    }

    /// Signs a text: PKCS#1 v1.5 with SHA-256, base64.
    pub(crate) fn sign(&self, message: &[u8]) -> String {
        let mut signature = vec![0; self.own.public_modulus_len()];
        self.own
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                message,
                &mut signature,
            )
            .expect("an RSA key of 2048 bits signs any message");
        STANDARD.encode(signature)
    }

    /// Whether the merchant signed `message`.
    pub(crate) fn merchant_signed(&self, message: &[u8], signature: &str) -> bool {
        verify(&self.merchant, message, signature)
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
