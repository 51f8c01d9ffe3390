use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use wxpay_core::{InvalidInput, SigningError, Timestamp, VerificationError, VerificationFailure};

use super::{Certificate, PlatformKeys, SealedTexts, Suite, same_serial};
use crate::pem;
use crate::provider::{Provider, PublicHalf};

/// WeChat Pay's public keys, held in memory, all of one [`Suite`]. A clone shares them.
///
/// It has no clock: the code that fills it decides which certificates are still, or already, to be
/// trusted.
#[derive(Clone, Default)]
pub struct PublicKeys {
    suite: Suite,
    keys: Vec<PublicKey>,
}

#[derive(Clone)]
struct PublicKey {
    serial_no: String,
    is_certificate: bool,
    seals: Seals,
    key: Arc<dyn PublicHalf>,
}

/// Which key encrypts: the greatest of all, but [`Never`](Seals::Never).
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
enum Seals {
    /// It only verifies.
    Never,
    /// A platform certificate, by the moment from which it is used.
    From(Timestamp),
    /// A WeChat Pay public key.
    First,
}

impl PublicKeys {
    /// No key: nothing verifies. It takes RSA keys.
    pub fn new() -> Self {
        Self::default()
    }

    /// No key. It takes the keys of this suite and no others: for `Suite::Sm` (国密), those of SM2.
    pub const fn for_suite(suite: Suite) -> Self {
        Self {
            suite,
            keys: Vec::new(),
        }
    }

    /// Adds a WeChat Pay public key (微信支付公钥) by its id, `PUB_KEY_ID_…`, with the default provider.
    ///
    /// # Errors
    /// The id is empty or known already, or the text is not one PEM public key (`BEGIN PUBLIC KEY`)
    /// of this suite.
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
                "must be printable ASCII without spaces",
                "必须是可打印的 ASCII 字符，不含空白",
            ));
        }
        let key = provider.public(&pem::public_key(pem)?)?;
        self.with("public key id", id, Seals::First, key)
    }

    /// Adds a platform certificate (平台证书) with the default provider.
    ///
    /// Never add the merchant's own certificate: anyone who holds its key could then speak as
    /// WeChat Pay.
    ///
    /// # Errors
    /// Its serial number is known already, or its key is not of this suite; an RSA key has at least
    /// 2048 bits.
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
        let seals = Seals::From(certificate.not_before());
        self.with("serial_no", certificate.serial_no(), seals, key)
    }

    /// Lets a key verify and nothing else: it encrypts no fields, and requests do not name it in
    /// `Wechatpay-Serial`.
    ///
    /// For a WeChat Pay public key (微信支付公钥) that is not switched on yet on the merchant platform
    /// (开启公钥切换): until it is, WeChat Pay decrypts nothing that is encrypted with it, and a
    /// notification that it signs verifies already.
    ///
    /// <https://pay.weixin.qq.com/doc/v3/merchant/4013038816>
    ///
    /// # Errors
    /// There is no key with this id or serial number.
    pub fn only_verifying(self, serial_no: &str) -> Result<Self, InvalidInput> {
        self.sealing_as(serial_no, Seals::Never)
    }

    /// Says from when a platform certificate is used (`effective_time`, 启用时间), where WeChat Pay's
    /// list differs from the certificate's own first date. Of several certificates, the one that is
    /// used from the latest moment encrypts.
    ///
    /// # Errors
    /// There is no certificate with this serial number.
    pub fn effective_from(self, serial_no: &str, moment: Timestamp) -> Result<Self, InvalidInput> {
        if self.find(serial_no).is_some_and(|key| !key.is_certificate) {
            return Err(InvalidInput::new(
                "serial_no",
                "must be that of a platform certificate, since a public key has no dates",
                "必须是平台证书的序列号：公钥没有有效期",
            ));
        }
        self.sealing_as(serial_no, Seals::From(moment))
    }

    /// The ids and serial numbers of all keys, in the order in which they were added.
    pub fn serials(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|key| key.serial_no.as_str())
    }

    /// Whether there is a key with this id or serial number.
    pub fn contains(&self, serial_no: &str) -> bool {
        self.find(serial_no).is_some()
    }

    /// Whether one of the keys encrypts, and does not [only verify](Self::only_verifying).
    pub fn can_seal(&self) -> bool {
        self.sealing().is_some()
    }

    /// The number of keys.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    fn with(
        mut self,
        field: &'static str,
        serial_no: &str,
        seals: Seals,
        key: Box<dyn PublicHalf>,
    ) -> Result<Self, InvalidInput> {
        if self.contains(serial_no) {
            return Err(InvalidInput::new(field, "is known already", "已经添加过"));
        }
        self.check_suite(key.suite())?;
        self.keys.push(PublicKey {
            serial_no: serial_no.to_owned(),
            is_certificate: matches!(seals, Seals::From(_)),
            seals,
            key: key.into(),
        });
        Ok(self)
    }

    fn check_suite(&self, suite: Suite) -> Result<(), InvalidInput> {
        if suite == self.suite {
            return Ok(());
        }
        let (rule, rule_zh) = match self.suite {
            Suite::Rsa => (
                "must be an RSA key: SM2 keys (国密) belong into PublicKeys::for_suite(Suite::Sm)",
                "必须是 RSA 公钥；国密（SM2）公钥请放入 PublicKeys::for_suite(Suite::Sm)",
            ),
            #[cfg(feature = "sm")]
            Suite::Sm => (
                "must be an SM2 key (国密): RSA keys belong into PublicKeys::new()",
                "必须是国密（SM2）公钥；RSA 公钥请放入 PublicKeys::new()",
            ),
        };
        Err(InvalidInput::new("public key", rule, rule_zh))
    }

    fn sealing_as(mut self, serial_no: &str, seals: Seals) -> Result<Self, InvalidInput> {
        let mut keys = self.keys.iter_mut();
        let key = keys
            .find(|key| same_serial(&key.serial_no, serial_no))
            .ok_or_else(|| {
                InvalidInput::new(
                    "serial_no",
                    "must be that of a known key",
                    "必须是已添加的密钥的序列号",
                )
            })?;
        key.seals = seals;
        Ok(self)
    }

    fn find(&self, serial_no: &str) -> Option<&PublicKey> {
        let mut keys = self.keys.iter();
        keys.find(|key| same_serial(&key.serial_no, serial_no))
    }

    /// The key that encrypts: a WeChat Pay public key if there is one, else the certificate that is
    /// used from the latest moment.
    fn sealing(&self) -> Option<&PublicKey> {
        let mut keys = self.keys.iter();
        keys.find(|key| key.seals == Seals::First).or_else(|| {
            let keys = self.keys.iter().filter(|key| key.seals != Seals::Never);
            keys.max_by_key(|key| key.seals)
        })
    }
}

impl fmt::Debug for PublicKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.serials()).finish()
    }
}

#[async_trait]
impl PlatformKeys for PublicKeys {
    fn suite(&self) -> Suite {
        self.suite
    }

    fn requested_serial(&self) -> Option<&str> {
        let mut keys = self.keys.iter();
        keys.find(|key| key.seals == Seals::First && key.serial_no.starts_with("PUB_KEY_ID_"))
            .map(|key| key.serial_no.as_str())
    }

    fn holds(&self, serial_no: &str) -> bool {
        self.contains(serial_no)
    }

    async fn ready(&self) -> Result<(), SigningError> {
        if self.is_empty() {
            return Err(SigningError::new(
                "there is no key of WeChat Pay to verify the response with",
            ));
        }
        if !self.can_seal() {
            return Err(SigningError::new(
                "the keys of WeChat Pay only verify: responses are signed with another one until the public key is switched on",
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
            SigningError::new("there is no key of WeChat Pay to encrypt sensitive fields with")
        })?;
        let limit = key.seal_limit().unwrap_or(usize::MAX);
        if let Some(text) = plaintexts.iter().find(|text| text.len() > limit) {
            return Err(SigningError::new(format!(
                "a text to encrypt has {} bytes of UTF-8, more than the {limit} that one RSA block takes",
                text.len()
            )));
        }
        let seal = |text: &&str| Ok(STANDARD.encode(key.seal(text.as_bytes())?));
        let texts: Result<_, SigningError> = plaintexts.iter().map(seal).collect();
        Ok(SealedTexts::new(serial_no, texts?))
    }
}
