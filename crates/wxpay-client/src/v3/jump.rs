//! What a front end needs for WeChat Pay's own pages (调起微信支付页面), of products of APIv3.

mod handed_over;
mod pages;
#[cfg(feature = "apiv2")]
mod signed;

use wxpay_core::Result;

pub use handed_over::{PayscoreConfirmation, TransferConfirmation};
pub use pages::{
    CouponAuthState, MemberCardOpening, ParkingServiceOpening, PlateColor, ProductCouponReceipt,
    ProductCouponUse,
};

use super::Client;
use crate::PayingApp;
use crate::front_end::failed;

impl Client {
    /// What lets a user confirm a transfer (商家转账用户确认收款, `requestMerchantTransfer`), or authorize
    /// transfers.
    ///
    /// `package_info` is that of the response, which has it only as long as the transfer waits for
    /// the user (`WAIT_USER_CONFIRM`). App ID and merchant ID are the client's own, those of the
    /// transfer. Nothing is signed.
    ///
    /// <https://pay.weixin.qq.com/doc/v3/merchant/4012716430>
    ///
    /// # Errors
    /// The client has no app ID or no merchant ID, or `package_info` is empty, longer than 1,024
    /// characters, or not printable ASCII. Nothing was sent.
    pub fn transfer_confirmation(&self, package_info: &str) -> Result<TransferConfirmation> {
        let identity = &self.0.identity;
        let app_id = identity.paying_app(PayingApp::Own).map_err(failed)?;
        let mch_id = identity.merchant().map_err(failed)?;
        TransferConfirmation::new(mch_id, app_id, package_info).map_err(failed)
    }
}
