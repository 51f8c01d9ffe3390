use wxpay_core::{AppId, Fen, MchId, OpenId, OutTradeNo, Params, TransactionId, WireTime};
use wxpay_sign::Verified;

use super::Fields;
use crate::notice::{SeenNotices, SubMerchant, all_hold, is_yuan};
use crate::v3::NoticeKind;
use crate::{NoticeError, Unexpected};

/// A payment notification of APIv2, verified. It yields the payment only against what the shop
/// expects.
///
/// <https://pay.weixin.qq.com/doc/v2/merchant/4011935221>
#[derive(Clone, Debug)]
pub struct PaymentNotice {
    succeeded: bool,
    appid: AppId,
    mch_id: MchId,
    sub_appid: Option<AppId>,
    sub_mch_id: Option<MchId>,
    out_trade_no: OutTradeNo,
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
    /// The order's amount in fen (订单金额).
    pub total_fee: Fen,
    /// What the user paid, in fen (现金支付金额).
    pub cash_fee: Option<Fen>,
    /// The user (用户标识), as the merchant's or the service provider's app knows them.
    pub openid: Option<OpenId>,
    /// The user, as the sub-merchant's app knows them (用户子标识).
    pub sub_openid: Option<OpenId>,
    /// When it was paid (支付完成时间).
    pub time_end: Option<WireTime>,
    /// The whole message, for what this version does not know.
    pub message: Verified<Params>,
}

impl PaymentNotice {
    pub(super) fn of(message: Verified<Params>) -> Result<Self, NoticeError> {
        if let Some(other) = other_event(message.get()) {
            return Err(NoticeError::OtherEvent(other.to_owned()));
        }
        if message.get().get("combine_out_trade_no").is_some() {
            return Err(NoticeError::OtherKind(NoticeKind::CombinedPayment));
        }
        let fields = Fields::of(message.get());
        Ok(Self {
            succeeded: succeeded(message.get()),
            appid: fields.require("appid")?,
            mch_id: fields.require("mch_id")?,
            sub_appid: fields.optional("sub_appid")?,
            sub_mch_id: fields.optional("sub_mch_id")?,
            out_trade_no: fields.require("out_trade_no")?,
            paid: Paid {
                out_trade_no: fields.require("out_trade_no")?,
                transaction_id: fields.require("transaction_id")?,
                total_fee: fields.require("total_fee")?,
                cash_fee: fields.optional("cash_fee")?,
                openid: fields.optional("openid")?,
                sub_openid: fields.optional("sub_openid")?,
                time_end: fields.optional("time_end")?,
                message,
            },
        })
    }

    /// The merchant order number (商户订单号), by which to find what to expect.
    pub fn out_trade_no(&self) -> &OutTradeNo {
        &self.out_trade_no
    }

    /// The sub-merchant (子商户) that it says was paid, of a service provider's order.
    pub fn sub_mch_id(&self) -> Option<&MchId> {
        self.sub_mch_id.as_ref()
    }

    /// The payment, if it is the expected one: this order, this amount in fen, this merchant and
    /// this app.
    ///
    /// For a merchant by itself (直连商户): a service provider's payment is not the expected one.
    ///
    /// # Errors
    /// Something differs, or the payment did not succeed. Do not ship.
    pub fn expect(
        self,
        out_trade_no: &OutTradeNo,
        total_fee: Fen,
        mch_id: &MchId,
        appid: &AppId,
    ) -> Result<Paid, Unexpected> {
        let is_own = self.sub_mch_id.is_none();
        self.check(out_trade_no, total_fee, mch_id, appid)?;
        all_hold([(is_own, "sub_mch_id")])?;
        Ok(self.paid)
    }

    /// The same for an order that a service provider (服务商) made for one of its sub-merchants.
    ///
    /// <https://pay.weixin.qq.com/doc/v2/partner/4011936650>
    ///
    /// # Errors
    /// Something differs, or the payment did not succeed. Do not ship.
    pub fn expect_for(
        self,
        out_trade_no: &OutTradeNo,
        total_fee: Fen,
        of: &SubMerchant,
    ) -> Result<Paid, Unexpected> {
        self.check(out_trade_no, total_fee, &of.sp_mchid, &of.sp_appid)?;
        let is_paid_to = self.sub_mch_id.as_ref() == Some(&of.sub_mchid);
        all_hold([
            (is_paid_to, "sub_mch_id"),
            (of.has_sub_app(self.sub_appid.as_ref()), "sub_appid"),
        ])?;
        Ok(self.paid)
    }

    fn check(
        &self,
        out_trade_no: &OutTradeNo,
        total_fee: Fen,
        mch_id: &MchId,
        appid: &AppId,
    ) -> Result<(), Unexpected> {
        all_hold([
            (self.out_trade_no == *out_trade_no, "out_trade_no"),
            (self.succeeded, "result_code"),
            (self.paid.total_fee == total_fee, "total_fee"),
            (is_yuan(self.paid.message.get().get("fee_type")), "fee_type"),
            (self.mch_id == *mch_id, "mch_id"),
            (self.appid == *appid, "appid"),
        ])
    }

    /// Whether `seen` has recorded this payment, by its order.
    pub fn is_repeated(&self, seen: &impl SeenNotices) -> bool {
        seen.seen(&self.key())
    }

    /// What a shop records of a payment that it took in: the same for every delivery.
    pub fn key(&self) -> String {
        let sub_merchant: String = self.sub_mch_id.iter().map(|id| format!("{id}:")).collect();
        format!(
            "payment:{}:{sub_merchant}{}",
            self.mch_id, self.out_trade_no
        )
    }
}

/// What an authentic message is about that is not a payment, although it names the order, its
/// amount and its number.
///
/// Responses about refunds (申请退款, 查询退款) and about what was taken from a deposit (押金) do.
pub(super) fn other_event(message: &Params) -> Option<&'static str> {
    let starts_with = |stem: &str| message.iter().any(|(name, _)| name.starts_with(stem));
    let refund = [
        "refund_",
        "out_refund_no",
        "total_refund_count",
        "settlement_refund_fee",
        "cash_refund_fee",
        "coupon_refund_",
        "req_info",
    ];
    if refund.into_iter().any(starts_with) {
        return Some("a refund");
    }
    starts_with("consume_fee").then_some("a deposit")
}

/// Every level says so. A response to an order query is signed alike, and may say REFUND.
pub(super) fn succeeded(message: &Params) -> bool {
    let success = |name| message.get(name) == Some("SUCCESS");
    let state = message.get("trade_state");
    success("return_code") && success("result_code") && state.is_none_or(|state| state == "SUCCESS")
}
