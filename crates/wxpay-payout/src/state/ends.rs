//! What the end of a send or a query makes of a payout.

use std::time::Duration;

use wxpay_core::{Certainty, Fen};

use crate::entry::{Alarm, Entry, State};
use crate::evidence::{CancelEnd, PayEnd, QueryEnd, Refusal};
use crate::{Hold, Moment, Rules, WaitsFor};

impl Entry {
    pub(crate) fn end_send(&mut self, end: &PayEnd, now: Moment, rules: &Rules) {
        self.lease = None;
        match end {
            PayEnd::Paid { payment_no } => self.pay(Some(payment_no), now),
            PayEnd::NotSent(error) => self.take_back(error.to_string(), now, rules),
            PayEnd::Waiting(hold) => {
                self.refusal = None;
                self.hold_for(hold, now, rules);
                if !hold.waits_for.is_person() {
                    self.next_at = self.settled_from(rules).max(now);
                }
            }
            PayEnd::Refused(refusal) => self.refuse(refusal, now, rules),
            PayEnd::Unclear(what) => {
                self.refusal = None;
                self.put_in_doubt(what.clone(), now, rules);
            }
            PayEnd::Declined(what) => {
                self.refusal = None;
                self.warn(Alarm::Configuration);
                self.resign = true;
                self.put_in_doubt(what.clone(), now, rules);
            }
        }
    }

    /// The end of the query right before a send, of which nothing has left. Not for `NOT_FOUND`,
    /// after which it is sent.
    pub(crate) fn end_look(&mut self, end: &QueryEnd, now: Moment, rules: &Rules) {
        self.lease = None;
        self.take_back(String::new(), now, rules);
        match end {
            QueryEnd::Paid { .. }
            | QueryEnd::Failed(_)
            | QueryEnd::Processing
            | QueryEnd::Waiting(_) => {
                self.first_sent_at.get_or_insert(now);
                self.last_sent_at.get_or_insert(now);
                // Without a doubt and with earlier tries, it was given up before it was to go out
                // again.
                let given_up = self.sends > 0 && !self.doubt;
                if given_up && matches!(end, QueryEnd::Paid { .. }) {
                    self.end_late_query(end, now);
                } else {
                    self.end_query(end, now, rules);
                }
            }
            QueryEnd::NotFound => {}
            QueryEnd::Refused(_) | QueryEnd::Unclear(_) if self.doubt => {
                self.end_query(end, now, rules);
            }
            QueryEnd::Refused(refusal) => {
                if refusal.class.configuration {
                    self.warn(Alarm::Configuration);
                }
                let why = text_of(refusal);
                self.leave_unsent(
                    format!("the query before the send was refused: {why}"),
                    now,
                    rules,
                );
            }
            QueryEnd::Unclear(what) => {
                self.leave_unsent(
                    format!("the query before the send failed: {what}"),
                    now,
                    rules,
                );
            }
        }
    }

    /// It has not left, and the number may be looked up again after a while.
    fn leave_unsent(&mut self, why: String, now: Moment, rules: &Rules) {
        self.resign = true;
        self.reason = Some(why);
        self.next_at = now.after(rules.query_wait(0));
    }

    pub(crate) fn end_query(&mut self, end: &QueryEnd, now: Moment, rules: &Rules) {
        self.lease = None;
        match end {
            QueryEnd::Paid {
                payment_no,
                amount,
                payee,
                at,
            } => {
                // One that this journal never sent counts on the day on which it was paid.
                if self.is_found()
                    && let Some(at) = at
                {
                    self.counted = Some(at.day());
                }
                if self.is_paid_as_expected(*amount, payee.as_ref()) {
                    self.pay(payment_no.as_ref(), now);
                } else {
                    self.alarm = Some(Alarm::Mismatch);
                    self.was_known();
                    self.wait(paid_otherwise(*amount, self.amount), now, rules);
                }
            }
            QueryEnd::Failed(reason) => {
                self.reason = reason.clone();
                self.attested = false;
                self.close(State::Failed, now);
            }
            QueryEnd::Processing => {
                self.was_known();
                self.waits_for = None;
                self.wait("under way (处理中)".to_owned(), now, rules);
            }
            QueryEnd::Waiting(hold) => self.hold_for(hold, now, rules),
            QueryEnd::NotFound => self.count_not_found(now, rules),
            QueryEnd::Refused(refusal) => {
                if refusal.class.configuration {
                    self.warn(Alarm::Configuration);
                }
                self.wait(text_of(refusal), now, rules);
            }
            QueryEnd::Unclear(what) => self.wait(what.clone(), now, rules),
        }
    }

    /// WeChat Pay has taken it, and says who has to do something before it goes on.
    fn hold_for(&mut self, hold: &Hold, now: Moment, rules: &Rules) {
        self.was_known();
        self.waits_for = Some(hold.waits_for);
        if hold.package.is_some() {
            self.package.clone_from(&hold.package);
        }
        if hold.waits_for == WaitsFor::Merchant {
            self.warn(Alarm::Abnormal);
        } else if self.alarm == Some(Alarm::Abnormal) {
            self.alarm = None;
        }
        self.wait(hold.said.clone(), now, rules);
        self.slow_down(now, rules);
    }

    /// Someone who has to do something takes as long as they like. What would have told more is
    /// asked for soon.
    fn slow_down(&mut self, now: Moment, rules: &Rules) {
        if self.waits_for_a_person() && !self.lacks_answer() && self.cancel_asked_at.is_none() {
            self.next_at = now.after(rules.waiting_pace);
        }
    }

    /// The end of a call that asked to cancel it. Whether it is cancelled, a query tells.
    pub(crate) fn end_cancel(
        &mut self,
        end: &CancelEnd,
        before: Option<Moment>,
        now: Moment,
        rules: &Rules,
    ) {
        self.lease = None;
        match end {
            CancelEnd::Unsupported | CancelEnd::NotSent(_) => self.cancel_asked_at = before,
            CancelEnd::Taken => {
                self.reason = Some("it is being cancelled (撤销中)".to_owned());
                self.next_at = now.after(rules.settle);
            }
            CancelEnd::Refused(refusal) => {
                let why = text_of(refusal);
                self.reason = Some(format!("the cancellation was refused: {why}"));
                self.next_at = now.after(rules.settle);
            }
            CancelEnd::Unclear(what) => {
                self.reason = Some(format!("it may have been cancelled: {what}"));
                self.next_at = now.after(rules.settle);
            }
        }
    }

    /// Raises the alarm that it can't be queried any more, unless there is one that says more.
    /// Whether that is a change.
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

    pub(super) fn is_paid_as_expected(&self, amount: Option<Fen>, payee: Option<&String>) -> bool {
        amount == Some(self.amount)
            && payee.is_none_or(|payees| payees.split(' ').any(|payee| payee == self.payee))
    }

    pub(super) fn pay(&mut self, payment_no: Option<&String>, now: Moment) {
        self.payment_no = payment_no.cloned();
        // One that was stopped for an earlier number is the second payment of its intent.
        if self.alarm != Some(Alarm::PaidLate) {
            self.alarm = None;
            self.reason = None;
        }
        self.close(State::Paid, now);
    }

    pub(super) fn close(&mut self, state: State, now: Moment) {
        self.state = state;
        self.closed_at = Some(now);
        // What was rejected may go out again once its cause is corrected; nothing else needs its
        // personal data any more.
        if state != State::Rejected {
            self.message = None;
        }
        self.waits_for = None;
        self.package = None;
        if state != State::Paid {
            self.counted = None;
        }
    }

    /// Nothing of this try has left, so it never was. An earlier one that is in doubt stays so.
    fn take_back(&mut self, why: String, now: Moment, rules: &Rules) {
        self.sends = self.sends.saturating_sub(1);
        self.reason = Some(why);
        // Without a doubt these are the moments of this try alone; otherwise the doubt's age is
        // counted from them.
        if !self.doubt {
            self.first_sent_at = None;
            self.last_sent_at = None;
        }
        if self.doubt {
            self.state = self.open_state();
            self.next_at = now.after(rules.query_wait(0));
        } else {
            self.state = State::Prepared;
            self.next_at = now;
        }
    }

    fn refuse(&mut self, refusal: &Refusal, now: Moment, rules: &Rules) {
        self.refusal = Some(refusal.clone());
        if refusal.class.configuration {
            self.warn(Alarm::Configuration);
        } else if refusal.code == "FATAL_ERROR" {
            self.warn(Alarm::ParametersDiffer);
        } else if refusal.class == wxpay_core::Class::UNLISTED {
            self.warn(Alarm::UnlistedCode);
        }
        if refusal.class.certainty != Certainty::Definite {
            self.doubt = true;
        }
        self.reason = Some(text_of(refusal));
        self.state = self.open_state();
        self.next_at = self.settled_from(rules).max(now);
    }

    fn put_in_doubt(&mut self, why: String, now: Moment, rules: &Rules) {
        self.doubt = true;
        self.reason = Some(why);
        self.state = self.open_state();
        self.next_at = self.settled_from(rules).max(now);
    }

    fn wait(&mut self, why: String, now: Moment, rules: &Rules) {
        self.warn_of_age(now, rules);
        self.state = self.open_state();
        // That an earlier number was paid is what a person has to know, also when this one is paid
        // in the end.
        if self.alarm != Some(Alarm::PaidLate) {
            self.reason = Some(why);
        }
        self.next_at = now.after(rules.query_wait(self.queries));
        self.queries = self.queries.saturating_add(1);
    }

    /// Not found is not failed: it counts only with enough time in between, and ends a payout only
    /// if its one refusal was definite and no try is in doubt.
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

    /// Raises an alarm, unless there is one about what was paid, which keeps the payout from being
    /// sent.
    fn warn(&mut self, alarm: Alarm) {
        if !self.is_about_money() {
            self.alarm = Some(alarm);
        }
    }

    /// An alarm by age never takes the place of one that says more.
    fn warn_of_age(&mut self, now: Moment, rules: &Rules) {
        let age = self
            .first_sent_at
            .map_or(Duration::ZERO, |first| now.since(first));
        // A user, or a person of the merchant, may take days, and nothing is wrong.
        let somebody = self.waits_for_a_person();
        let by_age = matches!(
            self.alarm,
            None | Some(Alarm::Overdue | Alarm::ResendWindowClosed)
        );
        if by_age && age >= rules.closing_after {
            self.alarm = Some(Alarm::QueryWindowCloses);
        } else if age >= rules.overdue_after && !somebody {
            self.alarm.get_or_insert(Alarm::Overdue);
        }
    }

    /// WeChat Pay knows of a payment, so a refusal of it is not definite, and not being found
    /// before proves nothing.
    pub(super) fn was_known(&mut self) {
        self.doubt = true;
        self.not_found = 0;
        self.not_found_at = None;
    }
}

fn text_of(refusal: &Refusal) -> String {
    format!("{}: {}", refusal.code, refusal.message)
}

pub(super) fn paid_otherwise(amount: Option<Fen>, expected: Fen) -> String {
    match amount {
        Some(amount) if amount != expected => {
            format!("WeChat Pay paid {amount} fen under this number, not {expected}")
        }
        Some(_) => "WeChat Pay paid someone else under this number".to_owned(),
        None => "WeChat Pay says paid, and not how much".to_owned(),
    }
}

const NOT_FOUND: &str = "WeChat Pay does not know it so far (NOT_FOUND)";
