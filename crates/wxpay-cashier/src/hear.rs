//! What each answer proves.

use std::time::Duration;

use wxpay_core::Certainty;

use crate::described::described;
use crate::evidence::{PayEnd, Payment, QueryEnd, Refusal, ReverseEnd};
use crate::outcome::{Proof, Told};
use crate::record::{Charge, End, Record, Refused, Reversal, Seen, Stand};
use crate::rules::Rules;

impl Record {
    /// The end of the charge itself.
    pub(crate) fn hear_pay(&mut self, end: PayEnd, rules: &Rules) {
        self.is_sent = true;
        match end {
            PayEnd::NotSent(error) => {
                self.note = Some(described(&error));
                self.end = Some(End::NotPaid(Proof::NotSent));
            }
            // A number that was paid before is refused, so this needs no look at clocks.
            PayEnd::Paid(payment) => self.hear_paid(payment, rules, false),
            PayEnd::Paying => {
                self.charge = Charge::Paying;
                self.seen = Seen::Paying;
            }
            PayEnd::Refused(refusal) => match refused(&refusal) {
                Some(kind) => {
                    self.charge = Charge::Refused {
                        told: Told::new(refusal.code, refusal.message),
                        kind,
                    };
                }
                None => self.note = Some(refusal.said()),
            },
            PayEnd::Unclear(what) => self.note = Some(what),
        }
    }

    /// The end of a query.
    pub(crate) fn hear_query(&mut self, end: QueryEnd, rules: &Rules) {
        self.last_query = Some(self.elapsed);
        if matches!(end, QueryEnd::Refused(_) | QueryEnd::Unclear(_)) {
            self.unanswered = self.unanswered.saturating_add(1);
        } else {
            self.unanswered = 0;
            self.note = None;
        }
        match end {
            QueryEnd::Paid(payment) => {
                let is_earlier = self.is_earlier(&payment, rules);
                self.hear_paid(payment, rules, is_earlier);
            }
            QueryEnd::Refunded => self.hear_refunded(),
            QueryEnd::Unpaid => self.hear_unpaid(Seen::Unpaid),
            QueryEnd::Paying => self.hear_unpaid(Seen::Paying),
            QueryEnd::Reversed => self.hear_not_paid(Proof::Reversed),
            QueryEnd::Failed => self.hear_not_paid(Proof::Failed),
            QueryEnd::Closed => self.hear_not_paid(Proof::Closed),
            QueryEnd::NotFound => self.hear_not_found(rules),
            QueryEnd::Refused(refusal) => self.note = Some(refusal.said()),
            QueryEnd::Unclear(what) => self.note = Some(what),
        }
    }

    fn hear_paid(&mut self, payment: Payment, rules: &Rules, is_earlier: bool) {
        if payment.amount != self.amount {
            self.seen = Seen::OtherAmount(payment.amount);
            return;
        }
        if self.number_was_used() || is_earlier {
            self.seen = Seen::OtherPayment;
            return;
        }
        self.seen = Seen::Paid(payment.clone());
        let proven = self.paid_is_proven_at(rules);
        if !self.cancel && proven.is_some_and(|at| self.elapsed >= at) {
            self.end = Some(End::Paid(payment));
        }
    }

    fn hear_refunded(&mut self) {
        if self.number_was_used() {
            self.seen = Seen::OtherPayment;
        } else {
            self.end = Some(End::Refunded);
        }
    }

    /// From when on a query that tells of the payment proves that no reversal will take it back.
    pub(crate) fn paid_is_proven_at(&self, rules: &Rules) -> Option<Duration> {
        let last = self.reversal.last;
        match self.reversal.stand {
            Stand::None => Some(Duration::ZERO),
            Stand::Refused => Some(last.saturating_add(rules.reverse_after)),
            Stand::InDoubt => Some(last.saturating_add(rules.doubt)),
            Stand::CallAgain | Stand::Accepted => None,
        }
    }

    /// Whether it was made before this charge was begun, by clocks that may differ.
    fn is_earlier(&self, payment: &Payment, rules: &Rules) -> bool {
        let differ = i64::try_from(rules.clocks_differ.as_millis()).unwrap_or(i64::MAX);
        let is_dated_before = payment
            .paid_at
            .is_some_and(|at| at.unix_millis().saturating_add(differ) < self.began_at);
        // What was being paid when it was charged had not been paid before, whatever the clocks
        // say.
        is_dated_before && self.charge != Charge::Paying
    }

    fn hear_unpaid(&mut self, seen: Seen) {
        // A payment that was seen once is not undone by an answer that is older.
        if !self.has_seen_payment() {
            self.seen = seen;
        }
        self.not_known = 0;
    }

    fn hear_not_paid(&mut self, proof: Proof) {
        self.not_known = 0;
        // What was paid can be reversed, and can't fail or be closed any more.
        if proof == Proof::Reversed || !self.has_seen_payment() {
            self.end = Some(End::NotPaid(proof));
        }
    }

    fn has_seen_payment(&self) -> bool {
        matches!(self.seen, Seen::Paid(_)) || self.seen.is_other()
    }

    /// WeChat Pay's queries know only orders whose creation succeeded, so this alone proves
    /// nothing.
    fn hear_not_found(&mut self, rules: &Rules) {
        if self.seen != Seen::Nothing {
            return;
        }
        self.not_known = self.not_known.saturating_add(1);
        let twice = self.not_known >= 2;
        let reversal = &self.reversal;
        let proof = if self.number_was_used() {
            None
        } else if reversal.stand == Stand::Accepted
            && (twice && self.told().is_some() || self.elapsed >= rules.doubt)
        {
            // The documents say that an order which is reversed can't be paid any more, and not
            // that a charge is which has yet to arrive. So it must have been answered, or have had
            // its time.
            Some(Proof::Reversed)
        } else if twice && self.is_refused(Refused::ForGood) && self.elapsed >= rules.confirm
            || twice && self.is_refused(Refused::ForNow) && reversal.found_nothing
        {
            Some(Proof::Refused)
        } else if twice && reversal.sent > 0 && self.elapsed >= rules.not_known_for {
            Some(Proof::NeverArrived)
        } else {
            None
        };
        self.end = proof.map(End::NotPaid);
    }

    /// A reversal is about to leave: if nothing more is heard of it, it is in doubt.
    pub(crate) fn begin_reversal(&mut self) -> Reversal {
        let before = self.reversal.clone();
        self.reversal.sent = before.sent.saturating_add(1);
        self.reversal.last = self.elapsed;
        self.reversal.stand = before.stand.max(Stand::InDoubt);
        self.reversal.found_nothing = false;
        before
    }

    /// The end of a reversal; `before` is how things stood before it.
    pub(crate) fn hear_reverse(&mut self, end: ReverseEnd, before: Reversal) {
        self.reversal.last = self.elapsed;
        match end {
            ReverseEnd::NotSent(error) => {
                self.note = Some(described(&error));
                self.reversal = before;
            }
            ReverseEnd::Accepted => self.reversal.stand = Stand::Accepted,
            ReverseEnd::CallAgain => self.reversal.stand = Stand::CallAgain,
            ReverseEnd::NotFound => {
                self.reversal.stand = before.stand.max(Stand::Refused);
                self.reversal.found_nothing = true;
            }
            ReverseEnd::Refused(refusal) => {
                self.note = Some(refusal.said());
                if is_not_executed(&refusal) {
                    self.reversal.stand = before.stand.max(Stand::Refused);
                }
                if refusal.code == "REVERSE_EXPIRE" {
                    self.reversal.too_late = true;
                    self.cancel = false;
                }
            }
            ReverseEnd::Unclear(what) => self.note = Some(what),
        }
    }
}

/// What a refusal of the charge is worth; nothing if its code leaves the payment open.
fn refused(refusal: &Refusal) -> Option<Refused> {
    if NUMBER_USED.contains(&&*refusal.code) {
        return Some(Refused::NumberUsed);
    }
    if refusal.class.certainty != Certainty::Definite {
        return None;
    }
    let is_for_good = refusal.class.configuration || NO_CODE.contains(&&*refusal.code);
    Some(if is_for_good {
        Refused::ForGood
    } else {
        Refused::ForNow
    })
}

/// Whether the documents say that a reversal with this code was not executed.
fn is_not_executed(refusal: &Refusal) -> bool {
    refusal.code == "USERPAYING" || refusal.class.certainty == Certainty::Definite
}

/// The number has an order, which may be that of another customer.
const NUMBER_USED: [&str; 8] = [
    "BUYER_MISMATCH",
    "ORDERCLOSED",
    "ORDERPAID",
    "ORDERREVERSED",
    "ORDER_CLOSED",
    "ORDER_PAID",
    "ORDER_REVERSED",
    "OUT_TRADE_NO_USED",
];

/// The code can't be charged, now or later. `AUTH_CODE_ERROR` is that of a code that was used: if
/// an earlier copy of the request has used it, queries find the order of that one.
const NO_CODE: [&str; 4] = [
    "AUTHCODEEXPIRE",
    "AUTH_CODE_ERROR",
    "AUTH_CODE_EXPIRE",
    "AUTH_CODE_INVALID",
];
