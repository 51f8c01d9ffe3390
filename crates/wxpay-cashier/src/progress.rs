use wxpay_core::OutTradeNo;

use crate::sale::SaleId;

/// What the cashier is doing, for the display at the till.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// The sale.
    pub sale: SaleId,
    /// The merchant order number (商户订单号).
    pub number: OutTradeNo,
    /// The present step.
    pub step: Step,
}

/// A step of a payment by scanned code.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Step {
    /// The code is being charged.
    Charging,
    /// The user is asked for the password: tell the customer.
    CustomerPaying,
    /// The result is unknown, and is being asked for.
    Asking,
    /// The order is being reversed.
    Reversing,
}
