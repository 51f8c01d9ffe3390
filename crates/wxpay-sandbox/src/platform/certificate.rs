use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{
    CertificateParams, DistinguishedName, DnType, KeyUsagePurpose, SerialNumber, date_time_ymd,
};
use wxpay_core::Timestamp;

use crate::certificates::{hex, rsa_key, serial};
use crate::platform::PlatformKey;

/// A platform certificate (平台证书) and its key.
pub(crate) struct PlatformCertificate {
    pub(crate) key: Arc<PlatformKey>,
    pub(crate) pem: String,
    pub(crate) effective_time: Timestamp,
    pub(crate) expire_time: Timestamp,
}

impl PlatformCertificate {
    /// Makes the first certificate of a platform: a year old, with four to go.
    pub(crate) fn first(now: Timestamp) -> Result<Self, Box<dyn StdError + Send + Sync>> {
        Self::generate(now.unix().saturating_sub(YEAR))
    }

    /// Makes the certificate to come after one: a day old, but younger than that one in any case.
    pub(crate) fn next(&self, now: Timestamp) -> Result<Self, Box<dyn StdError + Send + Sync>> {
        let yesterday = now.unix().saturating_sub(DAY);
        Self::generate(yesterday.max(self.effective_time.unix().saturating_add(1)))
    }

    /// It takes the time of an RSA key.
    fn generate(effective_time: i64) -> Result<Self, Box<dyn StdError + Send + Sync>> {
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
            key: Arc::new(PlatformKey::new(hex(&serial), &key.serialize_der())?),
            pem: certificate.pem(),
            effective_time,
            expire_time,
        })
    }
}

/// In seconds.
const DAY: i64 = 24 * 3600;
const YEAR: i64 = 365 * DAY;
