//! How a call ended: paid, refused, or unknown.

use bytes::Bytes;
use wxpay_core::{Certainty, Class, Error, Fen};

use crate::Moment;
use crate::hold::Hold;

/// How a try to pay ended.
#[derive(Debug)]
#[allow(clippy::exhaustive_enums)] // complete by definition
pub enum PayEnd {
    /// Provably nothing left this machine.
    NotSent(Error),
    /// WeChat Pay says that it paid, under our number.
    Paid {
        /// WeChat Pay's number of the payment (微信订单号).
        payment_no: String,
    },
    /// WeChat Pay has taken it, and holds it until somebody does something.
    Waiting(Hold),
    /// WeChat Pay refused, in a response that is its own.
    Refused(Refusal),
    /// The response said `return_code=FAIL` (通信失败), as for a wrong key. Such a response proves
    /// nothing: it may have paid. But it may be signed again, under the same number.
    Declined(String),
    /// Anything else: it may have paid.
    Unclear(String),
}

/// How a cancellation ended. Whether the payment was cancelled, only a query tells.
#[derive(Debug)]
#[allow(clippy::exhaustive_enums)] // complete by definition
pub enum CancelEnd {
    /// Payments of this product can't be cancelled. Nothing was sent.
    Unsupported,
    /// Provably nothing left this machine.
    NotSent(Error),
    /// WeChat Pay has taken the cancellation.
    Taken,
    /// WeChat Pay refused it, in a response that is its own.
    Refused(Refusal),
    /// Anything else: it may be cancelled.
    Unclear(String),
}

/// How a query ended.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_enums)] // complete by definition
pub enum QueryEnd {
    /// The payment has been made.
    Paid {
        /// WeChat Pay's number of the payment (付款单号).
        payment_no: Option<String>,
        /// The amount by WeChat Pay's books.
        amount: Option<Fen>,
        /// The payee by WeChat Pay's books, as [`payee_digest`](crate::payee_digest) writes it.
        /// Several, with spaces in between, if it has several names.
        payee: Option<String>,
        /// When it was made, by WeChat Pay's books.
        at: Option<Moment>,
    },
    /// The payment failed for good; the text says why, for people.
    Failed(Option<String>),
    /// It is under way, or in a state that is not known here.
    Processing,
    /// WeChat Pay has taken it, and holds it until somebody does something.
    Waiting(Hold),
    /// There is no such payment, so far.
    NotFound,
    /// The query was refused. That says nothing about the payment.
    Refused(Refusal),
    /// Anything else. That says nothing about the payment.
    Unclear(String),
}

/// A refusal: its code, what the documents say of it, and the server's words.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Refusal {
    /// The code, such as `NOTENOUGH`.
    pub code: String,
    /// What the documents say of it.
    pub class: Class,
    /// The server's words, for people.
    pub message: String,
}

impl Refusal {
    /// A refusal with this code, which the documents put into `class`.
    pub fn new(code: impl Into<String>, class: Class, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            class,
            message: message.into(),
        }
    }

    /// Whether the code names a cause that stops this try, if no earlier one is in doubt.
    pub fn is_definite(&self) -> bool {
        self.class.certainty == Certainty::Definite
    }

    /// Whether every other payout would be refused alike: by the merchant's settings, or for lack
    /// of money.
    pub fn stops_everybody(&self) -> bool {
        let money = self.is_definite() && self.class.same_number && !self.class.limit;
        self.class.configuration || money
    }

    /// Whether the payment itself is to blame, and neither the merchant's settings nor a condition
    /// that passes: sent again as it is, it would be refused again.
    pub fn is_about_the_payment(&self) -> bool {
        self.is_definite() && !self.class.configuration && !self.class.same_number
    }
}

/// The signed request as it is sent every time, to the byte.
///
/// It holds the payee and, if it was given, the name. `Debug` shows its length.
#[derive(Clone, Eq, PartialEq)]
pub struct Message(Bytes);

impl Message {
    /// A request of these bytes.
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        Self(bytes.into())
    }

    /// The bytes.
    pub fn bytes(&self) -> &Bytes {
        &self.0
    }
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Message({} bytes)", self.0.len())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // panicking is fine in tests
mod tests;
