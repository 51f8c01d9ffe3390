//! Moments that a wrong clock has written: they must not hold a payout up.

use crate::entry::Entry;
use crate::{Moment, Rules};

impl Entry {
    /// When there is something to do next. A moment further ahead than any wait was written by a
    /// clock that was wrong, and must not hold the payout up.
    pub(crate) fn due(&self, now: Moment, rules: &Rules) -> Moment {
        if self.next_at.since(now) > rules.longest_wait() {
            return now;
        }
        self.next_at
    }

    /// Until when someone is working on it, if someone is.
    ///
    /// A lease that ends further ahead than any wait was written by a clock that was wrong, and
    /// must not hold the payout up for as long. Should its process still be about to send, then the
    /// time until the next send under this or another number is longer than what its fence leaves
    /// it.
    pub(crate) fn held_until(&self, now: Moment, rules: &Rules) -> Option<Moment> {
        let until = self.lease.as_ref()?.until;
        (until > now && until.since(now) <= rules.longest_wait()).then_some(until)
    }

    /// Puts moments of the past right that are far ahead of now, since they were written by a clock
    /// that was wrong. Whether there were any.
    ///
    /// The last send is taken for later than it was, and the first one for earlier: it is sent
    /// again, or declared failed, rather too late than too early.
    pub(crate) fn correct_moments(&mut self, now: Moment, rules: &Rules) -> bool {
        let is_wrong = |at: Moment| at.since(now) > rules.longest_wait();
        let mut corrected = is_wrong(self.prepared_at);
        if corrected {
            self.prepared_at = now;
        }
        let moments = [
            (&mut self.first_sent_at, self.prepared_at),
            (&mut self.last_sent_at, now),
            (&mut self.not_found_at, now),
        ];
        for (moment, right) in moments {
            if moment.is_some_and(is_wrong) {
                *moment = Some(right);
                corrected = true;
            }
        }
        corrected
    }
}
