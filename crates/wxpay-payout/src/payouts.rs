use std::fmt;
use std::sync::Arc;

use wxpay_core::{InvalidInput, PartnerTradeNo, Timestamp};
use wxpay_transport::Timer;

use crate::engine::{Engine, Step};
use crate::entry::{Entry, State};
use crate::intent::Intent;
use crate::journal::{Inserted, Journal, JournalError};
use crate::number::{Numbers, RandomNumbers};
use crate::service::Service;
use crate::settlement::{
    NotSent, NotSentCause, Preparation, PrepareError, Prepared, Rejected, ReplacementPermit,
    Settlement, Unknown,
};
use crate::{Limits, Moment, Rules};

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
            numbers: Arc::new(RandomNumbers),
            rules: Rules::default(),
            limits: Limits::default(),
        })
    }

    /// Writes an intent into the journal, with its number and its bytes, before anything is sent.
    ///
    /// An intent that is there already keeps its number. Preparing it again is how a program goes on after a crash. If no
    /// send of it was ever begun, or it goes out [again](Self::again) after a refusal for the merchant's settings or keys, it
    /// is signed anew; otherwise it keeps its bytes as well.
    ///
    /// # Errors
    /// Nothing was sent. See [`PrepareError`].
    pub async fn prepare(&self, intent: &Intent) -> Result<Preparation, PrepareError> {
        let engine = &*self.0;
        let payment = &intent.payment;
        let fingerprint = payment.fingerprint();
        let existing = match self.known(intent).await? {
            Some(existing) => existing,
            None => {
                engine.limits.check_amount(payment.amount)?;
                let entry = engine.entry(intent, &fingerprint)?;
                match engine.journal.insert(&entry, &engine.limits).await? {
                    Inserted::New => return Ok(Preparation::Ready(Prepared(entry))),
                    Inserted::Full(full) => return Err(full.into()),
                    // Another process was faster.
                    Inserted::Existing(existing) => same_payment(*existing, &fingerprint)?,
                }
            }
        };
        if existing.state != State::Prepared {
            return Ok(Preparation::Before(Settlement::of(existing)));
        }
        engine.limits.check_amount(payment.amount)?;
        let signed = if existing.may_be_signed_anew() {
            self.sign_anew(existing, intent).await?
        } else {
            existing
        };
        Ok(match signed.state {
            State::Prepared => Preparation::Ready(Prepared(signed)),
            _ => Preparation::Before(Settlement::of(signed)),
        })
    }

    /// Signs with the key of today, which may not be the one that the entry was prepared with.
    async fn sign_anew(&self, mut entry: Entry, intent: &Intent) -> Result<Entry, PrepareError> {
        let engine = &*self.0;
        entry.message = Some(engine.service.compose(&entry.number, &intent.payment)?);
        match engine.journal.update(&entry).await {
            // Somebody else was faster, and may have sent it.
            Err(JournalError::Conflict) => {
                let found = self.known(intent).await?;
                found.ok_or_else(|| JournalError::Conflict.into())
            }
            signed => Ok(signed?),
        }
    }

    /// The entry of an intent, if there is one. Nothing is written.
    pub(crate) async fn known(&self, intent: &Intent) -> Result<Option<Entry>, PrepareError> {
        let known = self.0.journal.by_intent(&intent.id).await?;
        let fingerprint = intent.payment.fingerprint();
        known
            .map(|entry| same_payment(entry, &fingerprint))
            .transpose()
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
    /// If that was a key, [prepare](Self::prepare) the intent before it is sent: the bytes were signed with the old one.
    ///
    /// # Errors
    /// The journal failed, or somebody else has taken it up already.
    pub async fn again(&self, rejected: Rejected) -> Result<Prepared, JournalError> {
        let mut entry = rejected.0;
        if !entry.may_reopen() {
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
            let rule_zh = "必须与许可所属的 intent 相同";
            return Err(InvalidInput::new("intent", rule, rule_zh).into());
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

    /// The limits.
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// The rules.
    pub fn rules(&self) -> &Rules {
        &self.0.rules
    }
}

fn same_payment(entry: Entry, fingerprint: &str) -> Result<Entry, PrepareError> {
    if entry.fingerprint == fingerprint {
        Ok(entry)
    } else {
        Err(PrepareError::OtherPayment(entry.intent))
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
