//! What a front end needs to start a payment (调起支付) or to open a page of WeChat Pay, by a client's
//! own IDs, key, clock and nonce.

use wxpay_core::{AppId, Result, Timestamp};
use wxpay_sign::v2::jump::MiniProgramRedPacket;
use wxpay_sign::v2::payment::{AppPayment, JsapiPayment, MiniProgramPayment};

use super::{Client, Merchant};
use crate::PayingApp;
use crate::front_end::failed;

impl Client {
    /// Signs what a web page hands to WeChat to start a payment (JSAPI调起支付). A `prepay_id` lives
    /// two hours.
    ///
    /// The digest is the one with which the client makes its orders (统一下单). The app is the client's
    /// own, that of the order.
    ///
    /// <https://pay.weixin.qq.com/doc/v2/merchant/4011935213>
    ///
    /// # Errors
    /// The `prepay_id` is not the bare id of a response, or no nonce could be made. Nothing was
    /// sent.
    pub fn jsapi_payment(&self, prepay_id: &str) -> Result<JsapiPayment> {
        self.jsapi_payment_in(PayingApp::Own, prepay_id)
    }

    /// The same in the app that really pays, for an order of a service provider (服务商).
    ///
    /// <https://pay.weixin.qq.com/doc/v2/partner/4011936643>
    ///
    /// # Errors
    /// As [`jsapi_payment`](Self::jsapi_payment), or the client has no app of the sub-merchant.
    pub fn jsapi_payment_in(&self, app: PayingApp, prepay_id: &str) -> Result<JsapiPayment> {
        let app_id = self.paying_app(app)?;
        let (now, nonce) = self.moment_and_nonce()?;
        let credentials = self.credentials();
        credentials
            .key
            .jsapi_payment(&app_id, prepay_id, now, &nonce, credentials.sign_type)
            .map_err(failed)
    }

    /// Signs what a mini program hands to WeChat to start a payment (小程序调起支付). A `prepay_id` lives
    /// two hours.
    ///
    /// <https://pay.weixin.qq.com/doc/v2/merchant/4011939566>
    ///
    /// # Errors
    /// As [`jsapi_payment`](Self::jsapi_payment).
    pub fn mini_program_payment(&self, prepay_id: &str) -> Result<MiniProgramPayment> {
        Ok(self.jsapi_payment(prepay_id)?.into())
    }

    /// The same in the mini program that really pays, for an order of a service provider (服务商).
    ///
    /// # Errors
    /// As [`jsapi_payment_in`](Self::jsapi_payment_in).
    pub fn mini_program_payment_in(
        &self,
        app: PayingApp,
        prepay_id: &str,
    ) -> Result<MiniProgramPayment> {
        Ok(self.jsapi_payment_in(app, prepay_id)?.into())
    }

    /// Signs what an app hands to the WeChat SDK to start a payment (APP调起支付). A `prepay_id` lives
    /// two hours.
    ///
    /// The merchant ID in it is the sub-merchant's if the client has one, and otherwise the
    /// client's own.
    ///
    /// <https://pay.weixin.qq.com/doc/v2/merchant/4011937148>
    ///
    /// # Errors
    /// As [`jsapi_payment`](Self::jsapi_payment).
    pub fn app_payment(&self, prepay_id: &str) -> Result<AppPayment> {
        self.app_payment_in(PayingApp::Own, prepay_id)
    }

    /// The same in the app that really pays, for an order of a service provider (服务商). The merchant
    /// ID is the sub-merchant's with either app, which is not the rule of APIv3.
    ///
    /// <https://pay.weixin.qq.com/doc/v2/partner/4011941437>
    ///
    /// # Errors
    /// As [`jsapi_payment_in`](Self::jsapi_payment_in).
    pub fn app_payment_in(&self, app: PayingApp, prepay_id: &str) -> Result<AppPayment> {
        let app_id = self.paying_app(app)?;
        let (now, nonce) = self.moment_and_nonce()?;
        let (credentials, merchant) = (self.credentials(), self.merchant());
        let Merchant {
            mch_id, sub_mch_id, ..
        } = merchant;
        let partner_id = sub_mch_id.as_ref().unwrap_or(mch_id);
        credentials
            .key
            .app_payment(
                &app_id,
                partner_id,
                prepay_id,
                now,
                &nonce,
                credentials.sign_type,
            )
            .map_err(failed)
    }

    /// Signs what a mini program hands to WeChat to show a red packet (小程序红包). The digest is always
    /// MD5.
    ///
    /// `package` is that of the response, as it came. It is encoded here.
    ///
    /// <https://pay.weixin.qq.com/doc/v2/merchant/4011937428>
    ///
    /// # Errors
    /// `package` is empty or encoded already, or no nonce could be made. Nothing was sent.
    pub fn mini_program_red_packet(&self, package: &str) -> Result<MiniProgramRedPacket> {
        let (now, nonce) = self.moment_and_nonce()?;
        let (key, app_id) = (&self.credentials().key, &self.merchant().app_id);
        key.mini_program_red_packet(app_id, package, now, &nonce)
            .map_err(failed)
    }

    fn paying_app(&self, app: PayingApp) -> Result<AppId> {
        let identity = self.merchant().identity();
        identity.paying_app(app).cloned().map_err(failed)
    }

    fn moment_and_nonce(&self) -> Result<(Timestamp, String)> {
        let source = self.source();
        Ok((source.now(), source.nonce().map_err(failed)?))
    }
}
