use std::sync::Arc;

#[cfg(feature = "apiv2")]
use wxpay_sign::v2;
use wxpay_sign::v3::{MerchantKey, PlatformKeys};

/// What proves who asks and who answers.
#[derive(Clone, Debug)]
pub struct Credentials {
    pub(crate) merchant_key: Arc<dyn MerchantKey>,
    pub(crate) platform_keys: Arc<dyn PlatformKeys>,
    #[cfg(feature = "apiv2")]
    pub(crate) v2_key: Option<v2::Key>,
}

impl Credentials {
    /// The merchant's private key (商户API私钥) and WeChat Pay's public keys (微信支付公钥).
    pub fn new(merchant_key: impl MerchantKey, platform_keys: impl PlatformKeys) -> Self {
        let merchant_key: Arc<dyn MerchantKey> = Arc::new(merchant_key);
        #[cfg(feature = "tokio")]
        let merchant_key = super::offload::aware(merchant_key);
        Self {
            merchant_key,
            platform_keys: Arc::new(platform_keys),
            #[cfg(feature = "apiv2")]
            v2_key: None,
        }
    }

    /// Adds the APIv2 key (APIv2密钥), for the few pages of APIv3 products that are signed with it:
    /// the detail page of payscore (支付分) and the coupons of front ends (发券). Requests are never
    /// signed with it.
    #[cfg(feature = "apiv2")]
    #[must_use]
    pub fn v2_key(mut self, key: v2::Key) -> Self {
        self.v2_key = Some(key);
        self
    }
}
