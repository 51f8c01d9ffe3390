use wxpay_core::{AppId, MchId, Timestamp};

use crate::handed_over::handed_over;

/// The argument of `WeixinJSBridge.invoke('getBrandWCPayRequest', …)` and `chooseWXPay`
/// (JSAPI调起支付).
///
/// With the feature `serde`, it is serialised to just that: the fields by their names on the wire.
/// What the page is told (`get_brand_wcpay_request:ok`) proves no payment: query the order, or wait
/// for its notification.
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub struct JsapiPayment {
    /// `appId`.
    pub app_id: String,
    /// `timeStamp`: seconds since 1970, as a string.
    pub time_stamp: String,
    /// `nonceStr`.
    pub nonce_str: String,
    /// `package`: `prepay_id=…`.
    pub package: String,
    /// `signType`: `RSA` in APIv3, `MD5` or `HMAC-SHA256` in APIv2.
    pub sign_type: &'static str,
    /// `paySign`.
    pub pay_sign: String,
}

impl JsapiPayment {
    pub(crate) fn unsigned(
        app_id: &AppId,
        prepay_id: &str,
        timestamp: Timestamp,
        nonce: &str,
    ) -> Self {
        Self {
            app_id: app_id.as_str().to_owned(),
            time_stamp: timestamp.unix().to_string(),
            nonce_str: nonce.to_owned(),
            package: format!("prepay_id={prepay_id}"),
            sign_type: "RSA",
            pay_sign: String::new(),
        }
    }

    /// The fields by their names on the wire. All values are strings; `timeStamp` too must be one
    /// in JavaScript.
    pub fn fields(&self) -> [(&'static str, &str); 6] {
        [
            ("appId", &self.app_id),
            ("timeStamp", &self.time_stamp),
            ("nonceStr", &self.nonce_str),
            ("package", &self.package),
            ("signType", self.sign_type),
            ("paySign", &self.pay_sign),
        ]
    }
}

/// The argument of `wx.requestPayment` (小程序调起支付).
///
/// With the feature `serde`, it is serialised to just that, without the app ID. `requestPayment:ok`
/// proves no payment: query the order, or wait for its notification.
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub struct MiniProgramPayment {
    /// `timeStamp`: seconds since 1970, as a string.
    pub time_stamp: String,
    /// `nonceStr`.
    pub nonce_str: String,
    /// `package`: `prepay_id=…`.
    pub package: String,
    /// `signType`: `RSA` in APIv3, `MD5` or `HMAC-SHA256` in APIv2.
    pub sign_type: &'static str,
    /// `paySign`. It covers the app id too, which WeChat knows by itself.
    pub pay_sign: String,
}

impl MiniProgramPayment {
    /// The fields by their names on the wire. All values are strings; `timeStamp` too must be one
    /// in JavaScript.
    pub fn fields(&self) -> [(&'static str, &str); 5] {
        [
            ("timeStamp", &self.time_stamp),
            ("nonceStr", &self.nonce_str),
            ("package", &self.package),
            ("signType", self.sign_type),
            ("paySign", &self.pay_sign),
        ]
    }
}

impl From<JsapiPayment> for MiniProgramPayment {
    fn from(payment: JsapiPayment) -> Self {
        Self {
            time_stamp: payment.time_stamp,
            nonce_str: payment.nonce_str,
            package: payment.package,
            sign_type: payment.sign_type,
            pay_sign: payment.pay_sign,
        }
    }
}

/// The fields of the WeChat SDK's `PayReq` (APP调起支付).
///
/// With the feature `serde`, it is serialised to these fields in lower case. The SDKs call them
/// `appId`, `partnerId`, `prepayId`, `packageValue` (`package` on iOS), `nonceStr`, `timeStamp` and
/// `sign`. Their code 0 proves no payment: query the order, or wait for its notification.
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub struct AppPayment {
    /// `appid`.
    pub app_id: String,
    /// `partnerid`: the merchant ID that goes with the app ID. The signature of APIv3 does not
    /// cover it.
    pub partner_id: String,
    /// `prepayid`: the bare id.
    pub prepay_id: String,
    /// `package`: always `Sign=WXPay`.
    pub package: &'static str,
    /// `noncestr`.
    pub nonce_str: String,
    /// `timestamp`: seconds since 1970, as a string.
    pub timestamp: String,
    /// `sign`.
    pub sign: String,
}

impl AppPayment {
    pub(crate) fn unsigned(
        app_id: &AppId,
        partner_id: &MchId,
        prepay_id: &str,
        timestamp: Timestamp,
        nonce: &str,
    ) -> Self {
        Self {
            app_id: app_id.as_str().to_owned(),
            partner_id: partner_id.as_str().to_owned(),
            prepay_id: prepay_id.to_owned(),
            package: "Sign=WXPay",
            nonce_str: nonce.to_owned(),
            timestamp: timestamp.unix().to_string(),
            sign: String::new(),
        }
    }

    /// The fields by their names on the wire. All values are strings.
    pub fn fields(&self) -> [(&'static str, &str); 7] {
        [
            ("appid", &self.app_id),
            ("partnerid", &self.partner_id),
            ("prepayid", &self.prepay_id),
            ("package", self.package),
            ("noncestr", &self.nonce_str),
            ("timestamp", &self.timestamp),
            ("sign", &self.sign),
        ]
    }
}

handed_over!(JsapiPayment, MiniProgramPayment, AppPayment);
