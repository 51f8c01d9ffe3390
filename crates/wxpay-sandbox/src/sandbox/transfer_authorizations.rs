//! Users who allow transfers without confirmation.

use crate::{AuthorizationError, Sandbox, TransferAuthorization};

impl Sandbox {
    /// Every authorization of transfers without confirmation (免确认收款授权), in the order in which they
    /// were asked for.
    pub fn transfer_authorizations(&self) -> Vec<TransferAuthorization> {
        let state = self.shared.state();
        state.authorizations.values().cloned().collect()
    }

    /// Lets the user agree to an authorization that is `WAIT_USER_CONFIRM`. Its notification
    /// follows. One that the user does not agree to within 24 hours of the sandbox's clock is
    /// closed.
    ///
    /// # Errors
    /// There is no such authorization, or it does not wait for the user. It stays as it is.
    pub fn confirm_transfer_authorization(
        &self,
        out_authorization_no: &str,
    ) -> Result<TransferAuthorization, AuthorizationError> {
        let random = &self.shared.random;
        let mut state = self.shared.state();
        let confirmed = state.confirm_authorization(out_authorization_no, random);
        self.shared.changed.notify_one();
        confirmed
    }

    /// Closes an authorization that is `TAKING_EFFECT`, for a reason such as `USER_CLOSE`
    /// (用户主动关闭授权) or `TRANSFER_RISK`. Its notification follows.
    ///
    /// # Errors
    /// There is no such authorization, or it is not in force. It stays as it is.
    pub fn close_transfer_authorization(
        &self,
        out_authorization_no: &str,
        reason: &str,
    ) -> Result<TransferAuthorization, AuthorizationError> {
        let random = &self.shared.random;
        let mut state = self.shared.state();
        let closed = state.end_authorization(out_authorization_no, reason, random);
        self.shared.changed.notify_one();
        closed
    }
}
