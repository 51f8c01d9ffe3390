use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use wxpay_core::{InvalidInput, SigningError, Timestamp, VerificationError, VerificationFailure};

use super::{Certificate, PlatformKeys, SealedTexts, same_serial};
use crate::pem;
use crate::provider::{Provider, PublicRsa};

/// WeChat Pay's public keys, held in memory. A clone shares them.
///
/// It has no clock: whoever fills it decides which certificates are still, or already, to be trusted.
#[derive(Clone, Default)]
pub struct PublicKeys(Vec<PublicKey>);

#[derive(Clone)]
struct PublicKey {
    serial_no: String,
    /// When its certificate became valid; a WeChat Pay public key has none.
    effective: Option<Timestamp>,
    key: Arc<dyn PublicRsa>,
}

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
        self,
        provider: Provider,
        id: &str,
        pem: &str,
    ) -> Result<Self, InvalidInput> {
        if id.is_empty() || !id.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(InvalidInput::new(
                "public key id",
                "must be printable ASCII without blanks",
                "必须是可打印的 ASCII 字符，不含空白",
            ));
        }
        let key = provider.public(&pem::public_key(pem)?)?;
        self.with("public key id", id, None, key)
    }

    /// Adds a platform certificate (平台证书) with the default provider.
    ///
    /// Never add the merchant's own certificate: whoever holds its key could then speak as WeChat Pay.
    ///
    /// # Errors
    /// Its serial number is known already, or its key is not RSA of at least 2048 bits.
    pub fn with_certificate(self, certificate: &Certificate) -> Result<Self, InvalidInput> {
        self.with_certificate_by(Provider::default(), certificate)
    }

    /// The same with a named provider.
    ///
    /// # Errors
    /// As [`with_certificate`](Self::with_certificate).
    pub fn with_certificate_by(
        self,
        provider: Provider,
        certificate: &Certificate,
    ) -> Result<Self, InvalidInput> {
        let key = provider.public(certificate.public_key_der())?;
        let effective = Some(certificate.not_before());
        self.with("serial_no", certificate.serial_no(), effective, key)
    }

    /// The ids and serial numbers of all keys, in the order in which they were added.
    pub fn serials(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|key| key.serial_no.as_str())
    }

    /// Whether there is a key with this id or serial number.
    pub fn contains(&self, serial_no: &str) -> bool {
        self.find(serial_no).is_some()
    }

    /// The number of keys.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn with(
        mut self,
        field: &'static str,
        serial_no: &str,
        effective: Option<Timestamp>,
        key: Box<dyn PublicRsa>,
    ) -> Result<Self, InvalidInput> {
        if self.contains(serial_no) {
            return Err(InvalidInput::new(field, "is known already", "已经添加过"));
        }
        self.0.push(PublicKey {
            serial_no: serial_no.to_owned(),
            effective,
            key: key.into(),
        });
        Ok(self)
    }

    fn find(&self, serial_no: &str) -> Option<&PublicKey> {
        let mut keys = self.0.iter();
        keys.find(|key| same_serial(&key.serial_no, serial_no))
    }

    /// The key that seals: a WeChat Pay public key if there is one, else the certificate that became valid last.
    fn sealing(&self) -> Option<&PublicKey> {
        let mut keys = self.0.iter();
        keys.find(|key| key.effective.is_none())
            .or_else(|| self.0.iter().max_by_key(|key| key.effective))
    }
}

impl fmt::Debug for PublicKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.serials()).finish()
    }
}

#[async_trait]
impl PlatformKeys for PublicKeys {
    fn requested_serial(&self) -> Option<&str> {
        self.serials().find(|id| id.starts_with("PUB_KEY_ID_"))
    }

    fn holds(&self, serial_no: &str) -> bool {
        self.contains(serial_no)
    }

    async fn ready(&self) -> Result<(), SigningError> {
        if self.is_empty() {
            return Err(SigningError::new(
                "there is no key of WeChat Pay to verify the reply with",
            ));
        }
        Ok(())
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
        if key.key.verify(message, signature) {
            Ok(())
        } else {
            Err(VerificationFailure::Mismatch.into())
        }
    }

    async fn seal(&self, plaintexts: &[&str]) -> Result<SealedTexts, SigningError> {
        let PublicKey { serial_no, key, .. } = self.sealing().ok_or_else(|| {
            SigningError::new("there is no key of WeChat Pay to seal sensitive fields with")
        })?;
        let limit = key.seal_limit();
        if let Some(text) = plaintexts.iter().find(|text| text.len() > limit) {
            return Err(SigningError::new(format!(
                "a text to seal has {} bytes of UTF-8, more than the {limit} that one RSA block takes",
                text.len()
            )));
        }
        let seal = |text: &&str| Ok(STANDARD.encode(key.seal(text.as_bytes())?));
        let texts: Result<_, SigningError> = plaintexts.iter().map(seal).collect();
        Ok(SealedTexts::new(serial_no, texts?))
    }
}
