//! What must never happen, and who looks.

use std::collections::BTreeMap;

use super::server::{Server, Status};

/// What must never happen.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Violation {
    /// Two orders of one sale are paid at once.
    PaidTwice,
    /// One number was charged twice by the shop.
    ChargedTwice,
    /// The shop believes that an order is not paid, and it is, or is paid later.
    NotPaidButPaid,
    /// The shop believes that an order is paid, and it is not, or is reversed later without its
    /// wish.
    PaidButNot,
    /// The shop takes the payment of another customer for its own.
    PaidByAnother,
    /// What the shop had been told to be paid was reversed without its wish.
    ReversedAPayment,
    /// A reversal left sooner than 15 seconds after the charge.
    ReversedTooSoon,
    /// A reversal left later than 7 days after the charge.
    ReversedTooLate,
    /// An order never came to its end.
    LeftOpen,
}

/// What the shop has done, was told, and believes.
#[derive(Debug, Default)]
pub(crate) struct Judge {
    pub(crate) numbers: u64,
    pub(crate) violation: Option<Violation>,
    /// Programs know what other programs were told only by the store, so with two of them nothing
    /// follows from it.
    pub(crate) ignores_told: bool,
    pub(crate) wrong_clocks: bool,
    orders: BTreeMap<String, Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// When the charge ended, as the shop saw it.
    charged_at: Option<i64>,
    charges: u32,
    /// A query has told the shop that it is paid.
    told_paid: bool,
    /// WeChat Pay has told the shop that the reversal is done or under way.
    told_reversed: bool,
    /// How often the shop wished to cancel it, without being told that nothing has come of it.
    cancels: u32,
    belief: Option<Belief>,
    is_of_another: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Belief {
    Paid,
    NotPaid,
}

impl Judge {
    pub(crate) fn of_another(&mut self, number: &str) {
        self.known(number).is_of_another = true;
    }

    pub(crate) fn charges(&mut self, number: &str, now: i64) {
        let known = self.known(number);
        known.charges += 1;
        known.charged_at = Some(now);
        if known.charges > 1 {
            self.found(Violation::ChargedTwice);
        }
    }

    pub(crate) fn reverses(&mut self, number: &str, now: i64) {
        let ignores = self.ignores_told;
        let known = self.known(number);
        let since = known.charged_at.map(|at| now - at);
        let is_wanted = known.cancels > 0 || known.told_reversed;
        if known.told_paid && !is_wanted && !ignores {
            self.found(Violation::ReversedAPayment);
        }
        if since.is_some_and(|since| since < 15_000) {
            self.found(Violation::ReversedTooSoon);
        }
        // Seven days are counted by the wall clock alone, which must be right for that.
        let is_old = since.is_some_and(|since| since > 7 * 86_400_000 + 120_000);
        if is_old && !self.wrong_clocks {
            self.found(Violation::ReversedTooLate);
        }
    }

    pub(crate) fn told_paid(&mut self, number: &str) {
        self.known(number).told_paid = true;
    }

    /// What was told and may not have been stored is forgotten.
    pub(crate) fn forgets(&mut self) {
        for known in self.orders.values_mut() {
            known.told_paid = false;
        }
    }

    pub(crate) fn told_reversed(&mut self, number: &str) {
        self.known(number).told_reversed = true;
    }

    pub(crate) fn wants_cancel(&mut self, number: &str) {
        self.known(number).cancels += 1;
    }

    /// The shop was told that the last wish has changed nothing.
    pub(crate) fn cancels_nothing(&mut self, number: &str) {
        let known = self.known(number);
        known.cancels = known.cancels.saturating_sub(1);
    }

    pub(crate) fn believes(&mut self, number: &str, belief: Belief, server: &Server) {
        let known = self.orders.entry(number.to_owned()).or_default();
        if known.is_of_another && belief == Belief::Paid {
            // Which payment is older is told by the wall clock alone.
            if !self.wrong_clocks {
                self.found(Violation::PaidByAnother);
            }
            return;
        }
        let before = known.belief;
        let is_wanted = known.cancels > 0;
        match (before, belief) {
            (Some(Belief::Paid), Belief::NotPaid) if !is_wanted => {
                self.found(Violation::PaidButNot);
            }
            (Some(Belief::NotPaid), Belief::Paid) if !is_wanted => {
                self.found(Violation::NotPaidButPaid);
            }
            // A program that stood still tells how it was before another one cancelled.
            (Some(Belief::NotPaid), Belief::Paid) => return,
            _ => {}
        }
        self.known(number).belief = Some(belief);
        self.look(server);
    }

    /// Compares what the shop believes with the books.
    pub(crate) fn look(&mut self, server: &Server) {
        let mut found = None;
        let mut paid = 0;
        for (number, known) in &self.orders {
            let is_paid = server.status(number) == Some(Status::Paid);
            if known.is_of_another {
                continue;
            }
            paid += u32::from(is_paid);
            match known.belief {
                Some(Belief::Paid) if !is_paid && known.cancels == 0 => {
                    found = Some(Violation::PaidButNot);
                }
                Some(Belief::NotPaid) if is_paid => found = Some(Violation::NotPaidButPaid),
                _ => {}
            }
        }
        if paid > 1 {
            found = Some(Violation::PaidTwice);
        }
        if let Some(found) = found {
            self.found(found);
        }
    }

    /// Money first: two payments weigh more than a wrong belief.
    fn found(&mut self, violation: Violation) {
        self.violation = Some(
            self.violation
                .map_or(violation, |known| known.min(violation)),
        );
    }

    fn known(&mut self, number: &str) -> &mut Known {
        self.orders.entry(number.to_owned()).or_default()
    }
}
