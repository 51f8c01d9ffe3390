//! Transfers that users confirm.

use std::time::Duration;

use crate::{ConfirmTransferError, Sandbox, TransferBill};

impl Sandbox {
    /// Every transfer to a user (商家转账), in the order in which they were made.
    pub fn transfer_bills(&self) -> Vec<TransferBill> {
        let state = self.shared.state();
        state.transfer_bills.entries.values().cloned().collect()
    }

    /// Lets the user confirm a transfer (用户确认收款) that is `WAIT_USER_CONFIRM`, and gives what has
    /// become of it. Its notification follows when it ends: `SUCCESS`, or `FAIL` with
    /// `NAME_NOT_CORRECT` if the name given is not the [registered](Self::register_name) one. The
    /// user also agrees to the authorization (免确认收款授权) that was asked for with it, if one was.
    ///
    /// A transfer that is not confirmed within 24 hours of the sandbox's clock fails with
    /// `OVERDUE_CLOSE`.
    ///
    /// # Errors
    /// There is no such transfer, or it does not wait for the user. It stays as it is.
    pub fn confirm_transfer_bill(
        &self,
        out_bill_no: &str,
    ) -> Result<TransferBill, ConfirmTransferError> {
        self.confirm_bill(out_bill_no, true)
    }

    /// The same for a user who does not agree to the authorization (免确认收款授权) that was asked for
    /// with the transfer.
    ///
    /// # Errors
    /// There is no such transfer, or it does not wait for the user. It stays as it is.
    pub fn confirm_transfer_bill_only(
        &self,
        out_bill_no: &str,
    ) -> Result<TransferBill, ConfirmTransferError> {
        self.confirm_bill(out_bill_no, false)
    }

    fn confirm_bill(
        &self,
        out_bill_no: &str,
        agrees: bool,
    ) -> Result<TransferBill, ConfirmTransferError> {
        let random = &self.shared.random;
        let mut state = self.shared.state();
        let bill = state.confirm_transfer_bill(out_bill_no, agrees, random);
        self.shared.changed.notify_one();
        bill
    }

    /// Sets what a transfer to a user has become, and says whether there is one of this number. The
    /// texts go out as they are. The money is set aside or comes back as the state has it, and an
    /// end is told.
    pub fn set_transfer_bill_state(
        &self,
        out_bill_no: &str,
        state: &str,
        fail_reason: Option<&str>,
    ) -> bool {
        let random = &self.shared.random;
        let mut books = self.shared.state();
        let found = books.set_transfer_bill(out_bill_no, state, fail_reason, random);
        self.shared.changed.notify_one();
        found
    }

    /// Sets how long each step of a transfer to a user takes that WeChat Pay does on its own, from
    /// now on: from `ACCEPTED` to `WAIT_USER_CONFIRM`, from `TRANSFERING` to `SUCCESS`, from
    /// `CANCELING` to `CANCELLED`, and until an electronic receipt (电子回单) is made. At first it is
    /// not a time.
    pub fn set_transfer_step(&self, step: Duration) {
        let millis = u64::try_from(step.as_millis());
        self.shared.state().transfer_bills.step_ms = millis.unwrap_or(u64::MAX);
    }

    /// Sets what the electronic receipt (电子回单) of a transfer has become, and says whether one was
    /// applied for: `GENERATING`, `FINISHED`, or `FAILED` with a reason.
    pub fn set_transfer_receipt_state(
        &self,
        out_bill_no: &str,
        state: &str,
        fail_reason: Option<&str>,
    ) -> bool {
        let mut books = self.shared.state();
        books.set_receipt(out_bill_no, state, fail_reason)
    }
}
