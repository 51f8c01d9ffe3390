use std::fmt;

use wxpay_core::{AppId, Fen, MchId, OpenId, OutRefundNo, OutTradeNo, RefundId};
use wxpay_core::{Timestamp, TransactionId};

use super::columns::{TradeColumn as C, TradePlaces};
use super::kind::TradeState;
use crate::amount::MilliFen;
use crate::error::BillError;
use crate::escaped::{Escaped, Rule};
use crate::fields::Fields;
use crate::table::Record;

/// One row of a trade bill (交易账单): an order that was paid, or a refund that was accepted. `Debug`
/// shows its numbers, state and amounts alone.
///
/// <https://pay.weixin.qq.com/doc/v3/merchant/4013071246>
#[derive(Clone, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct TradeRow {
    /// The line of the bill, counted from 1.
    pub line: u64,
    /// When the order was paid, or the refund was accepted (交易时间).
    pub trade_time: Timestamp,
    /// The app with which the order was made, the sub-merchant's if it sent one (公众账号ID).
    pub appid: AppId,
    /// The merchant, or the service provider (商户号).
    pub mchid: MchId,
    /// The sub-merchant (特约商户号); `None` for a merchant of its own.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub sub_mchid: Option<MchId>,
    /// The device (设备号), as the merchant wrote it.
    pub device: Escaped,
    /// The WeChat Pay order number (微信订单号), also of a refund's order.
    pub transaction_id: TransactionId,
    /// The merchant order number (商户订单号), also of a refund's order.
    pub out_trade_no: OutTradeNo,
    /// The user (用户标识).
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub openid: Option<OpenId>,
    /// How it was paid, such as `JSAPI` (交易类型).
    pub trade_type: String,
    /// What the row is (交易状态).
    pub trade_state: TradeState,
    /// What the user paid with, such as `CMB_CREDIT` (付款银行).
    pub bank_type: String,
    /// The currency, `CNY` (货币种类).
    pub currency: String,
    /// What the fee is counted from, in fen (应结订单金额): the order's amount without coupons that were
    /// not prepaid; 0 for a refund. In an old bill 总金额.
    pub settlement_total: Fen,
    /// The coupons that were used, in fen (代金券金额); 0 for a refund.
    pub coupon: Fen,
    /// When the merchant asked for the refund (退款申请时间). Bills of refunds alone have it.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub refund_request_time: Option<Timestamp>,
    /// When the refund succeeded, if it had when the bill was made (退款成功时间). Bills of refunds alone
    /// have it.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub refund_success_time: Option<Timestamp>,
    /// The WeChat Pay refund number (微信退款单号); `None` for an order.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub refund_id: Option<RefundId>,
    /// The merchant refund number (商户退款单号); `None` for an order.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub out_refund_no: Option<OutRefundNo>,
    /// What of the refund counts for the fee, in fen (退款金额); 0 for an order, `None` where the bill
    /// lacks the column.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub settlement_refund: Option<Fen>,
    /// The prepaid coupons in a refund, in fen (充值券退款金额); `None` where the bill lacks the column.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub coupon_refund: Option<Fen>,
    /// Where a refund goes, such as `ORIGINAL` (退款类型); empty for an order.
    pub refund_channel: String,
    /// How the refund stood when the bill was made, such as `PROCESSING` (退款状态); empty for an
    /// order.
    pub refund_state: String,
    /// What was sold (商品名称), as the merchant wrote it.
    pub body: Escaped,
    /// What the merchant attached (商户数据包).
    pub attach: Escaped,
    /// The fee, in thousandths of a fen (手续费); less than 0 for a refund.
    #[cfg_attr(feature = "serde", serde(rename = "fee_millifen"))]
    pub fee: MilliFen,
    /// The rate of the fee as the bill writes it, such as `0.60%` (费率).
    pub rate: String,
    /// The order's amount, in fen (订单金额); 0 for a refund, `None` in an old bill.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub total: Option<Fen>,
    /// What the merchant asked back, in fen (申请退款金额); 0 for an order, `None` where the bill lacks
    /// the column.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub refund: Option<Fen>,
    /// What is said about the rate (费率备注).
    pub rate_remark: String,
    /// Columns that this version does not know, by name.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Vec::is_empty"))]
    pub further: Vec<(String, String)>,
}

impl TradeRow {
    pub(super) fn of(record: Record<'_>, places: &TradePlaces) -> Result<Self, BillError> {
        let fields = Fields::new(record, places);
        let at = |column: C| column as usize;
        Ok(Self {
            line: fields.line(),
            trade_time: fields.time(at(C::TradeTime))?,
            appid: fields.required(at(C::AppId))?,
            mchid: fields.required(at(C::MchId))?,
            sub_mchid: fields.some(at(C::SubMchId)),
            device: fields.escaped(at(C::Device), Rule::Trade),
            transaction_id: fields.required(at(C::TransactionId))?,
            out_trade_no: fields.required(at(C::OutTradeNo))?,
            openid: fields.some(at(C::OpenId)),
            trade_type: fields.owned(at(C::TradeType)),
            trade_state: TradeState::of(fields.required_text(at(C::TradeState))?),
            bank_type: fields.owned(at(C::BankType)),
            currency: fields.owned(at(C::Currency)),
            settlement_total: fields.fen(at(C::SettlementTotal))?,
            coupon: fields.fen(at(C::Coupon))?,
            refund_request_time: fields.optional_time(at(C::RefundRequestTime))?,
            refund_success_time: fields.optional_time(at(C::RefundSuccessTime))?,
            refund_id: fields.some(at(C::RefundId)),
            out_refund_no: fields.some(at(C::OutRefundNo)),
            settlement_refund: fields.optional_fen(at(C::SettlementRefund))?,
            coupon_refund: fields.optional_fen(at(C::CouponRefund))?,
            refund_channel: fields.owned(at(C::RefundChannel)),
            refund_state: fields.owned(at(C::RefundState)),
            body: fields.escaped(at(C::Body), Rule::Trade),
            attach: fields.escaped(at(C::Attach), Rule::Trade),
            fee: fields.millifen(at(C::Fee))?,
            rate: fields.owned(at(C::Rate)),
            total: fields.optional_fen(at(C::Total))?,
            refund: fields.optional_fen(at(C::Refund))?,
            rate_remark: fields.owned(at(C::RateRemark)),
            further: fields.further(),
        })
    }

    /// Whether money goes back to the user: the row is a refund or a reversal.
    pub fn is_refund(&self) -> bool {
        matches!(self.trade_state, TradeState::Refund | TradeState::Revoked)
    }

    /// What the order came to, or what the merchant asked back, in fen: the amount of the
    /// merchant's own books.
    ///
    /// In an old bill it is the amount that is settled, which is the same for the merchants that
    /// get one.
    pub fn amount(&self) -> Fen {
        let (asked, settled) = if self.is_refund() {
            (self.refund, self.settlement_refund.unwrap_or_default())
        } else {
            (self.total, self.settlement_total)
        };
        asked.unwrap_or(settled)
    }
}

impl fmt::Debug for TradeRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TradeRow")
            .field("line", &self.line)
            .field("out_trade_no", &self.out_trade_no)
            .field("out_refund_no", &self.out_refund_no)
            .field("trade_state", &self.trade_state)
            .field("settlement_total", &self.settlement_total)
            .field("settlement_refund", &self.settlement_refund)
            .field("total", &self.total)
            .field("refund", &self.refund)
            .field("fee", &self.fee)
            .finish_non_exhaustive()
    }
}
