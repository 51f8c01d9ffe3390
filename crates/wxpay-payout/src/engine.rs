use std::sync::Arc;

use wxpay_core::PartnerTradeNo;
use wxpay_transport::Timer;

use crate::entry::{Entry, State};
use crate::evidence::PayEnd;
use crate::intent::Intent;
use crate::journal::{Begun, Journal, JournalError};
use crate::number::Numbers;
use crate::service::Service;
use crate::settlement::{NotSentCause, PrepareError};
use crate::{Limits, Moment, Next, Rules};

/// What [`Payouts`](crate::Payouts) and its runs work with.
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
            Next::Person => self.leave_to_a_person(entry).await,
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

    async fn leave_to_a_person(&self, mut entry: Entry) -> Result<Step, JournalError> {
        if entry.end_queries() {
            entry = self.journal.update(&entry).await?;
        }
        Ok(Step::Person(entry))
    }

    pub(crate) fn entry(&self, intent: &Intent, fingerprint: &str) -> Result<Entry, PrepareError> {
        let number = self.numbers.next()?;
        let message = self.service.compose(&number, &intent.payment)?;
        Ok(Entry::prepared(
            intent.id.clone(),
            number,
            fingerprint,
            intent.payment.payee(),
            intent.payment.amount,
            message,
            self.now(),
        ))
    }
}

const NO_ENTRY: &str = "there is no entry of this number";
const TRIES: usize = 8;
const SOON: std::time::Duration = std::time::Duration::from_millis(200);
