use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{
    CertificateParams, DistinguishedName, DnType, KeyUsagePurpose, SerialNumber, date_time_ymd,
};
use wxpay_core::{Secret, Timestamp};

use crate::certificates::{hex, rsa_key, serial};
#[cfg(feature = "sm")]
use crate::platform::sm::SmKey;
#[cfg(feature = "sm")]
use crate::platform::x509;
use crate::platform::{PlatformKey, Suite};

/// A platform certificate (平台证书) and its key.
pub(crate) struct PlatformCertificate {
    suite: Suite,
    pub(crate) key: Arc<PlatformKey>,
    pub(crate) pem: String,
    /// The private key, to be kept beside the certificate.
    #[cfg_attr(not(feature = "directory"), allow(dead_code))]
    pub(crate) key_pem: Secret,
    pub(crate) effective_time: Timestamp,
    pub(crate) expire_time: Timestamp,
}

/// A certificate in the list of a directory; the times are seconds since 1970.
#[cfg(feature = "directory")]
#[derive(serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeptCertificate {
    pub(crate) serial_no: String,
    effective_time: i64,
    expire_time: i64,
}

impl PlatformCertificate {
    /// Makes the first certificate of a platform: a year old, with four to go.
    pub(crate) fn first(
        suite: Suite,
        now: Timestamp,
    ) -> Result<Self, Box<dyn StdError + Send + Sync>> {
        Self::generate(suite, now.unix().saturating_sub(YEAR))
    }

    /// Makes the certificate to come after one: a day old, but younger than that one in any case.
    pub(crate) fn next(&self, now: Timestamp) -> Result<Self, Box<dyn StdError + Send + Sync>> {
        let yesterday = now.unix().saturating_sub(DAY);
        let effective_time = yesterday.max(self.effective_time.unix().saturating_add(1));
        Self::generate(self.suite, effective_time)
    }

    /// Takes one up again that was kept.
    #[cfg(feature = "directory")]
    pub(crate) fn load(
        suite: Suite,
        kept: KeptCertificate,
        pem: String,
        key_pem: String,
    ) -> Result<Self, Box<dyn StdError + Send + Sync>> {
        let time = |unix| Timestamp::from_unix(unix).ok_or("no time of a calendar");
        let key = match suite {
            Suite::Rsa => {
                let key = rcgen::KeyPair::from_pem(&key_pem)?;
                PlatformKey::new(kept.serial_no, &key.serialize_der())?
            }
            #[cfg(feature = "sm")]
            Suite::Sm => PlatformKey::sm(kept.serial_no, SmKey::from_pem(&key_pem)?),
        };
        Ok(Self {
            suite,
            key: Arc::new(key),
            pem,
            key_pem: Secret::new(key_pem),
            effective_time: time(kept.effective_time)?,
            expire_time: time(kept.expire_time)?,
        })
    }

    #[cfg(feature = "directory")]
    pub(crate) fn suite(&self) -> Suite {
        self.suite
    }

    /// What is to be kept of it besides the two PEM texts.
    #[cfg(feature = "directory")]
    pub(crate) fn kept(&self) -> KeptCertificate {
        KeptCertificate {
            serial_no: self.key.serial().to_owned(),
            effective_time: self.effective_time.unix(),
            expire_time: self.expire_time.unix(),
        }
    }

    /// It takes the time of an RSA key, if it is one.
    fn generate(
        suite: Suite,
        effective_time: i64,
    ) -> Result<Self, Box<dyn StdError + Send + Sync>> {
        match suite {
            Suite::Rsa => Self::generate_rsa(effective_time),
            #[cfg(feature = "sm")]
            Suite::Sm => Self::generate_sm(effective_time),
        }
    }

    #[cfg(feature = "sm")]
    fn generate_sm(effective_time: i64) -> Result<Self, Box<dyn StdError + Send + Sync>> {
        let moment = |unix| Timestamp::from_unix(unix).ok_or("no time of a calendar");
        let effective_time = moment(effective_time)?;
        let expire_time = moment(effective_time.unix() + 5 * YEAR)?;
        let (key, serial) = (SmKey::generate(), serial());
        let subject = x509::Subject {
            serial: &serial,
            common_name: "wxpay-sandbox platform",
            key: &key.public()?,
            not_before: effective_time,
            not_after: expire_time,
        };
        Ok(Self {
            suite: Suite::Sm,
            pem: x509::certificate(&subject, &key)?,
            key_pem: key.to_pem()?,
            key: Arc::new(PlatformKey::sm(hex(&serial), key)),
            effective_time,
            expire_time,
        })
    }

    fn generate_rsa(effective_time: i64) -> Result<Self, Box<dyn StdError + Send + Sync>> {
        let moment = |unix: i64| -> Result<_, Box<dyn StdError + Send + Sync>> {
            let since = Duration::from_secs(u64::try_from(unix)?);
            let time = Timestamp::from_unix(unix).ok_or("no time of a calendar")?;
            Ok((time, date_time_ymd(1970, 1, 1) + since))
        };
        let (effective_time, not_before) = moment(effective_time)?;
        let (expire_time, not_after) = moment(effective_time.unix() + 5 * YEAR)?;

        let key = rsa_key()?;
        let serial = serial();
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params
            .distinguished_name
            .push(DnType::OrganizationName, "wxpay-sandbox");
        params
            .distinguished_name
            .push(DnType::CommonName, "wxpay-sandbox platform");
        params.serial_number = Some(SerialNumber::from_slice(&serial));
        params.not_before = not_before;
        params.not_after = not_after;
        params.key_usages = vec![
            KeyUsagePurpose::DigitalSignature,
            KeyUsagePurpose::DataEncipherment,
        ];
        let certificate = params.self_signed(&key)?;
        Ok(Self {
            suite: Suite::Rsa,
            key: Arc::new(PlatformKey::new(hex(&serial), &key.serialize_der())?),
            pem: certificate.pem(),
            key_pem: Secret::new(key.serialize_pem()),
            effective_time,
            expire_time,
        })
    }
}

/// In seconds.
const DAY: i64 = 24 * 3600;
const YEAR: i64 = 365 * DAY;
