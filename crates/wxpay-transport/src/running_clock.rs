use std::time::Duration;

use crate::Clock;

/// The system's clock that no one can set and that goes on while the machine sleeps.
///
/// On Linux and Android that is `CLOCK_BOOTTIME`, on macOS and iOS `CLOCK_MONOTONIC`, on Windows
/// the performance counter. On other systems it is [`Instant`](std::time::Instant), which may stand
/// still in a sleep.
///
/// All of them in one process show the same time. In another process or after a restart the time
/// can be another one, so it is not for storing.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct RunningClock {}

impl RunningClock {
    /// The clock.
    pub const fn new() -> Self {
        Self {}
    }
}

impl Clock for RunningClock {
    fn now(&self) -> Duration {
        system::now()
    }
}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
mod system {
    use std::time::Duration;

    use rustix::time::{ClockId, clock_gettime};

    pub(super) fn now() -> Duration {
        let time = clock_gettime(CLOCK);
        let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
        let nanos = u64::try_from(time.tv_nsec).unwrap_or_default();
        Duration::from_secs(seconds).saturating_add(Duration::from_nanos(nanos))
    }

    #[cfg(any(target_os = "linux", target_os = "android"))]
    const CLOCK: ClockId = ClockId::Boottime;
    // Unlike that of Linux it counts sleep. `Instant` is CLOCK_UPTIME_RAW there, which does not.
    #[cfg(target_vendor = "apple")]
    const CLOCK: ClockId = ClockId::Monotonic;

    #[test]
    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn it_is_the_clock_that_counts_sleep() {
        assert_eq!(CLOCK, ClockId::Boottime);
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
mod system {
    use std::sync::OnceLock;
    use std::time::{Duration, Instant};

    pub(super) fn now() -> Duration {
        START.get_or_init(Instant::now).elapsed()
    }

    /// When this process first asked.
    static START: OnceLock<Instant> = OnceLock::new();
}
