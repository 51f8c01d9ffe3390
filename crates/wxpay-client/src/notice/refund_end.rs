/// How a refund ended (退款状态), as a notification tells it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum RefundEnd {
    /// `SUCCESS`: the money is back with the user.
    Succeeded,
    /// `CLOSED`, in APIv2 `REFUNDCLOSE`: there is no refund, and the money stays with the merchant.
    Closed,
    /// `ABNORMAL`, in APIv2 `CHANGE`: the user's bank did not take the money, and a person has to
    /// act. It may succeed later.
    Abnormal,
    /// A state that this version does not know. Query the refund.
    Other(String),
}

impl RefundEnd {
    pub(crate) fn of(state: &str) -> Self {
        match state {
            "SUCCESS" => Self::Succeeded,
            "CLOSED" | "REFUNDCLOSE" => Self::Closed,
            "ABNORMAL" | "CHANGE" => Self::Abnormal,
            other => Self::Other(other.to_owned()),
        }
    }

    /// Whether the money is back with the user.
    pub fn is_success(&self) -> bool {
        *self == Self::Succeeded
    }
}
