//! What follows from what: the rules by which a payout moves from one state to the next. No clock and no I/O in here.

mod ends;

use crate::entry::{Alarm, Entry, Lease, State};
use crate::evidence::Refusal;
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

const MOST_GAPS: u32 = 12;

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test may end so
mod tests;
