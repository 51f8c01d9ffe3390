use wxpay_core::{Fen, OutRefundNo, OutTradeNo, Params, RefundId, TransactionId, WireTime};
use wxpay_sign::Verified;

use super::Fields;
use crate::notice::{RefundEnd, SeenNotices, all_hold};
use crate::{NoticeError, Unexpected};

/// A refund notification of APIv2, decrypted. It yields how the refund ended only against what the
/// shop expects.
///
/// It comes for refunds that were asked for by APIv2 or on the merchant platform. Its maker knows
/// the APIv2 key, but its cipher does not protect it against changes: query the refund before
/// acting on it.
///
/// It names no merchant, since only what was encrypted is read: the merchant is the one whose key
/// it is. Which sub-merchant of a service provider (服务商) it is about, the refund number tells.
///
/// <https://pay.weixin.qq.com/doc/v2/merchant/4011935223>
#[derive(Clone, Debug)]
pub struct RefundNotice(EndedRefund);

/// A refund that has ended, well or badly, and is the one that was expected. Query it before acting
/// on it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct EndedRefund {
    /// How it ended (退款状态). Only [`RefundEnd::Succeeded`] is money that is back with the user.
    pub end: RefundEnd,
    /// The merchant refund number (商户退款单号).
    pub out_refund_no: OutRefundNo,
    /// The WeChat Pay refund number (微信退款单号).
    pub refund_id: RefundId,
    /// The merchant order number (商户订单号).
    pub out_trade_no: OutTradeNo,
    /// The WeChat Pay order number (微信订单号).
    pub transaction_id: TransactionId,
    /// The refund's amount in fen (申请退款金额).
    pub refund_fee: Fen,
    /// The order's amount in fen (订单金额).
    pub total_fee: Fen,
    /// What is refunded without coupons, in fen (退款金额).
    pub settlement_refund_fee: Option<Fen>,
    /// What the user gets back, in fen (用户退款金额).
    pub cash_refund_fee: Option<Fen>,
    /// When the money was back (退款成功时间).
    pub success_time: Option<WireTime>,
    /// The whole message, for what this version does not know. Its proof is
    /// [`Proof::Opened`](wxpay_sign::Proof::Opened).
    pub message: Verified<Params>,
}

impl RefundNotice {
    pub(super) fn of(message: Verified<Params>) -> Result<Self, NoticeError> {
        let fields = Fields::of(message.get());
        let status: String = fields.require("refund_status")?;
        Ok(Self(EndedRefund {
            end: RefundEnd::of(&status),
            out_refund_no: fields.require("out_refund_no")?,
            refund_id: fields.require("refund_id")?,
            out_trade_no: fields.require("out_trade_no")?,
            transaction_id: fields.require("transaction_id")?,
            refund_fee: fields.require("refund_fee")?,
            total_fee: fields.require("total_fee")?,
            settlement_refund_fee: fields.optional("settlement_refund_fee")?,
            cash_refund_fee: fields.optional("cash_refund_fee")?,
            success_time: fields.optional("success_time")?,
            message,
        }))
    }

    /// The merchant refund number (商户退款单号), by which to find what to expect and to query.
    pub fn out_refund_no(&self) -> &OutRefundNo {
        &self.0.out_refund_no
    }

    /// The end of the refund, if it is the expected one: this refund of this order, and this amount
    /// in fen.
    ///
    /// The amount is that of the refund, not the order's.
    ///
    /// # Errors
    /// Something differs. Query the refund, and have a person look.
    pub fn expect(
        self,
        out_refund_no: &OutRefundNo,
        out_trade_no: &OutTradeNo,
        refund_fee: Fen,
    ) -> Result<EndedRefund, Unexpected> {
        all_hold([
            (self.0.out_refund_no == *out_refund_no, "out_refund_no"),
            (self.0.out_trade_no == *out_trade_no, "out_trade_no"),
            (self.0.refund_fee == refund_fee, "refund_fee"),
        ])?;
        Ok(self.0)
    }

    /// Whether `seen` has recorded this end of the refund.
    pub fn is_repeated(&self, seen: &impl SeenNotices) -> bool {
        seen.seen(&self.key())
    }

    /// What a shop records of a refund's end that it took in: the same for every delivery. One that
    /// ended badly may succeed later, which is another key. WeChat Pay's number is unique among all
    /// merchants.
    pub fn key(&self) -> String {
        let state = self
            .0
            .message
            .get()
            .get("refund_status")
            .unwrap_or_default();
        format!("refund:{}:{state}", self.0.refund_id)
    }
}
