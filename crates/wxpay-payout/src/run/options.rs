use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;

use super::RunEvent;
#[cfg(doc)]
use crate::Payouts;
use crate::intent::Intent;
use crate::product::EmployeePayment;

/// How [`Payouts::run`] works.
#[derive(Clone)]
#[non_exhaustive]
pub struct RunOptions {
    /// How many calls are made at once. 16.
    pub at_once: NonZeroUsize,
    /// For how long the run goes on when nothing more is sent and nothing settled. 15 minutes.
    ///
    /// What is still unknown then is in the reconciliation and in the journal; the next run goes on
    /// with it.
    pub patience: Duration,
    /// After how many first sends in a row without a clear answer nothing new is begun: by then it
    /// is not the payouts but a key, the connection or WeChat Pay. 20.
    pub most_unclear: NonZeroUsize,
    /// Whether payouts that were rejected for the merchant's settings or for a condition that
    /// passes (no money, the payee's day is full) are sent again, under the same number. No.
    pub again: bool,
    /// What ends the run early.
    pub stop: Stop,
    pub(crate) progress: Option<Arc<Tell<Progress>>>,
    pub(crate) events: Option<Arc<Tell<RunEvent>>>,
}

pub(crate) type Tell<T> = dyn Fn(&T) + Send + Sync;

impl RunOptions {
    /// The defaults.
    pub fn new() -> Self {
        Self {
            at_once: const { NonZeroUsize::new(16).unwrap() },
            patience: Duration::from_secs(15 * 60),
            most_unclear: const { NonZeroUsize::new(20).unwrap() },
            again: false,
            stop: Stop::default(),
            progress: None,
            events: None,
        }
    }

    /// Makes this many calls at once.
    #[must_use]
    pub fn at_once(mut self, calls: NonZeroUsize) -> Self {
        self.at_once = calls;
        self
    }

    /// Goes on for this long when nothing more is sent and nothing settled.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Begins nothing new after this many first sends in a row without a clear answer.
    #[must_use]
    pub fn most_unclear(mut self, sends: NonZeroUsize) -> Self {
        self.most_unclear = sends;
        self
    }

    /// Sends rejected payouts again whose cause the merchant can correct, or which passes by
    /// itself.
    #[must_use]
    pub fn again(mut self, again: bool) -> Self {
        self.again = again;
        self
    }

    /// Ends early when this says so.
    #[must_use]
    pub fn stop(mut self, stop: Stop) -> Self {
        self.stop = stop;
        self
    }

    /// Tells this how far the run has come, after each step and while it waits. It must be quick.
    #[must_use]
    pub fn progress(mut self, tell: impl Fn(&Progress) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(tell));
        self
    }

    /// Tells this what happens, at the moment when it does. It must be quick.
    #[must_use]
    pub fn events(mut self, tell: impl Fn(&RunEvent) + Send + Sync + 'static) -> Self {
        self.events = Some(Arc::new(tell));
        self
    }
}

impl Default for RunOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for RunOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RunOptions")
            .field("at_once", &self.at_once)
            .field("patience", &self.patience)
            .field("most_unclear", &self.most_unclear)
            .finish_non_exhaustive()
    }
}

/// Ends a run early, from another thread or a signal handler. Clones are one.
///
/// Calls that are under way are waited for; nothing new begins. Intents that a [`Source`] has ready
/// are still taken, to tell of them; those that it would have to be waited for are not.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// One that has not stopped anything.
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops.
    pub fn stop(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether it has.
    pub fn is_stopped(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// How far a run has come, in payouts.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// Taken up from the source.
    pub taken: usize,
    /// Paid, in this run or before.
    pub paid: usize,
    /// Rejected.
    pub rejected: usize,
    /// Neither so far.
    pub open: usize,
    /// Not started: a limit, a wrong field, or the run was stopped.
    pub not_started: usize,
}

/// Where intents come from, when they take time to come. Iterators are given to [`Payouts::run`] as
/// they are.
#[async_trait]
pub trait Source<T = EmployeePayment>: Send {
    /// The next intent, until there is none.
    async fn next(&mut self) -> Option<Intent<T>>;
}

pub(super) struct Iterated<I>(pub(super) I);

#[async_trait]
impl<T, I: Iterator<Item = Intent<T>> + Send> Source<T> for Iterated<I> {
    async fn next(&mut self) -> Option<Intent<T>> {
        self.0.next()
    }
}
