//! Money that is shared among several.

use std::time::Duration;

use crate::state::SharingNotify;
use crate::{ProfitReturn, ProfitSharing, Sandbox, SharingReceiver};

impl Sandbox {
    /// The receivers of shares (分账接收方), in the order in which they were added.
    pub fn sharing_receivers(&self) -> Vec<SharingReceiver> {
        self.shared.state().sharing.receivers.clone()
    }

    /// Every request that shared or released money (分账单), in order.
    pub fn profit_sharings(&self) -> Vec<ProfitSharing> {
        self.shared.state().sharing.all().cloned().collect()
    }

    /// Every share that was taken back (分账回退), in order.
    pub fn profit_returns(&self) -> Vec<ProfitReturn> {
        let state = self.shared.state();
        let returns = state.sharing.returns.values();
        returns.map(|entry| entry.made.clone()).collect()
    }

    /// Sets how much of an order can be shared (最大分账比例), in ten-thousandths: 3,000, which is 30 %,
    /// at first.
    pub fn set_max_sharing_ratio(&self, ratio: u32) {
        self.shared.state().sharing.max_ratio = ratio.min(10_000);
    }

    /// Sets how long shares and returns are in process from now on, before they succeed. At first
    /// it is not a time: they have come to their ends when their request is answered, though the
    /// response says that they have not.
    pub fn set_sharing_delay(&self, delay: Duration) {
        let millis = u64::try_from(delay.as_millis());
        self.shared.state().sharing.delay_ms = millis.unwrap_or(u64::MAX);
    }

    /// Sets what a share has become, and says whether there is one of this receiver in this request
    /// (商户分账单号): with a reason (分账失败原因), such as `ACCOUNT_ABNORMAL`, it is closed and the payer has
    /// the money.
    pub fn end_share(&self, out_order_no: &str, account: &str, fail_reason: Option<&str>) -> bool {
        let mut state = self.shared.state();
        let now = state.now();
        let share = state.sharing.share_mut(out_order_no, account);
        share.map(|share| share.end(fail_reason, now)).is_some()
    }

    /// Sets what a return has become, and says whether there is one of this number (商户回退单号): with a
    /// reason (失败原因), such as `BALANCE_NOT_ENOUGH`, it failed and the receiver keeps the money.
    pub fn end_profit_return(&self, out_return_no: &str, fail_reason: Option<&str>) -> bool {
        self.shared.state().end_return(out_return_no, fail_reason)
    }

    /// Sets where the merchant is told that it received a share or had to give it back (分账动账通知), as
    /// it would on its platform. At first it is not told.
    pub fn set_sharing_notify_url(&self, url: Option<&str>) {
        self.shared.state().sharing.notify = url.map(|url| SharingNotify {
            mchid: self.shared.merchant.mch_id.to_string(),
            url: url.to_owned(),
        });
    }
}
