//! Where the RSA of in-memory keys comes from.

#[cfg(feature = "aws-lc-rs")]
mod aws_lc;
pub(crate) mod pem;
#[cfg(feature = "rust-crypto")]
mod rust_crypto;

use std::fmt::Debug;

use rustls_pki_types::PrivateKeyDer;
use wxpay_core::{InvalidInput, SigningError};
use zeroize::Zeroizing;

/// A source of RSA. With both features on, the default is aws-lc.
#[derive(Clone, Copy, Debug)]
pub struct Provider(&'static dyn Rsa);

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
        key: PrivateKeyDer<'_>,
    ) -> Result<Box<dyn PrivateRsa>, InvalidInput> {
        self.0.private(key)
    }

    pub(crate) fn public(self, spki: &[u8]) -> Result<Box<dyn PublicRsa>, InvalidInput> {
        self.0.public(spki)
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

/// Makes keys from DER.
trait Rsa: Debug + Sync {
    fn private(&self, key: PrivateKeyDer<'_>) -> Result<Box<dyn PrivateRsa>, InvalidInput>;
    fn public(&self, spki: &[u8]) -> Result<Box<dyn PublicRsa>, InvalidInput>;
}

pub(crate) trait PrivateRsa: Send + Sync {
    /// PKCS#1 v1.5 with SHA-256.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningError>;
    /// OAEP with SHA-1.
    fn decrypt(&self, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, SigningError>;
}

pub(crate) trait PublicRsa: Send + Sync {
    /// PKCS#1 v1.5 with SHA-256.
    fn verify(&self, message: &[u8], signature: &[u8]) -> bool;
}

fn broken_private() -> InvalidInput {
    InvalidInput::new(
        "private key",
        "must be an RSA key of at least 2048 bits in PKCS#8 or PKCS#1",
    )
}

fn broken_public() -> InvalidInput {
    InvalidInput::new("public key", "must be an RSA key of at least 2048 bits")
}

fn does_not_open() -> SigningError {
    SigningError::new("the sealed field was not sealed for this key")
}
