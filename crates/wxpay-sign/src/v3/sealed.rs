use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use wxpay_core::{FromWire, Secret, SigningError};

use super::MerchantKey;

/// A field that WeChat Pay encrypted for the merchant's certificate (敏感信息加密), such as a name.
///
/// It is decrypted on demand: a value that can't be decrypted does not spoil the response around
/// it.
#[derive(Clone, Eq, PartialEq)]
pub struct Sealed(String);

impl Sealed {
    /// The text as it came: base64 of one RSA block, or of what SM2 made.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Decrypts the field with the merchant's private key.
    ///
    /// # Errors
    /// It is not base64, or was not encrypted for this key: another certificate of the merchant may
    /// have been the one.
    pub async fn open(&self, key: &dyn MerchantKey) -> Result<Secret, SigningError> {
        let ciphertext = STANDARD
            .decode(&self.0)
            .map_err(|_| SigningError::new("the encrypted field is not base64"))?;
        key.decrypt(&ciphertext).await
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[sealed]")
    }
}

/// The text as it came, still encrypted.
#[cfg(feature = "serde")]
impl serde::Serialize for Sealed {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl FromWire for Sealed {
    fn from_wire(text: &str) -> Option<Self> {
        Some(Self(text.to_owned()))
    }
}
