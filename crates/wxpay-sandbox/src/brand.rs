//! The brand (品牌商家) that a sandbox knows, with keys of its own.

use std::error::Error as StdError;
use std::sync::Arc;
use std::thread;

use rcgen::{KeyPair, PublicKeyData as _};
use thiserror::Error;
use wxpay_core::{BrandId, Secret};

use crate::certificates::{api_certificate, rsa_key};
use crate::platform::{MerchantKey, PlatformKey, RsaKey};
use crate::random::{self, ALPHANUMERIC, DIGITS};
use crate::state::Shared;

/// The brand (品牌商家) that a sandbox knows, and what it was given: the keys are its own, and the
/// merchant's are not taken for it.
///
/// <https://pay.weixin.qq.com/doc/brand/4015407523>
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Brand {
    /// The brand ID (品牌ID).
    pub brand_id: BrandId,
    /// The brand's API key (品牌API密钥), 32 characters, which encrypts its notifications.
    pub api_key: Secret,
    /// The brand's API certificate (品牌API证书), as PEM.
    pub cert_pem: String,
    /// The key of that certificate, RSA with 2048 bits, as PKCS#8 PEM.
    pub key_pem: Secret,
    /// The serial number of that certificate: 40 hexadecimal digits, upper case.
    pub serial_no: String,
    /// The id of the WeChat Pay public key of the brand (微信支付公钥ID), `PUB_KEY_ID_…`.
    pub platform_key_id: String,
    /// The WeChat Pay public key of the brand, RSA with 2048 bits, as PEM.
    pub platform_public_key_pem: String,
}

/// The keys of the brand could not be made.
#[derive(Debug, Error)]
#[error("can't make the keys of the brand")]
#[non_exhaustive]
pub struct BrandError(#[source] pub(crate) Box<dyn StdError + Send + Sync>);

/// The brand, with the keys of both sides as they are kept.
pub(crate) struct BrandKeys {
    pub(crate) brand: Brand,
    /// The brand's public key, a SubjectPublicKeyInfo.
    pub(crate) public: Vec<u8>,
    /// The private key of the platform's public one.
    pub(crate) platform_key: KeyPair,
}

/// The brand, with the keys of both sides as they are used.
pub(crate) struct BrandAccount {
    pub(crate) brand: Brand,
    pub(crate) key: MerchantKey,
    pub(crate) platform_key: Arc<PlatformKey>,
}

impl BrandKeys {
    /// Makes new ones. It takes the time of two RSA keys.
    pub(crate) fn generate(ca_key: &KeyPair) -> Result<Self, Box<dyn StdError + Send + Sync>> {
        let platform = thread::spawn(rsa_key);
        let number = format!("10{}", random::text(DIGITS, 8));
        let (key, cert_pem, serial_no) = api_certificate(&number, ca_key)?;
        let platform_key = platform.join().map_err(|_| "no platform key")??;
        Ok(Self {
            public: key.subject_public_key_info(),
            brand: Brand {
                platform_key_id: format!("PUB_KEY_ID_02{number}{}", random::text(DIGITS, 16)),
                brand_id: BrandId::new(number)?,
                api_key: Secret::new(random::text(ALPHANUMERIC, 32)),
                cert_pem,
                key_pem: Secret::new(key.serialize_pem()),
                serial_no,
                platform_public_key_pem: platform_key.public_key_pem(),
            },
            platform_key,
        })
    }
}

impl BrandAccount {
    /// What `Authorization` begins with, and what `Wechatpay-Signature-Type` says.
    pub(crate) const SCHEME: &'static str = "WECHATPAY-BRAND-SHA256-RSA2048";

    pub(crate) fn new(keys: BrandKeys) -> Result<Self, Box<dyn StdError + Send + Sync>> {
        let platform_key = PlatformKey::new(
            keys.brand.platform_key_id.clone(),
            &keys.platform_key.serialize_der(),
        )?;
        let key = RsaKey::new(keys.public, keys.brand.key_pem.expose())?;
        Ok(Self {
            key: MerchantKey::Rsa(key),
            platform_key: Arc::new(platform_key.named(Self::SCHEME)),
            brand: keys.brand,
        })
    }

    /// The brand of a sandbox, whose keys are made now if nobody asked for it before.
    pub(crate) async fn of(shared: &Arc<Shared>) -> Result<&Self, BrandError> {
        if let Some(known) = shared.brand.get() {
            return Ok(known);
        }
        let own = Arc::clone(shared);
        let made = tokio::task::spawn_blocking(move || {
            BrandKeys::generate(&own.ca_key).and_then(Self::new)
        })
        .await
        .map_err(|error| BrandError(error.into()))?
        .map_err(BrandError)?;
        // Who asked at the same time may have been faster.
        Ok(shared.brand.get_or_init(|| made))
    }
}
