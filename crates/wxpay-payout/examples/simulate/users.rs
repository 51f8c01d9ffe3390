//! The same WeChat Pay for a product whose users confirm: it takes a payment, locks the money, and waits.

use std::collections::BTreeMap;

use wxpay_core::{Certainty, Class, Fen};
use wxpay_payout::{
    CancelEnd, Hold, Message, Number, Package, PayEnd, QueryEnd, Refusal, WaitsFor,
};

use super::world::{HOUR, MINUTE, World};

/// What the server knows of a number that users confirm.
#[derive(Debug)]
pub(super) struct Held {
    message: Message,
    amount: Fen,
    /// From when on a query finds it.
    seen_from: i64,
    /// From when on the money is locked and the user can confirm.
    locked_from: i64,
    /// When the user confirms, if nothing comes before.
    confirms_at: Option<i64>,
    /// When it ends unconfirmed: it is closed by itself, or was cancelled.
    ends_at: i64,
}

impl Held {
    fn is_paid(&self) -> bool {
        self.confirms_at.is_some_and(|at| at < self.ends_at)
    }

    fn is_confirmed(&self, now: i64) -> bool {
        self.is_paid() && self.confirms_at.is_some_and(|at| at <= now)
    }

    fn hold(&self, now: i64) -> Option<Hold> {
        if self.is_confirmed(now) || self.ends_at <= now {
            return None;
        }
        Some(if now < self.locked_from {
            Hold::new(WaitsFor::Repetition, "ACCEPTED")
        } else {
            Hold::new(WaitsFor::User, "WAIT_USER_CONFIRM")
        })
    }
}

pub(super) fn paid(held: &BTreeMap<Number, Held>) -> impl Iterator<Item = Number> {
    let paid = held.iter().filter(|(_, held)| held.is_paid());
    paid.map(|(number, _)| number.clone())
}

impl World {
    pub(super) fn answer_for_users(&self, number: &Number, message: &Message) -> PayEnd {
        let now = self.now().millis();
        let lost = || PayEnd::Unclear("no reply".to_owned());
        let dice = self.chance(|chance| chance.below(100));
        if dice < 8 {
            return lost();
        }
        let class = Class::new(Certainty::Ambiguous);
        let mut state = self.state();
        if let Some(known) = state.held.get(number) {
            let refusal = |code| PayEnd::Refused(Refusal::new(code, class, ""));
            let end = match known.hold(now) {
                _ if known.message != *message => return refusal("INVALID_REQUEST"),
                None => return refusal("ALREADY_EXISTS"),
                Some(hold) => with_package(hold),
            };
            return if dice < 30 { lost() } else { end };
        }
        if dice < 20 {
            let definite = Class::new(Certainty::Definite).same_number();
            return PayEnd::Refused(Refusal::new("NOT_ENOUGH", definite, ""));
        }
        let after = |chance: u64| i64::try_from(chance).unwrap_or(0);
        let lag = self.chance(|chance| chance.one_of(&[0, 0, MINUTE, 10 * MINUTE]));
        let locks = self.chance(|chance| chance.one_of(&[0, 0, MINUTE, HOUR]));
        let closes = self.chance(|chance| chance.one_of(&[24 * HOUR, 26 * HOUR]));
        let confirms = self.chance(|chance| {
            let at = chance.below(30 * HOUR);
            chance.percent(80).then_some(at)
        });
        let held = Held {
            message: message.clone(),
            amount: super::bank::amount_of(message),
            seen_from: now + after(lag),
            locked_from: now + after(locks),
            confirms_at: confirms.map(|at| now + after(locks) + after(at)),
            ends_at: now + after(closes),
        };
        let hold = held.hold(now);
        state.held.insert(number.clone(), held);
        match (hold, dice) {
            (_, 20..45) => lost(),
            (Some(hold), _) => with_package(hold),
            (None, _) => lost(),
        }
    }

    pub(super) fn find_for_users(&self, number: &Number) -> QueryEnd {
        let now = self.now().millis();
        if self.chance(|chance| chance.percent(6)) {
            return QueryEnd::Unclear("no reply".to_owned());
        }
        let state = self.state();
        let Some(held) = state.held.get(number) else {
            return QueryEnd::NotFound;
        };
        match held.hold(now) {
            _ if now < held.seen_from => QueryEnd::NotFound,
            Some(hold) => QueryEnd::Waiting(hold),
            None if held.is_confirmed(now) => QueryEnd::Paid {
                payment_no: Some(format!("W{number}")),
                amount: Some(held.amount),
                payee: None,
                at: None,
            },
            None => QueryEnd::Failed(Some("closed".to_owned())),
        }
    }

    /// Taken, lost on its way, or lost on its way back; and it may take effect only after the user has confirmed.
    pub(super) fn cancel_for_users(&self, number: &Number) -> CancelEnd {
        let now = self.now().millis();
        let lost = || CancelEnd::Unclear("no reply".to_owned());
        let dice = self.chance(|chance| chance.below(100));
        let takes = self.chance(|chance| chance.one_of(&[0, MINUTE, HOUR]));
        let mut state = self.state();
        let held = state.held.get_mut(number);
        let Some(held) = held.filter(|held| held.hold(now).is_some()) else {
            let class = Class::new(Certainty::Definite);
            return CancelEnd::Refused(Refusal::new("INVALID_REQUEST", class, ""));
        };
        if dice < 10 {
            return lost();
        }
        held.ends_at = held.ends_at.min(now + i64::try_from(takes).unwrap_or(0));
        if dice < 30 { lost() } else { CancelEnd::Taken }
    }
}

/// Only the response to a request has the package, and only while the user is waited for.
fn with_package(hold: Hold) -> PayEnd {
    let waits = hold.waits_for == WaitsFor::User;
    PayEnd::Waiting(hold.package(waits.then(|| Package::new("package"))))
}
