use std::fmt;

use async_trait::async_trait;
use wxpay_core::{InvalidInput, Secret, SigningError, VerificationError, VerificationFailure};
use zeroize::Zeroizing;

use super::{MerchantKey, PlatformKeys, same_serial};
use crate::provider::{PrivateRsa, Provider, PublicRsa, pem};

/// The merchant's private key, held in memory.
pub struct PrivateKey {
    serial_no: String,
    key: Box<dyn PrivateRsa>,
}

impl PrivateKey {
    /// Reads `apiclient_key.pem` (PKCS#8 or PKCS#1) with the default provider.
    ///
    /// `serial_no` is the serial number of the merchant certificate that the key belongs to, hexadecimal.
    ///
    /// # Errors
    /// The text holds no private key or several, the key is encrypted or broken, or the serial number is not hexadecimal.
    pub fn from_pem(pem: &str, serial_no: &str) -> Result<Self, InvalidInput> {
        Self::from_pem_with(Provider::default(), pem, serial_no)
    }

    /// The same with a named provider.
    ///
    /// # Errors
    /// As [`from_pem`](Self::from_pem).
    pub fn from_pem_with(
        provider: Provider,
        pem: &str,
        serial_no: &str,
    ) -> Result<Self, InvalidInput> {
        if serial_no.is_empty() || !serial_no.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(InvalidInput::new("serial_no", "must be hexadecimal digits"));
        }
        Ok(Self {
            serial_no: serial_no.to_ascii_uppercase(),
            key: provider.private(pem::private_key(pem)?)?,
        })
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey")
            .field("serial_no", &self.serial_no)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl MerchantKey for PrivateKey {
    fn serial_no(&self) -> &str {
        &self.serial_no
    }

    async fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningError> {
        self.key.sign(message)
    }

    async fn decrypt(&self, ciphertext: &[u8]) -> Result<Secret, SigningError> {
        let plaintext: Zeroizing<Vec<u8>> = self.key.decrypt(ciphertext)?;
        let text = std::str::from_utf8(&plaintext)
            .map_err(|_| SigningError::new("the sealed field does not hold UTF-8"))?;
        Ok(Secret::new(text))
    }
}

/// WeChat Pay's public keys, held in memory.
#[derive(Default)]
pub struct PublicKeys(Vec<(String, Box<dyn PublicRsa>)>);

impl PublicKeys {
    /// No key: nothing verifies.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a WeChat Pay public key (微信支付公钥) by its id, `PUB_KEY_ID_…`, with the default provider.
    ///
    /// # Errors
    /// The id is empty or known already, or the text is not one PEM public key (`BEGIN PUBLIC KEY`).
    pub fn with_public_key(self, id: &str, pem: &str) -> Result<Self, InvalidInput> {
        self.with_public_key_by(Provider::default(), id, pem)
    }

    /// The same with a named provider.
    ///
    /// # Errors
    /// As [`with_public_key`](Self::with_public_key).
    pub fn with_public_key_by(
        mut self,
        provider: Provider,
        id: &str,
        pem: &str,
    ) -> Result<Self, InvalidInput> {
        if id.is_empty() || !id.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(InvalidInput::new(
                "public key id",
                "must be printable ASCII without blanks",
            ));
        }
        if self.find(id).is_some() {
            return Err(InvalidInput::new("public key id", "is known already"));
        }
        let key = provider.public(&pem::public_key(pem)?)?;
        self.0.push((id.to_owned(), key));
        Ok(self)
    }

    fn find(&self, serial_no: &str) -> Option<&dyn PublicRsa> {
        let mut keys = self.0.iter();
        keys.find_map(|(id, key)| same_serial(id, serial_no).then_some(&**key))
    }
}

impl fmt::Debug for PublicKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.0.iter().map(|(id, _)| id))
            .finish()
    }
}

#[async_trait]
impl PlatformKeys for PublicKeys {
    fn requested_serial(&self) -> Option<&str> {
        let mut ids = self.0.iter().map(|(id, _)| id.as_str());
        ids.find(|id| id.starts_with("PUB_KEY_ID_"))
    }

    async fn verify(
        &self,
        serial_no: &str,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), VerificationError> {
        let key = self.find(serial_no).ok_or_else(|| {
            VerificationFailure::UnknownSerial(serial_no.chars().take(64).collect())
        })?;
        if key.verify(message, signature) {
            Ok(())
        } else {
            Err(VerificationFailure::Mismatch.into())
        }
    }
}
