use wxpay_core::{Class, Error, Fen, Timestamp, TransactionId};

/// How the charge of a payment code ended.
#[derive(Debug)]
#[allow(clippy::exhaustive_enums)] // complete by definition
pub enum PayEnd {
    /// Provably nothing left this machine.
    NotSent(Error),
    /// WeChat Pay says that the user has paid, under our number.
    Paid(Payment),
    /// The user is asked for the password (`USERPAYING`).
    Paying,
    /// WeChat Pay refused, in a response that is its own.
    Refused(Refusal),
    /// Anything else: the user may have paid.
    Unclear(String),
}

/// How a query ended.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_enums)] // complete by definition
pub enum QueryEnd {
    /// `SUCCESS`: the user has paid.
    Paid(Payment),
    /// `REFUND`: the user had paid, and a refund gave at least a part of it back.
    Refunded,
    /// `NOTPAY` or `ACCEPT`: not paid so far.
    Unpaid,
    /// `USERPAYING`: the user is asked for the password.
    Paying,
    /// `PAYERROR`: the payment failed.
    Failed,
    /// `CLOSED`: the order is closed without a payment.
    Closed,
    /// `REVOKED`: the order is reversed.
    Reversed,
    /// There is no such order, so far.
    NotFound,
    /// The query was refused. That says nothing about the payment.
    Refused(Refusal),
    /// Anything else, a state that is not known here too. That says nothing about the payment.
    Unclear(String),
}

/// How a reversal ended.
#[derive(Debug)]
#[allow(clippy::exhaustive_enums)] // complete by definition
pub enum ReverseEnd {
    /// Provably nothing left this machine.
    NotSent(Error),
    /// WeChat Pay says that the reversal is done.
    Accepted,
    /// WeChat Pay asks to be called again (`recall` is `Y`): the reversal is under way.
    CallAgain,
    /// There is no such order, so far.
    NotFound,
    /// WeChat Pay refused, in a response that is its own.
    Refused(Refusal),
    /// Anything else: it may have been reversed.
    Unclear(String),
}

/// A payment as WeChat Pay's books have it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Payment {
    /// WeChat Pay order number (微信支付订单号).
    pub transaction_id: TransactionId,
    /// The amount of the order (订单金额), in fen.
    pub amount: Fen,
    /// When it was paid (支付完成时间), if that was told.
    pub paid_at: Option<Timestamp>,
}

impl Payment {
    /// A payment under this WeChat Pay order number.
    pub const fn new(
        transaction_id: TransactionId,
        amount: Fen,
        paid_at: Option<Timestamp>,
    ) -> Self {
        Self {
            transaction_id,
            amount,
            paid_at,
        }
    }
}

/// A refusal: its code, what the documents say of it, and WeChat Pay's words.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Refusal {
    /// The code, such as `NOTENOUGH`.
    pub code: String,
    /// What the documents say of it.
    pub class: Class,
    /// WeChat Pay's words, for people.
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

    /// Code and words.
    pub(crate) fn said(&self) -> String {
        if self.message.is_empty() {
            self.code.clone()
        } else {
            format!("{}: {}", self.code, self.message)
        }
    }
}
