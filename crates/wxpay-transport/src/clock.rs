use std::fmt::Debug;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;

/// Tells the time to a wrapper that counts with it.
///
/// It is not the time of day: it only has to go forward, and no setting of the machine's clock may
/// move it.
pub trait Clock: Debug + Send + Sync + 'static {
    /// The time since a start of the clock's own choice.
    fn now(&self) -> Duration;
}

/// A [`Clock`] that can also wait. Implement it over any runtime, also one of blocking threads.
#[async_trait]
pub trait Timer: Clock {
    /// Ends once the clock has gone on by `duration`, never earlier.
    async fn sleep(&self, duration: Duration);
}

/// The process's monotonic clock.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    start: Instant,
}

impl SystemClock {
    /// A clock that starts now.
    pub fn new() -> Self {
        Self {
            start: Instant::now(),
        }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Duration {
        self.start.elapsed()
    }
}

/// The clock of the tokio runtime that the call is made in, which a test can pause.
///
/// Waiting needs a runtime with its time turned on; elsewhere it panics.
#[cfg(feature = "tokio")]
#[derive(Clone, Copy, Debug)]
pub struct TokioTimer {
    start: tokio::time::Instant,
}

#[cfg(feature = "tokio")]
impl TokioTimer {
    /// A timer that starts now.
    pub fn new() -> Self {
        Self {
            start: tokio::time::Instant::now(),
        }
    }
}

#[cfg(feature = "tokio")]
impl Default for TokioTimer {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(feature = "tokio")]
impl Clock for TokioTimer {
    fn now(&self) -> Duration {
        self.start.elapsed()
    }
}

#[cfg(feature = "tokio")]
#[async_trait]
impl Timer for TokioTimer {
    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> Duration {
        (**self).now()
    }
}

#[async_trait]
impl<T: Timer + ?Sized> Timer for Arc<T> {
    async fn sleep(&self, duration: Duration) {
        (**self).sleep(duration).await;
    }
}
