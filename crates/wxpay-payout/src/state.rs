//! The rules by which a payout moves from one state to the next. No clock and no I/O in here.

mod ends;
mod late;
mod moments;

use crate::entry::{Alarm, Entry, Lease, State};
use crate::intent::Payment;
use crate::{Moment, Rules};

/// What may be done with a payout now.
#[derive(Clone, Debug, Eq, PartialEq)]
#[allow(clippy::exhaustive_enums)] // complete by definition
pub enum Next {
    /// Send it, with its number and its bytes.
    Send,
    /// Ask WeChat Pay about it.
    Query,
    /// Nothing before this moment.
    Wait(Moment),
    /// Someone else is working on it, until this moment at most.
    Held(Moment),
    /// Nothing more happens by itself: a person has to look. [`Entry::alarm`] says why.
    Person,
    /// It is settled.
    Settled,
}

/// Why a person can't declare a payout failed now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum NotAttestable {
    /// Nothing of it has left, or it is settled: there is nothing to declare.
    NotUnknown,
    /// Someone is working on it, until this moment at most.
    Held(Moment),
    /// WeChat Pay has not said `NOT_FOUND` since the last send.
    NeverNotFound,
    /// Too little time has passed since the last send. It is possible from this moment on.
    TooEarly(Moment),
}

impl Entry {
    /// What may be done now. One caller can do it at a time: the one that changes the entry first.
    pub fn next(&self, now: Moment, rules: &Rules) -> Next {
        if self.state.is_settled() {
            return Next::Settled;
        }
        if let Some(until) = self.held_until(now, rules) {
            return Next::Held(until);
        }
        let due = self.due(now, rules);
        if due > now {
            return Next::Wait(due);
        }
        match self.state {
            State::Prepared if self.alarm == Some(Alarm::PaidLate) => Next::Person,
            State::Prepared => Next::Send,
            _ if self.is_past_queries(now, rules) => Next::Person,
            _ if self.may_resend(now, rules) => Next::Send,
            _ => Next::Query,
        }
    }

    /// A try whose process went away is in doubt. To be called on whatever was read with an ended lease.
    pub(crate) fn end_lease(&mut self, now: Moment, rules: &Rules) {
        if self.state == State::Sending {
            self.doubt = true;
            self.state = State::Unknown;
            self.reason = Some("the process ended in the middle of a send".to_owned());
            self.next_at = self.settled_from(rules).max(now);
        }
        self.lease = None;
    }

    pub(crate) fn hold(&mut self, holder: &str, now: Moment, rules: &Rules) {
        self.lease = Some(Lease {
            holder: holder.to_owned(),
            until: now.after(rules.lease),
        });
    }

    /// To be in the journal before the first byte leaves.
    pub(crate) fn begin_send(&mut self, holder: &str, now: Moment, rules: &Rules) {
        self.hold(holder, now, rules);
        self.state = State::Sending;
        self.sends = self.sends.saturating_add(1);
        self.first_sent_at.get_or_insert(now);
        self.last_sent_at = Some(now);
        self.queries = 0;
        self.not_found = 0;
        self.not_found_at = None;
        self.resign = false;
        if self.alarm == Some(Alarm::Configuration) {
            self.alarm = None;
        }
    }

    /// Whether a person may declare it failed.
    ///
    /// # Errors
    /// Why not. Nothing is known of the money that was not known before.
    pub fn may_attest(&self, now: Moment, rules: &Rules) -> Result<(), NotAttestable> {
        if let Some(until) = self.held_until(now, rules) {
            return Err(NotAttestable::Held(until));
        }
        let in_doubt = matches!(self.state, State::Sending | State::Unknown);
        let Some(last) = self.last_sent_at.filter(|_| in_doubt) else {
            return Err(NotAttestable::NotUnknown);
        };
        if now.since(last) < rules.attest_after {
            return Err(NotAttestable::TooEarly(last.after(rules.attest_after)));
        }
        if self.not_found == 0 {
            return Err(NotAttestable::NeverNotFound);
        }
        Ok(())
    }

    pub(crate) fn attest(&mut self, words: String, now: Moment) {
        self.reason = Some(words);
        self.lease = None;
        self.attested = true;
        self.close(State::Failed, now);
    }

    /// Whether it can be sent again under its number: WeChat Pay has never declared that number failed, so whatever an
    /// earlier try still does, it does once.
    pub(crate) fn may_reopen(&self) -> bool {
        let keeps_number =
            self.state == State::Rejected || self.state == State::Failed && self.attested;
        let stopped = matches!(self.alarm, Some(Alarm::Mismatch | Alarm::PaidLate));
        keeps_number && self.replaced_by.is_none() && !stopped
    }

    /// Back to where it can be sent again, under the same number. A refusal for the merchant's settings or keys is
    /// forgotten, so that it can be signed again. That it was sent is not: one of those tries may be paid yet.
    pub(crate) fn reopen(&mut self, now: Moment) {
        let configuration = self
            .refusal
            .as_ref()
            .is_some_and(|refusal| refusal.class.configuration);
        if configuration || self.message.is_none() {
            self.reason = None;
            self.resign = true;
        }
        self.state = State::Prepared;
        self.closed_at = None;
        self.refusal = None;
        self.alarm = None;
        self.attested = false;
        self.doubt = false;
        self.queries = 0;
        self.first_sent_at = None;
        self.last_sent_at = None;
        self.next_at = now;
    }

    /// Whether nothing of it has left or can be about to, so that its payment can be corrected.
    pub(crate) fn may_be_corrected(&self) -> bool {
        let unsent = self.state == State::Prepared && !self.doubt && self.lease.is_none();
        unsent && self.alarm != Some(Alarm::PaidLate)
    }

    /// Takes another payment in the place of its own.
    pub(crate) fn take(&mut self, payment: &Payment) {
        let fingerprint = payment.fingerprint();
        if self.fingerprint != fingerprint {
            self.fingerprint = fingerprint;
            self.payee = payment.payee();
            self.amount = payment.amount;
            self.message = None;
        }
    }

    /// Whether its message may be written and signed again now, under the same number.
    pub(crate) fn may_be_signed_again(&self) -> bool {
        let waits = matches!(self.state, State::Prepared | State::Unknown);
        self.resign && waits && self.lease.is_none()
    }

    /// Whether its end allows another number for the same intent: WeChat Pay itself has declared this one failed, which
    /// everyone who asks is told.
    pub fn allows_replacement(&self) -> bool {
        let failed = self.state == State::Failed && !self.attested;
        failed && self.replaced_by.is_none() && !self.is_about_money()
    }

    /// Whether something else was paid under this number, or under an earlier one of its intent.
    pub(crate) fn is_about_money(&self) -> bool {
        matches!(
            self.alarm,
            Some(Alarm::Mismatch | Alarm::ParametersDiffer | Alarm::PaidLate)
        )
    }

    /// Whether WeChat Pay says that it has paid something else under this number. No further query changes that.
    pub(crate) fn is_paid_otherwise(&self) -> bool {
        self.state == State::Unknown && self.lease.is_none() && self.alarm == Some(Alarm::Mismatch)
    }

    /// In doubt, not known to WeChat Pay since the last send, and not too old.
    fn may_resend(&self, now: Moment, rules: &Rules) -> bool {
        let in_time = |from: Option<Moment>, time| from.is_some_and(|from| now.since(from) <= time);
        // Ever more patiently: what was refused again and again will be once more.
        let gap = rules
            .not_found_gap
            .saturating_mul(self.sends.clamp(1, MOST_GAPS));
        let waited = |from: Option<Moment>, gap| from.is_some_and(|from| now.since(from) >= gap);
        rules.resend
            && self.doubt
            && !self.is_about_money()
            && self.message.is_some()
            && self.not_found > 0
            && waited(self.not_found_at, rules.not_found_gap)
            && waited(self.last_sent_at, gap)
            && in_time(self.first_sent_at, rules.resend_for)
    }

    fn is_past_queries(&self, now: Moment, rules: &Rules) -> bool {
        let first = self.first_sent_at;
        first.is_some_and(|first| now.since(first) > rules.query_window)
    }

    fn settled_from(&self, rules: &Rules) -> Moment {
        let sent = self.last_sent_at.unwrap_or(self.prepared_at);
        sent.after(rules.settle)
    }
}

const MOST_GAPS: u32 = 12;

#[cfg(test)]
#[allow(clippy::unwrap_used)] // panicking is fine in tests
mod tests;
