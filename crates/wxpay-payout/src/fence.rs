use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use wxpay_transport::{Clock, Deadline};

use crate::Moment;

/// The moment after which a send must not begin, because others may work on the payout soon after.
///
/// It holds on two clocks: the wall clock, by which other processes read the lease, and one that
/// goes on while the machine sleeps. Past it by either, nothing may leave.
#[derive(Clone)]
pub struct Fence {
    until: Moment,
    running_until: Duration,
    clock: Arc<dyn Fn() -> Moment + Send + Sync>,
    running: Arc<dyn Clock>,
    deadline: Deadline,
}

impl Fence {
    /// So long from now on.
    pub(crate) fn after(
        time: Duration,
        clock: &Arc<dyn Fn() -> Moment + Send + Sync>,
        running: &Arc<dyn Clock>,
    ) -> Self {
        Self {
            until: clock().after(time),
            running_until: running.now().saturating_add(time),
            clock: Arc::clone(clock),
            running: Arc::clone(running),
            deadline: Deadline::after(time),
        }
    }

    /// Whether it is too late to begin a send.
    pub fn is_past(&self) -> bool {
        (self.clock)() >= self.until
            || self.running.now() >= self.running_until
            || self.deadline.is_past()
    }

    /// The same by the system's clocks, for the [`Hints`](wxpay_transport::Hints) of a request.
    pub fn deadline(&self) -> Deadline {
        self.deadline
    }
}

impl fmt::Debug for Fence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fence")
            .field("until", &self.until)
            .finish_non_exhaustive()
    }
}
