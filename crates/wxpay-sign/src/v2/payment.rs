//! What a front end needs to start a payment of APIv2 (调起支付): the `prepay_id` with its own
//! signature.
//!
//! <https://pay.weixin.qq.com/doc/v2/merchant/4011935213>

use wxpay_core::{AppId, InvalidInput, MchId, Params, Timestamp};

use super::{Key, SignType};
use crate::handed_over::{check_nonce, check_prepay_id};
pub use crate::payment::{AppPayment, JsapiPayment, MiniProgramPayment};

impl Key {
    /// Signs what a web page hands to WeChat to start a payment (JSAPI调起支付). A `prepay_id` lives
    /// two hours.
    ///
    /// `app_id` is the app that pays: the order's `appid`, or its `sub_appid` for a service
    /// provider (服务商). `sign_type` must be the one with which the order was placed.
    ///
    /// # Errors
    /// The `prepay_id` or the nonce is empty, too long, or holds a character that could move the
    /// end of a signed value.
    pub fn jsapi_payment(
        &self,
        app_id: &AppId,
        prepay_id: &str,
        timestamp: Timestamp,
        nonce: &str,
        sign_type: SignType,
    ) -> Result<JsapiPayment, InvalidInput> {
        check_prepay_id(prepay_id)?;
        check_nonce(nonce)?;
        let mut payment = JsapiPayment::unsigned(app_id, prepay_id, timestamp, nonce);
        payment.sign_type = sign_type.name();
        let params: Params = payment.fields().into_iter().collect();
        payment.pay_sign = self.sign(&params, sign_type);
        Ok(payment)
    }

    /// Signs what a mini program hands to WeChat to start a payment (小程序调起支付). A `prepay_id` lives
    /// two hours.
    ///
    /// # Errors
    /// As [`jsapi_payment`](Self::jsapi_payment).
    pub fn mini_program_payment(
        &self,
        app_id: &AppId,
        prepay_id: &str,
        timestamp: Timestamp,
        nonce: &str,
        sign_type: SignType,
    ) -> Result<MiniProgramPayment, InvalidInput> {
        let payment = self.jsapi_payment(app_id, prepay_id, timestamp, nonce, sign_type)?;
        Ok(payment.into())
    }

    /// Signs what an app hands to the WeChat SDK to start a payment (APP调起支付).
    ///
    /// `partner_id` is the merchant ID that receives the money (`partnerid`): the sub-merchant's
    /// for an order of a service provider (服务商), whichever app it is paid in. APIv3 has another
    /// rule. `sign_type` must be the one with which the order was placed; it is not among the
    /// fields. A `prepay_id` lives two hours.
    ///
    /// <https://pay.weixin.qq.com/doc/v2/partner/4011941437>
    ///
    /// # Errors
    /// As [`jsapi_payment`](Self::jsapi_payment).
    pub fn app_payment(
        &self,
        app_id: &AppId,
        partner_id: &MchId,
        prepay_id: &str,
        timestamp: Timestamp,
        nonce: &str,
        sign_type: SignType,
    ) -> Result<AppPayment, InvalidInput> {
        check_prepay_id(prepay_id)?;
        check_nonce(nonce)?;
        let mut payment = AppPayment::unsigned(app_id, partner_id, prepay_id, timestamp, nonce);
        let params: Params = payment.fields().into_iter().collect();
        payment.sign = self.sign(&params, sign_type);
        Ok(payment)
    }
}
