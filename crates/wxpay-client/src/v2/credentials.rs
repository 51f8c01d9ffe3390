use wxpay_core::{AppId, MchId};
use wxpay_sign::v2::{Key, SignType};
use wxpay_sign::workwx::AppSecret;

use crate::identity::Identity;

/// Who asks: the merchant and the app that its users know it by.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Merchant {
    /// The merchant ID (商户号), sent as `mch_id`.
    pub mch_id: MchId,
    /// The app id or, for WeCom payments, the corpid (公众账号ID), sent as `appid`.
    pub app_id: AppId,
    /// The sub-merchant (子商户号) that a service provider asks for, sent as `sub_mch_id` where an
    /// operation takes it.
    pub sub_mch_id: Option<MchId>,
    /// The sub-merchant's app (子商户公众账号ID), sent as `sub_appid`.
    pub sub_app_id: Option<AppId>,
}

impl Merchant {
    /// A merchant with its app.
    pub const fn new(mch_id: MchId, app_id: AppId) -> Self {
        Self {
            mch_id,
            app_id,
            sub_mch_id: None,
            sub_app_id: None,
        }
    }

    pub(crate) fn identity(&self) -> Identity {
        Identity {
            mch_id: Some(self.mch_id.clone()),
            app_id: Some(self.app_id.clone()),
            sub_mch_id: self.sub_mch_id.clone(),
            sub_app_id: self.sub_app_id.clone(),
            brand_id: None,
        }
    }
}

/// What proves it.
#[derive(Clone, Debug)]
pub struct Credentials {
    pub(crate) key: Key,
    pub(crate) sign_type: SignType,
    pub(crate) app_secret: Option<AppSecret>,
}

impl Credentials {
    /// The APIv2 key; HMAC-SHA256 is used wherever an endpoint leaves the choice.
    pub const fn new(key: Key) -> Self {
        Self {
            key,
            sign_type: SignType::HmacSha256,
            app_secret: None,
        }
    }

    /// Uses another digest wherever an endpoint leaves the choice.
    #[must_use]
    pub const fn sign_type(mut self, sign_type: SignType) -> Self {
        self.sign_type = sign_type;
        self
    }

    /// Adds the secret of the WeCom app that pays (自建应用), for endpoints that carry a `workwx_sign`.
    #[must_use]
    pub fn workwx(mut self, secret: AppSecret) -> Self {
        self.app_secret = Some(secret);
        self
    }
}
