//! Pages that are opened by their parameters alone, without a signature.

use std::fmt;

use wxpay_core::{InvalidInput, MchId, OpenId};

use super::handed_over::check;
use crate::front_end::encoded;

/// What lets a user join a brand's member card (品牌会员卡, `businessType` `wxpayCardMember`). Nothing
/// is signed.
///
/// With the feature `serde`, it is serialised to its members; mini programs and web pages hand over
/// the text of [`query`](Self::query) as the `queryString` of `openBusinessView`. The user comes
/// back with `data.hasJoinCardMember`, and only by the page's own button: query the card.
///
/// <https://pay.weixin.qq.com/doc/brand/4015582734>
#[derive(Clone, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct MemberCardOpening {
    /// `token`, of the response that prepared it; it serves for an hour.
    pub token: String,
    /// `scene`: `CARD_MEMBER`.
    pub scene: &'static str,
}

impl MemberCardOpening {
    /// The `businessType`.
    pub const BUSINESS_TYPE: &'static str = "wxpayCardMember";

    /// Takes the `token` of the response.
    ///
    /// # Errors
    /// It is empty, longer than 1,024 characters, or not printable ASCII.
    pub fn new(token: &str) -> Result<Self, InvalidInput> {
        check("token", token, TOKEN)?;
        Ok(Self {
            token: token.to_owned(),
            scene: "CARD_MEMBER",
        })
    }

    /// `token=…&scene=CARD_MEMBER`, the token percent-encoded.
    pub fn query(&self) -> String {
        format!("token={}&scene={}", encoded(&self.token), self.scene)
    }
}

/// Without the token: anyone who has it can show the page.
impl fmt::Debug for MemberCardOpening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemberCardOpening").finish_non_exhaustive()
    }
}

/// The `extraData` with which a mini program lets a user take a product coupon (商品券, `businessType`
/// `wxpayCouponUse`). Nothing is signed.
///
/// <https://pay.weixin.qq.com/doc/brand/4016418207>
#[derive(Clone, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ProductCouponReceipt {
    /// `action`: `receiveCoupon`.
    pub action: &'static str,
    /// `token`, of the response that prepared it.
    pub token: String,
}

impl ProductCouponReceipt {
    /// The `businessType`.
    pub const BUSINESS_TYPE: &'static str = "wxpayCouponUse";

    /// Takes the `token` of the response.
    ///
    /// # Errors
    /// It is empty, longer than 1,024 characters, or not printable ASCII.
    pub fn new(token: &str) -> Result<Self, InvalidInput> {
        check("token", token, TOKEN)?;
        Ok(Self {
            action: "receiveCoupon",
            token: token.to_owned(),
        })
    }
}

/// Without the token: anyone who has it can take the coupon.
impl fmt::Debug for ProductCouponReceipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProductCouponReceipt")
            .finish_non_exhaustive()
    }
}

/// The `extraData` with which a mini program shows a user's product coupon to use it (商品券核销,
/// `businessType` `wxpayCouponUse`). Nothing is signed.
///
/// <https://pay.weixin.qq.com/doc/brand/4016104850>
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct ProductCouponUse {
    /// `couponCode` (用户商品券Code).
    pub coupon_code: String,
    /// `stockId` (批次ID).
    pub stock_id: String,
    /// `authState`: what the mini program knows of the user.
    pub auth_state: CouponAuthState,
}

/// Whether a mini program knows who its user is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
#[allow(clippy::exhaustive_enums)] // the document lists them all
pub enum CouponAuthState {
    /// The user is known, and may use the coupon.
    Verified,
    /// The user is known, and is another one than the coupon's.
    InvalidCredentials,
    /// The user has not signed in.
    Unauthenticated,
}

impl ProductCouponUse {
    /// The `businessType`.
    pub const BUSINESS_TYPE: &'static str = "wxpayCouponUse";

    /// Takes the coupon's code, its stock and what is known of the user.
    ///
    /// # Errors
    /// A text is empty, longer than 64 characters, or not printable ASCII.
    pub fn new(
        coupon_code: &str,
        stock_id: &str,
        auth_state: CouponAuthState,
    ) -> Result<Self, InvalidInput> {
        check("couponCode", coupon_code, NUMBER)?;
        check("stockId", stock_id, NUMBER)?;
        Ok(Self {
            coupon_code: coupon_code.to_owned(),
            stock_id: stock_id.to_owned(),
            auth_state,
        })
    }
}

/// The `extraData` with which a user opens the parking service for a plate (开通停车服务): a mini program
/// hands it to `wx.navigateToMiniProgram` together with [`APP_ID`](Self::APP_ID) and
/// [`PATH`](Self::PATH). Nothing is signed, and nothing certain comes back: query the plate.
///
/// <https://pay.weixin.qq.com/doc/v3/merchant/4012284186>
#[derive(Clone, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ParkingServiceOpening {
    /// `mchid`.
    pub mchid: MchId,
    /// `sub_mchid`, of a service provider's request.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub sub_mchid: Option<MchId>,
    /// `openid`.
    pub openid: OpenId,
    /// `plate_number` (车牌号), without the colour.
    pub plate_number: String,
    /// `plate_color` (车牌颜色).
    pub plate_color: PlateColor,
}

/// The colour of a plate (车牌颜色).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "UPPERCASE"))]
#[allow(clippy::exhaustive_enums)] // the document lists them all
pub enum PlateColor {
    /// Blue (蓝色).
    Blue,
    /// Green (绿色).
    Green,
    /// Yellow (黄色).
    Yellow,
    /// Black (黑色).
    Black,
    /// White (白色).
    White,
    /// Yellow and green (黄绿色).
    LimeGreen,
}

impl ParkingServiceOpening {
    /// The app ID of the mini program that is opened.
    pub const APP_ID: &'static str = "wxbcad394b3d99dac9";
    /// The path in it.
    pub const PATH: &'static str = "pages/auth-creditpay/auth-creditpay";

    /// Takes the merchant, the user and the plate.
    ///
    /// # Errors
    /// The plate is empty or longer than 32 characters.
    pub fn new(
        mchid: MchId,
        openid: OpenId,
        plate_number: &str,
        plate_color: PlateColor,
    ) -> Result<Self, InvalidInput> {
        if plate_number.trim().is_empty() {
            return Err(InvalidInput::new("plate_number", "is required", "必填"));
        }
        crate::limits::check_max("plate_number", plate_number, crate::Max::Chars(32))?;
        Ok(Self {
            mchid,
            sub_mchid: None,
            openid,
            plate_number: plate_number.to_owned(),
            plate_color,
        })
    }

    /// The same for a sub-merchant of the merchant, which is then a service provider.
    #[must_use]
    pub fn sub_merchant(mut self, sub_mchid: MchId) -> Self {
        self.sub_mchid = Some(sub_mchid);
        self
    }
}

/// Without the plate, which is personal.
impl fmt::Debug for ParkingServiceOpening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParkingServiceOpening")
            .field("mchid", &self.mchid)
            .field("openid", &self.openid)
            .finish_non_exhaustive()
    }
}

/// In characters: the documents name no limit.
const TOKEN: usize = 1024;

/// In characters.
const NUMBER: usize = 64;
