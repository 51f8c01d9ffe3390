use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};

/// The even pace of one endpoint: calls begin one after the other, `1 / per_second` seconds apart
/// or more.
#[derive(Debug)]
pub(crate) struct Pace {
    limiter: Mutex<Limiter>,
    asked_for: AskedFor,
}

type Limiter = RateLimiter<NotKeyed, InMemoryState, AskedFor, NoOpMiddleware<Nanos>>;

impl Pace {
    pub(crate) fn new(per_second: NonZeroU32, now: Duration) -> Self {
        let asked_for = AskedFor::default();
        asked_for.set(now);
        // Rounded up, so that a second never holds one call more.
        let apart = Duration::from_nanos(1_000_000_000_u64.div_ceil(per_second.get().into()));
        let quota = Quota::with_period(apart)
            .unwrap_or_else(|| Quota::per_second(per_second))
            .allow_burst(NonZeroU32::MIN);
        Self {
            limiter: Mutex::new(RateLimiter::direct_with_clock(quota, asked_for.clone())),
            asked_for,
        }
    }

    /// Takes the next free place and returns how long it is until then.
    ///
    /// # Errors
    ///
    /// That is longer than `max_wait`. No place is taken.
    pub(crate) fn reserve(&self, now: Duration, max_wait: Duration) -> Result<Duration, Duration> {
        let limiter = self.limiter.lock().unwrap_or_else(PoisonError::into_inner);
        self.asked_for.set(now);
        let Err(busy) = limiter.check() else {
            return Ok(Duration::ZERO);
        };
        let wait = busy.wait_time_from(self.asked_for.now());
        if wait > max_wait {
            return Err(wait);
        }
        // The same question about the time when the answer is yes: callers then wait in the order
        // in which they came, each knowing for how long.
        self.asked_for.set(now.saturating_add(wait));
        limiter.check().map(|()| wait).map_err(|_| wait)
    }
}

/// The time that the limiter is asked about.
#[derive(Clone, Debug, Default)]
struct AskedFor(Arc<AtomicU64>);

impl AskedFor {
    fn set(&self, time: Duration) {
        // 292 years.
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.0.store(nanos.min(u64::MAX / 2), Ordering::Relaxed);
    }
}

impl Clock for AskedFor {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::new(self.0.load(Ordering::Relaxed))
    }
}
