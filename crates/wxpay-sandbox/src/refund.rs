use serde::{Deserialize, Serialize};
use thiserror::Error;
use wxpay_core::{Fen, Timestamp};

use crate::Order;
use crate::snapshot::{fen, millis};

/// A refund (退款) that was accepted.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Refund {
    /// The merchant refund number (商户退款单号).
    pub out_refund_no: String,
    /// WeChat Pay's number (微信支付退款单号).
    pub refund_id: String,
    /// The order that money goes back from (商户订单号).
    pub out_trade_no: String,
    /// What goes back (退款金额).
    #[serde(with = "fen")]
    pub refund: Fen,
    /// Why (退款原因), in words for the user.
    pub reason: Option<String>,
    /// Where the end is to be told (退款结果回调url). The sandbox posts to plain HTTP on loopback and nowhere else.
    pub notify_url: Option<String>,
    /// Whose money it is (资金账户).
    pub funds_account: String,
    /// The state (退款状态): `PROCESSING`, `SUCCESS`, `ABNORMAL` or `CLOSED`.
    pub status: String,
    /// When it was accepted (退款创建时间).
    #[serde(with = "millis")]
    pub create_time: Timestamp,
    /// Since when it has its state; of a success that is the time of it (退款成功时间).
    #[serde(with = "millis")]
    pub status_time: Timestamp,
    /// How many accepted requests asked for it, the first included.
    pub requests: u32,
    /// Whether it is the money of an order that was reversed (撤销), which no request to refund asked for.
    pub reversal: bool,
}

/// What goes back to whom when so much of an order goes back.
pub(crate) struct Shares {
    pub(crate) payer_total: Fen,
    pub(crate) payer_refund: Fen,
    pub(crate) settlement_refund: Fen,
    pub(crate) settlement_total: Fen,
    /// Of coupons that the merchant had paid for (充值券).
    pub(crate) cash_coupon_refund: Fen,
}

/// Why money does not go back.
#[derive(Clone, Debug, Error, Eq, PartialEq)]
#[non_exhaustive]
pub enum RefundError {
    /// The sandbox has no order of this number, or it is not paid.
    #[error("there is no paid order {0}")]
    NotPaid(String),
    /// The refund of this number is another one.
    #[error("refund {0} was asked for with other parameters")]
    OtherTerms(String),
    /// The refund is not of 1 fen at least, or more than is left of the order.
    #[error("{} fen can't go back, {} are left of the order", .refund.get(), .left.get())]
    Amount {
        /// What was to go back.
        refund: Fen,
        /// What can still go back.
        left: Fen,
    },
    /// The order's amount is another one than the request says.
    #[error("the order has {} fen", .0.get())]
    Total(Fen),
    /// Fifty refunds of the order were accepted already.
    #[error("order {0} was refunded fifty times")]
    TooMany(String),
    /// The order was paid more than a year ago.
    #[error("order {0} was paid more than a year ago")]
    TooOld(String),
}

impl Shares {
    /// Coupons go back in the proportion in which they paid.
    pub(crate) fn of(refund: Fen, order: &Order) -> Self {
        let total = order.total_fee;
        let payer_total = total.checked_sub(order.coupon_fee()).unwrap_or_default();
        let settlement_total = order.settlement_total_fee.unwrap_or(total);
        let part = |of: Fen| {
            let (refund, of, total) = (refund.get(), of.get(), total.get().max(1));
            let part = i128::from(refund) * i128::from(of) / i128::from(total);
            Fen::new(i64::try_from(part).unwrap_or(i64::MAX))
        };
        Self {
            payer_total,
            payer_refund: part(payer_total),
            settlement_refund: part(settlement_total),
            settlement_total,
            cash_coupon_refund: part(order.cash_coupon_fee()),
        }
    }
}
