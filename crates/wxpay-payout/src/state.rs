//! The rules by which a payout moves from one state to the next. No clock and no I/O in here.

mod ends;
mod late;
mod moments;

use crate::entry::{Alarm, Entry, Lease, State};
use crate::product::Payment;
use crate::{Hold, Moment, Rules, WaitsFor};

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
            State::Waiting if self.may_repeat(now, rules) => Next::Send,
            _ if self.is_past_queries(now, rules) => Next::Person,
            State::Unknown if self.may_resend(now, rules) => Next::Send,
            _ => Next::Query,
        }
    }

    /// A try whose process went away is in doubt. To be called on whatever was read with an ended
    /// lease.
    pub(crate) fn end_lease(&mut self, now: Moment, rules: &Rules) {
        if self.state == State::Sending {
            self.doubt = true;
            self.state = self.open_state();
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
        let in_doubt = matches!(self.state, State::Sending | State::Unknown | State::Waiting);
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

    /// Whether it can be sent again under its number: WeChat Pay has never declared that number
    /// failed, so whatever an earlier try still does, it does once.
    pub(crate) fn may_reopen(&self) -> bool {
        let keeps_number =
            self.state == State::Rejected || self.state == State::Failed && self.attested;
        let stopped = matches!(self.alarm, Some(Alarm::Mismatch | Alarm::PaidLate));
        keeps_number && self.replaced_by.is_none() && !stopped
    }

    /// Back to where it can be sent again, under the same number. A refusal for the merchant's
    /// settings or keys is forgotten, so that it can be signed again. That it was sent is not: one
    /// of those tries may be paid yet.
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
        self.waits_for = None;
        self.package = None;
        self.cancel_asked_at = None;
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
    pub(crate) fn take(&mut self, payment: &impl Payment) {
        let fingerprint = payment.fingerprint();
        if self.fingerprint != fingerprint {
            self.fingerprint = fingerprint;
            self.payee = payment.payee();
            self.amount = payment.amount();
            self.message = None;
        }
    }

    /// Whether its message may be written and signed again now, under the same number.
    pub(crate) fn may_be_signed_again(&self) -> bool {
        let waits = matches!(self.state, State::Prepared | State::Unknown);
        self.resign && waits && self.lease.is_none()
    }

    /// Whether its end allows another number for the same intent: WeChat Pay itself has declared
    /// this one failed, which everyone who asks is told.
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

    /// Whether WeChat Pay says that it has paid something else under this number. No further query
    /// changes that.
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
            && self.cancel_asked_at.is_none()
            && !self.is_about_money()
            && self.message.is_some()
            && self.not_found > 0
            && waited(self.not_found_at, rules.not_found_gap)
            && waited(self.last_sent_at, gap)
            && in_time(self.first_sent_at, rules.resend_for)
    }

    /// WeChat Pay has taken it, and the same request once more brings what only such a response
    /// has: the package that the user's front end needs, or the next state.
    fn may_repeat(&self, now: Moment, rules: &Rules) -> bool {
        // A user waits for the package. What WeChat Pay itself waits for takes longer.
        let gap = match self.waits_for {
            Some(WaitsFor::User) => rules.settle,
            _ => rules.not_found_gap,
        };
        let gap = gap.saturating_mul(self.sends.clamp(1, MOST_GAPS));
        let waited = self.last_sent_at.is_some_and(|at| now.since(at) >= gap);
        let in_time = self
            .first_sent_at
            .is_some_and(|first| now.since(first) <= rules.resend_for);
        // A user is waiting for what this journal has never asked for.
        let at_once = self.sends == 0 && self.waits_for == Some(WaitsFor::User);
        rules.resend && self.lacks_answer() && (at_once || waited) && in_time
    }

    /// Whether a repetition of the request would tell something that no query does.
    pub(crate) fn lacks_answer(&self) -> bool {
        let lacks = match self.waits_for {
            Some(WaitsFor::User) => self.package.is_none(),
            Some(WaitsFor::Repetition) => true,
            Some(
                WaitsFor::Receiver | WaitsFor::Approver | WaitsFor::Merchant | WaitsFor::WeChatPay,
            )
            | None => false,
        };
        lacks && self.cancel_asked_at.is_none() && !self.is_about_money() && self.message.is_some()
    }

    /// Whether it is sent once more under a number that WeChat Pay holds so.
    pub(crate) fn is_repeated_for(&self, hold: &Hold) -> bool {
        self.lacks_answer() && self.waits_for == Some(hold.waits_for)
    }

    /// Whether it waits for a person, of whom nobody knows how long they take.
    pub(crate) fn waits_for_a_person(&self) -> bool {
        self.waits_for.is_some_and(WaitsFor::is_person)
    }

    /// Whether there is nothing to do but to wait for a person.
    pub(crate) fn is_left_to_a_person(&self, now: Moment, rules: &Rules) -> bool {
        let waits = self.state == State::Waiting && self.waits_for_a_person();
        let is_done = self.lease.is_none() && self.cancel_asked_at.is_none();
        waits && is_done && !self.lacks_answer() && self.due(now, rules) > now
    }

    /// Where it stands when nothing is known but what was known before.
    pub(crate) fn open_state(&self) -> State {
        if self.waits_for.is_some() {
            State::Waiting
        } else {
            State::Unknown
        }
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
