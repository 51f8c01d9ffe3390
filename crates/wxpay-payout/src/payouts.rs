use std::fmt;
use std::sync::Arc;

use wxpay_core::{InvalidInput, PartnerTradeNo, Timestamp};
use wxpay_transport::Timer;

use crate::entry::{Alarm, Entry, State};
use crate::evidence::{Message, PayEnd};
use crate::intent::Intent;
use crate::journal::{Begun, Inserted, Journal, JournalError};
use crate::number::{Numbers, RandomNumbers};
use crate::service::Service;
use crate::settlement::{
    NotSent, NotSentCause, Preparation, PrepareError, Prepared, Rejected, ReplacementPermit,
    Settlement, Unknown,
};
use crate::{Limits, Moment, Next, Rules};

/// Pays intents, each once.
///
/// Cheap to clone; clones are one engine. Several engines, also of several processes, may work on one journal.
#[derive(Clone)]
pub struct Payouts(pub(crate) Arc<Engine>);

pub(crate) struct Engine {
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) service: Arc<dyn Service>,
    pub(crate) timer: Arc<dyn Timer>,
    pub(crate) clock: Arc<dyn Fn() -> Moment + Send + Sync>,
    pub(crate) numbers: Arc<dyn Numbers>,
    pub(crate) rules: Rules,
    pub(crate) limits: Limits,
}

/// What one step came to.
#[derive(Debug)]
pub(crate) enum Step {
    /// The payout moved on, or is settled.
    Moved(Entry),
    /// There is nothing to do before this moment.
    Wait(Entry, Moment),
    /// There is nothing to do but for a person.
    Person(Entry),
    /// It would have been sent, but nothing left.
    NotSent(Entry, NotSentCause),
}

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
            numbers: Arc::new(RandomNumbers),
            rules: Rules::default(),
            limits: Limits::default(),
        })
    }

    /// Writes an intent into the journal, with its number and its bytes, before anything is sent.
    ///
    /// An intent that is there already stays as it is. Preparing it again is how a program goes on after a crash.
    ///
    /// # Errors
    /// Nothing was sent. See [`PrepareError`].
    pub async fn prepare(&self, intent: &Intent) -> Result<Preparation, PrepareError> {
        let engine = &*self.0;
        let payment = &intent.payment;
        engine.limits.check_amount(payment.amount)?;
        let fingerprint = payment.fingerprint();
        let known = engine.journal.by_intent(&intent.id).await?;
        let existing = match known {
            Some(existing) => existing,
            None => {
                let entry = engine.entry(intent, &fingerprint)?;
                match engine.journal.insert(&entry, &engine.limits).await? {
                    Inserted::New => return Ok(Preparation::Ready(Prepared(entry))),
                    Inserted::Full(full) => return Err(full.into()),
                    // Another process was faster.
                    Inserted::Existing(existing) => *existing,
                }
            }
        };
        if existing.fingerprint != fingerprint {
            return Err(PrepareError::OtherPayment(intent.id.clone()));
        }
        Ok(match existing.state {
            State::Prepared => Preparation::Ready(Prepared(existing)),
            _ => Preparation::Before(Settlement::of(existing)),
        })
    }

    /// Sends a payout, once, after waiting for its turn: 15 seconds after the last send to the same payee, say.
    ///
    /// When this is dropped half-way, the payout is in the journal: not sent, or in doubt once its lease has ended.
    ///
    /// # Errors
    /// Provably nothing left this machine. Everything else is a [`Settlement`], unknown ones too.
    #[allow(clippy::result_large_err)] // gives back what it took
    pub async fn send(&self, prepared: Prepared) -> Result<Settlement, NotSent> {
        let number = prepared.0.number.clone();
        let mut known = prepared.0;
        loop {
            match self.0.step(&number).await {
                Ok(Step::Moved(entry) | Step::Person(entry)) => return Ok(Settlement::of(entry)),
                Ok(Step::Wait(entry, until)) if entry.state == State::Prepared => {
                    self.0.sleep_until(until).await;
                    known = entry;
                }
                // Somebody else has sent it, or is about to.
                Ok(Step::Wait(entry, _)) => return Ok(Settlement::of(entry)),
                Ok(Step::NotSent(entry, cause)) => return not_sent(entry, cause),
                Err(error) => return not_sent(known, NotSentCause::Journal(error)),
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
            let (entry, pause) = match engine.step(&unknown.0.number).await? {
                Step::Wait(_, until) => {
                    engine.sleep_until(until).await;
                    continue;
                }
                Step::Moved(entry) => return Ok(Settlement::of(entry)),
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
        match self.0.step(number).await? {
            Step::Moved(entry)
            | Step::Person(entry)
            | Step::Wait(entry, _)
            | Step::NotSent(entry, _) => Ok(Settlement::of(entry)),
        }
    }

    /// Makes a rejected payout ready to be sent again, with the same number and the same bytes, once its cause is mended.
    ///
    /// # Errors
    /// The journal failed, or somebody else has taken it up already.
    pub async fn again(&self, rejected: Rejected) -> Result<Prepared, JournalError> {
        let mut entry = rejected.0;
        if entry.state != State::Rejected || entry.replaced_by.is_some() {
            return Err(JournalError::Conflict);
        }
        entry.reopen(self.0.now());
        let entry = self.0.journal.update(&entry).await?;
        Ok(Prepared(entry))
    }

    /// Prepares an intent under another number, in the place of one that certainly was not paid.
    ///
    /// The payment may differ from the rejected one: a name that was wrong, say.
    ///
    /// # Errors
    /// Nothing was sent, and the permit is used up only if the journal took the replacement. See [`PrepareError`].
    pub async fn replace(
        &self,
        permit: ReplacementPermit,
        intent: &Intent,
    ) -> Result<Prepared, PrepareError> {
        let engine = &*self.0;
        if permit.0.intent != intent.id {
            let rule = "must be the intent of the permit";
            return Err(InvalidInput::new("intent", rule).into());
        }
        engine.limits.check_amount(intent.payment.amount)?;
        let new = engine.entry(intent, &intent.payment.fingerprint())?;
        let mut old = permit.0;
        old.replaced_by = Some(new.number.clone());
        old.message = None;
        match engine.journal.replace(&old, &new, &engine.limits).await? {
            Inserted::New => Ok(Prepared(new)),
            Inserted::Full(full) => Err(full.into()),
            Inserted::Existing(_) => Err(JournalError::Conflict.into()),
        }
    }

    /// Declares a payout failed that WeChat Pay still does not know long after the last send (10 days), in the words of a
    /// person who has looked into the bill (账单). Before that, nothing changes and the payout stays unknown.
    ///
    /// # Errors
    /// The journal failed, or somebody else has changed the payout meanwhile.
    pub async fn attest_failed(
        &self,
        unknown: Unknown,
        who: &str,
        evidence: &str,
    ) -> Result<Settlement, JournalError> {
        let engine = &*self.0;
        let now = engine.now();
        let mut entry = unknown.0;
        if !entry.may_attest(now, &engine.rules) {
            return Ok(Settlement::of(entry));
        }
        entry.attest(format!("attested by {who}: {evidence}"), now);
        let entry = engine.journal.update(&entry).await?;
        Ok(Settlement::of(entry))
    }

    /// The journal.
    pub fn journal(&self) -> &dyn Journal {
        &*self.0.journal
    }

    /// The rules.
    pub fn rules(&self) -> &Rules {
        &self.0.rules
    }
}

#[allow(clippy::result_large_err)] // gives back what it took
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

impl Engine {
    pub(crate) fn now(&self) -> Moment {
        (self.clock)()
    }

    pub(crate) async fn sleep_until(&self, moment: Moment) {
        self.timer.sleep(moment.since(self.now())).await;
    }

    /// Does what is next, once.
    pub(crate) async fn step(&self, number: &PartnerTradeNo) -> Result<Step, JournalError> {
        let found = self.journal.by_number(number).await?;
        let mut entry = found.ok_or_else(|| JournalError::storage(NO_ENTRY))?;
        let now = self.now();
        let next = entry.next(now, &self.rules);
        if let Next::Held(until) = next {
            return Ok(Step::Wait(entry, until));
        }
        if entry.lease.is_some() && next != Next::Settled {
            entry.recover(now, &self.rules);
        }
        let mut faster = entry.clone();
        let held = match entry.next(now, &self.rules) {
            Next::Settled => return Ok(Step::Moved(entry)),
            Next::Held(until) | Next::Wait(until) => return Ok(Step::Wait(entry, until)),
            Next::Person => {
                entry.alarm.get_or_insert(Alarm::QueryWindowClosed);
                return Ok(Step::Person(entry));
            }
            Next::Send => self.send(entry, now).await,
            Next::Query => self.query(entry, now).await,
        };
        match held {
            // Somebody else was faster, and may be sending. If the journal can't tell, it is taken for granted.
            Err(JournalError::Conflict) => {
                let found = self.journal.by_number(number).await;
                let entry = found.ok().flatten().unwrap_or_else(|| {
                    faster.state = State::Sending;
                    faster
                });
                Ok(Step::Wait(entry, now.after(SOON)))
            }
            other => other,
        }
    }

    async fn send(&self, entry: Entry, now: Moment) -> Result<Step, JournalError> {
        let Some(message) = entry.message.clone() else {
            return Ok(Step::Person(entry));
        };
        let holder = crate::number::random().unwrap_or_default();
        let mut begun = entry.clone();
        begun.begin_send(&holder, now, &self.rules);
        let begun = match self.journal.begin_send(&begun, now, &self.limits).await {
            Ok(Begun::Now(begun)) => *begun,
            Ok(Begun::NotBefore(moment)) => return Ok(Step::Wait(entry, moment)),
            Ok(Begun::Full(full)) => return Ok(Step::NotSent(entry, NotSentCause::Full(full))),
            Err(JournalError::Conflict) => return Err(JournalError::Conflict),
            Err(error) => return Ok(Step::NotSent(entry, NotSentCause::Journal(error))),
        };
        let end = self.service.pay(&begun.number, &message).await;
        let recorded = self.record_send(begun.clone(), &holder, &end).await;
        let entry = match recorded {
            Ok(entry) => entry,
            // The send happened, and the journal says so. What came of it is asked for later.
            Err(_) => begun,
        };
        match end {
            PayEnd::NotSent(error) if !entry.doubt => {
                Ok(Step::NotSent(entry, NotSentCause::Call(error)))
            }
            _ => Ok(Step::Moved(entry)),
        }
    }

    /// Writes down how a send ended, also if somebody has taken it for lost meanwhile.
    async fn record_send(
        &self,
        begun: Entry,
        holder: &str,
        end: &PayEnd,
    ) -> Result<Entry, JournalError> {
        let mut known = begun;
        for _ in 0..TRIES {
            let ours = known
                .lease
                .as_ref()
                .is_some_and(|lease| lease.holder == holder);
            let mut changed = known.clone();
            if ours && known.state == State::Sending {
                changed.end_send(end, self.now(), &self.rules);
            } else {
                changed.end_late_send(end, self.now());
            }
            if changed == known {
                return Ok(known);
            }
            match self.journal.update(&changed).await {
                Ok(entry) => return Ok(entry),
                Err(JournalError::Conflict) => {
                    let found = self.journal.by_number(&known.number).await?;
                    known = found.ok_or_else(|| JournalError::storage(NO_ENTRY))?;
                }
                Err(error) => return Err(error),
            }
        }
        Err(JournalError::Conflict)
    }

    async fn query(&self, mut entry: Entry, now: Moment) -> Result<Step, JournalError> {
        let holder = crate::number::random().unwrap_or_default();
        entry.hold(&holder, now, &self.rules);
        let mut held = self.journal.update(&entry).await?;
        let end = self.service.query(&held.number).await;
        held.end_query(&end, self.now(), &self.rules);
        Ok(Step::Moved(self.journal.update(&held).await?))
    }

    fn entry(&self, intent: &Intent, fingerprint: &str) -> Result<Entry, PrepareError> {
        let number = self.numbers.next()?;
        let message = self.service.compose(&number, &intent.payment)?;
        Ok(Entry::new(intent, number, fingerprint, message, self.now()))
    }
}

impl Entry {
    fn new(
        intent: &Intent,
        number: PartnerTradeNo,
        fingerprint: &str,
        message: Message,
        now: Moment,
    ) -> Self {
        Self {
            intent: intent.id.clone(),
            number,
            version: 0,
            state: State::Prepared,
            fingerprint: fingerprint.to_owned(),
            payee: intent.payment.payee(),
            amount: intent.payment.amount,
            message: Some(message),
            counted: Some(now.day()),
            sends: 0,
            doubt: false,
            refusal: None,
            queries: 0,
            not_found: 0,
            not_found_at: None,
            prepared_at: now,
            first_sent_at: None,
            last_sent_at: None,
            next_at: now,
            closed_at: None,
            payment_no: None,
            reason: None,
            alarm: None,
            lease: None,
            replaced_by: None,
        }
    }
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

const NO_ENTRY: &str = "there is no entry of this number";
const TRIES: usize = 8;
const SOON: std::time::Duration = std::time::Duration::from_millis(200);
