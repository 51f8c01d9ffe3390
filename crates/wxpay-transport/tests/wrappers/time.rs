//! Clocks that tests move.

use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use wxpay_transport::{Clock, Deadline, Timer};

/// A clock that goes on only when told, or when somebody waits for it: then at once and by exactly
/// that time.
#[derive(Debug, Default)]
pub(crate) struct Hand {
    now: Mutex<Duration>,
    waits: Mutex<Vec<Duration>>,
}

impl Hand {
    pub(crate) fn advance(&self, by: Duration) {
        *self.now.lock().unwrap() += by;
    }

    pub(crate) fn waits(&self) -> Vec<Duration> {
        self.waits.lock().unwrap().clone()
    }
}

impl Clock for Hand {
    fn now(&self) -> Duration {
        *self.now.lock().unwrap()
    }
}

#[async_trait]
impl Timer for Hand {
    async fn sleep(&self, duration: Duration) {
        self.waits.lock().unwrap().push(duration);
        self.advance(duration);
    }
}

/// Holds up the whole thread until the deadline has passed by the system's clocks.
pub(crate) fn stand_still(deadline: Deadline) {
    while !deadline.is_past() {
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn system_clock_goes_forward() {
    let clock = wxpay_transport::SystemClock::new();
    let before = clock.now();
    std::thread::sleep(Duration::from_millis(2));
    assert!(clock.now() >= before + Duration::from_millis(2));
}

#[cfg(feature = "tokio")]
#[tokio::test(start_paused = true)]
async fn tokio_timer_follows_a_paused_runtime() {
    let timer = wxpay_transport::TokioTimer::new();
    timer.sleep(Duration::from_secs(3600)).await;
    assert_eq!(timer.now(), Duration::from_secs(3600));
}
