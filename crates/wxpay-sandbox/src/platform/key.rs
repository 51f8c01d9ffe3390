use std::error::Error as StdError;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, OAEP_SHA1_MGF1SHA1, OaepPrivateDecryptingKey, PrivateDecryptingKey};
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// One RSA key of WeChat Pay: it signs, and decrypts what was encrypted for it.
pub(crate) struct PlatformKey {
    serial: String,
    signing: KeyPair,
    opening: OaepPrivateDecryptingKey,
}

impl PlatformKey {
    /// Takes the serial number or the `PUB_KEY_ID_…`, and a PKCS#8 key.
    pub(crate) fn new(
        serial: String,
        pkcs8: &[u8],
    ) -> Result<Self, Box<dyn StdError + Send + Sync>> {
        Ok(Self {
            serial,
            signing: KeyPair::from_pkcs8(pkcs8)?,
            opening: OaepPrivateDecryptingKey::new(PrivateDecryptingKey::from_pkcs8(pkcs8)?)?,
        })
    }

    /// What `Wechatpay-Serial` calls it.
    pub(crate) fn serial(&self) -> &str {
        &self.serial
    }

    /// Signs a text: PKCS#1 v1.5 with SHA-256, base64.
    pub(crate) fn sign(&self, message: &[u8]) -> String {
        let mut signature = vec![0; self.signing.public_modulus_len()];
        self.signing
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                message,
                &mut signature,
            )
            .expect("an RSA key of 2048 bits signs any message");
        STANDARD.encode(signature)
    }

    /// Decrypts a sensitive field (敏感信息); `None` when it was not encrypted for this key, or is not text.
    pub(crate) fn open(&self, sealed: &str) -> Option<String> {
        let sealed = STANDARD.decode(sealed).ok()?;
        let mut block = vec![0; self.opening.min_output_size()];
        let opened = self
            .opening
            .decrypt(&OAEP_SHA1_MGF1SHA1, &sealed, &mut block, None)
            .ok()?;
        String::from_utf8(opened.to_vec()).ok()
    }
}
