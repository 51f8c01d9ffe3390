/// Which trade bill (交易账单) it is. Its columns tell.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct TradeKind {
    /// What it lists.
    pub scope: TradeScope,
    /// Whether it has the columns of before 2018 (普通结算对账单), which merchants without coupons that
    /// were not prepaid (免充值券) may still get. It has no amounts of the order beside those that are
    /// settled.
    pub is_old: bool,
}

/// What a trade bill lists (账单类型).
#[allow(clippy::exhaustive_enums)] // the documents have these three
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum TradeScope {
    /// `ALL`: orders that were paid, and refunds that were accepted.
    All,
    /// `SUCCESS`: orders that were paid.
    Success,
    /// `REFUND`: refunds that were accepted.
    Refund,
}

impl TradeScope {
    /// The value as it goes on the wire: `ALL`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "ALL",
            Self::Success => "SUCCESS",
            Self::Refund => "REFUND",
        }
    }
}

/// What a row of a trade bill is (交易状态).
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum TradeState {
    /// `SUCCESS`: an order that was paid.
    Success,
    /// `REFUND`: a refund that was accepted.
    Refund,
    /// `REVOKED`: the refund of an order by payment code that was reversed (已撤销).
    Revoked,
    /// A value that this version does not know.
    Other(String),
}

impl TradeState {
    /// The value as the bill has it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Success => "SUCCESS",
            Self::Refund => "REFUND",
            Self::Revoked => "REVOKED",
            Self::Other(text) => text,
        }
    }

    pub(super) fn of(text: &str) -> Self {
        match text {
            "SUCCESS" => Self::Success,
            "REFUND" => Self::Refund,
            "REVOKED" => Self::Revoked,
            _ => Self::Other(text.to_owned()),
        }
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for TradeState {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
