use wxpay_core::Fen;

use crate::entry::{Alarm, Entry};
use crate::{IntentId, Moment, Number, Package, WaitsFor};

/// A payout that WeChat Pay has taken and holds until somebody does something.
///
/// It is in the journal: a later [`run`](crate::Payouts::run) or
/// [`resolve_by_number`](crate::Payouts::resolve_by_number) goes on with it, a notification is an
/// occasion to [`ask`](crate::Payouts::ask), and [`cancel`](crate::Payouts::cancel) takes it back.
/// It must never be paid under another intent.
#[derive(Debug)]
#[must_use = "it goes on only when somebody does something"]
pub struct Waiting(pub(crate) Entry);

impl Waiting {
    /// The caller's name for it.
    pub fn intent(&self) -> &IntentId {
        &self.0.intent
    }

    /// Its number.
    pub fn number(&self) -> &Number {
        &self.0.number
    }

    /// The amount that is held.
    pub fn amount(&self) -> Fen {
        self.0.amount
    }

    /// Who has to do something.
    pub fn waits_for(&self) -> WaitsFor {
        self.0.waits_for.unwrap_or(WaitsFor::WeChatPay)
    }

    /// What the user's front end opens the page with on which the user confirms. While it is not
    /// there yet, a later step gets it.
    pub fn package(&self) -> Option<&Package> {
        self.0.package.as_ref()
    }

    /// Whether WeChat Pay was asked to cancel it.
    pub fn is_being_cancelled(&self) -> bool {
        self.0.cancel_asked_at.is_some()
    }

    /// What is known, for people.
    pub fn reason(&self) -> &str {
        self.0.reason.as_deref().unwrap_or_default()
    }

    /// Why a person has to look, if one has to.
    pub fn alarm(&self) -> Option<&Alarm> {
        self.0.alarm.as_ref()
    }

    /// When WeChat Pay is asked next.
    pub fn next_at(&self) -> Moment {
        self.0.next_at
    }
}

impl From<Waiting> for Number {
    fn from(waiting: Waiting) -> Self {
        waiting.0.number
    }
}
