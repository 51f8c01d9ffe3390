//! `AEAD_AES_256_GCM` and `AEAD_SM4_GCM`: what is encrypted with the APIv3 key (APIv3密钥).

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::platform::Suite;
use crate::random::{ALPHANUMERIC, Random};
#[cfg(feature = "sm")]
use crate::v3::sm4;

/// An encrypted text, its members in the documents' order.
#[derive(Clone, Serialize)]
pub(crate) struct Encrypted {
    pub(crate) algorithm: &'static str,
    pub(crate) nonce: String,
    pub(crate) associated_data: String,
    pub(crate) ciphertext: String,
}

impl Encrypted {
    /// Encrypts a text; `None` when the key is not one of 32 bytes.
    pub(crate) fn new(
        suite: Suite,
        key: &str,
        associated_data: &str,
        text: &str,
        random: &Random,
    ) -> Option<Self> {
        let nonce = random.text(ALPHANUMERIC, 12);
        let (algorithm, ciphertext) = match suite {
            Suite::Rsa => (
                "AEAD_AES_256_GCM",
                encrypt(key, &nonce, associated_data, text)?,
            ),
            #[cfg(feature = "sm")]
            Suite::Sm => (
                "AEAD_SM4_GCM",
                sm4::encrypt(key, &nonce, associated_data, text)?,
            ),
        };
        Some(Self {
            algorithm,
            ciphertext,
            nonce,
            associated_data: associated_data.to_owned(),
        })
    }
}

/// Encrypts a text; `None` when the key is not one of 32 bytes, or the nonce not one of 12.
pub(crate) fn encrypt(key: &str, nonce: &str, associated_data: &str, text: &str) -> Option<String> {
    let key = UnboundKey::new(&AES_256_GCM, key.as_bytes()).ok()?;
    let nonce = Nonce::try_assume_unique_for_key(nonce.as_bytes()).ok()?;
    let mut bytes = text.as_bytes().to_vec();
    LessSafeKey::new(key)
        .seal_in_place_append_tag(nonce, Aad::from(associated_data.as_bytes()), &mut bytes)
        .ok()?;
    Some(STANDARD.encode(bytes))
}
