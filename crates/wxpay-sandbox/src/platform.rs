//! WeChat Pay's side of APIv3: its keys, and what it knows of the merchant's.

mod certificate;
mod key;
mod merchant;
#[cfg(feature = "sm")]
pub(crate) mod sm;
mod suite;
#[cfg(feature = "sm")]
pub(crate) mod x509;

use std::error::Error as StdError;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use wxpay_core::Timestamp;

use crate::Trust;

#[cfg(feature = "directory")]
pub(crate) use certificate::KeptCertificate;
pub(crate) use certificate::PlatformCertificate;
pub(crate) use key::PlatformKey;
#[cfg(test)]
pub(crate) use merchant::verify;
pub(crate) use merchant::{MerchantKey, RsaKey};
pub(crate) use suite::Suite;

/// The keys of both sides.
pub(crate) struct Platform {
    pub(crate) merchant: MerchantKey,
    trust: Trust,
    public_key: Arc<PlatformKey>,
    /// From the oldest to the newest; empty only when the public key is all there is.
    certificates: RwLock<Vec<Arc<PlatformCertificate>>>,
    rotating: Mutex<()>,
}

impl Platform {
    pub(crate) fn new(
        merchant: MerchantKey,
        trust: Trust,
        public_key: PlatformKey,
        certificates: Vec<PlatformCertificate>,
    ) -> Self {
        Self {
            merchant,
            trust,
            public_key: Arc::new(public_key),
            certificates: RwLock::new(certificates.into_iter().map(Arc::new).collect()),
            rotating: Mutex::default(),
        }
    }

    /// Makes a certificate to sign with from now on, unless the public key is all there is. The
    /// earlier certificates stay good for encryption. It takes the time of an RSA key.
    pub(crate) fn rotate(
        &self,
        now: Timestamp,
    ) -> Result<Option<Arc<PlatformCertificate>>, Box<dyn StdError + Send + Sync>> {
        let _one_at_a_time = self.rotating.lock();
        let Some(newest) = self.certificates().pop() else {
            return Ok(None);
        };
        let next = Arc::new(newest.next(now)?);
        let mut all = self
            .certificates
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        all.push(Arc::clone(&next));
        Ok(Some(next))
    }

    /// What the merchant signs with, and WeChat Pay therefore too.
    pub(crate) fn suite(&self) -> Suite {
        self.merchant.suite()
    }

    pub(crate) fn trust(&self) -> Trust {
        self.trust
    }

    /// The certificates, from the oldest to the newest.
    pub(crate) fn certificates(&self) -> Vec<Arc<PlatformCertificate>> {
        let all = self.certificates.read();
        all.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The key to sign with for a request that names a key, or none.
    pub(crate) fn signer(&self, named: Option<&str>) -> Arc<PlatformKey> {
        let newest = match self.trust {
            Trust::PublicKey => None,
            Trust::Both if named == Some(self.public_key.serial()) => None,
            Trust::Certificates | Trust::Both => self.certificates().pop(),
        };
        newest.map_or_else(
            || Arc::clone(&self.public_key),
            |newest| Arc::clone(&newest.key),
        )
    }

    /// The live key of a `Wechatpay-Serial`.
    pub(crate) fn key(&self, serial: &str) -> Option<Arc<PlatformKey>> {
        if self.trust != Trust::Certificates && serial == self.public_key.serial() {
            return Some(Arc::clone(&self.public_key));
        }
        let certificates = self.certificates();
        let mut keys = certificates.iter().map(|certificate| &certificate.key);
        keys.find(|key| key.serial() == serial).map(Arc::clone)
    }
}
