use std::error::Error as StdError;
use std::fmt;
use std::time::{Duration, SystemTime};

use http::Request;
use wxpay_core::TransportError;

use crate::{Clock, Hints, RunningClock};

/// The moment from which a request must not leave any more.
///
/// It is for a caller that holds a right to send for a limited time, such as the lease of a payout.
/// The program can stand still between the check of that right and the first byte: a stopped
/// process, a frozen container, a suspended machine, a slow disk. So the moment travels with the
/// request, in its [`Hints`], and the [`Transport`] compares it with the clocks just before it
/// writes.
///
/// The moment is kept on two clocks, and it is past when either says so: the wall clock, which can
/// be set, and the [`RunningClock`], which can't, and which counts the time of sleep.
///
/// It says nothing about the response, which may come later. Bytes that the operating system has
/// taken can't be called back, so choose a moment somewhat before the right ends.
///
/// [`Transport`]: crate::Transport
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Deadline {
    /// `None` is later than any moment that the wall clock can show.
    wall: Option<SystemTime>,
    running: Duration,
}

impl Deadline {
    /// The moment that is `time` from now, by both clocks of the system. With no time left it is
    /// past at once.
    pub fn after(time: Duration) -> Self {
        Self {
            wall: SystemTime::now().checked_add(time),
            running: RunningClock::new().now().saturating_add(time),
        }
    }

    /// The moment when the wall clock shows `wall` or a [`RunningClock`] of this process shows
    /// `running`, whichever is first.
    pub const fn at(wall: SystemTime, running: Duration) -> Self {
        Self {
            wall: Some(wall),
            running,
        }
    }

    /// The deadline in the [`Hints`] of a request, if it has one.
    pub fn of<B>(request: &Request<B>) -> Option<Self> {
        request.extensions().get::<Hints>()?.deadline
    }

    /// Whether it is past by one of the system's two clocks. The moment itself is past.
    pub fn is_past(&self) -> bool {
        self.is_past_at(SystemTime::now(), RunningClock::new().now())
    }

    /// Whether it is past when the wall clock shows `wall` and a [`RunningClock`] shows `running`.
    pub fn is_past_at(&self, wall: SystemTime, running: Duration) -> bool {
        self.time_left_at(wall, running).is_zero()
    }

    /// The time until then by the system's clock that gets there first; zero when it is past.
    pub fn time_left(&self) -> Duration {
        self.time_left_at(SystemTime::now(), RunningClock::new().now())
    }

    /// The check that a [`Transport`](crate::Transport) makes just before it writes.
    ///
    /// # Errors
    ///
    /// It is past, and nothing may be sent. The error says [`Sent::No`](crate::Sent::No), with
    /// [`DeadlinePassed`] as its source, so it must not be given on after a byte of the request has
    /// left.
    pub fn check(&self) -> Result<(), TransportError> {
        if self.is_past() {
            return Err(TransportError::not_sent(DeadlinePassed::new()));
        }
        Ok(())
    }

    fn time_left_at(&self, wall: SystemTime, running: Duration) -> Duration {
        let by_running = self.running.saturating_sub(running);
        match self.wall {
            Some(end) => end.duration_since(wall).unwrap_or_default().min(by_running),
            None => by_running,
        }
    }
}

/// The request's [`Deadline`] had passed before the request could leave. It was not sent.
///
/// It is the source of the [`TransportError`].
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct DeadlinePassed {}

impl DeadlinePassed {
    /// The error of a request that was held back, for a transport that does not use
    /// [`Deadline::check`].
    #[allow(clippy::new_without_default)] // an error is never a default
    pub const fn new() -> Self {
        Self {}
    }
}

impl fmt::Display for DeadlinePassed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not sent: the request's deadline had passed before it could leave")
    }
}

impl StdError for DeadlinePassed {}
