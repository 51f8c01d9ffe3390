use std::fmt;

/// Why an order is still open.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Reason {
    /// The charge was sent, and nothing certain was heard of it.
    Unknown,
    /// WeChat Pay does not know the order so far. It may yet arrive.
    NotKnown,
    /// The user is asked for the password on the phone.
    CustomerPaying,
    /// It is being reversed (撤销), and the reversal is not confirmed yet.
    Reversing,
    /// The user has paid, and a reversal was sent before that was known: the money may go back. If
    /// it does not, the order is paid [five minutes](crate::Rules::doubt) after a reversal in
    /// doubt, and [15 seconds](crate::Rules::reverse_after) after one that was refused.
    PaidWhileReversing,
    /// The order is paid, with another amount than was charged.
    OtherAmount,
    /// The number belongs to an order from before this charge, which is or was paid. It is not the
    /// payment for this sale.
    OtherPayment,
    /// It is older than seven days, so that it can't be reversed any more, and it is not proven to
    /// be paid.
    TooOld,
    /// The shop's store failed, so that nothing more was sent. What is known may be more than what
    /// is stored, and what was to be stored, a cancellation too, may be stored or not.
    NotStored,
    /// Another program goes on with this sale, or has settled it. [Look](crate::Cashier::find) at
    /// it again.
    InOtherHands,
}

impl Reason {
    /// Whether only a person can settle it, by looking at the order in the merchant platform
    /// (商户平台).
    pub const fn needs_a_person(self) -> bool {
        matches!(self, Self::OtherAmount | Self::OtherPayment | Self::TooOld)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "nothing certain was heard of the charge",
            Self::NotKnown => "WeChat Pay does not know the order so far",
            Self::CustomerPaying => "the customer is asked for the password",
            Self::Reversing => "the reversal is not confirmed yet",
            Self::PaidWhileReversing => "it is paid, and a reversal may give the money back",
            Self::OtherAmount => "it is paid with another amount",
            Self::OtherPayment => "the number belongs to another order",
            Self::TooOld => "it is too old to be reversed",
            Self::NotStored => "the store failed",
            Self::InOtherHands => "another program works on it",
        })
    }
}
