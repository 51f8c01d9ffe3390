//! How far orders and refunds have come.

use std::fmt;
use std::str::FromStr;

/// How far an order has come. No state says that a payment failed: an order is unpaid until WeChat
/// Pay says that it is closed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum OrderState {
    /// It is in the book. Whether WeChat Pay has it is not known yet.
    Placing,
    /// WeChat Pay has it, and the user can pay.
    Waiting,
    Paid,
    /// WeChat Pay takes no payment for it.
    Closed,
    /// It provably never reached WeChat Pay.
    NotSent,
}

impl OrderState {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Placing => "placing",
            Self::Waiting => "waiting",
            Self::Paid => "paid",
            Self::Closed => "closed",
            Self::NotSent => "not-sent",
        }
    }
}

/// How far a refund has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum RefundState {
    /// It is in the book. Whether WeChat Pay has it is not known yet.
    Asking,
    /// WeChat Pay has it, and the money is on its way.
    Processing,
    /// The user has the money.
    Done,
    /// WeChat Pay closed it: the money stayed with the shop.
    Closed,
    /// The user's bank did not take the money. A person has to act.
    Abnormal,
    /// It provably never reached WeChat Pay.
    NotSent,
}

impl RefundState {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Asking => "asking",
            Self::Processing => "processing",
            Self::Done => "done",
            Self::Closed => "closed",
            Self::Abnormal => "abnormal",
            Self::NotSent => "not-sent",
        }
    }
}

impl FromStr for OrderState {
    type Err = NoState;

    fn from_str(text: &str) -> Result<Self, NoState> {
        let all = [
            Self::Placing,
            Self::Waiting,
            Self::Paid,
            Self::Closed,
            Self::NotSent,
        ];
        let found = all.into_iter().find(|state| state.as_str() == text);
        found.ok_or_else(|| NoState(text.to_owned()))
    }
}

impl FromStr for RefundState {
    type Err = NoState;

    fn from_str(text: &str) -> Result<Self, NoState> {
        let all = [
            Self::Asking,
            Self::Processing,
            Self::Done,
            Self::Closed,
            Self::Abnormal,
            Self::NotSent,
        ];
        let found = all.into_iter().find(|state| state.as_str() == text);
        found.ok_or_else(|| NoState(text.to_owned()))
    }
}

/// The book has a state that this version does not know.
#[derive(Debug)]
pub(crate) struct NoState(pub(crate) String);

impl fmt::Display for NoState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not a state", self.0)
    }
}

impl std::error::Error for NoState {}
