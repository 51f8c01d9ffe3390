use wxpay_core::{InvalidInput, MchId, Params, Timestamp};

use crate::handed_over::{check, check_nonce, handed_over, query};
use crate::v2::{Key, SignType};

/// The detail page of a payscore order (支付分订单详情页, `businessType` `wxpayScoreDetail`).
///
/// It is the `extraData` of `wx.openBusinessView`. In an official account and in an app the same is
/// the text of [`query`](Self::query).
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub struct PayscoreDetail {
    /// `mch_id`: the merchant, or the service provider (服务商).
    pub mch_id: String,
    /// `service_id`.
    pub service_id: String,
    /// `out_order_no`.
    pub out_order_no: String,
    /// `timestamp`: seconds since 1970, as a string.
    pub timestamp: String,
    /// `nonce_str`.
    pub nonce_str: String,
    /// `sign_type`: always `HMAC-SHA256`.
    pub sign_type: &'static str,
    /// `sign`.
    pub sign: String,
}

impl PayscoreDetail {
    /// The fields by their names on the wire. All values are strings.
    pub fn fields(&self) -> [(&'static str, &str); 7] {
        [
            ("mch_id", &self.mch_id),
            ("service_id", &self.service_id),
            ("out_order_no", &self.out_order_no),
            ("timestamp", &self.timestamp),
            ("nonce_str", &self.nonce_str),
            ("sign_type", self.sign_type),
            ("sign", &self.sign),
        ]
    }

    /// The `queryString` of `wx.invoke('openBusinessView', …)` and the `query` of an app:
    /// `mch_id=…&service_id=…`, the values percent-encoded.
    pub fn query(&self) -> String {
        query(self.fields())
    }
}

handed_over!(PayscoreDetail);

impl Key {
    /// Signs what opens the detail page of a payscore order (支付分订单详情页).
    ///
    /// `mch_id` is the merchant, and for an order of a service provider (服务商) the provider: the
    /// sub-merchant is not sent. The product is one of APIv3, the key is that of APIv2, and the
    /// digest is always HMAC-SHA256.
    ///
    /// <https://pay.weixin.qq.com/doc/v3/merchant/4012587984>
    ///
    /// # Errors
    /// A value is empty, too long, or holds a character that could move the end of a signed value.
    pub fn payscore_detail(
        &self,
        mch_id: &MchId,
        service_id: &str,
        out_order_no: &str,
        timestamp: Timestamp,
        nonce: &str,
    ) -> Result<PayscoreDetail, InvalidInput> {
        check("service_id", service_id, NUMBER)?;
        check("out_order_no", out_order_no, NUMBER)?;
        check_nonce(nonce)?;
        let sign_type = SignType::HmacSha256;
        let mut detail = PayscoreDetail {
            mch_id: mch_id.as_str().to_owned(),
            service_id: service_id.to_owned(),
            out_order_no: out_order_no.to_owned(),
            timestamp: timestamp.unix().to_string(),
            nonce_str: nonce.to_owned(),
            sign_type: sign_type.name(),
            sign: String::new(),
        };
        let params: Params = detail.fields().into_iter().collect();
        detail.sign = self.sign(&params, sign_type);
        Ok(detail)
    }
}

/// In characters.
const NUMBER: usize = 32;
