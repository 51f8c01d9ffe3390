//! Keys of the national algorithms (国密): SM2 with SM3, and SM2 encryption, from their document.

use std::error::Error as StdError;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject;
use sm2::dsa::signature::{RandomizedSigner, Verifier};
use sm2::dsa::{Signature, SigningKey, VerifyingKey};
use sm2::elliptic_curve::common::getrandom::SysRng;
use sm2::pkcs8::{DecodePrivateKey, EncodePrivateKey, EncodePublicKey};
use sm2::pke::{DecryptingKey, EncryptingKey};
use sm2::{PublicKey, SecretKey};
use wxpay_core::Secret;

use crate::platform::x509::pem;
use crate::random;

/// The private half of a key.
pub(crate) struct SmKey(SecretKey);

/// The public half of a key.
pub(crate) struct SmPublicKey {
    key: PublicKey,
    verifying: VerifyingKey,
}

impl SmKey {
    pub(crate) fn generate() -> Self {
        loop {
            let mut bytes = [0; 32];
            random::fill(&mut bytes);
            // Of the numbers of 32 bytes nearly all are keys.
            if let Ok(key) = SecretKey::from_slice(&bytes) {
                return Self(key);
            }
        }
    }

    /// Takes PKCS#8 in PEM.
    pub(crate) fn from_pem(pem: &str) -> Result<Self, Box<dyn StdError + Send + Sync>> {
        let der = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes())?;
        let key = SecretKey::from_pkcs8_der(der.secret_pkcs8_der());
        Ok(Self(key.map_err(|_| "not an SM2 key in PKCS#8")?))
    }

    /// Gives PKCS#8 in PEM.
    pub(crate) fn to_pem(&self) -> Result<Secret, Box<dyn StdError + Send + Sync>> {
        let der = self
            .0
            .to_pkcs8_der()
            .map_err(|_| "the SM2 key can't be written")?;
        Ok(Secret::new(pem("PRIVATE KEY", der.as_bytes())))
    }

    pub(crate) fn public(&self) -> Result<SmPublicKey, Box<dyn StdError + Send + Sync>> {
        SmPublicKey::new(self.0.public_key())
    }

    /// Signs a text; ASN.1.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature: Signature = SigningKey::new(SIGNER_ID, &self.0)
            .and_then(|key| key.try_sign_with_rng(&mut SysRng, message))
            .expect("an SM2 key signs any message");
        signature.to_der().to_vec()
    }

    /// Decrypts C1C3C2 in ASN.1, base64; `None` when it was not encrypted for this key, or is not
    /// text.
    pub(crate) fn open(&self, sealed: &str) -> Option<String> {
        let sealed = STANDARD.decode(sealed).ok()?;
        let opened = DecryptingKey::new(self.0.clone()).decrypt_der(&sealed);
        String::from_utf8(opened.ok()?).ok()
    }
}

impl SmPublicKey {
    fn new(key: PublicKey) -> Result<Self, Box<dyn StdError + Send + Sync>> {
        let verifying =
            VerifyingKey::new(SIGNER_ID, key).map_err(|_| "not an SM2 key that verifies")?;
        Ok(Self { key, verifying })
    }

    /// A SubjectPublicKeyInfo.
    pub(crate) fn spki(&self) -> Result<Vec<u8>, Box<dyn StdError + Send + Sync>> {
        let der = self
            .key
            .to_public_key_der()
            .map_err(|_| "the SM2 key can't be written")?;
        Ok(der.as_bytes().to_vec())
    }

    /// Whether this key signed `message`. The signature is base64 of ASN.1.
    pub(crate) fn signed(&self, message: &[u8], signature: &str) -> bool {
        let signature = STANDARD
            .decode(signature)
            .ok()
            .and_then(|der| Signature::from_der(&der).ok());
        signature.is_some_and(|signature| self.verifying.verify(message, &signature).is_ok())
    }

    /// Whether the two numbers of the signature stand one after the other in place of ASN.1.
    pub(crate) fn signed_raw(&self, message: &[u8], signature: &[u8]) -> bool {
        let signature = Signature::from_slice(signature);
        signature.is_ok_and(|signature| self.verifying.verify(message, &signature).is_ok())
    }

    /// Whether this key signed `message` for a signer without an ID.
    pub(crate) fn signed_without_id(&self, message: &[u8], signature: &[u8]) -> bool {
        let verifying = VerifyingKey::new("", self.key).ok();
        let signature = Signature::from_der(signature).ok();
        verifying
            .zip(signature)
            .is_some_and(|(key, signature)| key.verify(message, &signature).is_ok())
    }

    /// Encrypts a text, which must not be empty: C1C3C2 in ASN.1, base64.
    pub(crate) fn seal(&self, text: &str) -> Option<String> {
        if text.is_empty() {
            return None;
        }
        let sealed = EncryptingKey::new(self.key).encrypt_der(&mut SysRng, text.as_bytes());
        Some(STANDARD.encode(sealed.ok()?))
    }
}

/// The signer's ID that the standard gives by default.
const SIGNER_ID: &str = "1234567812345678";
