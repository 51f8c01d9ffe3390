//! What a front end needs to start a payment of APIv2 (调起支付): the `prepay_id` with its own signature.
//!
//! <https://pay.weixin.qq.com/doc/v2/merchant/4011985891>

use wxpay_core::{AppId, MchId, Params, Timestamp};

use super::{Key, SignType};
pub use crate::payment::{AppPayment, JsapiPayment};

impl Key {
    /// Signs what a web page or mini program hands to WeChat to start a payment (JSAPI, 小程序调起支付).
    ///
    /// `sign_type` must be the one with which the order was placed. A `prepay_id` lives two hours.
    pub fn jsapi_payment(
        &self,
        app_id: &AppId,
        prepay_id: &str,
        timestamp: Timestamp,
        nonce: &str,
        sign_type: SignType,
    ) -> JsapiPayment {
        let mut payment = JsapiPayment::unsigned(app_id, prepay_id, timestamp, nonce);
        payment.sign_type = sign_type.name();
        let params: Params = payment.fields().into_iter().collect();
        payment.pay_sign = self.sign(&params, sign_type);
        payment
    }

    /// Signs what an app hands to the WeChat SDK to start a payment (APP调起支付).
    ///
    /// `partner_id` is the merchant ID that receives the money (商户号, `partnerid`). `sign_type` must be the one with which
    /// the order was placed; it is not among the fields. A `prepay_id` lives two hours.
    pub fn app_payment(
        &self,
        app_id: &AppId,
        partner_id: &MchId,
        prepay_id: &str,
        timestamp: Timestamp,
        nonce: &str,
        sign_type: SignType,
    ) -> AppPayment {
        let mut payment = AppPayment::unsigned(app_id, partner_id, prepay_id, timestamp, nonce);
        let params: Params = payment.fields().into_iter().collect();
        payment.sign = self.sign(&params, sign_type);
        payment
    }
}
