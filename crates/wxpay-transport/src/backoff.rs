use std::time::Duration;

/// Exponential backoff with full jitter: any wait from none up to a bound that doubles with every
/// attempt.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Backoff {
    pub(crate) base: Duration,
    pub(crate) cap: Duration,
}

impl Backoff {
    /// The wait after the attempt with this number, counted from 1.
    pub(crate) fn wait(&self, attempt: u32) -> Duration {
        let doublings = attempt.saturating_sub(1);
        let factor = 1_u32.checked_shl(doublings).unwrap_or(u32::MAX);
        let bound = self.base.saturating_mul(factor).min(self.cap);
        // Without randomness the longest wait still spares the server.
        let Ok(random) = getrandom::u32() else {
            return bound;
        };
        let share = f64::from(random) / f64::from(u32::MAX);
        Duration::try_from_secs_f64(bound.as_secs_f64() * share)
            .map_or(bound, |wait| wait.min(bound))
    }
}
