use thiserror::Error;
use wxpay_core::Error as CallError;

use crate::outcome::{Open, Paid, Refunded};
use crate::sale::SaleId;
use crate::store::StoreError;

/// What [`Cashier::resume`](super::Cashier::resume) found.
#[derive(Debug, Default)]
#[must_use = "open orders have to be followed to their end with `Cashier::run`"]
#[non_exhaustive]
pub struct Unsettled {
    /// The open orders.
    pub open: Vec<Open>,
    /// Sales whose text can't be read, or that belong to another merchant's client. Have a person
    /// look at them.
    pub unreadable: Vec<(SaleId, StoreError)>,
}

/// A charge that was not begun: provably nothing was sent.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ChargeError {
    /// A field breaks a documented rule, or a key is missing; or the client certificate, without
    /// which the order could not be reversed, is missing or has expired. It names the field and the
    /// rule.
    #[error(transparent)]
    Invalid(#[from] CallError),
    /// The store failed, or another program charges the same sale. The charge may be stored all the
    /// same: then the next one is refused as [`StillOpen`](Self::StillOpen), until
    /// [`run`](super::Cashier::run) has settled what was never sent.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An earlier charge of this sale is not settled. Run it to its end first: it may be paid.
    #[error("an earlier charge of this sale, {}, is still open", .0.number())]
    StillOpen(Open),
    /// The sale is paid already.
    #[error("the sale is paid already, under {}", .0.number())]
    AlreadyPaid(Paid),
    /// The sale was paid, and refunded at least in part. Charge it as another sale, if it is one.
    #[error("the sale was paid under {} and refunded", .0.number())]
    Refunded(Refunded),
    /// An earlier charge of this sale had the same merchant order number, which is used up: take
    /// another.
    #[error("out_trade_no: was used for an earlier charge of this sale; take another")]
    NumberUsed,
}

/// A sale that could not be cancelled: nothing was sent, and nothing has changed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CancelError {
    /// The sale can't be read from the store, or belongs to another merchant's client.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The sale was not charged under this number, or is charged under another one by now: look at
    /// it again.
    #[error("the sale is not charged under this number, or is charged under another one by now")]
    NoSuchOrder,
    /// The seven days in which it can be reversed are over. If it is paid, create a refund.
    #[error(
        "the sale is older than seven days and can't be reversed; create a refund if it is paid"
    )]
    TooLate,
    /// What is paid under the number has another amount, or is the payment of another order. A
    /// person decides about it in the merchant platform (商户平台).
    #[error(
        "the payment under this number is not the one that was asked for; a person has to decide"
    )]
    OtherPayment,
}
