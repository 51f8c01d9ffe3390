//! What a front end needs to start a payment of APIv3 (调起支付): the `prepay_id` with the merchant's
//! signature.
//!
//! <https://pay.weixin.qq.com/doc/v3/merchant/4012365339>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use wxpay_core::{AppId, InvalidInput, MchId, SigningError, Timestamp};

use super::{MerchantKey, Suite};
use crate::handed_over;
pub use crate::payment::{AppPayment, JsapiPayment, MiniProgramPayment};

/// Signs what a web page hands to WeChat to start a payment (JSAPI调起支付). A `prepay_id` lives two
/// hours.
///
/// The key must be the one that signed the order. `app_id` is the app that pays: that of the order,
/// and for a service provider (服务商) `sp_appid` or `sub_appid`; for a combined order (合单)
/// `combine_appid`.
///
/// # Errors
/// The `prepay_id` or the nonce could break the signed lines, or the key can't sign. Nothing was
/// sent.
pub async fn jsapi_payment(
    key: &dyn MerchantKey,
    app_id: &AppId,
    prepay_id: &str,
    timestamp: Timestamp,
    nonce: &str,
) -> Result<JsapiPayment, SigningError> {
    check(prepay_id, nonce)?;
    let mut payment = JsapiPayment::unsigned(app_id, prepay_id, timestamp, nonce);
    let lines = [
        &payment.app_id,
        &payment.time_stamp,
        &payment.nonce_str,
        &payment.package,
    ];
    payment.pay_sign = sign(key, lines).await?;
    Ok(payment)
}

/// Signs what a mini program hands to WeChat to start a payment (小程序调起支付). A `prepay_id` lives two
/// hours.
///
/// # Errors
/// As [`jsapi_payment`].
pub async fn mini_program_payment(
    key: &dyn MerchantKey,
    app_id: &AppId,
    prepay_id: &str,
    timestamp: Timestamp,
    nonce: &str,
) -> Result<MiniProgramPayment, SigningError> {
    let payment = jsapi_payment(key, app_id, prepay_id, timestamp, nonce).await?;
    Ok(payment.into())
}

/// Signs what an app hands to the WeChat SDK to start a payment (APP调起支付). A `prepay_id` lives two
/// hours.
///
/// `partner_id` goes with `app_id`, and the signature does not cover it:
///
/// | order | `app_id` | `partner_id` |
/// | --- | --- | --- |
/// | of a merchant | `appid` | `mchid` |
/// | of a service provider (服务商), paid in its own app | `sp_appid` | `sp_mchid` |
/// | of a service provider, paid in the sub-merchant's app | `sub_appid` | `sub_mchid` |
/// | combined (合单) | `combine_appid` | `combine_mchid` |
///
/// <https://pay.weixin.qq.com/doc/v3/partner/4013080233>
///
/// # Errors
/// As [`jsapi_payment`].
pub async fn app_payment(
    key: &dyn MerchantKey,
    app_id: &AppId,
    partner_id: &MchId,
    prepay_id: &str,
    timestamp: Timestamp,
    nonce: &str,
) -> Result<AppPayment, SigningError> {
    check(prepay_id, nonce)?;
    let mut payment = AppPayment::unsigned(app_id, partner_id, prepay_id, timestamp, nonce);
    let lines = [
        &payment.app_id,
        &payment.timestamp,
        &payment.nonce_str,
        &payment.prepay_id,
    ];
    payment.sign = sign(key, lines).await?;
    Ok(payment)
}

/// Checks a `prepay_id` as the functions of this module do.
///
/// # Errors
/// It is empty, longer than 128 characters, holds anything but printable ASCII characters, or a
/// space or `&`, or begins with `prepay_id=`.
pub fn check_prepay_id(prepay_id: &str) -> Result<(), InvalidInput> {
    handed_over::check_prepay_id(prepay_id)
}

/// A line feed in a value would move the signed text from one line to another.
fn check(prepay_id: &str, nonce: &str) -> Result<(), SigningError> {
    check_prepay_id(prepay_id)
        .and_then(|()| handed_over::check_nonce(nonce))
        .map_err(|error| SigningError::new(error.to_string()))
}

async fn sign(key: &dyn MerchantKey, lines: [&String; 4]) -> Result<String, SigningError> {
    let message: String = lines.iter().map(|line| format!("{line}\n")).collect();
    if key.suite() != Suite::Rsa {
        return Err(SigningError::new(
            "front ends take RSA signatures only (signType RSA): sign with the merchant's RSA key",
        ));
    }
    Ok(STANDARD.encode(key.sign(message.as_bytes()).await?))
}
