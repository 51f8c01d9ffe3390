mod sub_order;

use wxpay_core::{AppId, DecodeError, MchId, OpenId, OutTradeNo};

pub use sub_order::PaidSubOrder;
use sub_order::ToldSubOrder;

use super::{EventType, Json, Notice, NoticeKind, Object};
use crate::notice::{SeenNotices, all_hold};
use crate::{ExpectedCombined, NoticeError, Unexpected};

/// A notification of APIv3 that orders were paid together (合单支付成功通知). It yields the payments only
/// against what the shop expects of each of them.
///
/// <https://pay.weixin.qq.com/doc/v3/merchant/4012158598>
#[derive(Clone, Debug)]
pub struct CombinedPaymentNotice {
    combine_out_trade_no: OutTradeNo,
    combine_mchid: MchId,
    combine_appid: AppId,
    openid: Option<OpenId>,
    sub_orders: Vec<ToldSubOrder>,
}

/// Orders that were paid together and are those that were expected.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CombinedPaid {
    /// The merchant order number of them all (合单商户订单号).
    pub combine_out_trade_no: OutTradeNo,
    /// The user, as the app of the combined order knows them (用户标识).
    pub openid: Option<OpenId>,
    /// The orders (商品单), in the order of the expectation.
    pub sub_orders: Vec<PaidSubOrder>,
}

impl CombinedPaymentNotice {
    /// Reads a notification that is about a combined payment.
    ///
    /// # Errors
    /// [`NoticeError::OtherEvent`] if it is about something else, [`NoticeError::OtherKind`] if it
    /// is about another kind of payment or about profit sharing, and [`NoticeError::Unreadable`] if
    /// it lacks what a payment has.
    pub fn read(notice: &Notice) -> Result<Self, NoticeError> {
        notice.check_kind(NoticeKind::CombinedPayment, EventType::TRANSACTION_SUCCESS)?;
        Ok(Self::of(notice.resource().get())?)
    }

    /// The merchant order number of them all (合单商户订单号), by which to find what to expect.
    pub fn combine_out_trade_no(&self) -> &OutTradeNo {
        &self.combine_out_trade_no
    }

    /// The payments, if they are the expected ones: this combined order with its merchant and app,
    /// and of each order within it, no more and no fewer, the number, the merchants and the amount
    /// in fen.
    ///
    /// # Errors
    /// Something differs, or one of the orders is not paid. Do not ship any of them:
    /// [`Unexpected::sub_order`] names the one that it is about, and a query tells what became of
    /// the others.
    pub fn expect(self, expected: &ExpectedCombined) -> Result<CombinedPaid, Unexpected> {
        let is_order = self.combine_out_trade_no == expected.combine_out_trade_no;
        all_hold([
            (is_order, "combine_out_trade_no"),
            (
                self.combine_mchid == expected.combine_mchid,
                "combine_mchid",
            ),
            (
                self.combine_appid == expected.combine_appid,
                "combine_appid",
            ),
        ])?;
        Ok(CombinedPaid {
            combine_out_trade_no: self.combine_out_trade_no,
            openid: self.openid,
            sub_orders: expected.compare(self.sub_orders)?,
        })
    }

    /// Whether `seen` has recorded this payment, by its combined order and event.
    pub fn is_repeated(&self, seen: &impl SeenNotices) -> bool {
        seen.seen(&self.key())
    }

    /// What a shop records of a payment that it took in: the same for every delivery.
    pub fn key(&self) -> String {
        let (event, merchant) = (EventType::TRANSACTION_SUCCESS, &self.combine_mchid);
        format!("{event}:combined:{merchant}:{}", self.combine_out_trade_no)
    }

    fn of(json: &Json) -> Result<Self, DecodeError> {
        let fields = Object::of(json)?;
        let payer = fields.object("combine_payer_info")?;
        Ok(Self {
            combine_out_trade_no: fields.require("combine_out_trade_no")?,
            combine_mchid: fields.require("combine_mchid")?,
            combine_appid: fields.require("combine_appid")?,
            openid: payer.map_or(Ok(None), |payer| payer.optional("openid"))?,
            sub_orders: fields.require_objects("sub_orders", ToldSubOrder::of)?,
        })
    }
}
