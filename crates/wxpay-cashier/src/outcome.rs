use std::fmt;

use wxpay_core::{Fen, OutTradeNo};

use crate::advice::Advice;
use crate::evidence::Payment;
use crate::reason::Reason;
use crate::record::Record;
use crate::sale::SaleId;

/// How a sale stands. There is no fifth case, and none means "perhaps".
#[derive(Debug)]
#[must_use = "an order that is open has to be followed, and a sale that is not paid has to be told to the customer"]
#[allow(clippy::exhaustive_enums)] // complete by definition
pub enum Outcome {
    /// The user has paid, and nothing that was sent can take it back. Hand out the goods.
    Paid(Paid),
    /// It is proven that the user has not paid, and can't pay under this number any more. The sale
    /// may be charged again, under another number.
    NotPaid(NotPaid),
    /// The user had paid, and a refund outside of this crate has given at least a part of it back.
    /// It is not charged again.
    Refunded(Refunded),
    /// Nothing is proven yet. [Go on](crate::Cashier::run) with it, and charge nothing else for
    /// this sale.
    Open(Open),
}

/// A payment that is proven.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Paid {
    pub(crate) sale: SaleId,
    pub(crate) number: OutTradeNo,
    pub(crate) payment: Payment,
}

impl Paid {
    /// What was paid for.
    pub const fn sale(&self) -> &SaleId {
        &self.sale
    }

    /// The merchant order number (商户订单号) that it was paid under.
    pub const fn number(&self) -> &OutTradeNo {
        &self.number
    }

    /// The payment by WeChat Pay's books.
    pub const fn payment(&self) -> &Payment {
        &self.payment
    }
}

/// A charge that is proven not to be paid: nothing was taken from the user, or everything was given
/// back.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NotPaid {
    pub(crate) sale: SaleId,
    pub(crate) number: OutTradeNo,
    pub(crate) amount: Fen,
    pub(crate) proof: Proof,
    pub(crate) refusal: Option<Told>,
    pub(crate) note: Option<String>,
}

impl NotPaid {
    /// What was not paid for.
    pub const fn sale(&self) -> &SaleId {
        &self.sale
    }

    /// The merchant order number (商户订单号), which is used up.
    pub const fn number(&self) -> &OutTradeNo {
        &self.number
    }

    /// What was to be paid, in fen.
    pub const fn amount(&self) -> Fen {
        self.amount
    }

    /// What proves it.
    pub const fn proof(&self) -> Proof {
        self.proof
    }

    /// The code with which WeChat Pay refused the charge, such as `NOTENOUGH`, if it did.
    pub fn code(&self) -> Option<&str> {
        self.refusal.as_ref().map(|told| told.code.as_str())
    }

    /// What to say to the customer, and what to do.
    pub fn advice(&self) -> Advice {
        Advice::of_not_paid(self.proof, self.code())
    }
}

/// The proof, the code if there is one, and WeChat Pay's words or the cause, for the log.
impl fmt::Display for NotPaid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is not paid: {}", self.number, self.proof)?;
        match (&self.refusal, &self.note) {
            (Some(told), _) => write!(f, " ({told})"),
            (None, Some(note)) => write!(f, " ({note})"),
            (None, None) => Ok(()),
        }
    }
}

/// What proves that a charge is not paid.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Proof {
    /// Nothing of the charge left this machine.
    NotSent,
    /// WeChat Pay refused the charge, and queries do not know the order: for a code that is too
    /// old, used or no payment code and for wrong parameters or settings, two of them, the second 5
    /// seconds after the refusal; for any other cause, two and a reversal that found no order.
    Refused,
    /// A query says `PAYERROR` (支付失败). By WeChat Pay's diagram of states, such an order can only be
    /// reversed.
    Failed,
    /// A query says `CLOSED` (已关闭).
    Closed,
    /// A query says `REVOKED` (已撤销); or a reversal was accepted, and queries after it do not know
    /// the order, after a charge that was refused, or [five minutes](crate::Rules::doubt) after one
    /// without an answer. If the user had paid, the money goes back.
    Reversed,
    /// For [`Rules::not_known_for`](crate::Rules::not_known_for), ten minutes, no query knew the
    /// order, and no reversal had an effect. No document calls that a proof; the rule says why it
    /// is taken for one, and can be turned off.
    NeverArrived,
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotSent => "the request was not sent",
            Self::Refused => "it was refused, and WeChat Pay does not know the order",
            Self::Failed => "the payment failed",
            Self::Closed => "the order is closed",
            Self::Reversed => "the order is reversed",
            Self::NeverArrived => "the request never arrived",
        })
    }
}

/// A payment of which at least a part was given back by a refund that this crate did not ask for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Refunded {
    pub(crate) sale: SaleId,
    pub(crate) number: OutTradeNo,
    pub(crate) amount: Fen,
}

impl Refunded {
    /// What had been paid for.
    pub const fn sale(&self) -> &SaleId {
        &self.sale
    }

    /// The merchant order number (商户订单号). Query its refunds to learn how much went back.
    pub const fn number(&self) -> &OutTradeNo {
        &self.number
    }

    /// What had been paid, in fen.
    pub const fn amount(&self) -> Fen {
        self.amount
    }

    /// What to say to the customer, and what to do.
    pub fn advice(&self) -> Advice {
        Advice::of_refunded()
    }
}

/// An order of which nothing is proven yet: it may be paid, and may be paid later.
///
/// It is in the shop's store. [`Cashier::run`](crate::Cashier::run) goes on with it, now or after a
/// restart.
#[must_use = "an open order has to be followed to its end with `Cashier::run`"]
pub struct Open {
    pub(crate) record: Box<Record>,
    pub(crate) reason: Reason,
}

impl Open {
    /// What is to be paid for.
    pub const fn sale(&self) -> &SaleId {
        &self.record.sale
    }

    /// The merchant order number (商户订单号).
    pub const fn number(&self) -> &OutTradeNo {
        &self.record.number
    }

    /// What is to be paid, in fen.
    pub const fn amount(&self) -> Fen {
        self.record.amount
    }

    /// Why nothing is proven yet.
    pub const fn reason(&self) -> Reason {
        self.reason
    }

    /// What the last response said that settled nothing, for the log.
    pub fn last_response(&self) -> Option<&str> {
        self.record.note.as_deref()
    }

    /// What to say to the customer, and what to do.
    pub fn advice(&self) -> Advice {
        Advice::of_open(self.reason)
    }
}

impl fmt::Debug for Open {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Open")
            .field("sale", self.sale())
            .field("number", self.number())
            .field("reason", &self.reason)
            .field("last_response", &self.last_response())
            .finish_non_exhaustive()
    }
}

/// What WeChat Pay said when it refused a charge.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Told {
    pub(crate) code: String,
    pub(crate) message: String,
}

impl Told {
    pub(crate) const fn new(code: String, message: String) -> Self {
        Self { code, message }
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.message.is_empty() {
            f.write_str(&self.code)
        } else {
            write!(f, "{}: {}", self.code, self.message)
        }
    }
}
