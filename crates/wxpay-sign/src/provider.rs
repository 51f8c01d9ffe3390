//! Where the RSA and AES-GCM of in-memory keys come from. SM2 and SM4 (国密, feature `sm`) are the
//! same with each provider.

#[cfg(feature = "aws-lc-rs")]
mod aws_lc;
#[cfg(feature = "rust-crypto")]
mod rust_crypto;
#[cfg(feature = "sm")]
mod sm;

use std::fmt::Debug;

use rustls_pki_types::PrivateKeyDer;
use wxpay_core::{InvalidInput, SigningError};
use zeroize::Zeroizing;

use crate::v3::Suite;

/// A source of RSA and AES-GCM. With both features on, the default is aws-lc.
#[derive(Clone, Copy, Debug)]
pub struct Provider(&'static dyn Crypto);

impl Provider {
    /// aws-lc: fast, constant-time, written in C and assembler.
    #[cfg(feature = "aws-lc-rs")]
    pub const fn aws_lc() -> Self {
        Self(&aws_lc::AwsLc)
    }

    /// The `rsa` crate: pure Rust, slower, listed in RUSTSEC-2023-0071 (a timing side channel)
    /// without a fixed release.
    #[cfg(feature = "rust-crypto")]
    pub const fn rust_crypto() -> Self {
        Self(&rust_crypto::RustCrypto)
    }

    pub(crate) fn private(
        self,
        key: &PrivateKeyDer<'_>,
    ) -> Result<Box<dyn PrivateHalf>, InvalidInput> {
        #[cfg(feature = "sm")]
        if let Some(key) = sm::private(key) {
            return Ok(key);
        }
        self.0.private(key)
    }

    pub(crate) fn public(self, spki: &[u8]) -> Result<Box<dyn PublicHalf>, InvalidInput> {
        #[cfg(feature = "sm")]
        if let Some(key) = sm::public(spki) {
            return Ok(key);
        }
        self.0.public(spki)
    }

    /// What decrypts texts that were encrypted with an APIv3 key by AES-256-GCM; `None` if the
    /// provider can't use the key.
    pub(crate) fn aes(self, key: &[u8; 32]) -> Option<Box<dyn Gcm>> {
        self.0.gcm(key)
    }

    /// Decrypts what was encrypted with an APIv3 key by SM4-GCM; `None` when it does not fit.
    #[cfg(feature = "sm")]
    pub(crate) fn open_sm4(
        key: &[u8; 32],
        nonce: &[u8; 12],
        associated_data: &[u8],
        ciphertext: Vec<u8>,
    ) -> Option<Zeroizing<Vec<u8>>> {
        sm::open_gcm(&sm::sm4_key(key), nonce, associated_data, ciphertext)
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
    fn private(&self, key: &PrivateKeyDer<'_>) -> Result<Box<dyn PrivateHalf>, InvalidInput>;

    /// A public key from a SubjectPublicKeyInfo.
    fn public(&self, spki: &[u8]) -> Result<Box<dyn PublicHalf>, InvalidInput>;

    /// A key of AES-256-GCM.
    fn gcm(&self, key: &[u8; 32]) -> Option<Box<dyn Gcm>>;
}

/// A key of AES-256-GCM, made ready once.
pub(crate) trait Gcm: Send + Sync {
    /// Decrypts a text whose tag is the last 16 bytes; `None` when it does not fit.
    fn open(
        &self,
        nonce: &[u8; 12],
        associated_data: &[u8],
        ciphertext: Vec<u8>,
    ) -> Option<Zeroizing<Vec<u8>>>;
}

pub(crate) trait PrivateHalf: Send + Sync {
    /// What it signs and decrypts with.
    fn suite(&self) -> Suite {
        Suite::Rsa
    }
    /// The public half as a certificate holds it: for RSA the RSAPublicKey of PKCS#1 in DER, for
    /// SM2 the point.
    fn public_key(&self) -> Vec<u8>;
    /// PKCS#1 v1.5 with SHA-256, or SM2 with SM3 in DER.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningError>;
    /// OAEP with SHA-1, or SM2 from DER.
    fn decrypt(&self, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, SigningError>;
}

pub(crate) trait PublicHalf: Send + Sync {
    /// What it verifies and encrypts with.
    fn suite(&self) -> Suite {
        Suite::Rsa
    }
    /// PKCS#1 v1.5 with SHA-256, or SM2 with SM3 in DER.
    fn verify(&self, message: &[u8], signature: &[u8]) -> bool;
    /// The most bytes that OAEP with SHA-1 can encrypt, 42 fewer than the modulus has; SM2 has no
    /// such limit.
    fn seal_limit(&self) -> Option<usize>;
    /// OAEP with SHA-1, or SM2 in DER.
    fn seal(&self, plaintext: &[u8]) -> Result<Vec<u8>, SigningError>;
}

pub(crate) fn broken_private() -> InvalidInput {
    InvalidInput::new(
        "private key",
        if cfg!(feature = "sm") {
            "must be an RSA key of at least 2048 bits in PKCS#8 or PKCS#1, or an SM2 key in PKCS#8 or in SEC1 with the name of its curve"
        } else {
            "must be an RSA key of at least 2048 bits in PKCS#8 or PKCS#1"
        },
        if cfg!(feature = "sm") {
            "必须是 PKCS#8 或 PKCS#1 格式、不少于 2048 位的 RSA 私钥，或 PKCS#8、SEC1（写明曲线）格式的 SM2 私钥"
        } else {
            "必须是 PKCS#8 或 PKCS#1 格式、不少于 2048 位的 RSA 私钥"
        },
    )
}

fn broken_public() -> InvalidInput {
    InvalidInput::new(
        "public key",
        if cfg!(feature = "sm") {
            "must be an RSA key of at least 2048 bits, or an SM2 key whose point is on the curve"
        } else {
            "must be an RSA key of at least 2048 bits"
        },
        if cfg!(feature = "sm") {
            "必须是不少于 2048 位的 RSA 公钥，或点在曲线上的 SM2 公钥"
        } else {
            "必须是不少于 2048 位的 RSA 公钥"
        },
    )
}

fn does_not_open() -> SigningError {
    SigningError::new("the encrypted field was not encrypted for this key")
}

fn does_not_seal() -> SigningError {
    SigningError::new("the public key could not encrypt the text")
}
