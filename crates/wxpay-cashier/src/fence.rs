use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use wxpay_transport::{Deadline, Timer};

/// The moment from which a charge or a reversal must not leave any more.
///
/// A program can stand still between the decision to send and the first byte: a suspended machine,
/// a slow disk. A reversal that is sent on what was known an hour ago could give back a payment
/// that somebody has believed since. So a request leaves soon after the facts it rests on, or not
/// at all.
#[derive(Clone)]
pub struct Fence {
    until: Duration,
    timer: Arc<dyn Timer>,
    deadline: Deadline,
}

impl Fence {
    pub(crate) fn after(time: Duration, timer: &Arc<dyn Timer>) -> Self {
        Self {
            until: timer.now().saturating_add(time),
            timer: Arc::clone(timer),
            deadline: Deadline::after(time),
        }
    }

    /// Whether it is too late to send.
    pub fn is_past(&self) -> bool {
        self.timer.now() >= self.until || self.deadline.is_past()
    }

    /// The same by the system's clocks, for the [`Hints`](wxpay_transport::Hints) of a request.
    pub const fn deadline(&self) -> Deadline {
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
