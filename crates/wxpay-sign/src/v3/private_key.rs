use std::fmt;

use async_trait::async_trait;
use rustls_pki_types::PrivateKeyDer;
use wxpay_core::{InvalidInput, Secret, SigningError};
use zeroize::Zeroizing;

use super::{Certificate, MerchantKey, Suite};
use crate::pem;
use crate::provider::{PrivateHalf, Provider, broken_private};

/// The merchant's private key, held in memory.
pub struct PrivateKey {
    serial_no: String,
    key: Box<dyn PrivateHalf>,
}

impl PrivateKey {
    /// Reads `apiclient_key.pem` (PKCS#8 or PKCS#1) with the default provider.
    ///
    /// With the feature `sm`, it also reads the SM2 key of a merchant who uses the national
    /// algorithms (国密): PKCS#8, or SEC1 with the name of its curve. Its
    /// [`suite`](MerchantKey::suite) says which it is.
    ///
    /// The text may have lost its line ends, have them written out as `\n`, or be the base64 alone,
    /// as in an environment variable.
    ///
    /// `serial_no` is the serial number of the merchant certificate that the key belongs to,
    /// hexadecimal.
    ///
    /// # Errors
    /// The text holds no private key or several, the key is encrypted or broken, or the serial
    /// number is not hexadecimal.
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
        let der = pem::private_key(pem)?;
        // What is no key at all is refused in the words for a key that can't be used.
        let key = PrivateKeyDer::try_from(der.as_slice()).map_err(|_| broken_private())?;
        Self::read(provider, &key, serial_no)
    }

    /// Reads a key in DER (PKCS#8 or PKCS#1, or those of SM2) with the default provider.
    ///
    /// # Errors
    /// The key is encrypted, broken or neither RSA nor (with the feature `sm`) SM2, or the serial
    /// number is not hexadecimal.
    pub fn from_der(der: &[u8], serial_no: &str) -> Result<Self, InvalidInput> {
        Self::from_der_with(Provider::default(), der, serial_no)
    }

    /// The same with a named provider.
    ///
    /// # Errors
    /// As [`from_der`](Self::from_der).
    pub fn from_der_with(
        provider: Provider,
        der: &[u8],
        serial_no: &str,
    ) -> Result<Self, InvalidInput> {
        let key = PrivateKeyDer::try_from(der).map_err(|_| {
            InvalidInput::new(
                "private key",
                "must be PKCS#8, PKCS#1 or SEC1 in DER",
                "必须是 DER 编码的 PKCS#8、PKCS#1 或 SEC1",
            )
        })?;
        Self::read(provider, &key, serial_no)
    }

    /// Reads `apiclient_key.pem` and takes the serial number from `apiclient_cert.pem`, with the
    /// default provider.
    ///
    /// Of a chain, the first certificate counts. Whether it is still valid is for
    /// [`Certificate::is_valid_at`] to say: an expired one's key still decrypts what was encrypted
    /// for it.
    ///
    /// # Errors
    /// As [`from_pem`](Self::from_pem), or the certificate is missing or broken, or belongs to
    /// another key: WeChat Pay would refuse every request that this pair signs.
    pub fn from_pem_for_certificate(
        key_pem: &str,
        certificate_pem: &str,
    ) -> Result<Self, InvalidInput> {
        Self::from_pem_for_certificate_with(Provider::default(), key_pem, certificate_pem)
    }

    /// The same with a named provider.
    ///
    /// # Errors
    /// As [`from_pem_for_certificate`](Self::from_pem_for_certificate).
    pub fn from_pem_for_certificate_with(
        provider: Provider,
        key_pem: &str,
        certificate_pem: &str,
    ) -> Result<Self, InvalidInput> {
        let certificate = Certificate::first_from_pem(certificate_pem)?;
        let key = Self::from_pem_with(provider, key_pem, certificate.serial_no())?;
        if !certificate.has_public_key(&key.key.public_key()) {
            return Err(InvalidInput::new(
                "private key",
                format!(
                    "must be the one of the certificate with serial number {}",
                    certificate.serial_no()
                ),
                format!(
                    "必须是序列号为 {} 的证书对应的私钥",
                    certificate.serial_no()
                ),
            ));
        }
        Ok(key)
    }

    fn read(
        provider: Provider,
        key: &PrivateKeyDer<'_>,
        serial_no: &str,
    ) -> Result<Self, InvalidInput> {
        if serial_no.is_empty() || !serial_no.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(InvalidInput::new(
                "serial_no",
                "must be hexadecimal digits",
                "必须是十六进制数字",
            ));
        }
        Ok(Self {
            serial_no: serial_no.to_ascii_uppercase(),
            key: provider.private(key)?,
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

    fn suite(&self) -> Suite {
        self.key.suite()
    }

    fn in_memory(&self) -> bool {
        true
    }

    async fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningError> {
        self.key.sign(message)
    }

    async fn decrypt(&self, ciphertext: &[u8]) -> Result<Secret, SigningError> {
        let plaintext: Zeroizing<Vec<u8>> = self.key.decrypt(ciphertext)?;
        let text = std::str::from_utf8(&plaintext)
            .map_err(|_| SigningError::new("the encrypted field does not hold UTF-8"))?;
        Ok(Secret::new(text))
    }
}
