//! What a front end needs to start a payment of APIv3 (调起支付): the `prepay_id` with the merchant's signature.
//!
//! <https://pay.weixin.qq.com/doc/v3/merchant/4012365341>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use wxpay_core::{AppId, MchId, SigningError, Timestamp};

use super::MerchantKey;
pub use crate::payment::{AppPayment, JsapiPayment, MiniProgramPayment};

/// Signs what a web page hands to WeChat to start a payment (JSAPI调起支付). A `prepay_id` lives two hours.
///
/// # Errors
/// The `prepay_id` or the nonce could break the signed lines, or the key can't sign. Nothing was sent.
pub async fn jsapi_payment(
    key: &dyn MerchantKey,
    app_id: &AppId,
    prepay_id: &str,
    timestamp: Timestamp,
    nonce: &str,
) -> Result<JsapiPayment, SigningError> {
    check([prepay_id, nonce])?;
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

/// Signs what a mini program hands to WeChat to start a payment (小程序调起支付). A `prepay_id` lives two hours.
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

/// Signs what an app hands to the WeChat SDK to start a payment (APP调起支付). A `prepay_id` lives two hours.
///
/// `partner_id` is the merchant ID that receives the money (商户号, `partnerid`), which the signature does not cover.
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
    check([prepay_id, nonce])?;
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

/// A line feed in a value would move the signed text from one line to another.
fn check(values: [&str; 2]) -> Result<(), SigningError> {
    let fits = |value: &str| !value.is_empty() && value.bytes().all(|b| b.is_ascii_graphic());
    if values.into_iter().all(fits) {
        return Ok(());
    }
    Err(SigningError::new(
        "prepay_id and nonce must be printable ASCII without spaces",
    ))
}

async fn sign(key: &dyn MerchantKey, lines: [&String; 4]) -> Result<String, SigningError> {
    let message: String = lines.iter().map(|line| format!("{line}\n")).collect();
    Ok(STANDARD.encode(key.sign(message.as_bytes()).await?))
}
