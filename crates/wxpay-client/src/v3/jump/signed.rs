//! The pages that are signed with the APIv2 key.

use wxpay_core::{OpenId, Result, SigningError};
use wxpay_sign::v2::Key;
use wxpay_sign::v2::jump::{Coupon, CouponPlugin, PayscoreDetail};

use crate::front_end::failed;
use crate::v3::Client;

impl Client {
    /// Signs what opens the detail page of a payscore order (支付分订单详情页, `wxpayScoreDetail`), with
    /// the APIv2 key.
    ///
    /// <https://pay.weixin.qq.com/doc/v3/merchant/4012587984>
    ///
    /// # Errors
    /// The client has no APIv2 key ([`Credentials::v2_key`](crate::v3::Credentials::v2_key)) or no
    /// merchant ID; or a number is empty, longer than 32 characters, or holds more than printable
    /// ASCII characters. Nothing was sent.
    pub fn payscore_detail(&self, service_id: &str, out_order_no: &str) -> Result<PayscoreDetail> {
        let (key, mch_id) = (self.v2_key()?, self.0.identity.merchant().map_err(failed)?);
        let (now, nonce) = (self.0.source.now(), self.front_end_nonce()?);
        key.payscore_detail(mch_id, service_id, out_order_no, now, &nonce)
            .map_err(failed)
    }

    /// Signs what the coupon plug-in of a mini program hands out (小程序发券插件), with the APIv2 key: 1
    /// to 10 coupons.
    ///
    /// The client's own merchant hands them out.
    ///
    /// <https://pay.weixin.qq.com/doc/v3/merchant/4012285674>
    ///
    /// # Errors
    /// The client has no APIv2 key ([`Credentials::v2_key`](crate::v3::Credentials::v2_key)) or no
    /// merchant ID; or a coupon is refused, by its place in the list. Nothing was sent.
    pub fn coupon_plugin(&self, coupons: Vec<Coupon>) -> Result<CouponPlugin> {
        let (key, mch_id) = (self.v2_key()?, self.0.identity.merchant().map_err(failed)?);
        key.coupon_plugin(coupons, mch_id).map_err(failed)
    }

    /// The URL at which a user takes a coupon in a web page within WeChat (H5发券), signed with the
    /// APIv2 key.
    ///
    /// The client's own merchant hands it out.
    ///
    /// <https://pay.weixin.qq.com/doc/v3/merchant/4012285783>
    ///
    /// # Errors
    /// The client has no APIv2 key ([`Credentials::v2_key`](crate::v3::Credentials::v2_key)) or no
    /// merchant ID; or the coupon is refused. Nothing was sent.
    pub fn h5_coupon_url(&self, coupon: &Coupon, open_id: &OpenId) -> Result<String> {
        let (key, mch_id) = (self.v2_key()?, self.0.identity.merchant().map_err(failed)?);
        key.h5_coupon_url(coupon, mch_id, open_id).map_err(failed)
    }

    fn v2_key(&self) -> Result<&Key> {
        let key = self.0.credentials.v2_key.as_ref();
        key.ok_or_else(|| {
            failed(SigningError::new(
                "this page is signed with the APIv2 key, which the client does not have (Credentials::v2_key)",
            ))
        })
    }
}
