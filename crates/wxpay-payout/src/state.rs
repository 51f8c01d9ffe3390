//! What follows from what: the rules by which a payout moves from one state to the next. No clock and no I/O in here.

use std::time::Duration;

use wxpay_core::{Certainty, Fen};

use crate::entry::{Alarm, Entry, Lease, State};
use crate::evidence::{PayEnd, QueryEnd, Refusal};
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
    /// Somebody else is working on it, until this moment at most.
    Held(Moment),
    /// Nothing any more by itself: a person has to look. [`Entry::alarm`] says why.
    Person,
    /// It is settled.
    Settled,
}

impl Entry {
    /// What may be done now. One caller can do it at a time: whoever changes the entry first.
    pub fn next(&self, now: Moment, rules: &Rules) -> Next {
        if self.state.is_settled() {
            return Next::Settled;
        }
        if let Some(lease) = &self.lease
            && lease.until > now
        {
            return Next::Held(lease.until);
        }
        if self.next_at > now {
            return Next::Wait(self.next_at);
        }
        match self.state {
            State::Prepared => Next::Send,
            _ if self.is_past_queries(now, rules) => Next::Person,
            _ if self.may_resend(now, rules) => Next::Send,
            _ => Next::Query,
        }
    }

    /// A try whose process went away is in doubt. To be called on whatever was read with an ended lease.
    pub(crate) fn recover(&mut self, now: Moment, rules: &Rules) {
        if self.state == State::Sending {
            self.doubt = true;
            self.state = State::Unknown;
            self.reason = Some("the process went away in the middle of a send".to_owned());
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
    }

    pub(crate) fn end_send(&mut self, end: &PayEnd, now: Moment, rules: &Rules) {
        self.lease = None;
        match end {
            PayEnd::Paid { payment_no } => self.pay(Some(payment_no), now),
            PayEnd::NotSent(error) => self.take_back(error.to_string(), now, rules),
            PayEnd::Refused(refusal) => self.refuse(refusal, now, rules),
            PayEnd::Unclear(what) => {
                self.refusal = None;
                self.put_in_doubt(what.clone(), now, rules);
            }
        }
    }

    /// What a try says that somebody else has taken for lost meanwhile: it can settle the payout, or leave it in doubt.
    pub(crate) fn end_late_send(&mut self, end: &PayEnd, now: Moment) {
        if let PayEnd::Paid { payment_no } = end
            && !self.state.is_settled()
        {
            self.lease = None;
            self.pay(Some(payment_no), now);
        }
    }

    pub(crate) fn end_query(&mut self, end: &QueryEnd, now: Moment, rules: &Rules) {
        self.lease = None;
        match end {
            QueryEnd::Paid {
                payment_no,
                amount,
                payee,
            } => {
                if *amount == Some(self.amount)
                    && payee.as_ref().is_none_or(|payee| *payee == self.payee)
                {
                    self.pay(payment_no.as_ref(), now);
                } else {
                    self.alarm = Some(Alarm::Mismatch);
                    self.was_known();
                    self.wait(paid_otherwise(*amount, self.amount), now, rules);
                }
            }
            QueryEnd::Failed(reason) => {
                self.reason = reason.clone();
                self.close(State::Failed, now);
            }
            QueryEnd::Processing => {
                self.was_known();
                self.wait("under way (处理中)".to_owned(), now, rules);
            }
            QueryEnd::NotFound => self.count_not_found(now, rules),
            QueryEnd::Refused(refusal) => {
                if refusal.class.configuration {
                    self.alarm = Some(Alarm::Configuration);
                }
                self.wait(text_of(refusal), now, rules);
            }
            QueryEnd::Unclear(what) => self.wait(what.clone(), now, rules),
        }
    }

    /// Raises the alarm that it can't be queried any more, unless there is one that says more. Whether that is a change.
    pub(crate) fn end_queries(&mut self) -> bool {
        let by_age = matches!(
            self.alarm,
            None | Some(Alarm::Overdue | Alarm::ResendWindowClosed | Alarm::QueryWindowCloses)
        );
        if by_age {
            self.alarm = Some(Alarm::QueryWindowClosed);
        }
        by_age
    }

    /// Whether a person may declare it failed.
    pub fn may_attest(&self, now: Moment, rules: &Rules) -> bool {
        let waited = self
            .last_sent_at
            .is_some_and(|last| now.since(last) >= rules.attest_after);
        self.state == State::Unknown && waited && self.not_found > 0
    }

    pub(crate) fn attest(&mut self, words: String, now: Moment) {
        self.reason = Some(words);
        self.close(State::Failed, now);
    }

    /// Whether it can be sent again once its cause is mended: it was refused, and no other number stands in its place.
    pub(crate) fn may_reopen(&self) -> bool {
        self.state == State::Rejected && self.replaced_by.is_none()
    }

    /// Back to where it can be sent again, with the same number and the same bytes. A refusal for the merchant's settings or
    /// keys is forgotten, so that the bytes can be signed anew.
    pub(crate) fn reopen(&mut self, now: Moment) {
        if self
            .refusal
            .as_ref()
            .is_some_and(|refusal| refusal.class.configuration)
        {
            self.reason = None;
        }
        self.state = State::Prepared;
        self.closed_at = None;
        self.refusal = None;
        self.alarm = None;
        self.sends = 0;
        self.first_sent_at = None;
        self.last_sent_at = None;
        self.next_at = now;
    }

    /// Whether no send was begun with these bytes since it was prepared or reopened with nothing known of it.
    ///
    /// A send that was taken back has left its reason.
    pub(crate) fn may_be_signed_anew(&self) -> bool {
        self.state == State::Prepared && self.reason.is_none() && self.lease.is_none()
    }

    /// Whether its end allows another number for the same intent.
    pub fn allows_replacement(&self) -> bool {
        if self.replaced_by.is_some() {
            return false;
        }
        match self.state {
            State::Failed => true,
            State::Rejected => {
                let refusal = self.refusal.as_ref();
                refusal.is_some_and(Refusal::allows_replacement)
            }
            State::Prepared | State::Sending | State::Unknown | State::Paid => false,
        }
    }

    fn pay(&mut self, payment_no: Option<&String>, now: Moment) {
        self.payment_no = payment_no.cloned();
        self.alarm = None;
        self.reason = None;
        self.close(State::Paid, now);
    }

    fn close(&mut self, state: State, now: Moment) {
        self.state = state;
        self.closed_at = Some(now);
        // What was rejected may go out again once its cause is mended; nothing else needs its personal data any more.
        if state != State::Rejected {
            self.message = None;
        }
        if state != State::Paid {
            self.counted = None;
        }
    }

    /// Nothing of this try has left, so it never was. An earlier one that is in doubt stays so.
    fn take_back(&mut self, why: String, now: Moment, rules: &Rules) {
        self.sends = self.sends.saturating_sub(1);
        self.reason = Some(why);
        if self.sends == 0 {
            self.first_sent_at = None;
            self.last_sent_at = None;
        }
        if self.doubt {
            self.state = State::Unknown;
            self.next_at = now.after(rules.query_wait(0));
        } else {
            self.state = State::Prepared;
            self.next_at = now;
        }
    }

    fn refuse(&mut self, refusal: &Refusal, now: Moment, rules: &Rules) {
        self.refusal = Some(refusal.clone());
        if refusal.class.configuration {
            self.alarm = Some(Alarm::Configuration);
        } else if refusal.code == "FATAL_ERROR" {
            self.alarm = Some(Alarm::ParametersDiffer);
        } else if refusal.class == wxpay_core::Class::UNLISTED {
            self.alarm = Some(Alarm::UnlistedCode);
        }
        if refusal.class.certainty != Certainty::Definite {
            self.doubt = true;
        }
        self.reason = Some(text_of(refusal));
        self.state = State::Unknown;
        self.next_at = self.settled_from(rules).max(now);
    }

    fn put_in_doubt(&mut self, why: String, now: Moment, rules: &Rules) {
        self.doubt = true;
        self.reason = Some(why);
        self.state = State::Unknown;
        self.next_at = self.settled_from(rules).max(now);
    }

    fn wait(&mut self, why: String, now: Moment, rules: &Rules) {
        self.warn_of_age(now, rules);
        self.state = State::Unknown;
        self.reason = Some(why);
        self.next_at = now.after(rules.query_wait(self.queries));
        self.queries = self.queries.saturating_add(1);
    }

    /// Not found is not failed: it counts only with enough time in between, and ends a payout only if its one refusal
    /// was definite and no try is in doubt.
    fn count_not_found(&mut self, now: Moment, rules: &Rules) {
        let counts = self
            .not_found_at
            .is_none_or(|last| now.since(last) >= rules.not_found_gap);
        if counts {
            self.not_found = self.not_found.saturating_add(1);
            self.not_found_at = Some(now);
        }
        let refusal = self
            .refusal
            .as_ref()
            .filter(|refusal| refusal.is_definite());
        if let Some(refusal) = refusal
            && !self.doubt
            && self.not_found >= rules.confirmations.max(1)
        {
            self.reason = Some(text_of(refusal));
            self.close(State::Rejected, now);
            return;
        }
        let why = match &self.refusal {
            Some(refusal) => format!("{NOT_FOUND}; it was refused with {}", text_of(refusal)),
            None => NOT_FOUND.to_owned(),
        };
        if self
            .first_sent_at
            .is_some_and(|first| now.since(first) > rules.resend_for)
        {
            if matches!(self.alarm, None | Some(Alarm::Overdue)) {
                self.alarm = Some(Alarm::ResendWindowClosed);
            }
            self.wait(why, now, rules);
        } else {
            self.wait(why, now, rules);
            self.next_at = now.after(rules.not_found_gap);
        }
    }

    /// An alarm by age never takes the place of one that says more.
    fn warn_of_age(&mut self, now: Moment, rules: &Rules) {
        let age = self
            .first_sent_at
            .map_or(Duration::ZERO, |first| now.since(first));
        let by_age = matches!(
            self.alarm,
            None | Some(Alarm::Overdue | Alarm::ResendWindowClosed)
        );
        if by_age && age >= rules.closing_after {
            self.alarm = Some(Alarm::QueryWindowCloses);
        } else if age >= rules.overdue_after {
            self.alarm.get_or_insert(Alarm::Overdue);
        }
    }

    /// WeChat Pay knows of a payment, so a refusal of it is not definite, and not being found before proves nothing.
    fn was_known(&mut self) {
        self.doubt = true;
        self.not_found = 0;
        self.not_found_at = None;
    }

    /// In doubt, not known to WeChat Pay since the last send, and not too old.
    fn may_resend(&self, now: Moment, rules: &Rules) -> bool {
        let in_time = |from: Option<Moment>, time| from.is_some_and(|from| now.since(from) <= time);
        // Ever more patiently: what was refused again and again will be once more.
        let gap = rules
            .not_found_gap
            .saturating_mul(self.sends.clamp(1, MOST_GAPS));
        let waited = |from: Option<Moment>, gap| from.is_some_and(|from| now.since(from) >= gap);
        let hindered = matches!(
            self.alarm,
            Some(
                Alarm::Mismatch
                    | Alarm::ParametersDiffer
                    | Alarm::QueryWindowClosed
                    | Alarm::ResendWindowClosed
            )
        );
        rules.resend
            && self.doubt
            && !hindered
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

fn text_of(refusal: &Refusal) -> String {
    format!("{}: {}", refusal.code, refusal.message)
}

fn paid_otherwise(amount: Option<Fen>, expected: Fen) -> String {
    match amount {
        Some(amount) if amount != expected => {
            format!("WeChat Pay paid {amount} fen under this number, not {expected}")
        }
        Some(_) => "WeChat Pay paid somebody else under this number".to_owned(),
        None => "WeChat Pay says paid, and not how much".to_owned(),
    }
}

const NOT_FOUND: &str = "WeChat Pay does not know it so far (NOT_FOUND)";
const MOST_GAPS: u32 = 12;

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test may end so
mod tests;
