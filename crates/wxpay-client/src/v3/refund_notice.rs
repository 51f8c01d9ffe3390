use wxpay_core::{
    DecodeError, Fen, MchId, OutRefundNo, OutTradeNo, RefundId, TransactionId, WireTime,
};

use super::{EventType, Json, Notice, NoticeKind, Object};
use crate::notice::{RefundEnd, SeenNotices, SubMerchant, all_hold, is_yuan};
use crate::{NoticeError, Unexpected};

/// A refund notification (退款结果通知) of APIv3. It yields how the refund ended only against what the
/// shop expects.
///
/// It comes for refunds that were asked for by APIv3, also of orders that were made by APIv2. Those
/// that were asked for by APIv2 or on the merchant platform are told in the XML of APIv2:
/// [`v2::RefundNotice`](crate::v2::RefundNotice).
///
/// <https://pay.weixin.qq.com/doc/v3/merchant/4012085921>
#[derive(Clone, Debug)]
pub struct RefundNotice {
    event: EventType,
    mchid: Option<MchId>,
    sp_mchid: Option<MchId>,
    sub_mchid: Option<MchId>,
    currency: Option<String>,
    ended: EndedRefund,
}

/// A refund that has ended, well or badly, and is the one that was expected.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct EndedRefund {
    /// How it ended (退款状态). Only [`RefundEnd::Succeeded`] is money that is back with the user.
    pub end: RefundEnd,
    /// The merchant refund number (商户退款单号).
    pub out_refund_no: OutRefundNo,
    /// The WeChat Pay refund number (微信支付退款单号).
    pub refund_id: RefundId,
    /// The merchant order number (商户订单号).
    pub out_trade_no: OutTradeNo,
    /// The WeChat Pay order number (微信支付订单号).
    pub transaction_id: Option<TransactionId>,
    /// The refund's amount in fen (退款金额).
    pub refund: Fen,
    /// The order's amount in fen (订单金额).
    pub total: Option<Fen>,
    /// What the user gets back, in fen (用户退款金额). The rest of the refund was a coupon.
    pub payer_refund: Option<Fen>,
    /// When the money was back (退款成功时间).
    pub success_time: Option<WireTime>,
}

impl RefundNotice {
    /// Reads a notification that is about a refund.
    ///
    /// # Errors
    /// [`NoticeError::OtherEvent`] if it is about something else, and [`NoticeError::Unreadable`]
    /// if it lacks what a refund has or if its state is not that of its event.
    pub fn read(notice: &Notice) -> Result<Self, NoticeError> {
        if notice.kind() != NoticeKind::Refund {
            return Err(NoticeError::OtherEvent(notice.event_type.to_string()));
        }
        Ok(Self::of(&notice.event_type, notice.resource().get())?)
    }

    /// The merchant refund number (商户退款单号), by which to find what to expect.
    pub fn out_refund_no(&self) -> &OutRefundNo {
        &self.ended.out_refund_no
    }

    /// The end of the refund, if it is the expected one: this refund of this order, this amount in
    /// fen, this merchant.
    ///
    /// The amount is that of the refund, not the order's.
    ///
    /// # Errors
    /// Something differs, or it is a refund of a service provider. Have a person look.
    pub fn expect(
        self,
        out_refund_no: &OutRefundNo,
        out_trade_no: &OutTradeNo,
        refund: Fen,
        mchid: &MchId,
    ) -> Result<EndedRefund, Unexpected> {
        all_hold([
            (self.mchid.as_ref() == Some(mchid), "mchid"),
            (self.sub_mchid.is_none(), "sub_mchid"),
        ])?;
        self.ended(out_refund_no, out_trade_no, refund)
    }

    /// The same for a refund that a service provider (服务商) made for one of its sub-merchants. Their
    /// apps are not told.
    ///
    /// # Errors
    /// Something differs. Have a person look.
    pub fn expect_for(
        self,
        out_refund_no: &OutRefundNo,
        out_trade_no: &OutTradeNo,
        refund: Fen,
        of: &SubMerchant,
    ) -> Result<EndedRefund, Unexpected> {
        all_hold([
            (self.sp_mchid.as_ref() == Some(&of.sp_mchid), "sp_mchid"),
            (self.sub_mchid.as_ref() == Some(&of.sub_mchid), "sub_mchid"),
        ])?;
        self.ended(out_refund_no, out_trade_no, refund)
    }

    /// Whether `seen` has recorded this end of the refund.
    pub fn is_repeated(&self, seen: &impl SeenNotices) -> bool {
        seen.seen(&self.key())
    }

    /// What a shop records of a refund's end that it took in: the same for every delivery. One that
    /// ended badly may succeed later, which is another key.
    pub fn key(&self) -> String {
        let Self {
            event,
            mchid,
            sp_mchid,
            sub_mchid,
            ended,
            ..
        } = self;
        let merchants: Vec<_> = [mchid, sp_mchid, sub_mchid]
            .into_iter()
            .flatten()
            .map(MchId::as_str)
            .collect();
        format!("{event}:{}:{}", merchants.join(":"), ended.out_refund_no)
    }

    fn ended(
        self,
        out_refund_no: &OutRefundNo,
        out_trade_no: &OutTradeNo,
        refund: Fen,
    ) -> Result<EndedRefund, Unexpected> {
        all_hold([
            (self.ended.out_refund_no == *out_refund_no, "out_refund_no"),
            (self.ended.out_trade_no == *out_trade_no, "out_trade_no"),
            (self.ended.refund == refund, "amount.refund"),
            (is_yuan(self.currency.as_deref()), "amount.currency"),
        ])?;
        Ok(self.ended)
    }

    fn of(event: &EventType, json: &Json) -> Result<Self, DecodeError> {
        let fields = Object::of(json)?;
        let amount = fields.require_object("amount")?;
        let status: String = fields.require("refund_status")?;
        if event.as_str().strip_prefix("REFUND.") != Some(&*status) {
            return Err(DecodeError::mismatch("refund_status"));
        }
        Ok(Self {
            event: event.clone(),
            mchid: fields.optional("mchid")?,
            sp_mchid: fields.optional("sp_mchid")?,
            sub_mchid: fields.optional("sub_mchid")?,
            currency: amount.optional("currency")?,
            ended: EndedRefund {
                end: RefundEnd::of(&status),
                out_refund_no: fields.require("out_refund_no")?,
                refund_id: fields.require("refund_id")?,
                out_trade_no: fields.require("out_trade_no")?,
                transaction_id: fields.optional("transaction_id")?,
                refund: amount.require("refund")?,
                total: amount.optional("total")?,
                payer_refund: amount.optional("payer_refund")?,
                success_time: fields.optional("success_time")?,
            },
        })
    }
}
