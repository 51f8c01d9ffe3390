//! What a run tells while it goes on.

use std::time::Duration;

use super::Run;
use crate::entry::{Alarm, Entry, State};
use crate::product::Payment;
use crate::reconciliation::NotStartedReason;
use crate::{IntentId, Moment};

/// Something that a run tells at the moment when it happens.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum RunEvent {
    /// A payout was not sent, refused, or is unknown; or it was paid in a way that a person has to
    /// know of.
    Trouble {
        /// The payout.
        intent: IntentId,
        /// What happened, for people.
        what: String,
    },
    /// No call is under way: the run waits.
    Waiting {
        /// What for.
        what: RunWait,
        /// Until when. For other processes, at most.
        until: Moment,
        /// How many payouts wait, for this or something else.
        payouts: usize,
    },
    /// Nothing new is begun in this run, for this reason.
    Halted(String),
}

/// What a run waits for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum RunWait {
    /// The next query about payouts whose outcome is unknown.
    Outcome,
    /// A moment before which it must not be sent: by the limits (the time between two sends to one
    /// payee, the rate of all sends, the end of the day), or because a failed number that it
    /// replaces may still be on its way.
    Limits,
    /// WeChat Pay could not be reached, or did not answer.
    Connection,
    /// Another process that is working on the same payouts.
    Others,
}

impl<T: Payment> Run<'_, T> {
    pub(super) fn report(&self, event: RunEvent) {
        if let Some(tell) = &self.options.events {
            tell(&event);
        }
    }

    /// Tells what a person would want to know of an entry at once.
    pub(super) fn tell_trouble(&self, entry: &Entry) {
        let reason = entry.reason.as_deref().unwrap_or_default();
        let what = match (entry.state, &entry.alarm) {
            (_, Some(Alarm::PaidLate)) => reason.to_owned(),
            (State::Waiting, Some(alarm)) => format!("waiting: {reason}; {}", alarm.advice()),
            (State::Paid | State::Prepared | State::Sending | State::Waiting, _) => return,
            (State::Unknown, _) => format!("unknown: {reason}"),
            (State::Rejected, _) => format!("rejected: {reason}"),
            (State::Failed, _) => format!("failed: {reason}"),
        };
        self.report(RunEvent::Trouble {
            intent: entry.intent.clone(),
            what,
        });
    }

    /// Tells what is waited for, when that changes.
    pub(super) fn tell_of_wait(&mut self) {
        let now = self.payouts.0.now();
        let Some((until, what)) = self.first_wait() else {
            return;
        };
        if until.since(now) < WORTH_TELLING {
            return;
        }
        // They may take the payout up again and again, each time for longer.
        let is_told = match self.told {
            Some((_, RunWait::Others)) => what == RunWait::Others,
            told => told == Some((until, what)),
        };
        if !is_told {
            self.told = Some((until, what));
            let payouts = self.waiting.len();
            self.report(RunEvent::Waiting {
                what,
                until,
                payouts,
            });
        }
    }
}

impl<T: Payment> Run<'_, T> {
    /// What comes first of all that is waited for.
    fn first_wait(&self) -> Option<(Moment, RunWait)> {
        let (at, number) = self.waiting.first()?;
        let is_unsent = self.unsent.contains_key(number);
        if is_unsent && self.halted.is_some() {
            return None;
        }
        if let Some(until) = self.others.get(number) {
            return Some((*until, RunWait::Others));
        }
        if !is_unsent {
            return Some((*at, RunWait::Outcome));
        }
        let what = match self.held_by.get(number)? {
            NotStartedReason::NotBefore(_) => RunWait::Limits,
            _ => RunWait::Connection,
        };
        Some((*at, what))
    }
}

/// Shorter waits are over before they are read.
const WORTH_TELLING: Duration = Duration::from_secs(1);
