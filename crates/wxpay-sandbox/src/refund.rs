use serde::{Deserialize, Serialize};
use thiserror::Error;
use wxpay_core::{Fen, Timestamp};

use crate::snapshot::{fen, millis};
use crate::{Order, Protocol};

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
    /// Where the end is to be told (退款结果回调url). The sandbox posts to loopback and nowhere else.
    pub notify_url: Option<String>,
    /// Whose money it is (资金账户).
    pub funds_account: String,
    /// The way that it goes (退款渠道): `ORIGINAL`, or `OTHER_BANKCARD` after an abnormal refund (异常退款)
    /// was settled.
    pub channel: String,
    /// Where it goes (退款入账账户), in words.
    pub received_account: String,
    /// The protocol that it was asked for in, which is the one that its end is told in.
    pub protocol: Protocol,
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
    /// Whether it is the money of an order that was reversed (撤销), which no request to refund asked
    /// for.
    pub reversal: bool,
}

/// What becomes of a refund (退款状态).
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RefundEnd {
    /// The user has the money.
    #[default]
    Success,
    /// The card can't take the money (退款异常): the merchant has to settle it.
    Abnormal,
    /// The money stays with the merchant (退款关闭).
    Closed,
}

impl RefundEnd {
    /// The state on the wire.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Success => "SUCCESS",
            Self::Abnormal => "ABNORMAL",
            Self::Closed => "CLOSED",
        }
    }
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

    /// What of a refund goes back as coupons (代金券退款金额).
    pub(crate) fn coupon_refund(&self, refund: Fen) -> Fen {
        refund.checked_sub(self.payer_refund).unwrap_or_default()
    }
}

/// Where money goes back to (退款入账账户) if nothing else is said.
pub(crate) const BALANCE: &str = "支付用户零钱";
