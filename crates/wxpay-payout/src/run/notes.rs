//! What the end of each piece of work means for the run.

use std::time::Duration;

use super::{Done, Run, RunEvent};
use crate::engine::Step;
use crate::entry::{Entry, State};
use crate::evidence::Refusal;
use crate::product::Payment;
use crate::reconciliation::{NotStarted, NotStartedReason};
use crate::settlement::{NotSentCause, Preparation, PrepareError, Settlement};
use crate::{IntentId, JournalError, Moment, Number, Rules, described};

impl<T: Payment> Run<'_, T> {
    pub(super) fn note(&mut self, done: Done) {
        if let Some(number) = number_of(&done)
            && !self.taken_up.insert(number.clone())
        {
            // The same intent once more. What becomes of it is told where it came first.
            self.progress.taken -= 1;
            self.progress.open -= 1;
            return;
        }
        match done {
            Done::Prepared(intent, Err(error)) => {
                match &error {
                    // It says nothing of other payouts.
                    PrepareError::Journal(JournalError::Conflict) => {}
                    PrepareError::Journal(error) => self.halt(error.to_string()),
                    _ => {}
                }
                self.refused(intent, error);
            }
            Done::Prepared(intent, Ok(Preparation::Ready(prepared))) => {
                self.moved();
                let number = prepared.0.number;
                self.unsent.insert(number.clone(), intent);
                self.waiting.insert((BEFORE_ALL, number));
            }
            Done::Prepared(_, Ok(Preparation::Before(settlement))) => match settlement {
                Settlement::Unknown(unknown) => self.wait_for(&unknown.0),
                Settlement::Waiting(waiting) => self.wait_for(&waiting.0),
                Settlement::Paid(paid) => self.settled(paid.0),
                Settlement::Rejected(rejected) => self.settled(rejected.0),
            },

            Done::Looked(intent, _, Err(error)) => self.refused(intent, error),
            Done::Looked(_, _, Ok(Some(entry))) if entry.state.is_settled() => self.settled(entry),
            Done::Looked(_, _, Ok(Some(entry))) if entry.state != State::Prepared => {
                self.wait_for(&entry);
            }
            Done::Looked(intent, reason, Ok(_)) => {
                self.progress.open -= 1;
                self.not_started(intent, reason);
            }

            Done::Stepped(number, Ok(step)) => self.stepped(number, step),
            Done::Stepped(number, Err(error)) => {
                self.halt(error.to_string());
                self.wait(number, RETRY_PAUSE);
            }
        }
    }

    fn stepped(&mut self, number: Number, step: Step) {
        self.others.remove(&number);
        if let Step::Wait(entry, _) | Step::NotSent(entry, _) | Step::Unsent(entry) = &step
            && entry.state == State::Prepared
        {
            // Another process may have taken it back.
            self.unsent.insert(number.clone(), entry.intent.clone());
        }
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
                // The cause of a refusal in an earlier run may be gone.
                if entry.last_sent_at >= Some(self.began_at) {
                    self.halt_for(entry.refusal.as_ref());
                }
                self.tell_trouble(&entry);
                self.wait_for(&entry);
            }
            Step::Wait(entry, _) if entry.is_left_to_a_person(self.now(), self.rules()) => {
                self.unsent.remove(&number);
                self.wait_for(&entry);
            }
            Step::Wait(entry, until) => {
                if entry.state != State::Prepared {
                    self.unsent.remove(&number);
                } else if entry.lease.is_none() {
                    self.not_before(&number, until);
                }
                let until = if entry.lease.is_some() {
                    self.others.insert(number.clone(), until);
                    // Another process is most often done long before its lease ends.
                    until.min(self.payouts.0.now().after(LEASE_CHECK_INTERVAL))
                } else {
                    until
                };
                self.waiting.insert((until, number));
            }
            Step::Person(entry) => {
                self.unsent.remove(&number);
                self.tell_trouble(&entry);
                self.result.add(&entry);
            }
            // It was taken back meanwhile, and is for a run of its own.
            Step::Unsent(_) => {
                let halted = self.halted.clone();
                self.not_sent(&number, halted.unwrap_or(NotStartedReason::OnlyFollowed));
            }
            Step::NotSent(_, NotSentCause::Full(full)) => {
                self.not_sent(&number, NotStartedReason::Full(full));
            }
            Step::NotSent(_, NotSentCause::Journal(error)) => {
                self.halt(error.to_string());
                self.wait(number, RETRY_PAUSE);
            }
            Step::NotSent(_, cause @ NotSentCause::Lease { .. }) => {
                self.halt(cause.to_string());
                self.wait(number, LONG_PAUSE);
            }
            Step::NotSent(entry, NotSentCause::Call(error)) => {
                self.hold_back(&entry, described(&error));
                self.wait(number, RETRY_PAUSE);
            }
            Step::NotSent(entry, NotSentCause::Refused(refusal)) => {
                self.hold_back(&entry, format!("{}: {}", refusal.code, refusal.message));
                self.halt_for(Some(&refusal));
                self.wait_for(&entry);
            }
            Step::NotSent(entry, NotSentCause::Unclear(why)) => {
                self.hold_back(&entry, why);
                self.wait_for(&entry);
            }
        }
    }

    /// It has not left because WeChat Pay could not be reached, or did not answer.
    fn hold_back(&mut self, entry: &Entry, why: String) {
        self.report(RunEvent::Trouble {
            intent: entry.intent.clone(),
            what: format!("not sent: {why}"),
        });
        let reason = NotStartedReason::Unreached(why);
        self.held_by.insert(entry.number.clone(), reason);
    }

    /// A wait after WeChat Pay was not reached says less than that it was not.
    fn not_before(&mut self, number: &Number, moment: Moment) {
        let held_by = self.held_by.get(number);
        if !matches!(held_by, Some(NotStartedReason::Unreached(_))) {
            let reason = NotStartedReason::NotBefore(moment);
            self.held_by.insert(number.clone(), reason);
        }
    }

    /// Until there is something to do about it, and for a moment at least: a step that changed
    /// nothing must not be repeated at once. What only a person can settle is not waited for.
    pub(super) fn wait_for(&mut self, entry: &Entry) {
        let now = self.now();
        if entry.is_paid_otherwise() || entry.is_left_to_a_person(now, self.rules()) {
            self.result.add(entry);
            return;
        }
        let due = entry
            .due(now, self.rules())
            .max(now.after(Duration::from_millis(1)));
        self.waiting.insert((due, entry.number.clone()));
    }

    fn wait(&mut self, number: Number, time: Duration) {
        let until = self.payouts.0.now().after(time);
        self.waiting.insert((until, number));
    }

    fn now(&self) -> Moment {
        self.payouts.0.now()
    }

    fn rules(&self) -> &Rules {
        &self.payouts.0.rules
    }

    fn moved(&mut self) {
        self.moved_at = self.payouts.0.now();
    }

    fn halt(&mut self, why: String) {
        if self.halted.is_none() {
            self.report(RunEvent::Halted(why.clone()));
        }
        self.halted.get_or_insert(NotStartedReason::Halted(why));
    }

    fn halt_for(&mut self, refusal: Option<&Refusal>) {
        if let Some(refusal) = refusal.filter(|refusal| refusal.stops_everybody()) {
            self.halt(format!("{}: {}", refusal.code, refusal.message));
        }
    }

    fn count_unclear(&mut self, sent: &Entry) {
        if sent.refusal.is_some() || sent.state == State::Waiting {
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

    pub(super) fn settled(&mut self, entry: Entry) {
        self.moved();
        self.unsent.remove(&entry.number);
        self.progress.open -= 1;
        if entry.state == State::Paid {
            self.progress.paid += 1;
        } else {
            self.progress.rejected += 1;
        }
        self.tell_trouble(&entry);
        self.result.add(&entry);
    }

    /// A prepared payout that will not leave in this run. One that was sent before stays unknown.
    pub(super) fn not_sent(&mut self, number: &Number, reason: NotStartedReason) {
        match self.unsent.remove(number) {
            Some(intent) => {
                self.progress.open -= 1;
                self.not_started(intent, reason);
            }
            None => self.wait(number.clone(), LONG_PAUSE),
        }
    }

    fn refused(&mut self, intent: IntentId, error: PrepareError) {
        self.progress.open -= 1;
        let reason = match error {
            PrepareError::Full(full) => NotStartedReason::Full(full),
            PrepareError::Journal(error) => NotStartedReason::Unread(error.to_string()),
            error @ PrepareError::OtherPayment(_) => NotStartedReason::Conflict(error.to_string()),
            error => NotStartedReason::Refused(error.to_string()),
        };
        self.not_started(intent, reason);
    }

    fn not_started(&mut self, intent: IntentId, reason: NotStartedReason) {
        self.progress.not_started += 1;
        if matches!(
            reason,
            NotStartedReason::Refused(_)
                | NotStartedReason::Conflict(_)
                | NotStartedReason::Unread(_)
                | NotStartedReason::Full(_)
        ) {
            self.report(RunEvent::Trouble {
                intent: intent.clone(),
                what: reason.to_string(),
            });
        }
        self.result.not_started.push(NotStarted { intent, reason });
    }
}

/// The number of a payout that is taken up.
fn number_of(done: &Done) -> Option<&Number> {
    match done {
        Done::Prepared(_, Ok(Preparation::Ready(prepared))) => Some(prepared.number()),
        Done::Prepared(_, Ok(Preparation::Before(settlement))) => Some(settlement.number()),
        Done::Looked(_, _, Ok(Some(entry))) => Some(&entry.number),
        _ => None,
    }
}

/// Before every real moment: to be sent as soon as there is room.
const BEFORE_ALL: Moment = Moment::from_millis(0);
const LEASE_CHECK_INTERVAL: Duration = Duration::from_secs(1);
const RETRY_PAUSE: Duration = Duration::from_secs(2);
const LONG_PAUSE: Duration = Duration::from_secs(60);
