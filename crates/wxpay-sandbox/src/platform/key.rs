use std::error::Error as StdError;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, OAEP_SHA1_MGF1SHA1, OaepPrivateDecryptingKey, PrivateDecryptingKey};
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::platform::Suite;
#[cfg(feature = "sm")]
use crate::platform::sm::SmKey;

/// One key of WeChat Pay: it signs, and decrypts what was encrypted for it.
pub(crate) struct PlatformKey {
    serial: String,
    signature_type: &'static str,
    half: Half,
}

/// The private half.
enum Half {
    Rsa {
        signing: KeyPair,
        opening: OaepPrivateDecryptingKey,
    },
    #[cfg(feature = "sm")]
    Sm(SmKey),
}

impl PlatformKey {
    /// Takes the serial number or the `PUB_KEY_ID_…`, and a PKCS#8 key of RSA.
    pub(crate) fn new(
        serial: String,
        pkcs8: &[u8],
    ) -> Result<Self, Box<dyn StdError + Send + Sync>> {
        Ok(Self {
            serial,
            signature_type: Suite::Rsa.scheme(),
            half: Half::Rsa {
                signing: KeyPair::from_pkcs8(pkcs8)?,
                opening: OaepPrivateDecryptingKey::new(PrivateDecryptingKey::from_pkcs8(pkcs8)?)?,
            },
        })
    }

    /// Takes the serial number and an SM2 key.
    #[cfg(feature = "sm")]
    pub(crate) fn sm(serial: String, key: SmKey) -> Self {
        Self {
            serial,
            signature_type: Suite::Sm.scheme(),
            half: Half::Sm(key),
        }
    }

    /// The same key, whose signatures are called by another name.
    pub(crate) fn named(self, signature_type: &'static str) -> Self {
        Self {
            signature_type,
            ..self
        }
    }

    /// What `Wechatpay-Signature-Type` calls its signatures.
    pub(crate) fn signature_type(&self) -> &'static str {
        self.signature_type
    }

    /// What `Wechatpay-Serial` calls it.
    pub(crate) fn serial(&self) -> &str {
        &self.serial
    }

    /// Signs a text: PKCS#1 v1.5 with SHA-256, or SM2 with SM3 in ASN.1; base64.
    pub(crate) fn sign(&self, message: &[u8]) -> String {
        let signing = match &self.half {
            Half::Rsa { signing, .. } => signing,
            #[cfg(feature = "sm")]
            Half::Sm(key) => return STANDARD.encode(key.sign(message)),
        };
        let mut signature = vec![0; signing.public_modulus_len()];
        signing
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                message,
                &mut signature,
            )
            .expect("an RSA key of 2048 bits signs any message");
        STANDARD.encode(signature)
    }

    /// Decrypts a sensitive field (敏感信息); `None` when it was not encrypted for this key, or is not
    /// text.
    pub(crate) fn open(&self, sealed: &str) -> Option<String> {
        let opening = match &self.half {
            Half::Rsa { opening, .. } => opening,
            #[cfg(feature = "sm")]
            Half::Sm(key) => return key.open(sealed),
        };
        let sealed = STANDARD.decode(sealed).ok()?;
        let mut block = vec![0; opening.min_output_size()];
        let opened = opening
            .decrypt(&OAEP_SHA1_MGF1SHA1, &sealed, &mut block, None)
            .ok()?;
        String::from_utf8(opened.to_vec()).ok()
    }
}
