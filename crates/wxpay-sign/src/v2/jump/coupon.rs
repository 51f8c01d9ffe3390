use std::fmt;

use wxpay_core::{InvalidInput, MchId, OpenId, Params};

use crate::handed_over::{check, query};
use crate::v2::{Key, SignType};

/// A coupon (优惠券) that is to be handed out to a user.
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Coupon {
    /// `stock_id`: the batch (批次号), up to 20 characters.
    pub stock_id: String,
    /// `out_request_no`: the number of this handing out (发券凭证), up to 128 characters. The same
    /// number hands out nothing twice.
    pub out_request_no: String,
    /// `coupon_code` (券code), up to 128 characters: for batches whose codes are named when a coupon
    /// is handed out.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub coupon_code: Option<String>,
    /// `create_coupon_merchant` (制券商户号): who made the batch. Cash coupons (支付券) must have it. Mini
    /// program only.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub create_coupon_merchant: Option<MchId>,
    /// `customize_send_time` (自定义领取时间), such as `2021-01-01T00:00:00+08:00`. Mini program only.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub customize_send_time: Option<String>,
}

impl Coupon {
    /// A coupon of this batch, handed out under this number.
    pub fn new(stock_id: impl Into<String>, out_request_no: impl Into<String>) -> Self {
        Self {
            stock_id: stock_id.into(),
            out_request_no: out_request_no.into(),
            coupon_code: None,
            create_coupon_merchant: None,
            customize_send_time: None,
        }
    }

    fn check(&self) -> Result<(), InvalidInput> {
        check("stock_id", &self.stock_id, STOCK)?;
        check("out_request_no", &self.out_request_no, NUMBER)?;
        if let Some(code) = &self.coupon_code {
            check("coupon_code", code, NUMBER)?;
        }
        if let Some(time) = &self.customize_send_time {
            check("customize_send_time", time, TIME)?;
        }
        Ok(())
    }

    fn fields(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let merchant = self.create_coupon_merchant.as_ref().map(MchId::as_str);
        [
            ("stock_id", Some(&*self.stock_id)),
            ("out_request_no", Some(&*self.out_request_no)),
            ("coupon_code", self.coupon_code.as_deref()),
            ("create_coupon_merchant", merchant),
            ("customize_send_time", self.customize_send_time.as_deref()),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
    }
}

/// The attributes of the coupon plug-in for mini programs (小程序发券插件).
///
/// With the feature `serde`, it is serialised to just these.
#[derive(Clone, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct CouponPlugin {
    /// `send_coupon_params`: the coupons.
    pub send_coupon_params: Vec<Coupon>,
    /// `send_coupon_merchant`: who hands them out (发券商户号).
    pub send_coupon_merchant: String,
    /// `sign`.
    pub sign: String,
}

impl fmt::Debug for CouponPlugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CouponPlugin")
            .field("send_coupon_params", &self.send_coupon_params.len())
            .finish_non_exhaustive()
    }
}

impl Key {
    /// Signs what the coupon plug-in of a mini program needs (小程序发券插件): 1 to 10 coupons.
    ///
    /// The plug-in belongs to APIv3 products, the key is that of APIv2, and the digest is always
    /// HMAC-SHA256.
    ///
    /// <https://pay.weixin.qq.com/doc/v3/merchant/4012285674>
    ///
    /// # Errors
    /// There are no coupons, more than ten, or two of one batch with one `out_request_no`; or a
    /// value is empty, too long, or holds a character that could move the end of a signed value.
    pub fn coupon_plugin(
        &self,
        coupons: Vec<Coupon>,
        send_coupon_merchant: &MchId,
    ) -> Result<CouponPlugin, InvalidInput> {
        let has = coupons.len();
        if !(1..=COUPONS).contains(&has) {
            return Err(InvalidInput::new(
                LIST,
                format!("must have 1 to {COUPONS} members, has {has}"),
                format!("必须有 1 至 {COUPONS} 项，现有 {has} 项"),
            ));
        }
        let mut params = Params::new();
        params.set("send_coupon_merchant", send_coupon_merchant);
        for (n, coupon) in coupons.iter().enumerate() {
            let place = |error: InvalidInput| error.within(format!("{LIST}[{n}]"));
            coupon.check().map_err(place)?;
            let same = |other: &Coupon| {
                (&other.stock_id, &other.out_request_no)
                    == (&coupon.stock_id, &coupon.out_request_no)
            };
            if coupons.iter().take(n).any(same) {
                return Err(place(InvalidInput::new(
                    "out_request_no",
                    "must not be a duplicate: each coupon of a batch has its own number",
                    "不能重复：同一批次的每张券使用自己的发券凭证",
                )));
            }
            for (name, value) in coupon.fields() {
                params.set(&format!("{name}{n}"), value);
            }
        }
        Ok(CouponPlugin {
            sign: self.sign(&params, SignType::HmacSha256),
            send_coupon_params: coupons,
            send_coupon_merchant: send_coupon_merchant.as_str().to_owned(),
        })
    }

    /// The URL at which a user takes a coupon in a web page within WeChat (H5发券). Redirect to it;
    /// nothing comes back.
    ///
    /// The page belongs to APIv3 products, the key is that of APIv2, and the digest is always
    /// HMAC-SHA256.
    ///
    /// <https://pay.weixin.qq.com/doc/v3/merchant/4012285783>
    ///
    /// # Errors
    /// A value is empty, too long, or holds a character that could move the end of a signed value;
    /// or the coupon has what is for mini programs only.
    pub fn h5_coupon_url(
        &self,
        coupon: &Coupon,
        send_coupon_merchant: &MchId,
        open_id: &OpenId,
    ) -> Result<String, InvalidInput> {
        coupon.check()?;
        for (field, there) in [
            (
                "create_coupon_merchant",
                coupon.create_coupon_merchant.is_some(),
            ),
            ("customize_send_time", coupon.customize_send_time.is_some()),
        ] {
            if there {
                return Err(InvalidInput::new(
                    field,
                    "must be left out: it is for mini programs only",
                    "不能填写：仅用于小程序发券插件",
                ));
            }
        }
        let mut params: Params = coupon.fields().collect();
        params.set("send_coupon_merchant", send_coupon_merchant);
        params.set("open_id", open_id);
        let sign = self.sign(&params, SignType::HmacSha256);
        let fields = [
            ("stock_id", Some(&*coupon.stock_id)),
            ("out_request_no", Some(&*coupon.out_request_no)),
            ("coupon_code", coupon.coupon_code.as_deref()),
            ("sign", Some(&*sign)),
            ("send_coupon_merchant", Some(send_coupon_merchant.as_str())),
            ("open_id", Some(open_id.as_str())),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
        Ok(format!("{H5}?{}{FRAGMENT}", query(fields)))
    }
}

const LIST: &str = "send_coupon_params";

/// At most in one call. With eleven, `stock_id10` would be signed before `stock_id2`.
const COUPONS: usize = 10;

/// In characters.
const STOCK: usize = 20;

/// In characters.
const NUMBER: usize = 128;

/// In characters.
const TIME: usize = 32;

const H5: &str = "https://action.weixin.qq.com/busifavor/getcouponinfo";

/// WeChat refuses the page without it.
const FRAGMENT: &str = "#wechat_pay&wechat_redirect";
