use wxpay_core::{
    AppId, DecodeError, Fen, MchId, OpenId, OutTradeNo, Params, TransactionId, WireTime,
};
use wxpay_sign::Verified;

use super::Fields;
use super::payment_notice::{other_event, succeeded};
use crate::json::Object;
use crate::notice::{SeenNotices, ToldSubOrder, all_hold, is_yuan};
use crate::{ExpectedCombined, ExpectedSubOrder, NoticeError, Unexpected};

/// A notification of APIv2 that orders were paid together (合单支付通知), verified. It yields the
/// payments only against what the shop expects of each of them.
///
/// The official page is not in use any more, and what it says is known from others.
///
/// <https://pay.weixin.qq.com/wiki/doc/api/combine.php?chapter=24_4&index=5>
#[derive(Clone, Debug)]
pub struct CombinedPaymentNotice {
    succeeded: bool,
    combine_out_trade_no: OutTradeNo,
    combine_mch_id: MchId,
    combine_appid: AppId,
    combine_openid: Option<OpenId>,
    sub_orders: Vec<Told>,
    message: Verified<Params>,
}

/// Orders that were paid together and are those that were expected.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CombinedPaid {
    /// The merchant order number of them all (合单商户订单号).
    pub combine_out_trade_no: OutTradeNo,
    /// The user, as the app of the combined order knows them (合单用户标识).
    pub combine_openid: Option<OpenId>,
    /// The orders (子单), in the order of the expectation.
    pub sub_orders: Vec<PaidSubOrder>,
    /// The whole message, for what this version does not know.
    pub message: Verified<Params>,
}

/// An order (子单) that was paid within a combined one, and is the one that was expected.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PaidSubOrder {
    /// The merchant order number (子单商户订单号).
    pub out_trade_no: OutTradeNo,
    /// The WeChat Pay order number (微信订单号).
    pub transaction_id: TransactionId,
    /// The merchant (商户号).
    pub mch_id: MchId,
    /// The order's amount in fen (标价金额).
    pub total_fee: Fen,
    /// What the user paid, in fen (现金支付金额).
    pub cash_fee: Option<Fen>,
    /// The user (用户标识).
    pub openid: Option<OpenId>,
    /// When it was paid (支付完成时间).
    pub time_end: Option<WireTime>,
}

/// The same, not compared yet.
#[derive(Clone, Debug)]
struct Told {
    sub_mch_id: Option<MchId>,
    fee_type: Option<String>,
    paid: PaidSubOrder,
}

impl CombinedPaymentNotice {
    pub(super) fn of(message: Verified<Params>) -> Result<Self, NoticeError> {
        if let Some(other) = other_event(message.get()) {
            return Err(NoticeError::OtherEvent(other.to_owned()));
        }
        let fields = Fields::of(message.get());
        let sub_orders = fields.require_json("sub_order_list", |list| {
            list.require_objects("order_list", Told::of)
        })?;
        Ok(Self {
            succeeded: succeeded(message.get()),
            combine_out_trade_no: fields.require("combine_out_trade_no")?,
            combine_mch_id: fields.require("combine_mch_id")?,
            combine_appid: fields.require("combine_appid")?,
            combine_openid: fields.optional("combine_openid")?,
            sub_orders,
            message,
        })
    }

    /// The merchant order number of them all (合单商户订单号), by which to find what to expect.
    pub fn combine_out_trade_no(&self) -> &OutTradeNo {
        &self.combine_out_trade_no
    }

    /// The payments, if they are the expected ones: this combined order with its merchant and app,
    /// and of each order within it, no more and no fewer, the number, the merchant and the amount
    /// in fen.
    ///
    /// A sub-merchant of a service provider is compared if it is told, which the page does not
    /// promise: the number is the order's.
    ///
    /// # Errors
    /// Something differs, or the payment did not succeed. Do not ship any of them:
    /// [`Unexpected::sub_order`] names the one that it is about.
    pub fn expect(self, expected: &ExpectedCombined) -> Result<CombinedPaid, Unexpected> {
        let is_order = self.combine_out_trade_no == expected.combine_out_trade_no;
        all_hold([
            (is_order, "combine_out_trade_no"),
            (self.succeeded, "result_code"),
            (
                self.combine_mch_id == expected.combine_mchid,
                "combine_mch_id",
            ),
            (
                self.combine_appid == expected.combine_appid,
                "combine_appid",
            ),
        ])?;
        Ok(CombinedPaid {
            combine_out_trade_no: self.combine_out_trade_no,
            combine_openid: self.combine_openid,
            sub_orders: expected.compare(self.sub_orders)?,
            message: self.message,
        })
    }

    /// Whether `seen` has recorded this payment, by its combined order.
    pub fn is_repeated(&self, seen: &impl SeenNotices) -> bool {
        seen.seen(&self.key())
    }

    /// What a shop records of a payment that it took in: the same for every delivery.
    pub fn key(&self) -> String {
        let (merchant, number) = (&self.combine_mch_id, &self.combine_out_trade_no);
        format!("combined:{merchant}:{number}")
    }
}

impl Told {
    fn of(fields: &Object<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            sub_mch_id: fields.optional("sub_mch_id")?,
            fee_type: fields.optional("fee_type")?,
            paid: PaidSubOrder {
                out_trade_no: fields.require("out_trade_no")?,
                transaction_id: fields.require("transaction_id")?,
                mch_id: fields.require("mch_id")?,
                total_fee: fields.require("total_fee")?,
                cash_fee: fields.optional("cash_fee")?,
                openid: fields.optional("openid")?,
                time_end: fields.optional("time_end")?,
            },
        })
    }
}

impl ToldSubOrder for Told {
    type Paid = PaidSubOrder;

    const LIST: &'static str = "sub_order_list";

    fn out_trade_no(&self) -> &OutTradeNo {
        &self.paid.out_trade_no
    }

    fn compare(self, expected: &ExpectedSubOrder) -> Result<PaidSubOrder, &'static str> {
        let paid_to = self.sub_mch_id.as_ref();
        let conditions = [
            (self.paid.total_fee == expected.total_amount, "total_fee"),
            (is_yuan(self.fee_type.as_deref()), "fee_type"),
            (self.paid.mch_id == expected.mchid, "mch_id"),
            (
                paid_to.is_none() || paid_to == expected.sub_mchid.as_ref(),
                "sub_mch_id",
            ),
        ];
        match conditions.into_iter().find(|(holds, _)| !holds) {
            Some((_, field)) => Err(field),
            None => Ok(self.paid),
        }
    }
}
