//! Money that goes to the bank.

use crate::{Sandbox, Withdrawal};

impl Sandbox {
    /// Every withdrawal (预约提现), in the order in which they were made. One that was accepted is
    /// `SUCCESS` at ten o'clock of the next day of the sandbox's clock, and then told to its
    /// `notify_url`.
    pub fn withdrawals(&self) -> Vec<Withdrawal> {
        self.shared.state().withdrawals.clone()
    }

    /// Sets what the withdrawal of a WeChat Pay number (微信支付预约提现单号) has become, and says whether
    /// there is one. The texts go out as they are. The money of one that is `FAIL`, `REFUND` (提现退票)
    /// or `CLOSE` comes back to its account, and an end is told.
    pub fn set_withdrawal_status(
        &self,
        withdraw_id: &str,
        status: &str,
        reason: Option<&str>,
    ) -> bool {
        let random = &self.shared.random;
        let mut state = self.shared.state();
        let found = state.set_withdrawal(withdraw_id, status, reason, random);
        self.shared.changed.notify_one();
        found
    }
}
