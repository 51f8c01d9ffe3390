//! Runs: many intents at once, each paid once, until nothing more can be settled now.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt, poll_fn};
use futures_util::stream::{self, FuturesUnordered, Stream, StreamExt};

use self::options::Iterated;
use crate::engine::{Engine, May, Step};
use crate::entry::{Entry, State};
use crate::intent::Intent;
use crate::product::Payment;
use crate::reconciliation::{NotStartedReason, Reconciliation};
use crate::settlement::{Preparation, PrepareError, Rejected, Settlement};
use crate::{IntentId, JournalError, Moment, Number, Payouts};

mod events;
mod notes;
mod options;

pub use events::{RunEvent, RunWait};
pub use options::{Progress, RunOptions, Source, Stop};

impl<T: Payment> Payouts<T> {
    /// Pays all these intents, each once, and tells what became of each.
    ///
    /// It can be stopped, dropped or killed at any moment, and run again with the same intents:
    /// what was paid stays paid once, and what is in doubt is followed. A refusal that would meet
    /// every further payout alike (settings, keys, no money) keeps what has not left from leaving;
    /// so do a failing journal and [many](RunOptions::most_unclear) unclear answers in a row.
    pub async fn run<I>(&self, intents: I, options: RunOptions) -> Reconciliation
    where
        I: IntoIterator<Item = Intent<T>>,
        I::IntoIter: Send,
    {
        let mut source = Iterated(intents.into_iter());
        self.run_from(&mut source, options).await
    }

    /// The same from a source that takes time.
    pub async fn run_from(
        &self,
        source: &mut dyn Source<T>,
        options: RunOptions,
    ) -> Reconciliation {
        let intents = stream::unfold(source, |source| async move {
            let intent = source.next().await?;
            Some((intent, source))
        });
        Run::new(self, options).run(Box::pin(intents)).await
    }
}

impl<T: Payment> Payouts<T> {
    /// Follows every payout in the journal that was sent and is not settled, as [`run`](Self::run)
    /// does, and begins none.
    ///
    /// # Errors
    /// The journal can't be read. Nothing was done.
    pub async fn resolve_all(&self, options: RunOptions) -> Result<Reconciliation, JournalError> {
        let mut run = Run::new(self, options);
        run.may = May::OnlyFollow;
        let mut after = None;
        loop {
            let page = self.0.journal().page(after.as_ref(), PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.number.clone());
            for entry in page {
                let was_sent = matches!(
                    entry.state,
                    State::Sending | State::Unknown | State::Waiting
                );
                if was_sent && self.0.own(&entry).is_ok() {
                    run.progress.taken += 1;
                    run.progress.open += 1;
                    run.wait_for(&entry);
                }
            }
        }
        Ok(run.run(Box::pin(stream::empty())).await)
    }
}

struct Run<'a, T: Payment> {
    payouts: &'a Payouts<T>,
    options: RunOptions,
    /// Whether it may send what was never sent.
    may: May,
    progress: Progress,
    result: Reconciliation,
    /// Unsettled payouts, by the moment at which there is something to do.
    waiting: BTreeSet<(Moment, Number)>,
    /// Every number that was taken up, so that an intent that comes twice is told once.
    taken_up: HashSet<Number>,
    /// Those of them that have not left.
    unsent: HashMap<Number, IntentId>,
    /// Whether there are no more intents.
    drained: bool,
    /// When the run began.
    began_at: Moment,
    /// When something was last sent or settled.
    moved_at: Moment,
    /// How many first sends in a row ended without a clear answer.
    unclear: usize,
    /// Those that need not leave any more. Someone else may have sent them, which the journal tells
    /// at the end.
    left: Vec<Number>,
    /// Why nothing new is begun.
    halted: Option<NotStartedReason>,
    /// What keeps those that have not left from leaving.
    held_by: HashMap<Number, NotStartedReason>,
    /// Those that another process is working on, and until when at most.
    others: HashMap<Number, Moment>,
    /// What was last told to be waited for.
    told: Option<(Moment, RunWait)>,
}

/// What one piece of work came to.
enum Done {
    Prepared(IntentId, Result<Preparation, PrepareError>),
    Looked(
        IntentId,
        NotStartedReason,
        Result<Option<Entry>, PrepareError>,
    ),
    Stepped(Number, Result<Step, JournalError>),
}

/// What the run waits for.
#[allow(clippy::large_enum_variant)] // a short-lived value
enum Event<T> {
    Intent(Option<Intent<T>>),
    Done(Done),
    Time,
}

type Intents<'s, T> = Pin<Box<dyn Stream<Item = Intent<T>> + Send + 's>>;
type Working = FuturesUnordered<BoxFuture<'static, Done>>;

impl<'a, T: Payment> Run<'a, T> {
    fn new(payouts: &'a Payouts<T>, options: RunOptions) -> Self {
        Self {
            payouts,
            options,
            may: May::Begin,
            progress: Progress::default(),
            result: Reconciliation::default(),
            waiting: BTreeSet::new(),
            taken_up: HashSet::new(),
            unsent: HashMap::new(),
            drained: false,
            began_at: payouts.0.now(),
            moved_at: payouts.0.now(),
            unclear: 0,
            left: Vec::new(),
            halted: None,
            held_by: HashMap::new(),
            others: HashMap::new(),
            told: None,
        }
    }

    async fn run(mut self, mut intents: Intents<'_, T>) -> Reconciliation {
        let at_once = self.options.at_once.get();
        let mut working = Working::new();
        loop {
            // A clock that was set back must not make the patience longer.
            self.moved_at = self.moved_at.min(self.payouts.0.now());
            if self.options.stop.is_stopped() {
                self.halted.get_or_insert(NotStartedReason::Stopped);
            }
            while working.len() < at_once
                && let Some(number) = self.take_due()
            {
                let engine = Arc::clone(&self.payouts.0);
                working.push(step(engine, number, self.may()).boxed());
            }
            let has_room = working.len() < at_once;
            let wake_at = if has_room { self.wake_at() } else { None };
            if working.is_empty() && self.drained && wake_at.is_none() {
                break;
            }
            if working.is_empty() {
                self.tell_of_wait();
            }
            match self
                .event(
                    &mut working,
                    &mut intents,
                    has_room && !self.drained,
                    wake_at,
                )
                .await
            {
                Event::Time => self.tell(),
                Event::Intent(None) => self.drained = true,
                Event::Intent(Some(intent)) => {
                    self.progress.taken += 1;
                    self.progress.open += 1;
                    let (payouts, again) = (self.payouts.clone(), self.options.again);
                    working.push(match self.halted.clone() {
                        Some(reason) => look(payouts, intent, reason).boxed(),
                        None => prepare(payouts, intent, again).boxed(),
                    });
                }
                Event::Done(done) => {
                    self.note(done);
                    self.tell();
                }
            }
        }
        self.leave_waiting().await;
        self.tell();
        self.result
    }

    /// What a step may do now. Once nothing new is begun, this holds as well for payouts that
    /// another process has taken back meanwhile.
    fn may(&self) -> May {
        if self.halted.is_some() {
            May::OnlyFollow
        } else {
            self.may
        }
    }

    /// Whatever happens first. The intents go on coming while work is done, and the other way
    /// round.
    async fn event(
        &self,
        working: &mut Working,
        intents: &mut Intents<'_, T>,
        takes_intents: bool,
        wake_at: Option<Moment>,
    ) -> Event<T> {
        let engine = &self.payouts.0;
        let mut sleep = wake_at.map(|at| Box::pin(engine.sleep_until(at)));
        poll_fn(|context| {
            if let Poll::Ready(Some(done)) = working.poll_next_unpin(context) {
                return Poll::Ready(Event::Done(done));
            }
            if takes_intents {
                match intents.poll_next_unpin(context) {
                    Poll::Ready(intent) => return Poll::Ready(Event::Intent(intent)),
                    // Nobody knows when it has more, or whether.
                    Poll::Pending if self.options.stop.is_stopped() => {
                        return Poll::Ready(Event::Intent(None));
                    }
                    Poll::Pending => {}
                }
            }
            match &mut sleep {
                Some(sleep) => sleep.poll_unpin(context).map(|()| Event::Time),
                None => Poll::Pending,
            }
        })
        .await
    }

    /// The next payout with something to do now.
    fn take_due(&mut self) -> Option<Number> {
        let now = self.payouts.0.now();
        while let Some((at, number)) = self.waiting.first().cloned() {
            if at > now || self.options.stop.is_stopped() || self.is_out_of_patience(now) {
                return None;
            }
            self.waiting.pop_first();
            if self.halted.is_none() || !self.unsent.contains_key(&number) {
                return Some(number);
            }
            self.left.push(number);
        }
        None
    }

    /// When to look again, if nothing happens before; `None` when there is nothing to wait for.
    fn wake_at(&self) -> Option<Moment> {
        let now = self.payouts.0.now();
        if self.options.stop.is_stopped() || self.is_out_of_patience(now) {
            return None;
        }
        let first = self.waiting.first().map(|(at, _)| *at);
        if first.is_none() && self.drained {
            return None;
        }
        // A stop is noticed within a moment, also while no intent comes.
        let look = now.after(STOP_POLL_INTERVAL);
        Some(first.map_or(look, |at| at.min(look)))
    }

    fn is_out_of_patience(&self, now: Moment) -> bool {
        self.drained && now.since(self.moved_at) >= self.options.patience
    }

    /// Tells of whatever is still waiting, as the journal has it.
    async fn leave_waiting(&mut self) {
        let waiting = std::mem::take(&mut self.waiting).into_iter();
        let left = std::mem::take(&mut self.left);
        for number in waiting.map(|(_, number)| number).chain(left) {
            match self.payouts.0.journal().by_number(&number).await {
                Ok(Some(entry)) if entry.state == State::Prepared => {
                    let held_by = self.held_by.remove(&number);
                    let reason = self
                        .halted
                        .clone()
                        .or(held_by)
                        .unwrap_or(NotStartedReason::Stopped);
                    self.unsent.insert(number.clone(), entry.intent);
                    self.not_sent(&number, reason);
                }
                Ok(Some(entry)) if entry.state.is_settled() => self.settled(entry),
                Ok(Some(entry)) => self.result.add(&entry),
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

async fn prepare<T: Payment>(payouts: Payouts<T>, intent: Intent<T>, again: bool) -> Done {
    let mut prepared = payouts.prepare(&intent).await;
    if matches!(prepared, Err(PrepareError::Journal(JournalError::Conflict))) {
        // Another process was faster.
        prepared = payouts.prepare(&intent).await;
    }
    let prepared = match prepared {
        Ok(Preparation::Before(Settlement::Rejected(rejected))) if again => {
            reopen(&payouts, &intent, rejected).await
        }
        prepared => prepared,
    };
    Done::Prepared(intent.id, prepared)
}

/// What an intent has come to before, when nothing is begun for it any more.
async fn look<T: Payment>(
    payouts: Payouts<T>,
    intent: Intent<T>,
    reason: NotStartedReason,
) -> Done {
    let known = payouts.known(&intent, &intent.payment.fingerprint()).await;
    Done::Looked(intent.id, reason, known)
}

/// What the payment itself was refused for is left to the caller, who may correct it.
async fn reopen<T: Payment>(
    payouts: &Payouts<T>,
    intent: &Intent<T>,
    rejected: Rejected,
) -> Result<Preparation, PrepareError> {
    let passes = rejected
        .refusal()
        .is_some_and(|refusal| !refusal.is_about_the_payment());
    if !passes || !rejected.can_be_sent_again() {
        return Ok(Preparation::Before(Settlement::Rejected(rejected)));
    }
    match payouts.again(rejected, intent).await {
        // Another process was faster, and has perhaps sent it.
        Err(PrepareError::Journal(JournalError::Conflict)) => payouts.prepare(intent).await,
        again => Ok(Preparation::Ready(again?)),
    }
}

async fn step<T: Payment>(engine: Arc<Engine<T>>, number: Number, may: May) -> Done {
    let step = engine.step(&number, may).await;
    Done::Stepped(number, step)
}

const PAGE: usize = 500;
const STOP_POLL_INTERVAL: Duration = Duration::from_millis(100);
