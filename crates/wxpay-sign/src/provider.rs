//! Where the RSA and AES-GCM of in-memory keys come from.

#[cfg(feature = "aws-lc-rs")]
mod aws_lc;
#[cfg(feature = "rust-crypto")]
mod rust_crypto;

use std::fmt::Debug;

use rustls_pki_types::PrivateKeyDer;
use wxpay_core::{InvalidInput, SigningError};
use zeroize::Zeroizing;

/// A source of RSA and AES-GCM. With both features on, the default is aws-lc.
#[derive(Clone, Copy, Debug)]
pub struct Provider(&'static dyn Crypto);

impl Provider {
    /// aws-lc: fast, constant-time, written in C and assembler.
    #[cfg(feature = "aws-lc-rs")]
    pub const fn aws_lc() -> Self {
        Self(&aws_lc::AwsLc)
    }

    /// The `rsa` crate: pure Rust, slower, listed in RUSTSEC-2023-0071 (a timing side channel) without a fixed release.
    #[cfg(feature = "rust-crypto")]
    pub const fn rust_crypto() -> Self {
        Self(&rust_crypto::RustCrypto)
    }

    pub(crate) fn private(
        self,
        key: &PrivateKeyDer<'_>,
    ) -> Result<Box<dyn PrivateRsa>, InvalidInput> {
        self.0.private(key)
    }

    pub(crate) fn public(self, spki: &[u8]) -> Result<Box<dyn PublicRsa>, InvalidInput> {
        self.0.public(spki)
    }

    pub(crate) fn open_gcm(
        self,
        key: &[u8; 32],
        nonce: &[u8; 12],
        associated_data: &[u8],
        ciphertext: Vec<u8>,
    ) -> Option<Zeroizing<Vec<u8>>> {
        self.0.open_gcm(key, nonce, associated_data, ciphertext)
    }
}

impl Default for Provider {
    #[cfg(feature = "aws-lc-rs")]
    fn default() -> Self {
        Self::aws_lc()
    }

    #[cfg(not(feature = "aws-lc-rs"))]
    fn default() -> Self {
        Self::rust_crypto()
    }
}

trait Crypto: Debug + Sync {
    /// A private key from DER.
    fn private(&self, key: &PrivateKeyDer<'_>) -> Result<Box<dyn PrivateRsa>, InvalidInput>;

    /// A public key from a SubjectPublicKeyInfo.
    fn public(&self, spki: &[u8]) -> Result<Box<dyn PublicRsa>, InvalidInput>;

    /// Decrypts AES-256-GCM whose tag is the last 16 bytes; `None` when it does not fit.
    fn open_gcm(
        &self,
        key: &[u8; 32],
        nonce: &[u8; 12],
        associated_data: &[u8],
        ciphertext: Vec<u8>,
    ) -> Option<Zeroizing<Vec<u8>>>;
}

pub(crate) trait PrivateRsa: Send + Sync {
    /// The public half as RSAPublicKey of PKCS#1, in DER.
    fn public_key(&self) -> Vec<u8>;
    /// PKCS#1 v1.5 with SHA-256.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningError>;
    /// OAEP with SHA-1.
    fn decrypt(&self, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, SigningError>;
}

pub(crate) trait PublicRsa: Send + Sync {
    /// PKCS#1 v1.5 with SHA-256.
    fn verify(&self, message: &[u8], signature: &[u8]) -> bool;
    /// The most bytes that OAEP with SHA-1 can encrypt: 42 fewer than the modulus has.
    fn seal_limit(&self) -> usize;
    /// OAEP with SHA-1.
    fn seal(&self, plaintext: &[u8]) -> Result<Vec<u8>, SigningError>;
}

pub(crate) fn broken_private() -> InvalidInput {
    InvalidInput::new(
        "private key",
        "must be an RSA key of at least 2048 bits in PKCS#8 or PKCS#1",
        "必须是 PKCS#8 或 PKCS#1 格式、不少于 2048 位的 RSA 私钥",
    )
}

fn broken_public() -> InvalidInput {
    InvalidInput::new(
        "public key",
        "must be an RSA key of at least 2048 bits",
        "必须是不少于 2048 位的 RSA 公钥",
    )
}

fn does_not_open() -> SigningError {
    SigningError::new("the encrypted field was not encrypted for this key")
}

fn does_not_seal() -> SigningError {
    SigningError::new("the public key could not encrypt the text")
}
