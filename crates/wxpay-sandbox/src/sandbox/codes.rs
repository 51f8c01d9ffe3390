//! Codes on the phones of users, and what users do when they are asked for a password.

use crate::{CodeBehaviour, PayOrderError, PaymentCode, Sandbox};

impl Sandbox {
    /// Makes a payment code (付款码) for a cashier to scan, and gives it. There are some that need not
    /// be made: see [`PaymentCode`].
    pub fn make_payment_code(&self, behaviour: CodeBehaviour) -> PaymentCode {
        let random = &self.shared.random;
        self.shared.state().codes.make(behaviour, random)
    }

    /// Every payment code that was made or used, in order.
    pub fn payment_codes(&self) -> Vec<PaymentCode> {
        self.shared.state().codes.all().cloned().collect()
    }

    /// Lets the user cancel a payment that waits for the password (用户支付中): the order is `PAYERROR`
    /// (支付失败) then. The user enters the password by [`pay_order`](Self::pay_order).
    ///
    /// # Errors
    /// There is no such order, or no user is being asked for a password. It stays as it is.
    pub fn cancel_payment(&self, out_trade_no: &str) -> Result<(), PayOrderError> {
        self.shared.state().orders.give_up(out_trade_no)
    }
}
