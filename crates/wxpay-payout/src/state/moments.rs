//! Moments that a wrong clock has written: they must not hold a payout up.

use crate::entry::Entry;
use crate::{Moment, Rules};

impl Entry {
    /// When there is something to do next. A moment further ahead than any wait was written by a clock that was wrong, and
    /// must not hold the payout up.
    pub(crate) fn due(&self, now: Moment, rules: &Rules) -> Moment {
        if self.next_at.since(now) > rules.longest_wait() {
            return now;
        }
        self.next_at
    }

    /// Puts moments of the past right that are far ahead of now, since they were written by a clock that was wrong. To be
    /// called on whatever was read.
    ///
    /// The last send is taken for later than it was, and the first one for earlier: it is sent again, or declared failed,
    /// rather too late than too early.
    pub(crate) fn correct_moments(&mut self, now: Moment, rules: &Rules) {
        let is_wrong = |at: Moment| at.since(now) > rules.longest_wait();
        if is_wrong(self.prepared_at) {
            self.prepared_at = now;
        }
        if self.first_sent_at.is_some_and(is_wrong) {
            self.first_sent_at = Some(self.prepared_at);
        }
        if self.last_sent_at.is_some_and(is_wrong) {
            self.last_sent_at = Some(now);
        }
        if self.not_found_at.is_some_and(is_wrong) {
            self.not_found_at = Some(now);
        }
    }
}
