use std::fmt;
use std::sync::Arc;

use wxpay_core::{InvalidInput, PartnerTradeNo, Timestamp};
use wxpay_transport::{Clock, RunningClock, Timer};

use crate::engine::{Engine, Holders, May, Step};
use crate::entry::{Alarm, Entry, State};
use crate::intent::Intent;
use crate::journal::{Inserted, Journal, JournalError};
use crate::number::{DerivedNumbers, Numbers};
use crate::service::Service;
use crate::settlement::{
    AttestError, NotSent, NotSentCause, Preparation, PrepareError, Prepared, Rejected,
    ReplacementPermit, Settlement, Unknown,
};
use crate::{IntentId, Limits, Moment, Rules};

/// Pays intents, each once.
///
/// Cheap to clone; clones are one engine. Several engines, also of several processes, may work on one journal.
#[derive(Clone)]
pub struct Payouts(pub(crate) Arc<Engine>);

impl Payouts {
    /// Starts an engine over a journal, the calls that pay, and a timer that waits.
    pub fn builder(
        journal: impl Journal,
        service: impl Service,
        timer: impl Timer,
    ) -> PayoutsBuilder {
        PayoutsBuilder(Engine {
            journal: Arc::new(journal),
            service: Arc::new(service),
            timer: Arc::new(timer),
            clock: Arc::new(|| Timestamp::now().into()),
            running: Arc::new(RunningClock::new()),
            numbers: Arc::new(DerivedNumbers),
            rules: Rules::default(),
            limits: Limits::default(),
            holders: Holders::new(),
        })
    }

    /// Writes an intent into the journal, with its number and its bytes, before anything is sent.
    ///
    /// The number follows from the intent. An intent that is there already keeps its number; preparing it again is how a
    /// program goes on after a crash. It is signed again if no send with the stored signature was begun, or if a key was to
    /// blame; otherwise it keeps its bytes as well.
    ///
    /// # Errors
    /// Nothing was sent. See [`PrepareError`].
    pub async fn prepare(&self, intent: &Intent) -> Result<Preparation, PrepareError> {
        let engine = &*self.0;
        let payment = &intent.payment;
        let fingerprint = payment.fingerprint();
        let existing = match self.known(intent, &fingerprint).await? {
            Some(existing) => existing,
            None => {
                engine.limits.check_amount(payment.amount)?;
                let entry = engine.entry(intent, &fingerprint, 0)?;
                match engine.journal.insert(&entry, &engine.limits).await? {
                    Inserted::New => return Ok(Preparation::Ready(Prepared(entry))),
                    Inserted::Full(full) => return Err(full.into()),
                    // Another process was faster.
                    Inserted::Existing(existing) => same_payment(*existing, &fingerprint)?,
                }
            }
        };
        if existing.state == State::Prepared {
            engine.limits.check_amount(payment.amount)?;
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
    async fn sign_again(&self, mut entry: Entry, intent: &Intent) -> Result<Entry, PrepareError> {
        let engine = &*self.0;
        entry.message = Some(engine.service.compose(&entry.number, &intent.payment)?);
        match engine.journal.update(&entry).await {
            // Another process was faster, and may have sent it.
            Err(JournalError::Conflict) => {
                let found = self.known(intent, &entry.fingerprint).await?;
                found.ok_or_else(|| JournalError::Conflict.into())
            }
            signed => Ok(signed?),
        }
    }

    /// How the payout of an intent stands by the journal, if it is in there. Nothing is sent or asked.
    ///
    /// # Errors
    /// The journal can't be read.
    pub async fn find(&self, intent: &IntentId) -> Result<Option<Settlement>, JournalError> {
        let found = self.0.journal.by_intent(intent).await?;
        Ok(found.map(Settlement::of))
    }

    /// The entry of an intent, if there is one. Nothing is written.
    pub(crate) async fn known(
        &self,
        intent: &Intent,
        fingerprint: &str,
    ) -> Result<Option<Entry>, PrepareError> {
        let known = self.0.journal.by_intent(&intent.id).await?;
        known
            .map(|entry| same_payment(entry, fingerprint))
            .transpose()
    }

    /// Sends a payout, once, after waiting for its turn: 15 seconds after the last send to the same payee, say.
    ///
    /// When this is dropped half-way, the payout is in the journal: not sent, or in doubt once its lease has ended.
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
                // Somebody else has sent it, or is about to.
                Ok(Step::Wait(entry, _)) => return Ok(Settlement::of(entry)),
                Ok(Step::NotSent(entry, cause)) => return not_sent(entry, cause),
                // Nor can the journal tell whether somebody else has.
                Err(error) => {
                    known.state = State::Sending;
                    known.reason = Some(error.to_string());
                    return Ok(Settlement::of(known));
                }
            }
        }
    }

    /// Waits until there is something to do about an unknown payout, and does it: asks WeChat Pay, or sends it again with
    /// the same number and the same bytes, as the [`Rules`] allow.
    ///
    /// One call is one step. Go on as long as the answer is [`Settlement::Unknown`], or park it. If there is nothing to do
    /// but for a person, it waits as long as between two late queries.
    ///
    /// # Errors
    /// The journal failed. The payout is in there as it was.
    pub async fn resolve(&self, unknown: Unknown) -> Result<Settlement, JournalError> {
        let engine = &*self.0;
        let patience = engine.rules.query_wait(u32::MAX);
        loop {
            let (entry, pause) = match engine.step(&unknown.0.number, May::Begin).await? {
                Step::Wait(_, until) => {
                    engine.sleep_until(until).await;
                    continue;
                }
                Step::Moved(entry) | Step::Unsent(entry) => return Ok(Settlement::of(entry)),
                Step::NotSent(entry, _) => (entry, engine.rules.query_wait(0)),
                Step::Person(entry) => (entry, patience),
            };
            // Nothing has changed, and asking again at once would change nothing.
            engine.timer.sleep(pause).await;
            return Ok(Settlement::of(entry));
        }
    }

    /// How a payout stands by the journal, and one step towards its end if there is one to do now.
    ///
    /// # Errors
    /// The journal failed.
    pub async fn resolve_by_number(
        &self,
        number: &PartnerTradeNo,
    ) -> Result<Settlement, JournalError> {
        match self.0.step(number, May::OnlyFollow).await? {
            Step::Moved(entry)
            | Step::Person(entry)
            | Step::Unsent(entry)
            | Step::Wait(entry, _)
            | Step::NotSent(entry, _) => Ok(Settlement::of(entry)),
        }
    }

    /// Prepares a rejected payout again under the same number, once its cause is out of the way.
    ///
    /// The payment may differ from the rejected one: a name that was wrong, say. Should an earlier try be paid after all,
    /// WeChat Pay does not pay this number a second time.
    ///
    /// # Errors
    /// Nothing was sent, and it stays rejected. See [`PrepareError`]; a [conflict](JournalError::Conflict) says that another
    /// process has taken it up already, or that WeChat Pay has declared this number [failed](Self::replace).
    pub async fn again(
        &self,
        rejected: Rejected,
        intent: &Intent,
    ) -> Result<Prepared, PrepareError> {
        let engine = &*self.0;
        let mut entry = rejected.0;
        same_intent(&entry, intent)?;
        if !entry.may_reopen() {
            return Err(JournalError::Conflict.into());
        }
        engine.limits.check_amount(intent.payment.amount)?;
        entry.take(&intent.payment);
        entry.reopen(engine.now());
        if entry.resign {
            entry.message = Some(engine.service.compose(&entry.number, &intent.payment)?);
        }
        Ok(Prepared(engine.journal.update(&entry).await?))
    }

    /// Prepares a corrected payment, under the same number, in the place of one that is prepared and has not left.
    ///
    /// # Errors
    /// Nothing was sent, and the payout is as it was. See [`PrepareError`]; a [conflict](JournalError::Conflict) says that it
    /// is not prepared any more, or never was.
    pub async fn correct(&self, intent: &Intent) -> Result<Prepared, PrepareError> {
        let engine = &*self.0;
        let found = engine.journal.by_intent(&intent.id).await?;
        let Some(mut entry) = found.filter(Entry::may_be_corrected) else {
            return Err(JournalError::Conflict.into());
        };
        engine.limits.check_amount(intent.payment.amount)?;
        entry.take(&intent.payment);
        entry.resign = true;
        // The day's limits are checked for the new amount when it is sent.
        entry.counted = None;
        entry.message = Some(engine.service.compose(&entry.number, &intent.payment)?);
        Ok(Prepared(engine.journal.update(&entry).await?))
    }

    /// Prepares an intent under another number, because WeChat Pay has declared the one before it failed.
    ///
    /// The payment may differ from the failed one. It is sent after a [lease](Rules::lease) at the earliest, when nobody can
    /// be about to send the failed number any more.
    ///
    /// # Errors
    /// Nothing was sent, and the permit is used up only if the journal took the replacement. See [`PrepareError`].
    pub async fn replace(
        &self,
        permit: ReplacementPermit,
        intent: &Intent,
    ) -> Result<Prepared, PrepareError> {
        let engine = &*self.0;
        let mut old = permit.0;
        same_intent(&old, intent)?;
        engine.limits.check_amount(intent.payment.amount)?;
        let generation = old.generation.saturating_add(1);
        let mut new = engine.entry(intent, &intent.payment.fingerprint(), generation)?;
        let now = engine.now();
        // A moment ahead was written by a clock that was wrong.
        let failed_at = old.closed_at.map_or(now, |at| at.min(now));
        new.next_at = failed_at.after(engine.rules.lease);
        new.replaces = Some(old.number.clone());
        old.replaced_by = Some(new.number.clone());
        old.message = None;
        match engine.journal.replace(&old, &new, &engine.limits).await? {
            Inserted::New => Ok(Prepared(new)),
            Inserted::Full(full) => Err(full.into()),
            Inserted::Existing(_) => Err(JournalError::Conflict.into()),
        }
    }

    /// Declares a payout failed that WeChat Pay still does not know long after the last send (10 days), in the words of a
    /// person who has looked into the bill (账单). WeChat Pay is asked once more right before.
    ///
    /// It is sent [again](Self::again) under the same number, never under another one.
    ///
    /// # Errors
    /// It was not declared failed. See [`AttestError`].
    pub async fn attest_failed(
        &self,
        unknown: Unknown,
        who: &str,
        evidence: &str,
    ) -> Result<Settlement, AttestError> {
        let engine = &*self.0;
        let entry = unknown.0;
        entry
            .may_attest(engine.now(), &engine.rules)
            .map_err(AttestError::NotNow)?;
        let words = format!("attested by {who}: {evidence}");
        let (entry, end) = engine.attest(entry, words).await?;
        if entry.state == State::Unknown {
            let why = entry.reason.unwrap_or_else(|| format!("{end:?}"));
            return Err(AttestError::NotConfirmed(why));
        }
        Ok(Settlement::of(entry))
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

fn same_intent(entry: &Entry, intent: &Intent) -> Result<(), InvalidInput> {
    if entry.intent == intent.id {
        return Ok(());
    }
    let rule = format!("must be {}, the intent of the payout before", entry.intent);
    let rule_zh = format!("必须为原付款的 intent {}", entry.intent);
    Err(InvalidInput::new("intent", rule, rule_zh))
}

fn same_payment(entry: Entry, fingerprint: &str) -> Result<Entry, PrepareError> {
    if entry.fingerprint == fingerprint {
        Ok(entry)
    } else {
        Err(PrepareError::OtherPayment(entry.intent))
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
pub struct PayoutsBuilder(Engine);

impl PayoutsBuilder {
    /// Other waits than those of the documents.
    pub fn rules(mut self, rules: Rules) -> Self {
        self.0.rules = rules;
        self
    }

    /// Other limits than those of the documents.
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
    pub fn build(self) -> Payouts {
        Payouts(Arc::new(self.0))
    }
}

impl fmt::Debug for Payouts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Payouts")
            .field("journal", &self.0.journal)
            .field("rules", &self.0.rules)
            .field("limits", &self.0.limits)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for PayoutsBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PayoutsBuilder").finish_non_exhaustive()
    }
}
