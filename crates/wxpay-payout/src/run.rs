use std::collections::{BTreeSet, HashMap};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt, poll_fn};
use futures_util::stream::{self, FuturesUnordered, Stream, StreamExt};
use wxpay_core::PartnerTradeNo;

use self::options::Iterated;
use crate::engine::{Engine, Step};
use crate::entry::{Entry, State};
use crate::evidence::Refusal;
use crate::intent::Intent;
use crate::reconciliation::{NotStarted, NotStartedReason, Reconciliation};
use crate::settlement::{NotSentCause, Preparation, PrepareError, Settlement};
use crate::{IntentId, JournalError, Moment, Payouts};

mod options;

pub use options::{Progress, RunOptions, Source, Stop};

impl Payouts {
    /// Pays all these intents, each once, and tells what became of each.
    ///
    /// It can be stopped, dropped or killed at any moment, and run again with the same intents: what was paid stays paid
    /// once, and what is in doubt is followed. A refusal that would meet every further payout alike (settings, keys, no
    /// money) keeps what has not left from leaving; so do a failing journal and [many](RunOptions::most_unclear) unclear
    /// answers in a row.
    pub async fn run<I>(&self, intents: I, options: RunOptions) -> Reconciliation
    where
        I: IntoIterator<Item = Intent>,
        I::IntoIter: Send,
    {
        let mut source = Iterated(intents.into_iter());
        self.run_from(&mut source, options).await
    }

    /// The same from a source that takes time.
    pub async fn run_from(&self, source: &mut dyn Source, options: RunOptions) -> Reconciliation {
        let intents = stream::unfold(source, |source| async move {
            let intent = source.next().await?;
            Some((intent, source))
        });
        Run::new(self, options).run(Box::pin(intents)).await
    }
}

struct Run<'a> {
    payouts: &'a Payouts,
    options: RunOptions,
    progress: Progress,
    result: Reconciliation,
    /// Unsettled payouts, by the moment at which there is something to do.
    waiting: BTreeSet<(Moment, PartnerTradeNo)>,
    /// Those of them that have not left.
    unsent: HashMap<PartnerTradeNo, IntentId>,
    /// Whether there are no more intents.
    drained: bool,
    /// When something was last sent or settled.
    moved_at: Moment,
    /// How many first sends in a row ended without a clear answer.
    unclear: usize,
    /// Why nothing new is begun.
    halted: Option<NotStartedReason>,
}

/// What one piece of work came to.
enum Done {
    Prepared(IntentId, Result<Preparation, PrepareError>),
    Stepped(PartnerTradeNo, Result<Step, JournalError>),
}

/// What the run waits for.
enum Event {
    Intent(Option<Intent>),
    Done(Done),
    Time,
}

type Intents<'s> = Pin<Box<dyn Stream<Item = Intent> + Send + 's>>;
type Working = FuturesUnordered<BoxFuture<'static, Done>>;

impl<'a> Run<'a> {
    fn new(payouts: &'a Payouts, options: RunOptions) -> Self {
        Self {
            payouts,
            options,
            progress: Progress::default(),
            result: Reconciliation::default(),
            waiting: BTreeSet::new(),
            unsent: HashMap::new(),
            drained: false,
            moved_at: payouts.0.now(),
            unclear: 0,
            halted: None,
        }
    }

    async fn run(mut self, mut intents: Intents<'_>) -> Reconciliation {
        let at_once = self.options.at_once.get();
        let mut working = Working::new();
        loop {
            if self.options.stop.is_stopped() {
                self.halted.get_or_insert(NotStartedReason::Stopped);
            }
            while working.len() < at_once
                && let Some(number) = self.take_due()
            {
                let engine = Arc::clone(&self.payouts.0);
                working.push(step(engine, number).boxed());
            }
            let has_room = working.len() < at_once;
            let wake_at = if has_room { self.wake_at() } else { None };
            if working.is_empty() && self.drained && wake_at.is_none() {
                break;
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
                Event::Time => {}
                Event::Intent(None) => self.drained = true,
                Event::Intent(Some(intent)) => {
                    self.progress.taken += 1;
                    match self.halted.clone() {
                        Some(reason) => self.not_started(intent.id, reason),
                        None => {
                            self.progress.open += 1;
                            working.push(prepare(self.payouts.clone(), intent).boxed());
                        }
                    }
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

    /// Whatever happens first. The intents go on coming while work is done, and the other way round.
    async fn event(
        &self,
        working: &mut Working,
        intents: &mut Intents<'_>,
        takes_intents: bool,
        wake_at: Option<Moment>,
    ) -> Event {
        let engine = &self.payouts.0;
        let mut sleep = wake_at.map(|at| Box::pin(engine.sleep_until(at)));
        poll_fn(|context| {
            if let Poll::Ready(Some(done)) = working.poll_next_unpin(context) {
                return Poll::Ready(Event::Done(done));
            }
            if takes_intents && let Poll::Ready(intent) = intents.poll_next_unpin(context) {
                return Poll::Ready(Event::Intent(intent));
            }
            match &mut sleep {
                Some(sleep) => sleep.poll_unpin(context).map(|()| Event::Time),
                None => Poll::Pending,
            }
        })
        .await
    }

    /// The next payout with something to do now.
    fn take_due(&mut self) -> Option<PartnerTradeNo> {
        let now = self.payouts.0.now();
        while let Some((at, number)) = self.waiting.first().cloned() {
            if at > now || self.options.stop.is_stopped() || self.is_out_of_patience(now) {
                return None;
            }
            self.waiting.pop_first();
            match self.halted.clone() {
                // What has not left need not leave any more.
                Some(reason) if self.unsent.contains_key(&number) => {
                    self.not_sent(&number, reason);
                }
                _ => return Some(number),
            }
        }
        None
    }

    /// When to look again, if nothing happens before; `None` when there is nothing to wait for.
    fn wake_at(&self) -> Option<Moment> {
        let now = self.payouts.0.now();
        if self.options.stop.is_stopped() || self.is_out_of_patience(now) {
            return None;
        }
        let (at, _) = self.waiting.first()?;
        // A stop is noticed within a moment.
        Some((*at).min(now.after(LOOK)))
    }

    fn is_out_of_patience(&self, now: Moment) -> bool {
        self.drained && now.since(self.moved_at) >= self.options.patience
    }

    fn note(&mut self, done: Done) {
        match done {
            Done::Prepared(intent, Err(error)) => {
                self.progress.open -= 1;
                if matches!(error, PrepareError::Journal(_)) {
                    self.halt(error.to_string());
                }
                let reason = match error {
                    PrepareError::Full(full) => NotStartedReason::Full(full),
                    error => NotStartedReason::Refused(error.to_string()),
                };
                self.not_started(intent, reason);
            }
            Done::Prepared(intent, Ok(Preparation::Ready(prepared))) => {
                self.moved();
                let number = prepared.0.number;
                self.unsent.insert(number.clone(), intent);
                self.waiting.insert((SOON, number));
            }
            Done::Prepared(_, Ok(Preparation::Before(settlement))) => match settlement {
                Settlement::Unknown(unknown) => {
                    self.waiting.insert((unknown.0.next_at, unknown.0.number));
                }
                Settlement::Paid(paid) => self.settled(paid.0),
                Settlement::Rejected(rejected) => self.settled(rejected.0),
            },
            Done::Stepped(number, Ok(step)) => self.stepped(number, step),
            Done::Stepped(number, Err(error)) => {
                self.halt(error.to_string());
                self.wait(number, AGAIN);
            }
        }
    }

    fn stepped(&mut self, number: PartnerTradeNo, step: Step) {
        match step {
            Step::Moved(entry) if entry.state.is_settled() => {
                self.unclear = 0;
                self.settled(entry);
            }
            Step::Moved(entry) => {
                if self.unsent.remove(&number).is_some() {
                    self.moved();
                    self.count_unclear(&entry);
                }
                self.halt_for(entry.refusal.as_ref());
                self.waiting
                    .insert((entry.next_at.max(self.soonest()), number));
            }
            Step::Wait(entry, until) => {
                if entry.state != State::Prepared {
                    self.unsent.remove(&number);
                }
                self.waiting.insert((until, number));
            }
            Step::Person(entry) => {
                self.unsent.remove(&number);
                self.result.add(entry);
            }
            Step::NotSent(_, NotSentCause::Full(full)) => {
                self.not_sent(&number, NotStartedReason::Full(full));
            }
            Step::NotSent(_, NotSentCause::Journal(error)) => {
                self.halt(error.to_string());
                self.wait(number, AGAIN);
            }
            Step::NotSent(_, NotSentCause::Call(_)) => self.wait(number, AGAIN),
        }
    }

    fn wait(&mut self, number: PartnerTradeNo, time: Duration) {
        let until = self.payouts.0.now().after(time);
        self.waiting.insert((until, number));
    }

    /// A step that changed nothing for a moment must not be repeated at once.
    fn soonest(&self) -> Moment {
        self.payouts.0.now().after(Duration::from_millis(1))
    }

    fn moved(&mut self) {
        self.moved_at = self.payouts.0.now();
    }

    fn halt(&mut self, why: String) {
        self.halted.get_or_insert(NotStartedReason::Halted(why));
    }

    fn halt_for(&mut self, refusal: Option<&Refusal>) {
        if let Some(refusal) = refusal.filter(|refusal| refusal.stops_everybody()) {
            self.halt(format!("{}: {}", refusal.code, refusal.message));
        }
    }

    fn count_unclear(&mut self, sent: &Entry) {
        if sent.refusal.is_some() {
            self.unclear = 0;
            return;
        }
        self.unclear += 1;
        if self.unclear >= self.options.most_unclear.get() {
            let why = sent.reason.as_deref().unwrap_or_default();
            self.halt(format!(
                "{} payouts in a row ended unclear, the last one so: {why}",
                self.unclear
            ));
        }
    }

    fn settled(&mut self, entry: Entry) {
        self.moved();
        self.unsent.remove(&entry.number);
        self.progress.open -= 1;
        if entry.state == State::Paid {
            self.progress.paid += 1;
        } else {
            self.progress.rejected += 1;
        }
        self.result.add(entry);
    }

    /// A prepared payout that will not leave in this run. One that was sent before stays unknown.
    fn not_sent(&mut self, number: &PartnerTradeNo, reason: NotStartedReason) {
        match self.unsent.remove(number) {
            Some(intent) => {
                self.progress.open -= 1;
                self.not_started(intent, reason);
            }
            None => self.wait(number.clone(), LATER),
        }
    }

    fn not_started(&mut self, intent: IntentId, reason: NotStartedReason) {
        self.progress.not_started += 1;
        self.result.not_started.push(NotStarted { intent, reason });
    }

    /// Tells of whatever is still waiting, as the journal has it.
    async fn leave_waiting(&mut self) {
        for (_, number) in std::mem::take(&mut self.waiting) {
            match self.payouts.0.journal.by_number(&number).await {
                Ok(Some(entry)) if entry.state == State::Prepared => {
                    let reason = self.halted.clone().unwrap_or(NotStartedReason::Unreached);
                    self.unsent.insert(number.clone(), entry.intent);
                    self.not_sent(&number, reason);
                }
                Ok(Some(entry)) if entry.state.is_settled() => self.settled(entry),
                Ok(Some(entry)) => self.result.add(entry),
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

async fn prepare(payouts: Payouts, intent: Intent) -> Done {
    let prepared = payouts.prepare(&intent).await;
    Done::Prepared(intent.id, prepared)
}

async fn step(engine: Arc<Engine>, number: PartnerTradeNo) -> Done {
    let step = engine.step(&number).await;
    Done::Stepped(number, step)
}

/// Before every real moment: to be sent as soon as there is room.
const SOON: Moment = Moment::from_millis(0);
const LOOK: Duration = Duration::from_millis(100);
const AGAIN: Duration = Duration::from_secs(2);
const LATER: Duration = Duration::from_secs(60);
