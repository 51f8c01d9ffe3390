//! What comes next, and when.

use std::time::Duration;

use crate::reason::Reason;
use crate::record::{Charge, Record, Refused, Seen, Stand};
use crate::rules::Rules;

impl Record {
    /// From when on a reversal may be sent, if one is wanted. `age` is the time since the charge by
    /// the wall clock.
    fn reversal_from(&self, rules: &Rules, age: Duration) -> Option<Duration> {
        if self.is_too_old(rules, age) || self.seen.is_other() {
            return None;
        }
        let soonest = rules.reverse_after;
        // What WeChat Pay has begun to reverse has to come to its end, paid or not.
        if self.cancel || self.reversal.stand >= Stand::CallAgain {
            return Some(soonest);
        }
        // Nothing that is known to be paid is reversed without being asked for.
        if matches!(self.seen, Seen::Paid(_)) {
            return None;
        }
        match &self.charge {
            // It could be the payment of somebody else.
            Charge::Refused {
                kind: Refused::NumberUsed,
                ..
            } => (self.seen != Seen::Nothing).then(|| soonest.max(rules.wait)),
            Charge::Refused { .. } => Some(soonest),
            Charge::Unknown | Charge::Paying => Some(soonest.max(rules.wait)),
        }
    }

    /// Whether a reversal is to be sent now, after a query has settled nothing.
    pub(crate) fn is_time_to_reverse(&self, rules: &Rules, age: Duration) -> bool {
        let from = self.reversal_from(rules, age);
        let is_wanted_anyway = self.cancel || self.reversal.stand >= Stand::CallAgain;
        // The documents want the state of the payment to be asked for before; a single query that
        // fails is asked again.
        let is_asked = self.unanswered == 0 || self.unanswered >= UNANSWERED || is_wanted_anyway;
        // What is done shows in the books a little later.
        let again_from = self.reversal.last.saturating_add(rules.query_every);
        let is_done = self.reversal.stand == Stand::Accepted && self.elapsed < again_from;
        let is_time = from.is_some_and(|from| self.elapsed >= from);
        self.end.is_none() && is_asked && is_time && !is_done
    }

    /// The wait until the next query.
    pub(crate) fn pause(&self, rules: &Rules, age: Duration) -> Duration {
        let Some(last) = self.last_query else {
            return match &self.charge {
                Charge::Refused { .. } => Duration::ZERO,
                Charge::Unknown | Charge::Paying => rules.first_query,
            };
        };
        let every = if self.elapsed < rules.late {
            rules.query_every
        } else {
            rules.query_every_later
        };
        let mut moments = Vec::new();
        if self.is_refused(Refused::ForGood) {
            moments.push(rules.confirm);
        }
        // The query right before the reversal.
        moments.extend(self.reversal_from(rules, age));
        if matches!(self.seen, Seen::Paid(_)) {
            moments.extend(self.paid_is_proven_at(rules));
        }
        // The query that confirms it.
        if self.reversal.stand == Stand::Accepted && self.reversal.last >= last {
            return CONFIRMATION_PAUSE.min(every);
        }
        let ahead = moments
            .into_iter()
            .filter_map(|moment| moment.checked_sub(self.elapsed))
            .filter(|wait| !wait.is_zero());
        ahead.fold(every, Duration::min)
    }

    /// Why it is not settled.
    pub(crate) fn reason(&self, rules: &Rules, age: Duration) -> Reason {
        match (&self.seen, self.reversal.stand) {
            (Seen::OtherAmount(_), _) => Reason::OtherAmount,
            (Seen::OtherPayment, _) => Reason::OtherPayment,
            (Seen::Paid(_), Stand::Refused | Stand::InDoubt) if !self.cancel => {
                Reason::PaidWhileReversing
            }
            _ if self.is_too_old(rules, age) => Reason::TooOld,
            (_, Stand::CallAgain | Stand::Accepted) => Reason::Reversing,
            _ if self.cancel => Reason::Reversing,
            (Seen::Paying, _) => Reason::CustomerPaying,
            (_, Stand::InDoubt | Stand::Refused) => Reason::Reversing,
            (Seen::Nothing, _) if self.not_known > 0 => Reason::NotKnown,
            _ if self.charge == Charge::Paying => Reason::CustomerPaying,
            _ => Reason::Unknown,
        }
    }

    /// Whether nothing but a person can settle it, so that it is of no use to go on asking.
    pub(crate) fn is_for_a_person(&self, rules: &Rules, age: Duration) -> bool {
        let time_can_prove_it = match &self.seen {
            Seen::Nothing => {
                let is_refused = self.told().is_some() && !self.number_was_used();
                is_refused || self.reversal.sent > 0
            }
            Seen::Paid(_) => !self.cancel && self.paid_is_proven_at(rules).is_some(),
            _ => false,
        };
        self.seen.is_other() || self.is_too_old(rules, age) && !time_can_prove_it
    }

    fn is_too_old(&self, rules: &Rules, age: Duration) -> bool {
        self.reversal.too_late || age > rules.reverse_for
    }
}

/// After so many queries in a row without an answer, the order is reversed without one.
const UNANSWERED: u32 = 3;
const CONFIRMATION_PAUSE: Duration = Duration::from_secs(1);
