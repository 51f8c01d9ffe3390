use wxpay_core::{DecodeError, Fen, MchId, OpenId, OutTradeNo, TransactionId, WireTime};

use crate::ExpectedSubOrder;
use crate::notice::{self, is_yuan};
use crate::v3::Object;

/// An order (商品单) that was paid within a combined one, and is the one that was expected.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PaidSubOrder {
    /// The merchant order number (商品单商户订单号).
    pub out_trade_no: OutTradeNo,
    /// The WeChat Pay order number (商品单微信支付订单号).
    pub transaction_id: TransactionId,
    /// The merchant (商品单商户号).
    pub mchid: MchId,
    /// The sub-merchant (子商户号) of a service provider's order.
    pub sub_mchid: Option<MchId>,
    /// The order's amount in fen (标价金额).
    pub total_amount: Fen,
    /// What the user paid, in fen (用户支付金额).
    pub payer_amount: Option<Fen>,
    /// The user, as the sub-merchant's app knows them (用户子商户标识).
    pub sub_openid: Option<OpenId>,
    /// When it was paid (支付完成时间).
    pub success_time: Option<WireTime>,
}

/// The same, not compared yet.
#[derive(Clone, Debug)]
pub(super) struct ToldSubOrder {
    out_trade_no: OutTradeNo,
    trade_state: String,
    transaction_id: Option<TransactionId>,
    mchid: MchId,
    sub_mchid: Option<MchId>,
    total_amount: Option<Fen>,
    currency: Option<String>,
    payer_amount: Option<Fen>,
    sub_openid: Option<OpenId>,
    success_time: Option<WireTime>,
}

impl ToldSubOrder {
    pub(super) fn of(fields: &Object<'_>) -> Result<Self, DecodeError> {
        let amount = fields.object("amount")?;
        let fen = |name| {
            amount
                .as_ref()
                .map_or(Ok(None), |amount| amount.optional(name))
        };
        let currency = amount
            .as_ref()
            .map_or(Ok(None), |amount| amount.optional("currency"));
        Ok(Self {
            out_trade_no: fields.require("out_trade_no")?,
            trade_state: fields.require("trade_state")?,
            transaction_id: fields.optional("transaction_id")?,
            mchid: fields.require("mchid")?,
            sub_mchid: fields.optional("sub_mchid")?,
            total_amount: fen("total_amount")?,
            currency: currency?,
            payer_amount: fen("payer_amount")?,
            sub_openid: fields.optional("sub_openid")?,
            success_time: fields.optional("success_time")?,
        })
    }
}

impl notice::ToldSubOrder for ToldSubOrder {
    type Paid = PaidSubOrder;

    const LIST: &'static str = "sub_orders";

    fn out_trade_no(&self) -> &OutTradeNo {
        &self.out_trade_no
    }

    /// An order that is not paid has neither a number of WeChat Pay nor an amount.
    fn compare(self, expected: &ExpectedSubOrder) -> Result<PaidSubOrder, &'static str> {
        let amount = self.total_amount;
        let conditions = [
            (self.trade_state == "SUCCESS", "trade_state"),
            (amount == Some(expected.total_amount), "amount.total_amount"),
            (is_yuan(self.currency.as_deref()), "amount.currency"),
            (self.mchid == expected.mchid, "mchid"),
            (self.sub_mchid == expected.sub_mchid, "sub_mchid"),
        ];
        if let Some((_, field)) = conditions.into_iter().find(|(holds, _)| !holds) {
            return Err(field);
        }
        Ok(PaidSubOrder {
            out_trade_no: self.out_trade_no,
            transaction_id: self.transaction_id.ok_or("transaction_id")?,
            mchid: self.mchid,
            sub_mchid: self.sub_mchid,
            total_amount: expected.total_amount,
            payer_amount: self.payer_amount,
            sub_openid: self.sub_openid,
            success_time: self.success_time,
        })
    }
}
