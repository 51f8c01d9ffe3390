//! The sandbox's clock.

use std::time::Duration;

use wxpay_core::Timestamp;

use crate::{Sandbox, events};

impl Sandbox {
    /// The moment of the sandbox's clock: the system's, until one of the calls below changes that.
    pub fn now(&self) -> Timestamp {
        self.shared.state().now()
    }

    /// Whether the clock stands still.
    pub fn is_clock_frozen(&self) -> bool {
        self.shared.state().clock.is_frozen()
    }

    /// Stops the clock at a moment. What falls due by then happens at once.
    pub fn freeze_clock(&self, now: Timestamp) {
        self.shared.state().clock.freeze(now);
        self.shared.changed.notify_one();
    }

    /// Lets the clock run on from where it stands, as far from the system's as it is then.
    pub fn run_clock(&self) {
        self.shared.state().clock.run();
        self.shared.changed.notify_one();
    }

    /// Moves the clock on, and carries out what falls due meanwhile in order, each event at its own
    /// moment: payments to employees settle, orders expire, notifications are delivered and
    /// delivered again. It returns when all that is done; the clock then stands or runs on as
    /// before.
    ///
    /// Callbacks are waited for in real time, five seconds at most each. One must not wait for this
    /// call in turn.
    pub async fn advance(&self, by: Duration) {
        events::advance(&self.shared, by).await;
    }
}
