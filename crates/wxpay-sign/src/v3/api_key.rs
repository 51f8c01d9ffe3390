use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use wxpay_core::{InvalidInput, Secret, VerificationError, VerificationFailure};
use zeroize::Zeroizing;

use super::Suite;
use crate::Verified;
use crate::provider::{Gcm, Provider};

/// The APIv3 key (APIv3密钥, 32 letters and digits), which decrypts notifications and platform
/// certificates.
///
/// A clone shares it.
#[derive(Clone)]
pub struct ApiKey {
    aes: Arc<dyn Gcm>,
    #[cfg(feature = "sm")]
    key: Secret,
}

/// An encrypted part of a notification (`resource`) or of a certificate list
/// (`encrypt_certificate`), as it came.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs)] // the protocol has these four
pub struct Encrypted<'a> {
    /// `algorithm`: `AEAD_AES_256_GCM`, or `AEAD_SM4_GCM` for the national algorithms (国密).
    pub algorithm: &'a str,
    /// `nonce`: 12 bytes. It is not the nonce of the headers.
    pub nonce: &'a str,
    /// `associated_data`, which may be missing or empty.
    pub associated_data: Option<&'a str>,
    /// `ciphertext`: base64.
    pub ciphertext: &'a str,
}

/// A decrypted text. `Debug` hides it, and its memory is wiped when it is dropped.
pub struct Opened(Zeroizing<Vec<u8>>);

impl ApiKey {
    /// Takes the key as it was set on the merchant platform, with the default provider.
    ///
    /// The platform takes 32 letters and digits and nothing else, so a key with a space or a line
    /// feed at its end, or the key of something else, is found here and not when a payment's
    /// notification can't be decrypted.
    ///
    /// <https://pay.weixin.qq.com/doc/v3/merchant/4012072195>
    ///
    /// # Errors
    /// It is not 32 ASCII letters and digits.
    pub fn new(key: impl Into<Secret>) -> Result<Self, InvalidInput> {
        Self::with_provider(Provider::default(), key)
    }

    /// The same with a named provider.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_provider(provider: Provider, key: impl Into<Secret>) -> Result<Self, InvalidInput> {
        let key = key.into();
        let bytes = key_bytes(&key).filter(|key| key.iter().all(u8::is_ascii_alphanumeric));
        let aes = bytes.and_then(|key| provider.aes(key)).ok_or_else(|| {
            InvalidInput::new(
                "APIv3 key",
                "must be 32 letters and digits, as it was set on the merchant platform (APIv3密钥)",
                "必须是 32 个字母或数字，与商户平台设置的 APIv3 密钥一致",
            )
        })?;
        Ok(Self {
            aes: aes.into(),
            #[cfg(feature = "sm")]
            key,
        })
    }

    /// Decrypts an encrypted part (证书和回调报文解密).
    ///
    /// That it decrypts proves that its maker knows the key, not that it is new: verify the
    /// signature of the message around it first.
    ///
    /// With the feature `sm`, it also decrypts `AEAD_SM4_GCM`, whose key is the first half of the
    /// APIv3 key's SM3 digest. Which of the two a notification has follows from the signature of
    /// the request that it is about.
    ///
    /// <https://pay.weixin.qq.com/doc/v3/merchant/4012071382>
    ///
    /// # Errors
    /// The algorithm is none of these, a part has an invalid format, or the ciphertext was changed
    /// or made with another key. It says nothing about the money then; a query does.
    pub fn open(&self, resource: &Encrypted<'_>) -> Result<Opened, VerificationError> {
        let suite = suite_of(resource.algorithm)
            .ok_or(VerificationFailure::Algorithm(Suite::Rsa.encryption()))?;
        let nonce: &[u8; 12] = resource
            .nonce
            .as_bytes()
            .try_into()
            .map_err(|_| VerificationFailure::Malformed("nonce"))?;
        let ciphertext = STANDARD
            .decode(resource.ciphertext)
            .map_err(|_| VerificationFailure::Malformed("ciphertext"))?;
        let associated_data = resource.associated_data.unwrap_or_default().as_bytes();
        let opened = match suite {
            Suite::Rsa => self.aes.open(nonce, associated_data, ciphertext),
            #[cfg(feature = "sm")]
            Suite::Sm => key_bytes(&self.key)
                .and_then(|key| Provider::open_sm4(key, nonce, associated_data, ciphertext)),
        };
        opened
            .map(Opened)
            .ok_or_else(|| VerificationFailure::Unopened("ciphertext").into())
    }

    /// Decrypts an encrypted part of a verified message; what comes out carries the message's
    /// proof.
    ///
    /// `part` is a plain function, which can't bring in anything from outside the message.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_part<T>(
        &self,
        message: &Verified<T>,
        part: fn(&T) -> Encrypted<'_>,
    ) -> Result<Verified<Opened>, VerificationError> {
        let opened = self.open(&part(message.get()))?;
        Ok(Verified::new(opened, message.proof().clone()))
    }
}

impl Opened {
    /// The bytes: JSON, or the PEM text of a certificate.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text, if the bytes are UTF-8.
    pub fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }
}

impl AsRef<[u8]> for Opened {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[opened]")
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKey").finish_non_exhaustive()
    }
}

fn key_bytes(key: &Secret) -> Option<&[u8; 32]> {
    key.expose().as_bytes().try_into().ok()
}

fn suite_of(algorithm: &str) -> Option<Suite> {
    let mut suites = [
        Suite::Rsa,
        #[cfg(feature = "sm")]
        Suite::Sm,
    ]
    .into_iter();
    suites.find(|suite| suite.encryption() == algorithm)
}
