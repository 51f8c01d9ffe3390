use wxpay_core::{AppId, DecodeError, Fen, MchId, OpenId, OutTradeNo, TransactionId, WireTime};

use super::{EventType, Json, Notice, NoticeKind, Object};
use crate::notice::{SeenNotices, all_hold, is_yuan};
use crate::{NoticeError, Unexpected};

/// A payment notification (支付成功通知) of APIv3. It yields the payment only against what the shop
/// expects.
///
/// Those of a merchant by itself (直连商户). Service providers
/// ([`PartnerPaymentNotice`](super::PartnerPaymentNotice)), combined orders
/// ([`CombinedPaymentNotice`](super::CombinedPaymentNotice)), parking and profit sharing are told
/// with the same event and other members: here they are [`NoticeError::OtherKind`]. Tell them apart
/// by [`Notice::kind`] first, and never acknowledge what could not be read.
///
/// <https://pay.weixin.qq.com/doc/v3/merchant/4012791902>
#[derive(Clone, Debug)]
pub struct PaymentNotice {
    out_trade_no: OutTradeNo,
    trade_state: String,
    appid: AppId,
    mchid: MchId,
    currency: Option<String>,
    paid: Paid,
}

/// A payment that is the one that was expected.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Paid {
    /// The merchant order number (商户订单号).
    pub out_trade_no: OutTradeNo,
    /// WeChat Pay's number (微信支付订单号).
    pub transaction_id: TransactionId,
    /// The order's amount in fen (总金额).
    pub total: Fen,
    /// What the user paid, in fen (用户支付金额).
    pub payer_total: Option<Fen>,
    /// The user (用户标识).
    pub openid: Option<OpenId>,
    /// When it was paid (支付完成时间).
    pub success_time: Option<WireTime>,
}

impl PaymentNotice {
    /// Reads a notification that is about a payment.
    ///
    /// # Errors
    /// [`NoticeError::OtherEvent`] if it is about something else, [`NoticeError::OtherKind`] if it
    /// is about another kind of payment or about profit sharing, and [`NoticeError::Unreadable`] if
    /// it lacks what a payment has.
    pub fn read(notice: &Notice) -> Result<Self, NoticeError> {
        notice.check_kind(NoticeKind::Payment, EventType::TRANSACTION_SUCCESS)?;
        Ok(Self::of(notice.resource().get())?)
    }

    /// The merchant order number (商户订单号), by which to find what to expect.
    pub fn out_trade_no(&self) -> &OutTradeNo {
        &self.out_trade_no
    }

    /// The payment, if it is the expected one: this order, this amount in fen, this merchant and
    /// this app.
    ///
    /// # Errors
    /// Something differs, or the order is not paid. Do not ship.
    pub fn expect(
        self,
        out_trade_no: &OutTradeNo,
        total: Fen,
        mchid: &MchId,
        appid: &AppId,
    ) -> Result<Paid, Unexpected> {
        all_hold([
            (self.out_trade_no == *out_trade_no, "out_trade_no"),
            (self.trade_state == "SUCCESS", "trade_state"),
            (self.paid.total == total, "amount.total"),
            (is_yuan(self.currency.as_deref()), "amount.currency"),
            (self.mchid == *mchid, "mchid"),
            (self.appid == *appid, "appid"),
        ])?;
        Ok(self.paid)
    }

    /// Whether `seen` has recorded this payment, by its order and event.
    pub fn is_repeated(&self, seen: &impl SeenNotices) -> bool {
        seen.seen(&self.key())
    }

    /// What a shop records of a payment that it took in: the same for every delivery.
    pub fn key(&self) -> String {
        format!(
            "{}:{}:{}",
            EventType::TRANSACTION_SUCCESS,
            self.mchid,
            self.out_trade_no
        )
    }

    fn of(json: &Json) -> Result<Self, DecodeError> {
        let fields = Object::of(json)?;
        let amount = fields.require_object("amount")?;
        let payer = fields.object("payer")?;
        let out_trade_no: OutTradeNo = fields.require("out_trade_no")?;
        Ok(Self {
            trade_state: fields.require("trade_state")?,
            appid: fields.require("appid")?,
            mchid: fields.require("mchid")?,
            currency: amount.optional("currency")?,
            paid: Paid {
                out_trade_no: out_trade_no.clone(),
                transaction_id: fields.require("transaction_id")?,
                total: amount.require("total")?,
                payer_total: amount.optional("payer_total")?,
                openid: payer.map_or(Ok(None), |payer| payer.optional("openid"))?,
                success_time: fields.optional("success_time")?,
            },
            out_trade_no,
        })
    }
}
