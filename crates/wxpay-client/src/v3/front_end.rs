//! What a front end needs to start a payment (调起支付), by a client's own IDs, key, clock and nonce.

use wxpay_core::{AppId, MchId, Result};
use wxpay_sign::v3::payment::{
    self, AppPayment, JsapiPayment, MiniProgramPayment, check_prepay_id,
};

use super::Client;
use crate::PayingApp;
use crate::front_end::failed;

impl Client {
    /// Signs what a web page hands to WeChat to start a payment (JSAPI调起支付). A `prepay_id` lives
    /// two hours.
    ///
    /// The app is the client's own: that of the order, the service provider's, or the one of a
    /// combined order (合单). The client must be the one that made the order, since its key signs
    /// both.
    ///
    /// <https://pay.weixin.qq.com/doc/v3/merchant/4012791857>
    ///
    /// # Errors
    /// The client has no app ID, the `prepay_id` is not the bare id of a response, or the key can't
    /// sign. Nothing was sent.
    pub async fn jsapi_payment(&self, prepay_id: &str) -> Result<JsapiPayment> {
        self.jsapi_payment_in(PayingApp::Own, prepay_id).await
    }

    /// The same in the app that really pays, for an order of a service provider (服务商).
    ///
    /// # Errors
    /// As [`jsapi_payment`](Self::jsapi_payment), or the client has no app of the sub-merchant.
    pub async fn jsapi_payment_in(&self, app: PayingApp, prepay_id: &str) -> Result<JsapiPayment> {
        let (app_id, nonce) = (self.paying_app(app)?, self.front_end_nonce()?);
        check_prepay_id(prepay_id).map_err(failed)?;
        let (key, now) = (&*self.0.credentials.merchant_key, self.0.source.now());
        payment::jsapi_payment(key, app_id, prepay_id, now, &nonce)
            .await
            .map_err(failed)
    }

    /// Signs what a mini program hands to WeChat to start a payment (小程序调起支付). A `prepay_id` lives
    /// two hours.
    ///
    /// The app is the client's own, which must be the mini program that pays.
    ///
    /// <https://pay.weixin.qq.com/doc/v3/merchant/4012791898>
    ///
    /// # Errors
    /// As [`jsapi_payment`](Self::jsapi_payment).
    pub async fn mini_program_payment(&self, prepay_id: &str) -> Result<MiniProgramPayment> {
        Ok(self.jsapi_payment(prepay_id).await?.into())
    }

    /// The same in the mini program that really pays, for an order of a service provider (服务商).
    ///
    /// # Errors
    /// As [`jsapi_payment_in`](Self::jsapi_payment_in).
    pub async fn mini_program_payment_in(
        &self,
        app: PayingApp,
        prepay_id: &str,
    ) -> Result<MiniProgramPayment> {
        Ok(self.jsapi_payment_in(app, prepay_id).await?.into())
    }

    /// Signs what an app hands to the WeChat SDK to start a payment (APP调起支付). A `prepay_id` lives
    /// two hours.
    ///
    /// App ID and merchant ID are the client's own: `appid` with `mchid`, `sp_appid` with
    /// `sp_mchid`, `combine_appid` with `combine_mchid`. The two belong together, and the signature
    /// does not cover the second.
    ///
    /// <https://pay.weixin.qq.com/doc/v3/merchant/4013070351>
    ///
    /// # Errors
    /// As [`jsapi_payment`](Self::jsapi_payment), or the client is a brand's.
    pub async fn app_payment(&self, prepay_id: &str) -> Result<AppPayment> {
        self.app_payment_in(PayingApp::Own, prepay_id).await
    }

    /// The same in the app that really pays, for an order of a service provider (服务商): with
    /// [`PayingApp::SubMerchant`], app ID and merchant ID are `sub_appid` and `sub_mchid`.
    ///
    /// A combined order is paid in the client's own app.
    ///
    /// <https://pay.weixin.qq.com/doc/v3/partner/4013080233>
    ///
    /// # Errors
    /// As [`app_payment`](Self::app_payment), or the client has no sub-merchant or no app of it.
    pub async fn app_payment_in(&self, app: PayingApp, prepay_id: &str) -> Result<AppPayment> {
        let (app_id, partner_id) = (self.paying_app(app)?, self.paid_merchant(app)?);
        let nonce = self.front_end_nonce()?;
        check_prepay_id(prepay_id).map_err(failed)?;
        let (key, now) = (&*self.0.credentials.merchant_key, self.0.source.now());
        payment::app_payment(key, app_id, partner_id, prepay_id, now, &nonce)
            .await
            .map_err(failed)
    }

    fn paying_app(&self, app: PayingApp) -> Result<&AppId> {
        self.0.identity.paying_app(app).map_err(failed)
    }

    fn paid_merchant(&self, app: PayingApp) -> Result<&MchId> {
        let identity = &self.0.identity;
        match app {
            PayingApp::Own => identity.merchant(),
            PayingApp::SubMerchant => identity.sub_merchant(),
        }
        .map_err(failed)
    }

    pub(super) fn front_end_nonce(&self) -> Result<String> {
        self.0.source.nonce().map_err(failed)
    }
}
