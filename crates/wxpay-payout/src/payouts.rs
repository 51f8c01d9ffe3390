use std::fmt;
use std::sync::Arc;

use wxpay_core::Timestamp;
use wxpay_transport::{Clock, RunningClock, Timer};

use crate::engine::{Engine, Holders, May, Step};
use crate::entry::{Alarm, Entry, State};
use crate::intent::Intent;
use crate::journal::{Inserted, Journal, JournalError};
use crate::number::{DerivedNumbers, Numbers};
use crate::product::{EmployeePayment, Payment, Product};
use crate::settlement::{NotSent, NotSentCause, Preparation, PrepareError, Prepared, Settlement};
use crate::{IntentId, Limits, Moment, Number, Rules};

mod again;
mod waiting;

pub use waiting::CancelError;

/// Pays intents, each once.
///
/// Cheap to clone; clones are one engine. Several engines, also of several processes, may work on
/// one journal.
#[derive(Clone)]
pub struct Payouts<T: Payment = EmployeePayment>(pub(crate) Arc<Engine<T>>);

impl<T: Payment> Payouts<T> {
    /// Starts an engine over a journal, a product, and a timer that waits. [`Rules`] and [`Limits`]
    /// are those of the product.
    pub fn builder(
        journal: impl Journal,
        product: impl Product<Payment = T>,
        timer: impl Timer,
    ) -> PayoutsBuilder<T> {
        PayoutsBuilder(Engine {
            rules: product.rules(),
            limits: product.limits(),
            journal: Arc::new(journal),
            service: Arc::new(product),
            timer: Arc::new(timer),
            clock: Arc::new(|| Timestamp::now().into()),
            running: Arc::new(RunningClock::new()),
            numbers: Arc::new(DerivedNumbers),
            holders: Holders::new(),
        })
    }

    /// Writes an intent into the journal, with its number and its bytes, before anything is sent.
    ///
    /// The number follows from the intent. An intent that is there already keeps its number;
    /// preparing it again is how a program goes on after a crash. It is signed again if no send
    /// with the stored signature was begun, or if a key was to blame; otherwise it keeps its bytes
    /// as well.
    ///
    /// # Errors
    /// Nothing was sent. See [`PrepareError`].
    pub async fn prepare(&self, intent: &Intent<T>) -> Result<Preparation, PrepareError> {
        let engine = &*self.0;
        let payment = &intent.payment;
        let fingerprint = payment.fingerprint();
        let existing = match self.known(intent, &fingerprint).await? {
            Some(existing) => existing,
            None => {
                engine.limits.check_amount(payment.amount())?;
                let entry = engine.entry(intent, &fingerprint, 0).await?;
                match engine.journal().insert(&entry, &engine.limits).await? {
                    Inserted::New => return Ok(Preparation::Ready(Prepared(entry))),
                    Inserted::Full(full) => return Err(full.into()),
                    // Another process was faster.
                    Inserted::Existing(existing) => self.same_payment(*existing, &fingerprint)?,
                }
            }
        };
        if existing.state == State::Prepared {
            engine.limits.check_amount(payment.amount())?;
        }
        let signed = if existing.may_be_signed_again() {
            self.sign_again(existing, intent).await?
        } else {
            existing
        };
        Ok(match signed.state {
            State::Prepared if signed.alarm != Some(Alarm::PaidLate) => {
                Preparation::Ready(Prepared(signed))
            }
            _ => Preparation::Before(Settlement::of(signed)),
        })
    }

    /// Signs with the present key, which may not be the one that the entry was prepared with.
    async fn sign_again(
        &self,
        mut entry: Entry,
        intent: &Intent<T>,
    ) -> Result<Entry, PrepareError> {
        let engine = &*self.0;
        entry.message = Some(
            engine
                .service
                .compose(&entry.number, &intent.payment)
                .await?,
        );
        match engine.journal().update(&entry).await {
            // Another process was faster, and may have sent it.
            Err(JournalError::Conflict) => {
                let found = self.known(intent, &entry.fingerprint).await?;
                found.ok_or_else(|| JournalError::Conflict.into())
            }
            signed => Ok(signed?),
        }
    }

    /// How the payout of an intent stands by the journal, if it is in there. Nothing is sent or
    /// asked.
    ///
    /// # Errors
    /// The journal can't be read.
    pub async fn find(&self, intent: &IntentId) -> Result<Option<Settlement>, JournalError> {
        let found = self.0.journal().by_intent(intent).await?;
        Ok(found.map(Settlement::of))
    }

    /// The entry of an intent, if there is one. Nothing is written.
    pub(crate) async fn known(
        &self,
        intent: &Intent<T>,
        fingerprint: &str,
    ) -> Result<Option<Entry>, PrepareError> {
        let known = self.0.journal().by_intent(&intent.id).await?;
        known
            .map(|entry| self.same_payment(entry, fingerprint))
            .transpose()
    }

    fn same_payment(&self, entry: Entry, fingerprint: &str) -> Result<Entry, PrepareError> {
        if entry.fingerprint == fingerprint && self.0.own(&entry).is_ok() {
            Ok(entry)
        } else {
            Err(PrepareError::OtherPayment(entry.intent))
        }
    }

    /// Sends a payout, once, after waiting for its turn: 15 seconds after the last send to the same
    /// payee, say.
    ///
    /// When this is dropped half-way, the payout is in the journal: not sent, or in doubt once its
    /// lease has ended.
    ///
    /// # Errors
    /// Provably nothing left this machine. Everything else is a [`Settlement`], unknown ones too.
    #[allow(clippy::result_large_err)] // returns the input on error
    pub async fn send(&self, prepared: Prepared) -> Result<Settlement, NotSent> {
        let number = prepared.0.number.clone();
        let mut known = prepared.0;
        loop {
            match self.0.step(&number, May::Begin).await {
                Ok(Step::Moved(entry) | Step::Person(entry) | Step::Unsent(entry)) => {
                    return Ok(Settlement::of(entry));
                }
                Ok(Step::Wait(entry, until)) if entry.state == State::Prepared => {
                    self.0.sleep_until(until).await;
                    known = entry;
                }
                // Someone else has sent it, or is about to.
                Ok(Step::Wait(entry, _)) => return Ok(Settlement::of(entry)),
                Ok(Step::NotSent(entry, cause)) => return not_sent(entry, cause),
                // Nor can the journal tell whether someone else has.
                Err(error) => {
                    known.state = State::Sending;
                    known.reason = Some(error.to_string());
                    return Ok(Settlement::of(known));
                }
            }
        }
    }

    /// Waits until there is something to do about an [`Unknown`](Settlement::Unknown) or
    /// [`Waiting`](Settlement::Waiting) payout, and does it: asks WeChat Pay, or sends it again
    /// with the same number and the same bytes, as the [`Rules`] allow.
    ///
    /// One call is one step. Go on as long as it is not settled, or leave it to a later run. If
    /// there is nothing to do but for a person, it waits as long as between two late queries.
    ///
    /// # Errors
    /// The journal failed. The payout is in there as it was.
    pub async fn resolve(
        &self,
        open: impl Into<Number> + Send,
    ) -> Result<Settlement, JournalError> {
        let engine = &*self.0;
        let number = open.into();
        let patience = engine.rules.query_wait(u32::MAX);
        loop {
            let (entry, pause) = match engine.step(&number, May::Begin).await? {
                Step::Wait(_, until) => {
                    engine.sleep_until(until).await;
                    continue;
                }
                Step::Moved(entry) | Step::Unsent(entry) => return Ok(Settlement::of(entry)),
                Step::NotSent(entry, _) => (entry, engine.rules.query_wait(0)),
                Step::Person(entry) => (entry, patience),
            };
            // Nothing has changed, and asking again at once would change nothing.
            engine.timer().sleep(pause).await;
            return Ok(Settlement::of(entry));
        }
    }

    /// How a payout stands by the journal, and one step towards its end if there is one to do now.
    ///
    /// # Errors
    /// The journal failed.
    pub async fn resolve_by_number(&self, number: &Number) -> Result<Settlement, JournalError> {
        match self.0.step(number, May::OnlyFollow).await? {
            Step::Moved(entry)
            | Step::Person(entry)
            | Step::Unsent(entry)
            | Step::Wait(entry, _)
            | Step::NotSent(entry, _) => Ok(Settlement::of(entry)),
        }
    }

    /// The journal.
    pub fn journal(&self) -> &dyn Journal {
        &*self.0.journal
    }

    /// The limits.
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// The rules.
    pub fn rules(&self) -> &Rules {
        &self.0.rules
    }
}

#[allow(clippy::result_large_err)] // returns the input on error
fn not_sent(entry: Entry, cause: NotSentCause) -> Result<Settlement, NotSent> {
    // After a try that is in doubt, "not sent" would be a lie about the payout.
    if entry.state != State::Prepared {
        return Ok(Settlement::of(entry));
    }
    Err(NotSent {
        prepared: Box::new(Prepared(entry)),
        cause,
    })
}

/// Settings of a [`Payouts`].
#[must_use]
pub struct PayoutsBuilder<T: Payment = EmployeePayment>(Engine<T>);

impl<T: Payment> PayoutsBuilder<T> {
    /// Other waits than those of the product.
    pub fn rules(mut self, rules: Rules) -> Self {
        self.0.rules = rules;
        self
    }

    /// Other limits than those of the product.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.0.limits = limits;
        self
    }

    /// Takes the time of day from elsewhere, for tests. It must fit the timer.
    pub fn clock(mut self, clock: impl Fn() -> Moment + Send + Sync + 'static) -> Self {
        self.0.clock = Arc::new(clock);
        self
    }

    /// Takes the time that goes on while the machine sleeps from elsewhere, for tests.
    pub fn running_clock(mut self, clock: impl Clock) -> Self {
        self.0.running = Arc::new(clock);
        self
    }

    /// Takes numbers from elsewhere: those of the merchant's own books, say.
    pub fn numbers(mut self, numbers: impl Numbers) -> Self {
        self.0.numbers = Arc::new(numbers);
        self
    }

    /// Builds the engine.
    pub fn build(self) -> Payouts<T> {
        Payouts(Arc::new(self.0))
    }
}

impl<T: Payment> fmt::Debug for Payouts<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Payouts")
            .field("journal", &self.0.journal)
            .field("rules", &self.0.rules)
            .field("limits", &self.0.limits)
            .finish_non_exhaustive()
    }
}

impl<T: Payment> fmt::Debug for PayoutsBuilder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PayoutsBuilder").finish_non_exhaustive()
    }
}
