mod mask;

use std::fmt;

use wxpay_core::{InvalidInput, Secret, Timestamp};
use wxpay_sign::v3::{Certificate, Suite, same_serial};

pub(crate) use self::mask::mask;
use crate::key::{PrivateKey, PublicKey};

/// Whatever keys the user has. `Debug` shows which ones, never what they hold.
///
/// Symmetric keys are taken as they are given, spaces and wrong lengths included, since those are
/// among what is looked for.
#[derive(Clone, Default)]
pub struct Keys {
    pub(crate) api_v2: Option<Secret>,
    pub(crate) api_v3: Option<Secret>,
    pub(crate) workwx: Option<Secret>,
    pub(crate) private: Option<PrivateKey>,
    pub(crate) certificate: Option<(Certificate, PublicKey)>,
    pub(crate) platform: Vec<PlatformKey>,
}

#[derive(Clone)]
pub(crate) struct PlatformKey {
    pub(crate) serial: String,
    /// When its certificate is valid; a WeChat Pay public key has none.
    pub(crate) validity: Option<(Timestamp, Timestamp)>,
    pub(crate) key: PublicKey,
}

impl Keys {
    /// No keys.
    pub fn new() -> Self {
        Self::default()
    }

    /// The APIv2 key (APIv2密钥).
    #[must_use]
    pub fn api_v2_key(mut self, key: impl Into<Secret>) -> Self {
        self.api_v2 = Some(key.into());
        self
    }

    /// The APIv3 key (APIv3密钥).
    #[must_use]
    pub fn api_v3_key(mut self, key: impl Into<Secret>) -> Self {
        self.api_v3 = Some(key.into());
        self
    }

    /// The secret of the WeCom app (企业微信应用 secret).
    #[must_use]
    pub fn workwx_secret(mut self, secret: impl Into<Secret>) -> Self {
        self.workwx = Some(secret.into());
        self
    }

    /// The merchant's private key (商户API私钥), `apiclient_key.pem`.
    ///
    /// # Errors
    /// It is not one unencrypted key in PEM, of RSA or, with the feature `sm`, of SM2.
    pub fn merchant_key_pem(mut self, pem: &str) -> Result<Self, InvalidInput> {
        self.private = Some(PrivateKey::read_pem(pem)?);
        Ok(self)
    }

    /// The merchant's certificate (商户API证书), `apiclient_cert.pem`; of a chain the first.
    ///
    /// # Errors
    /// It is not a certificate in PEM whose key is of RSA or, with the feature `sm`, of SM2.
    pub fn merchant_certificate_pem(mut self, pem: &str) -> Result<Self, InvalidInput> {
        let certificate = Certificate::first_from_pem(pem)?;
        let key = PublicKey::read(certificate.public_key_der())?;
        self.certificate = Some((certificate, key));
        Ok(self)
    }

    /// The WeChat Pay public key (微信支付公钥) with its id, `PUB_KEY_ID_…`.
    ///
    /// # Errors
    /// It is not a key in PEM (`BEGIN PUBLIC KEY`), of RSA or, with the feature `sm`, of SM2.
    pub fn platform_public_key_pem(mut self, id: &str, pem: &str) -> Result<Self, InvalidInput> {
        self.platform.push(PlatformKey {
            serial: id.to_owned(),
            validity: None,
            key: PublicKey::read_pem(pem)?,
        });
        Ok(self)
    }

    /// A platform certificate (平台证书).
    ///
    /// # Errors
    /// It is not a certificate in PEM whose key is of RSA or, with the feature `sm`, of SM2.
    pub fn platform_certificate_pem(mut self, pem: &str) -> Result<Self, InvalidInput> {
        let certificate = Certificate::first_from_pem(pem)?;
        self.platform.push(PlatformKey {
            serial: certificate.serial_no().to_owned(),
            validity: Some((certificate.not_before(), certificate.not_after())),
            key: PublicKey::read(certificate.public_key_der())?,
        });
        Ok(self)
    }

    /// The merchant's public key: the certificate's, else the one of the private key.
    pub(crate) fn merchant_public(&self) -> Option<PublicKey> {
        let certified = self.certificate.as_ref().map(|(_, key)| key.clone());
        certified.or_else(|| self.private.as_ref().map(PrivateKey::public))
    }

    /// The algorithms of the platform keys, if there are any and all have the same.
    pub(crate) fn platform_suite(&self) -> Option<Suite> {
        let mut suites = self.platform.iter().map(|key| key.key.suite());
        let first = suites.next()?;
        suites.all(|suite| suite == first).then_some(first)
    }

    pub(crate) fn platform_key(&self, serial: &str) -> Option<&PlatformKey> {
        let mut keys = self.platform.iter();
        keys.find(|key| same_serial(&key.serial, serial))
    }

    pub(crate) fn is_own(&self, key: &PublicKey) -> bool {
        let private = self.private.as_ref().map(PrivateKey::public);
        let certified = self.certificate.as_ref().map(|(_, key)| key);
        private.as_ref() == Some(key) || certified == Some(key)
    }

    pub(crate) fn is_own_serial(&self, serial: &str) -> bool {
        let certificate = self.certificate.as_ref();
        certificate.is_some_and(|(own, _)| same_serial(own.serial_no(), serial))
    }

    /// Every symmetric key with its name.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = (&'static str, &Secret)> {
        let named = [
            ("APIv2 key", &self.api_v2),
            ("APIv3 key", &self.api_v3),
            ("WeCom secret", &self.workwx),
        ];
        named
            .into_iter()
            .filter_map(|(name, key)| Some((name, key.as_ref()?)))
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut names = f.debug_set();
        names.entries(self.secrets().map(|(name, _)| name));
        names.entries(self.private.as_ref().map(|_| "private key"));
        names.entries(self.certificate.as_ref().map(|(own, _)| own.serial_no()));
        names.entries(self.platform.iter().map(|key| &key.serial));
        names.finish()
    }
}
