//! Responses that arrive when the payout has moved on without them. A payment is never dropped.

use super::ends::paid_otherwise;
use crate::Moment;
use crate::entry::{Alarm, Entry, State};
use crate::evidence::{PayEnd, QueryEnd};

impl Entry {
    /// The end of a send that others have taken for lost meanwhile. `sent` is the entry as it was
    /// sent.
    pub(crate) fn end_late_send(&mut self, end: &PayEnd, sent: &Self, now: Moment) {
        if let PayEnd::Paid { payment_no } = end {
            // What was sent then may have been corrected since. This is what was paid.
            let corrected = self.state != State::Paid && self.fingerprint != sent.fingerprint;
            if corrected {
                self.fingerprint.clone_from(&sent.fingerprint);
                self.payee.clone_from(&sent.payee);
                self.amount = sent.amount;
            }
            self.pay_late(Some(payment_no), now);
            if corrected {
                self.tell_paid_late();
            }
        }
        // Only the response to a send has the package.
        if let PayEnd::Waiting(hold) = end {
            self.end_late_query(&QueryEnd::Waiting(hold.clone()), now);
            if !self.state.is_settled() && hold.package.is_some() {
                self.package.clone_from(&hold.package);
            }
        }
    }

    /// The end of a query during which others have changed the entry.
    pub(crate) fn end_late_query(&mut self, end: &QueryEnd, now: Moment) {
        if self.state == State::Paid {
            return;
        }
        match end {
            QueryEnd::Paid {
                payment_no,
                amount,
                payee,
                ..
            } if self.is_paid_as_expected(*amount, payee.as_ref()) => {
                self.pay_late(payment_no.as_ref(), now);
            }
            QueryEnd::Paid { amount, .. } => {
                self.alarm = Some(Alarm::Mismatch);
                self.reason = Some(paid_otherwise(*amount, self.amount));
                self.is_known_late(now);
            }
            // What WeChat Pay has declared failed itself is not under way again.
            QueryEnd::Processing | QueryEnd::Waiting(_)
                if self.state != State::Failed || self.attested =>
            {
                self.is_known_late(now);
            }
            _ => {}
        }
    }

    /// WeChat Pay knows of a payment under this number, so it can't be taken for refused or never
    /// made.
    fn is_known_late(&mut self, now: Moment) {
        self.was_known();
        // Its age is counted from now on, if it was to go out for the first time or again.
        self.first_sent_at.get_or_insert(now);
        self.last_sent_at.get_or_insert(now);
        if self.state.is_settled() || self.state == State::Prepared {
            self.state = State::Unknown;
            self.attested = false;
            self.closed_at = None;
            self.next_at = now;
            self.counted = Some(now.day());
        }
    }

    /// It was paid after all. If it had been given up, that is an alarm of its own.
    pub(crate) fn pay_late(&mut self, payment_no: Option<&String>, now: Moment) {
        match self.state {
            State::Paid => {}
            State::Sending | State::Unknown | State::Waiting => {
                self.lease = None;
                self.pay(payment_no, now);
            }
            State::Prepared | State::Rejected | State::Failed => {
                self.lease = None;
                self.attested = false;
                self.counted = Some(now.day());
                self.pay(payment_no, now);
                self.tell_paid_late();
            }
        }
    }

    fn tell_paid_late(&mut self) {
        // A number that was stopped says already which other one was paid.
        if self.alarm != Some(Alarm::PaidLate) {
            self.alarm = Some(Alarm::PaidLate);
            self.reason = Some("paid after it had been booked as not paid".to_owned());
        }
    }

    /// An earlier number of this intent was paid, or may have been, so that this one must not be.
    pub(crate) fn stop_for(&mut self, paid: &str) {
        self.alarm = Some(Alarm::PaidLate);
        self.reason = Some(format!(
            "its earlier number {paid} was paid after all, or may have been, so this one is not sent"
        ));
    }
}
