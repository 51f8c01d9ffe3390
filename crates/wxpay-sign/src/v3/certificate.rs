use std::fmt;
use std::time::Duration;

use wxpay_core::{InvalidInput, Timestamp};
use x509_cert::der::{Decode, Encode};

use crate::pem;

/// An X.509 certificate: WeChat Pay's (平台证书), which verifies and encrypts, or the merchant's own
/// (商户API证书).
///
/// Its chain is not checked here ([`TrustedIssuers`](super::TrustedIssuers) does, if asked). What
/// proves a platform certificate is that it came encrypted with the APIv3 key
/// ([`ApiKey`](super::ApiKey)) in a response that its own key signed.
#[derive(Clone, Eq, PartialEq)]
pub struct Certificate {
    serial_no: String,
    common_name: Option<String>,
    not_before: Timestamp,
    not_after: Timestamp,
    /// SubjectPublicKeyInfo.
    spki: Vec<u8>,
    /// What the SubjectPublicKeyInfo holds: for RSA the RSAPublicKey of PKCS#1, for SM2 the point.
    public_key: Vec<u8>,
    der: Vec<u8>,
}

impl Certificate {
    /// Reads a PEM text that holds one certificate, such as `wechatpay_….pem`.
    ///
    /// # Errors
    /// The text holds no certificate or several, or a broken one.
    pub fn from_pem(pem: &str) -> Result<Self, InvalidInput> {
        Self::from_der(&pem::certificate(pem)?)
    }

    /// Reads the first certificate of a PEM text, which in a chain file is the owner's own, such as
    /// in `apiclient_cert.pem`.
    ///
    /// # Errors
    /// The text holds no certificate, or the first one is broken.
    pub fn first_from_pem(pem: &str) -> Result<Self, InvalidInput> {
        Self::from_der(&pem::first_certificate(pem)?)
    }

    /// Reads a certificate in DER.
    ///
    /// # Errors
    /// It is not an X.509 certificate, or its serial number is not positive.
    pub fn from_der(der: &[u8]) -> Result<Self, InvalidInput> {
        let broken = |rule, rule_zh| InvalidInput::new("certificate", rule, rule_zh);
        let no_certificate = || broken("must be X.509", "必须是 X.509 证书");
        let no_date = || broken("must have real dates", "有效期必须是真实的日期");
        let certificate = x509_cert::Certificate::from_der(der).map_err(|_| no_certificate())?;
        let inner = certificate.tbs_certificate();
        let key = inner.subject_public_key_info();
        let time = |time: &x509_cert::time::Time| moment(time.to_unix_duration());
        let times = inner.validity();
        Ok(Self {
            serial_no: serial_no(inner.serial_number().as_bytes())
                .ok_or_else(|| broken("must have a positive serial number", "序列号必须是正数"))?,
            common_name: inner
                .subject()
                .common_name()
                .ok()
                .flatten()
                .map(|name| name.value().into_owned()),
            not_before: time(&times.not_before).ok_or_else(no_date)?,
            not_after: time(&times.not_after).ok_or_else(no_date)?,
            spki: key.to_der().map_err(|_| no_certificate())?,
            public_key: key.subject_public_key.raw_bytes().to_vec(),
            der: der.to_vec(),
        })
    }

    /// The serial number (证书序列号): upper-case hexadecimal, two digits for each byte.
    pub fn serial_no(&self) -> &str {
        &self.serial_no
    }

    /// The name of its owner (使用者, the subject's common name): for a merchant's certificate the
    /// merchant ID (商户号).
    pub fn common_name(&self) -> Option<&str> {
        self.common_name.as_deref()
    }

    /// The moment from which it is valid (生效时间).
    pub const fn not_before(&self) -> Timestamp {
        self.not_before
    }

    /// The last moment at which it is valid (失效时间).
    pub const fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// Whether it is valid at this moment, its first and last second included.
    pub fn is_valid_at(&self, moment: Timestamp) -> bool {
        (self.not_before.unix()..=self.not_after.unix()).contains(&moment.unix())
    }

    /// Checks that it is valid at this moment, for the start of a program.
    ///
    /// An expired `apiclient_cert.pem` is refused by WeChat Pay's servers only after a TLS 1.3
    /// handshake, so that each payment with it would look unknown.
    ///
    /// # Errors
    /// It has expired, or is not valid yet.
    pub fn check_valid_at(&self, moment: Timestamp) -> Result<(), InvalidInput> {
        let broken = |what, what_zh, when: Timestamp| {
            let serial_no = &self.serial_no;
            Err(InvalidInput::new(
                "certificate",
                format!("{serial_no} {what} {when}"),
                format!("{serial_no} {what_zh} {when}"),
            ))
        };
        if moment.unix() > self.not_after.unix() {
            return broken(
                "must not be used any more: it expired at",
                "不能再使用：已过期，失效时间为",
                self.not_after,
            );
        }
        if moment.unix() < self.not_before.unix() {
            return broken(
                "must not be used yet: it is valid from",
                "还不能使用：生效时间为",
                self.not_before,
            );
        }
        Ok(())
    }

    /// The public key as SubjectPublicKeyInfo in DER.
    pub fn public_key_der(&self) -> &[u8] {
        &self.spki
    }

    /// The whole certificate in DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    #[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto"))]
    pub(super) fn has_public_key(&self, key: &[u8]) -> bool {
        self.public_key == key
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("serial_no", &self.serial_no)
            .field("not_before", &self.not_before.to_string())
            .field("not_after", &self.not_after.to_string())
            .finish_non_exhaustive()
    }
}

fn moment(since_1970: Duration) -> Option<Timestamp> {
    Timestamp::from_unix(i64::try_from(since_1970.as_secs()).ok()?)
}

/// DER writes a zero byte before a number whose first bit is set, since that bit is the sign.
fn serial_no(number: &[u8]) -> Option<String> {
    let number = match number {
        [0, rest @ ..] => rest,
        [128..=255, ..] => return None,
        number => number,
    };
    let hex: String = number.iter().map(|byte| format!("{byte:02X}")).collect();
    (!hex.is_empty()).then_some(hex)
}
