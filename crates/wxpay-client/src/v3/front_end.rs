//! What a front end needs to start a payment (调起支付), by a client's own app, key, clock and nonce.

use wxpay_core::{Error, InvalidInput, Result};
use wxpay_sign::v3::payment::{self, AppPayment, JsapiPayment, MiniProgramPayment};

use super::Client;

impl Client {
    /// Signs what a web page hands to WeChat to start a payment (JSAPI调起支付). A `prepay_id` lives two hours.
    ///
    /// # Errors
    /// The client has no app ID, the `prepay_id` could break the signed lines, or the key can't sign. Nothing was sent.
    pub async fn jsapi_payment(&self, prepay_id: &str) -> Result<JsapiPayment> {
        let (app_id, now, nonce) = self.front_end()?;
        let key = self.merchant_key();
        payment::jsapi_payment(key, app_id, prepay_id, now, &nonce)
            .await
            .map_err(failed)
    }

    /// Signs what a mini program hands to WeChat to start a payment (小程序调起支付). A `prepay_id` lives two hours.
    ///
    /// # Errors
    /// As [`jsapi_payment`](Self::jsapi_payment).
    pub async fn mini_program_payment(&self, prepay_id: &str) -> Result<MiniProgramPayment> {
        Ok(self.jsapi_payment(prepay_id).await?.into())
    }

    /// Signs what an app hands to the WeChat SDK to start a payment (APP调起支付). A `prepay_id` lives two hours.
    ///
    /// The merchant ID in it is the sub-merchant's if the client has one, and otherwise the client's own.
    ///
    /// # Errors
    /// As [`jsapi_payment`](Self::jsapi_payment).
    pub async fn app_payment(&self, prepay_id: &str) -> Result<AppPayment> {
        let (app_id, now, nonce) = self.front_end()?;
        let partner_id = self.partner_id().ok_or_else(|| {
            let missing = InvalidInput::new(
                "partnerid",
                "needs the client of a merchant",
                "需要商户的客户端",
            );
            failed(missing)
        })?;
        let key = self.merchant_key();
        payment::app_payment(key, app_id, partner_id, prepay_id, now, &nonce)
            .await
            .map_err(failed)
    }
}

pub(super) fn failed(kind: impl Into<wxpay_core::ErrorKind>) -> Error {
    Error::new("front-end payment", wxpay_core::Effect::Read, kind)
}
