use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::{Either, FutureExt, select};
use futures_util::stream::{FuturesUnordered, StreamExt};
use wxpay_core::PartnerTradeNo;

use crate::entry::{Entry, State};
use crate::evidence::Refusal;
use crate::intent::Intent;
use crate::payouts::Step;
use crate::reconciliation::{NotStarted, NotStartedReason, Reconciliation};
use crate::settlement::{NotSentCause, Preparation, PrepareError, Settlement};
use crate::{IntentId, JournalError, Moment, Payouts};

/// How [`Payouts::run`] works.
#[derive(Clone)]
#[non_exhaustive]
pub struct RunOptions {
    /// How many calls are made at once. 16.
    pub at_once: NonZeroUsize,
    /// For how long unknown payouts are followed after the last intent has been sent. 15 minutes.
    ///
    /// What is still unknown then is in the reconciliation and in the journal; the next run goes on with it.
    pub patience: Duration,
    /// What ends the run early.
    pub stop: Stop,
    progress: Option<Arc<Tell>>,
}

type Tell = dyn Fn(&Progress) + Send + Sync;

impl RunOptions {
    /// The defaults.
    pub fn new() -> Self {
        Self {
            at_once: const { NonZeroUsize::new(16).unwrap() },
            patience: Duration::from_secs(15 * 60),
            stop: Stop::default(),
            progress: None,
        }
    }

    /// Makes this many calls at once.
    #[must_use]
    pub fn at_once(mut self, calls: NonZeroUsize) -> Self {
        self.at_once = calls;
        self
    }

    /// Follows unknown payouts for this long.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Ends early when this says so.
    #[must_use]
    pub fn stop(mut self, stop: Stop) -> Self {
        self.stop = stop;
        self
    }

    /// Tells this how far the run has come, after each step. It must be quick.
    #[must_use]
    pub fn progress(mut self, tell: impl Fn(&Progress) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(tell));
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
            .finish_non_exhaustive()
    }
}

/// Ends a run early, from another thread or a signal handler. Clones are one.
///
/// Calls that are under way are waited for; nothing new begins.
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

/// Where intents come from, when they take time to come. Iterators are given to [`Payouts::run`] as they are.
#[async_trait]
pub trait Source: Send {
    /// The next intent, until there is none.
    async fn next(&mut self) -> Option<Intent>;
}

struct Iterated<I>(I);

#[async_trait]
impl<I: Iterator<Item = Intent> + Send> Source for Iterated<I> {
    async fn next(&mut self) -> Option<Intent> {
        self.0.next()
    }
}

impl Payouts {
    /// Pays all these intents, each once, and tells what became of each.
    ///
    /// It can be stopped, dropped or killed at any moment, and run again with the same intents: what was paid stays paid
    /// once, and what is in doubt is followed. A refusal that would meet every further payout alike (settings, keys, no
    /// money) ends the run early; so does a failing journal.
    pub async fn run<I>(&self, intents: I, options: RunOptions) -> Reconciliation
    where
        I: IntoIterator<Item = Intent>,
        I::IntoIter: Send,
    {
        self.run_from(&mut Iterated(intents.into_iter()), options)
            .await
    }

    /// The same from a source that takes time.
    pub async fn run_from(&self, source: &mut dyn Source, options: RunOptions) -> Reconciliation {
        Run::new(self, options).run(source).await
    }
}

struct Run<'a> {
    payouts: &'a Payouts,
    options: RunOptions,
    progress: Progress,
    result: Reconciliation,
    /// Unsettled payouts, by the moment at which there is something to do.
    waiting: BTreeSet<(Moment, PartnerTradeNo)>,
    /// The last intent was sent then.
    sent_all_at: Option<Moment>,
    /// Why nothing new is begun.
    halted: Option<NotStartedReason>,
}

/// What one piece of work came to.
enum Done {
    Prepared(IntentId, Result<Preparation, PrepareError>),
    Stepped(PartnerTradeNo, Result<Step, JournalError>),
}

impl<'a> Run<'a> {
    fn new(payouts: &'a Payouts, options: RunOptions) -> Self {
        Self {
            payouts,
            options,
            progress: Progress::default(),
            result: Reconciliation::default(),
            waiting: BTreeSet::new(),
            sent_all_at: None,
            halted: None,
        }
    }

    async fn run(mut self, source: &mut dyn Source) -> Reconciliation {
        let engine = Arc::clone(&self.payouts.0);
        let at_once = self.options.at_once.get();
        let mut working = FuturesUnordered::new();
        let mut drained = false;
        loop {
            let now = engine.now();
            self.halt_if_stopped();
            while working.len() < at_once {
                if let Some(number) = self.take_due(now) {
                    let engine = Arc::clone(&engine);
                    let step = async move {
                        let step = engine.step(&number).await;
                        Done::Stepped(number, step)
                    };
                    working.push(step.boxed());
                } else if drained {
                    break;
                } else if let Some(intent) = source.next().await {
                    self.progress.taken += 1;
                    if let Some(reason) = self.halted.clone() {
                        self.not_started(intent.id, reason);
                        continue;
                    }
                    self.progress.open += 1;
                    let payouts = self.payouts.clone();
                    let prepare = async move {
                        let prepared = payouts.prepare(&intent).await;
                        Done::Prepared(intent.id, prepared)
                    };
                    working.push(prepare.boxed());
                } else {
                    drained = true;
                }
            }
            if drained && !self.has_unsent() {
                self.sent_all_at.get_or_insert(now);
            }
            let until = self.wake_at(now, working.len() < at_once);
            let done = match (working.is_empty(), until) {
                (true, None) => break,
                (true, Some(until)) => {
                    engine.sleep_until(until).await;
                    continue;
                }
                (false, None) => working.next().await,
                (false, Some(until)) => {
                    let sleep = Box::pin(engine.sleep_until(until));
                    match select(working.next(), sleep).await {
                        Either::Left((done, _)) => done,
                        Either::Right(_) => continue,
                    }
                }
            };
            if let Some(done) = done {
                self.note(done).await;
                self.tell();
            }
        }
        self.give_up_waiting().await;
        self.tell();
        self.result
    }

    fn halt_if_stopped(&mut self) {
        if self.options.stop.is_stopped() {
            self.halted.get_or_insert(NotStartedReason::Stopped);
        }
    }

    fn take_due(&mut self, now: Moment) -> Option<PartnerTradeNo> {
        let (at, _) = self.waiting.first()?;
        if *at > now || self.options.stop.is_stopped() || self.is_out_of_patience(now) {
            return None;
        }
        self.waiting.pop_first().map(|(_, number)| number)
    }

    /// When to look again, if nothing ends before; `None` when there is nothing to wait for.
    fn wake_at(&self, now: Moment, has_room: bool) -> Option<Moment> {
        if self.options.stop.is_stopped() || self.is_out_of_patience(now) || !has_room {
            return None;
        }
        let (at, _) = self.waiting.first()?;
        // A stop is noticed within a moment.
        Some((*at).min(now.after(LOOK)))
    }

    fn is_out_of_patience(&self, now: Moment) -> bool {
        let sent_all = self.sent_all_at;
        sent_all.is_some_and(|at| now.since(at) >= self.options.patience)
    }

    fn has_unsent(&self) -> bool {
        self.result.taken_up() < self.progress.taken
            && self.waiting.iter().any(|(at, _)| *at == SOON)
    }

    async fn note(&mut self, done: Done) {
        match done {
            Done::Prepared(intent, Err(error)) => {
                self.progress.open -= 1;
                if matches!(error, PrepareError::Journal(JournalError::Storage(_))) {
                    self.halted
                        .get_or_insert_with(|| NotStartedReason::Halted(error.to_string()));
                }
                let reason = match error {
                    PrepareError::Full(full) => NotStartedReason::Full(full),
                    error => NotStartedReason::Refused(error.to_string()),
                };
                self.not_started(intent, reason);
            }
            Done::Prepared(_, Ok(Preparation::Ready(prepared))) => {
                self.waiting.insert((SOON, prepared.0.number));
            }
            Done::Prepared(_, Ok(Preparation::Before(settlement))) => match settlement {
                Settlement::Unknown(unknown) => {
                    self.waiting.insert((unknown.0.next_at, unknown.0.number));
                }
                Settlement::Paid(paid) => self.settled(paid.0),
                Settlement::Rejected(rejected) => self.settled(rejected.0),
            },
            Done::Stepped(number, step) => self.stepped(number, step),
        }
    }

    fn stepped(&mut self, number: PartnerTradeNo, step: Result<Step, JournalError>) {
        match step {
            Ok(Step::Moved(entry)) if entry.state.is_settled() => self.settled(entry),
            Ok(Step::Moved(entry)) => {
                self.halt_for(entry.refusal.as_ref());
                self.waiting.insert((entry.next_at, number));
            }
            Ok(Step::Wait(entry, until)) => self.wait(entry, until),
            Ok(Step::Person(entry)) => self.leave(entry),
            Ok(Step::NotSent(entry, NotSentCause::Full(full))) => {
                self.progress.open -= 1;
                self.not_started(entry.intent, NotStartedReason::Full(full));
            }
            Ok(Step::NotSent(entry, NotSentCause::Journal(error))) => {
                self.halted
                    .get_or_insert_with(|| NotStartedReason::Halted(error.to_string()));
                self.wait(entry, SOON.after(LOOK));
            }
            Ok(Step::NotSent(entry, NotSentCause::Call(_))) => {
                let later = self.payouts.0.now().after(AGAIN);
                self.wait(entry, later);
            }
            Err(error) => {
                self.halted
                    .get_or_insert_with(|| NotStartedReason::Halted(error.to_string()));
                let later = self.payouts.0.now().after(AGAIN);
                self.waiting.insert((later, number));
            }
        }
    }

    /// What has not left need not leave any more once the run is halted.
    fn wait(&mut self, entry: Entry, until: Moment) {
        match self.halted.clone() {
            Some(reason) if entry.state == State::Prepared => {
                self.progress.open -= 1;
                self.not_started(entry.intent, reason);
            }
            _ => {
                self.waiting.insert((until, entry.number));
            }
        }
    }

    fn halt_for(&mut self, refusal: Option<&Refusal>) {
        if let Some(refusal) = refusal.filter(|refusal| refusal.stops_everybody()) {
            let why = format!("{}: {}", refusal.code, refusal.message);
            self.halted.get_or_insert(NotStartedReason::Halted(why));
        }
    }

    fn settled(&mut self, entry: Entry) {
        self.progress.open -= 1;
        if entry.state == State::Paid {
            self.progress.paid += 1;
        } else {
            self.progress.rejected += 1;
        }
        self.result.add(entry);
    }

    fn leave(&mut self, entry: Entry) {
        self.result.add(entry);
    }

    fn not_started(&mut self, intent: IntentId, reason: NotStartedReason) {
        self.progress.not_started += 1;
        self.result.not_started.push(NotStarted { intent, reason });
    }

    /// Tells of whatever is still waiting, as the journal has it.
    async fn give_up_waiting(&mut self) {
        for (_, number) in std::mem::take(&mut self.waiting) {
            match self.payouts.0.journal.by_number(&number).await {
                Ok(Some(entry)) if entry.state == State::Prepared => {
                    let reason = self.halted.clone().unwrap_or(NotStartedReason::Stopped);
                    self.progress.open -= 1;
                    self.not_started(entry.intent, reason);
                }
                Ok(Some(entry)) if entry.state.is_settled() => self.settled(entry),
                Ok(Some(entry)) => self.leave(entry),
                Ok(None) | Err(_) => self.result.unread.push(number),
            }
        }
    }

    fn tell(&self) {
        if let Some(tell) = &self.options.progress {
            tell(&self.progress);
        }
    }
}

/// Before every real moment: to be sent as soon as there is room.
const SOON: Moment = Moment::from_millis(0);
const LOOK: Duration = Duration::from_millis(100);
const AGAIN: Duration = Duration::from_secs(2);
