use wxpay_core::{AppId, DecodeError, Fen, MchId, OpenId, OutTradeNo, TransactionId, WireTime};

use super::{EventType, Json, Notice, NoticeKind, Object};
use crate::notice::{SeenNotices, SubMerchant, all_hold, is_yuan};
use crate::{NoticeError, Unexpected};

/// A notification of APIv3 that a sub-merchant was paid, told to its service provider
/// (服务商模式支付成功通知). It yields the payment only against what the provider expects.
///
/// <https://pay.weixin.qq.com/doc/v3/partner/4013080237>
#[derive(Clone, Debug)]
pub struct PartnerPaymentNotice {
    out_trade_no: OutTradeNo,
    trade_state: String,
    sp_mchid: MchId,
    sp_appid: Option<AppId>,
    sub_mchid: MchId,
    sub_appid: Option<AppId>,
    currency: Option<String>,
    paid: PartnerPaid,
}

/// A payment of a sub-merchant that is the one that was expected.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PartnerPaid {
    /// The merchant order number (商户订单号).
    pub out_trade_no: OutTradeNo,
    /// The WeChat Pay order number (微信支付订单号).
    pub transaction_id: TransactionId,
    /// The order's amount in fen (总金额).
    pub total: Fen,
    /// What the user paid, in fen (用户支付金额).
    pub payer_total: Option<Fen>,
    /// The user, as the service provider's app knows them (用户服务商标识).
    pub sp_openid: Option<OpenId>,
    /// The user, as the sub-merchant's app knows them (用户子商户标识).
    pub sub_openid: Option<OpenId>,
    /// When it was paid (支付完成时间).
    pub success_time: Option<WireTime>,
}

impl PartnerPaymentNotice {
    /// Reads a notification that is about a payment of a sub-merchant.
    ///
    /// # Errors
    /// [`NoticeError::OtherEvent`] if it is about something else, [`NoticeError::OtherKind`] if it
    /// is about another kind of payment or about profit sharing, and [`NoticeError::Unreadable`] if
    /// it lacks what a payment has.
    pub fn read(notice: &Notice) -> Result<Self, NoticeError> {
        notice.check_kind(NoticeKind::PartnerPayment, EventType::TRANSACTION_SUCCESS)?;
        Ok(Self::of(notice.resource().get())?)
    }

    /// The merchant order number (商户订单号), by which to find what to expect.
    pub fn out_trade_no(&self) -> &OutTradeNo {
        &self.out_trade_no
    }

    /// The sub-merchant (子商户) that it says was paid, by which to find what to expect: order numbers
    /// of two may be alike.
    pub fn sub_mchid(&self) -> &MchId {
        &self.sub_mchid
    }

    /// The payment, if it is the expected one: this order, this amount in fen, this sub-merchant
    /// and its apps.
    ///
    /// # Errors
    /// Something differs, or the order is not paid. Do not ship.
    pub fn expect(
        self,
        out_trade_no: &OutTradeNo,
        total: Fen,
        of: &SubMerchant,
    ) -> Result<PartnerPaid, Unexpected> {
        let is_sp_app = self.sp_appid.as_ref().is_none_or(|app| *app == of.sp_appid);
        all_hold([
            (self.out_trade_no == *out_trade_no, "out_trade_no"),
            (self.trade_state == "SUCCESS", "trade_state"),
            (self.paid.total == total, "amount.total"),
            (is_yuan(self.currency.as_deref()), "amount.currency"),
            (self.sp_mchid == of.sp_mchid, "sp_mchid"),
            (self.sub_mchid == of.sub_mchid, "sub_mchid"),
            (is_sp_app, "sp_appid"),
            (of.has_sub_app(self.sub_appid.as_ref()), "sub_appid"),
        ])?;
        Ok(self.paid)
    }

    /// Whether `seen` has recorded this payment, by its order and event.
    pub fn is_repeated(&self, seen: &impl SeenNotices) -> bool {
        seen.seen(&self.key())
    }

    /// What a service provider records of a payment that it took in: the same for every delivery.
    pub fn key(&self) -> String {
        let Self {
            sp_mchid,
            sub_mchid,
            out_trade_no,
            ..
        } = self;
        let event = EventType::TRANSACTION_SUCCESS;
        format!("{event}:{sp_mchid}:{sub_mchid}:{out_trade_no}")
    }

    fn of(json: &Json) -> Result<Self, DecodeError> {
        let fields = Object::of(json)?;
        let amount = fields.require_object("amount")?;
        let payer = fields.object("payer")?;
        let openid = |name| {
            payer
                .as_ref()
                .map_or(Ok(None), |payer| payer.optional(name))
        };
        let out_trade_no: OutTradeNo = fields.require("out_trade_no")?;
        Ok(Self {
            trade_state: fields.require("trade_state")?,
            sp_mchid: fields.require("sp_mchid")?,
            sp_appid: fields.optional("sp_appid")?,
            sub_mchid: fields.require("sub_mchid")?,
            sub_appid: fields.optional("sub_appid")?,
            currency: amount.optional("currency")?,
            paid: PartnerPaid {
                out_trade_no: out_trade_no.clone(),
                transaction_id: fields.require("transaction_id")?,
                total: amount.require("total")?,
                payer_total: amount.optional("payer_total")?,
                sp_openid: openid("sp_openid")?,
                sub_openid: openid("sub_openid")?,
                success_time: fields.optional("success_time")?,
            },
            out_trade_no,
        })
    }
}
