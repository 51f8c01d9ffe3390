use std::error::Error as StdError;

use wxpay_core::{Secret, Timestamp};

use crate::certificates::{hex, serial};
use crate::platform::sm::SmKey;
use crate::platform::x509;

/// The merchant's keys of the national algorithms (国密), which sign its requests of APIv3.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SmIdentity {
    /// The merchant's SM2 certificate, as PEM.
    pub certificate_pem: String,
    /// The key of that certificate, as PKCS#8 PEM.
    pub key_pem: Secret,
    /// The serial number of that certificate (证书序列号): 40 hexadecimal digits, upper case.
    pub serial_no: String,
}

impl SmIdentity {
    /// Makes a new one: a day old, with five years to go.
    pub(crate) fn generate(mch_id: &str) -> Result<Self, Box<dyn StdError + Send + Sync>> {
        let now = Timestamp::now().unix();
        let moment = |unix| Timestamp::from_unix(unix).ok_or("no time of a calendar");
        let (key, issuer, serial) = (SmKey::generate(), SmKey::generate(), serial());
        let subject = x509::Subject {
            serial: &serial,
            common_name: mch_id,
            key: &key.public()?,
            not_before: moment(now - DAY)?,
            not_after: moment(now + 5 * 365 * DAY)?,
        };
        Ok(Self {
            certificate_pem: x509::certificate(&subject, &issuer)?,
            key_pem: key.to_pem()?,
            serial_no: hex(&serial),
        })
    }
}

/// In seconds.
const DAY: i64 = 24 * 3600;
