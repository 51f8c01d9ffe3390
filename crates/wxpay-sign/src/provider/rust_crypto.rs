//! RSA and AES in pure Rust.

use aes_gcm::aead::{AeadInPlace, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce, Tag};
use rsa::pkcs1::{DecodeRsaPrivateKey, EncodeRsaPublicKey};
use rsa::pkcs1v15::{Signature, SigningKey, VerifyingKey};
use rsa::pkcs8::{DecodePrivateKey, DecodePublicKey};
use rsa::rand_core::OsRng;
use rsa::signature::{RandomizedSigner, SignatureEncoding, Verifier};
use rsa::traits::PublicKeyParts;
use rsa::{Oaep, RsaPrivateKey, RsaPublicKey};
use rustls_pki_types::PrivateKeyDer;
use sha1::Sha1;
use sha2::Sha256;
use wxpay_core::{InvalidInput, SigningError};
use zeroize::Zeroizing;

use super::{
    Crypto, Gcm, PrivateHalf, PublicHalf, broken_private, broken_public, does_not_open,
    does_not_seal,
};

#[derive(Debug)]
pub(super) struct RustCrypto;

impl Crypto for RustCrypto {
    fn private(&self, key: &PrivateKeyDer<'_>) -> Result<Box<dyn PrivateHalf>, InvalidInput> {
        let key = match key {
            PrivateKeyDer::Pkcs8(der) => RsaPrivateKey::from_pkcs8_der(der.secret_pkcs8_der()).ok(),
            PrivateKeyDer::Pkcs1(der) => RsaPrivateKey::from_pkcs1_der(der.secret_pkcs1_der()).ok(),
            _ => None,
        };
        let key = key
            .filter(|key| key.size() >= SMALLEST)
            .ok_or_else(broken_private)?;
        Ok(Box::new(Private(SigningKey::new(key))))
    }

    fn public(&self, spki: &[u8]) -> Result<Box<dyn PublicHalf>, InvalidInput> {
        let key = RsaPublicKey::from_public_key_der(spki).ok();
        let key = key
            .filter(|key| key.size() >= SMALLEST)
            .ok_or_else(broken_public)?;
        Ok(Box::new(Public(VerifyingKey::new(key))))
    }

    fn gcm(&self, key: &[u8; 32]) -> Option<Box<dyn Gcm>> {
        Some(Box::new(Aes256Gcm::new(key.into())))
    }
}

impl Gcm for Aes256Gcm {
    fn open(
        &self,
        nonce: &[u8; 12],
        associated_data: &[u8],
        ciphertext: Vec<u8>,
    ) -> Option<Zeroizing<Vec<u8>>> {
        let mut text = Zeroizing::new(ciphertext);
        let tag: [u8; 16] = *text.last_chunk()?;
        let length = text.len() - tag.len();
        text.truncate(length);
        self.decrypt_in_place_detached(
            Nonce::from_slice(nonce),
            associated_data,
            &mut text,
            Tag::from_slice(&tag),
        )
        .ok()?;
        Some(text)
    }
}

/// Bytes of the modulus; aws-lc refuses smaller keys by itself.
const SMALLEST: usize = 256;

struct Private(SigningKey<Sha256>);

impl PrivateHalf for Private {
    fn public_key(&self) -> Vec<u8> {
        let key: &RsaPrivateKey = self.0.as_ref();
        let der = key.to_public_key().to_pkcs1_der();
        der.map(|der| der.as_bytes().to_vec()).unwrap_or_default()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningError> {
        // With random numbers the operation is blinded, which is all this crate offers against
        // timing attacks.
        self.0
            .try_sign_with_rng(&mut OsRng, message)
            .map(|signature| signature.to_vec())
            .map_err(|_| SigningError::new("the key could not sign"))
    }

    fn decrypt(&self, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, SigningError> {
        let key: &RsaPrivateKey = self.0.as_ref();
        key.decrypt_blinded(&mut OsRng, Oaep::new::<Sha1>(), ciphertext)
            .map(Zeroizing::new)
            .map_err(|_| does_not_open())
    }
}

struct Public(VerifyingKey<Sha256>);

impl PublicHalf for Public {
    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::try_from(signature)
            .is_ok_and(|signature| self.0.verify(message, &signature).is_ok())
    }

    fn seal_limit(&self) -> Option<usize> {
        let key: &RsaPublicKey = self.0.as_ref();
        Some(key.size().saturating_sub(42))
    }

    fn seal(&self, plaintext: &[u8]) -> Result<Vec<u8>, SigningError> {
        let key: &RsaPublicKey = self.0.as_ref();
        key.encrypt(&mut OsRng, Oaep::new::<Sha1>(), plaintext)
            .map_err(|_| does_not_seal())
    }
}
