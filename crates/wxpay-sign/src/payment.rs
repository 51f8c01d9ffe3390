use std::fmt;

use wxpay_core::{AppId, MchId, Timestamp};

/// The argument of `WeixinJSBridge.invoke('getBrandWCPayRequest', …)` and `chooseWXPay` (JSAPI调起支付).
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

    /// The fields by their names on the wire. All values are strings; `timeStamp` too must be one in JavaScript.
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

impl fmt::Debug for JsapiPayment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        names(f, "JsapiPayment", &self.fields())
    }
}

/// The argument of `wx.requestPayment` (小程序调起支付).
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub struct MiniProgramPayment {
    /// `timeStamp`: seconds since 1970, as a string.
    pub time_stamp: String,
    /// `nonceStr`.
    pub nonce_str: String,
    /// `package`: `prepay_id=…`.
    pub package: String,
    /// `signType`: `RSA`.
    pub sign_type: &'static str,
    /// `paySign`. It covers the app id too, which WeChat knows by itself.
    pub pay_sign: String,
}

impl MiniProgramPayment {
    /// The fields by their names on the wire. All values are strings; `timeStamp` too must be one in JavaScript.
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

impl fmt::Debug for MiniProgramPayment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        names(f, "MiniProgramPayment", &self.fields())
    }
}

/// The fields of the WeChat SDK's `PayReq` (APP调起支付).
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub struct AppPayment {
    /// `appid`.
    pub app_id: String,
    /// `partnerid`: the merchant ID.
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

impl fmt::Debug for AppPayment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        names(f, "AppPayment", &self.fields())
    }
}

/// The names only: anyone who has the values can pay the order.
fn names(f: &mut fmt::Formatter<'_>, of: &str, fields: &[(&str, &str)]) -> fmt::Result {
    f.write_str(of)?;
    f.debug_set()
        .entries(fields.iter().map(|(name, _)| name))
        .finish()
}
