use std::fmt;

use wxpay_core::OutTradeNo;

/// A notification is about something else than what was expected: another order, amount, currency,
/// merchant, app or state.
///
/// Do not ship. Query the order and have a person look: the notification itself is authentic.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unexpected {
    field: &'static str,
    sub_order: Option<OutTradeNo>,
}

impl Unexpected {
    pub(crate) const fn new(field: &'static str) -> Self {
        Self {
            field,
            sub_order: None,
        }
    }

    /// The same within one order of a combined one.
    pub(crate) fn of_sub_order(field: &'static str, sub_order: &OutTradeNo) -> Self {
        Self {
            field,
            sub_order: Some(sub_order.clone()),
        }
    }

    /// The field that differs, by its name on the wire.
    pub fn field(&self) -> &'static str {
        self.field
    }

    /// The order (商品单) within a combined one that it is about, by its merchant order number.
    pub fn sub_order(&self) -> Option<&OutTradeNo> {
        self.sub_order.as_ref()
    }
}

impl fmt::Display for Unexpected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.sub_order {
            Some(order) => write!(f, "{} of {order} is not what was expected", self.field),
            None => write!(f, "{} is not what was expected", self.field),
        }
    }
}

impl std::error::Error for Unexpected {}

/// Checks each condition, by the field that it is about.
pub(crate) fn all_hold(
    conditions: impl IntoIterator<Item = (bool, &'static str)>,
) -> Result<(), Unexpected> {
    match conditions.into_iter().find(|(holds, _)| !holds) {
        Some((_, field)) => Err(Unexpected::new(field)),
        None => Ok(()),
    }
}
