use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use wxpay_core::{Effect, Error, TransportError};
use wxpay_transport::{Clock, Timer};

use crate::entry::{Entry, State};
use crate::evidence::{CancelEnd, PayEnd, QueryEnd};
use crate::fence::Fence;
use crate::intent::Intent;
use crate::journal::{Begun, Journal, JournalError};
use crate::number::{Numbered, Numbers};
use crate::product::{Payment, Product};
use crate::settlement::{NotSentCause, PrepareError};
use crate::{IntentId, Limits, Moment, Next, Number, Rules};

mod look;
mod record;

/// What [`Payouts`](crate::Payouts) and its runs work with.
pub(crate) struct Engine<T: Payment> {
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) service: Arc<dyn Product<Payment = T>>,
    pub(crate) timer: Arc<dyn Timer>,
    pub(crate) clock: Arc<dyn Fn() -> Moment + Send + Sync>,
    /// Goes on while the machine sleeps.
    pub(crate) running: Arc<dyn Clock>,
    pub(crate) numbers: Arc<dyn Numbers>,
    pub(crate) rules: Rules,
    pub(crate) limits: Limits,
    pub(crate) holders: Holders,
}

/// Names for leases: no two are alike, in this process or another one.
#[derive(Debug)]
pub(crate) struct Holders {
    process: String,
    next: AtomicU64,
}

impl Holders {
    pub(crate) fn new() -> Self {
        Self {
            process: crate::number::random().unwrap_or_else(without_randomness),
            next: AtomicU64::new(0),
        }
    }
}

/// Unlike any other process of this machine now.
fn without_randomness() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    format!(
        "{}-{}",
        std::process::id(),
        now.unwrap_or_default().as_nanos()
    )
}

/// Whether a step may send what was never sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum May {
    Begin,
    OnlyFollow,
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
    /// It was never sent, and this step may not begin to.
    Unsent(Entry),
}

impl<T: Payment> Engine<T> {
    /// The journal itself: a call through its `Arc` would be one more future on the heap.
    pub(crate) fn journal(&self) -> &dyn Journal {
        &*self.journal
    }

    /// The same of the timer.
    pub(crate) fn timer(&self) -> &dyn Timer {
        &*self.timer
    }

    pub(crate) fn now(&self) -> Moment {
        (self.clock)()
    }

    /// Sleeps until then, or for the longest wait there is: the clock may have been set back
    /// meanwhile.
    pub(crate) async fn sleep_until(&self, moment: Moment) {
        let time = moment.since(self.now());
        self.timer()
            .sleep(time.min(self.rules.longest_wait()))
            .await;
    }

    /// Does what is next, once.
    pub(crate) async fn step(&self, number: &Number, may: May) -> Result<Step, JournalError> {
        let mut entry = self.entry_of(number).await?;
        let now = self.now();
        match entry.next(now, &self.rules) {
            Next::Settled => return Ok(Step::Moved(entry)),
            Next::Held(until) => return Ok(Step::Wait(entry, until)),
            _ => {}
        }
        let corrected = entry.correct_moments(now, &self.rules);
        if entry.lease.is_some() {
            entry.end_lease(now, &self.rules);
        }
        if corrected {
            // Or they would be corrected, and waited from, every time.
            entry = match self.journal().update(&entry).await {
                Err(JournalError::Conflict) => {
                    return Ok(Step::Wait(entry, now.after(SHORT_PAUSE)));
                }
                updated => updated?,
            };
        }
        let done = match entry.next(now, &self.rules) {
            Next::Settled => return Ok(Step::Moved(entry)),
            Next::Held(until) | Next::Wait(until) => return Ok(Step::Wait(entry, until)),
            Next::Send if entry.state == State::Prepared && may == May::OnlyFollow => {
                return Ok(Step::Unsent(entry));
            }
            Next::Person => self.leave_to_a_person(&entry).await,
            Next::Send => self.send(&entry).await,
            Next::Query => self.query(&entry, now).await,
        };
        match done {
            // Another process was faster, and may be sending. If the journal can't tell, that is
            // assumed.
            Err(JournalError::Conflict) => {
                let found = self.journal().by_number(number).await;
                let entry = found.ok().flatten().unwrap_or_else(|| {
                    entry.state = State::Sending;
                    entry
                });
                Ok(Step::Wait(entry, now.after(SHORT_PAUSE)))
            }
            other => other,
        }
    }

    async fn send(&self, entry: &Entry) -> Result<Step, JournalError> {
        // In this order: wherever the process stands still, the fence never ends after the lease
        // that begins now.
        let fence = self.fence();
        let now = self.now();
        if entry.next(now, &self.rules) != Next::Send {
            return Ok(Step::Wait(entry.clone(), now.after(SHORT_PAUSE)));
        }
        let Some(message) = entry.message.clone() else {
            return Ok(Step::Person(entry.clone()));
        };
        let Rules { lease, call, .. } = self.rules;
        if lease <= call {
            let cause = NotSentCause::Lease { lease, call };
            return Ok(Step::NotSent(entry.clone(), cause));
        }
        let holder = self.holder();
        let mut begun = entry.clone();
        begun.begin_send(&holder, now, &self.rules);
        let begun = self.journal().begin_send(&begun, now, &self.limits).await;
        let begun = match begun {
            Ok(Begun::Now(begun)) => *begun,
            Ok(Begun::NotBefore(moment)) => return Ok(Step::Wait(entry.clone(), moment)),
            Ok(Begun::Full(full)) => {
                return Ok(Step::NotSent(entry.clone(), NotSentCause::Full(full)));
            }
            Ok(Begun::PaidEarlier(paid)) => return self.stop_for(entry.clone(), &paid).await,
            Err(JournalError::Conflict) => return Err(JournalError::Conflict),
            Err(error) => return self.not_begun(entry, &holder, error).await,
        };
        if let Some(end) = self.look(&begun).await {
            return self.end_look(begun, &holder, end).await;
        }
        let end = if fence.is_past() {
            PayEnd::NotSent(too_late())
        } else {
            self.service.pay(&begun.number, &message, &fence).await
        };
        let recorded = self.record_send(&begun, &holder, &end).await;
        let entry = match recorded {
            Ok(entry) => entry,
            // The send happened, and the journal says so. What came of it is asked for later.
            Err(error) => Entry {
                reason: Some(format!("the response could not be written down: {error}")),
                ..begun
            },
        };
        match end {
            PayEnd::NotSent(error) if entry.state == State::Prepared => {
                Ok(Step::NotSent(entry, NotSentCause::Call(error)))
            }
            _ => Ok(Step::Moved(entry)),
        }
    }

    /// The journal failed when a send was to begin. Nothing of this step was sent; but another
    /// process may have sent it just now, and then "not sent" would be wrong.
    async fn not_begun(
        &self,
        entry: &Entry,
        holder: &str,
        error: JournalError,
    ) -> Result<Step, JournalError> {
        let Ok(Some(now)) = self.journal().by_number(&entry.number).await else {
            return Err(error);
        };
        let ours = now
            .lease
            .as_ref()
            .is_some_and(|lease| lease.holder == holder);
        if now.version == entry.version || now.state == State::Sending && ours {
            return Ok(Step::NotSent(entry.clone(), NotSentCause::Journal(error)));
        }
        Err(error)
    }

    fn holder(&self) -> String {
        let number = self.holders.next.fetch_add(1, Ordering::Relaxed);
        format!("{}-{number}", self.holders.process)
    }

    /// From the beginning of a send to the last moment at which its bytes may leave.
    fn fence(&self) -> Fence {
        let time = self.rules.lease.saturating_sub(self.rules.call);
        Fence::after(time, &self.clock, &self.running)
    }

    /// Makes a payout due that was sent and waits for its next query.
    pub(crate) async fn bring_forward(&self, number: &Number) -> Result<(), JournalError> {
        let mut entry = self.entry_of(number).await?;
        let now = self.now();
        let waits = matches!(entry.state, State::Unknown | State::Waiting) && entry.lease.is_none();
        if !waits || entry.next_at <= now {
            return Ok(());
        }
        entry.next_at = now;
        match self.journal().update(&entry).await {
            // Another process has just worked on it.
            Ok(_) | Err(JournalError::Conflict) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Asks WeChat Pay to cancel what it holds. Whether it is cancelled, a query tells.
    pub(crate) async fn cancel(
        &self,
        mut entry: Entry,
    ) -> Result<(Entry, CancelEnd), JournalError> {
        let fence = self.fence();
        let now = self.now();
        let holder = self.holder();
        let before = entry.cancel_asked_at;
        entry.end_lease(now, &self.rules);
        entry.hold(&holder, now, &self.rules);
        // From here on nothing is sent under its number any more, whatever becomes of this.
        entry.cancel_asked_at.get_or_insert(now);
        let held = self.journal().update(&entry).await?;
        let end = if fence.is_past() {
            CancelEnd::NotSent(too_late())
        } else {
            self.service.cancel(&held.number, &fence).await
        };
        let entry = self.record_cancel(held, &holder, &end, before).await?;
        Ok((entry, end))
    }

    async fn query(&self, entry: &Entry, now: Moment) -> Result<Step, JournalError> {
        let holder = self.holder();
        let mut held = entry.clone();
        held.hold(&holder, now, &self.rules);
        let held = self.journal().update(&held).await?;
        let end = self.service.query(&held.number).await;
        self.record_query(held, &end).await.map(Step::Moved)
    }

    /// The entry of a person's word that it failed, if WeChat Pay, asked once more, does not know
    /// it either.
    pub(crate) async fn attest(
        &self,
        mut entry: Entry,
        words: String,
    ) -> Result<(Entry, QueryEnd), JournalError> {
        let now = self.now();
        let holder = self.holder();
        let past = entry.next(now, &self.rules) == Next::Person;
        entry.end_lease(now, &self.rules);
        entry.hold(&holder, now, &self.rules);
        let mut held = self.journal().update(&entry).await?;
        let end = self.service.query(&held.number).await;
        // WeChat Pay need not answer about what is older than it keeps; but what it does say
        // counts.
        let silent = matches!(end, QueryEnd::Refused(_) | QueryEnd::Unclear(_));
        if !(matches!(end, QueryEnd::NotFound) || past && silent) {
            let entry = self.record_query(held, &end).await?;
            return Ok((entry, end));
        }
        held.attest(words, self.now());
        let entry = self.journal().update(&held).await?;
        Ok((entry, end))
    }

    async fn leave_to_a_person(&self, entry: &Entry) -> Result<Step, JournalError> {
        let mut entry = entry.clone();
        if entry.end_queries() {
            entry = self.journal().update(&entry).await?;
        }
        Ok(Step::Person(entry))
    }

    async fn stop_for(&self, mut entry: Entry, paid: &Number) -> Result<Step, JournalError> {
        entry.stop_for(paid.as_str());
        Ok(Step::Person(self.journal().update(&entry).await?))
    }

    async fn entry_of(&self, number: &Number) -> Result<Entry, JournalError> {
        let found = self.journal().by_number(number).await?;
        let entry = found.ok_or_else(|| JournalError::storage(NO_ENTRY))?;
        self.own(&entry)?;
        Ok(entry)
    }

    /// Another product would not know the number, and could send what is not its own.
    pub(crate) fn own(&self, entry: &Entry) -> Result<(), JournalError> {
        if entry.product == self.service.name() {
            return Ok(());
        }
        Err(JournalError::OtherProduct {
            number: entry.number.clone(),
            product: entry.product.clone(),
        })
    }

    pub(crate) fn number(
        &self,
        intent: &IntentId,
        generation: u32,
    ) -> Result<Number, wxpay_core::InvalidInput> {
        let (merchant, product) = (self.service.merchant(), self.service.name());
        let of = Numbered::new(merchant, product, intent, generation);
        self.numbers.number(&of)
    }

    /// An entry of which nothing has left.
    pub(crate) async fn entry(
        &self,
        intent: &Intent<T>,
        fingerprint: &str,
        generation: u32,
    ) -> Result<Entry, PrepareError> {
        let number = self.number(&intent.id, generation)?;
        let message = self.service.compose(&number, &intent.payment).await?;
        let mut entry = Entry::prepared(
            intent.id.clone(),
            self.service.name(),
            number,
            fingerprint,
            intent.payment.payee(),
            intent.payment.amount(),
            message,
            self.now(),
        );
        entry.generation = generation;
        Ok(entry)
    }
}

fn too_late() -> Error {
    let why = "the lease on the payout had ended, or was about to, before the request could leave";
    Error::new("payout", Effect::Write, TransportError::not_sent(why))
}

const NO_ENTRY: &str = "there is no entry with this number";
const SHORT_PAUSE: Duration = Duration::from_millis(200);
