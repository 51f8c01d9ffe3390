use std::fmt;

use wxpay_core::Fen;

use crate::entry::{Alarm, Entry, State};
use crate::{DayFull, IntentId, Moment, Number, Package, WaitsFor};

/// What became of every payout of a run: each is in exactly one of the lists.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Reconciliation {
    /// Paid, in this run or before.
    pub paid: Vec<PaidLine>,
    /// Certainly not paid.
    pub rejected: Vec<RejectedLine>,
    /// Paid perhaps. A later run goes on with them.
    pub unknown: Vec<UnknownLine>,
    /// WeChat Pay has taken them and holds them until somebody does something: a user has to
    /// confirm, say. A later run goes on with them.
    pub waiting: Vec<WaitingLine>,
    /// Nothing was sent for them, now or before; of those in
    /// [`Conflict`](NotStartedReason::Conflict) and those whose journal was
    /// [`Unread`](NotStartedReason::Unread), now.
    pub not_started: Vec<NotStarted>,
    /// The journal could not be read at the end. They are in there, and count as unknown.
    pub unread: Vec<Number>,
}

/// A payout that has been paid.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PaidLine {
    /// The caller's name for it.
    pub intent: IntentId,
    /// The merchant order number (商户订单号).
    pub number: Number,
    /// The amount.
    pub amount: Fen,
    /// WeChat Pay's number (微信订单号).
    pub payment_no: Option<String>,
    /// Whether WeChat Pay had paid it before this journal ever sent it: by another journal, or by
    /// one that was lost.
    pub found: bool,
    /// Why a person has to look, if one has to.
    pub alarm: Option<Alarm>,
}

/// A payout that certainly was not paid.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RejectedLine {
    /// The caller's name for it.
    pub intent: IntentId,
    /// The merchant order number (商户订单号).
    pub number: Number,
    /// The amount.
    pub amount: Fen,
    /// Why, for people.
    pub reason: String,
    /// Whether the intent may be paid under another number, since WeChat Pay declared this one
    /// failed. Otherwise the same number can be sent again, once the cause is out of the way.
    pub replaceable: bool,
}

/// A payout that may have been paid.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct UnknownLine {
    /// The caller's name for it.
    pub intent: IntentId,
    /// The merchant order number (商户订单号). It must not be replaced by another one.
    pub number: Number,
    /// The amount.
    pub amount: Fen,
    /// What is known, for people.
    pub reason: String,
    /// Why a person has to look, if one has to.
    pub alarm: Option<Alarm>,
    /// When there is something to do next.
    pub next_at: Moment,
}

/// A payout that WeChat Pay has taken and holds.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WaitingLine {
    /// The caller's name for it.
    pub intent: IntentId,
    /// Its number. It must not be replaced by another one.
    pub number: Number,
    /// The amount that is held.
    pub amount: Fen,
    /// Who has to do something.
    pub waits_for: WaitsFor,
    /// What the user's front end opens the page with on which the user confirms.
    pub package: Option<Package>,
    /// What is known, for people.
    pub reason: String,
    /// Why a person has to look, if one has to.
    pub alarm: Option<Alarm>,
    /// When WeChat Pay is asked next.
    pub next_at: Moment,
}

impl UnknownLine {
    /// What to do about it, for people.
    pub fn advice(&self) -> &'static str {
        self.alarm.as_ref().map_or(RESOLVE_LATER, Alarm::advice)
    }
}

/// An intent for which nothing was sent, in this run at least.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NotStarted {
    /// The caller's name for it.
    pub intent: IntentId,
    /// Why.
    pub reason: NotStartedReason,
}

/// Why nothing was sent for an intent in this run.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum NotStartedReason {
    /// The run was stopped before.
    Stopped,
    /// WeChat Pay could not be reached, or did not answer, for as long as the run waited. The last
    /// reason.
    Unreached(String),
    /// It must not be sent before this moment, which came too late for the run: by the limits (the
    /// time between two sends to one payee, the rate of all sends, the time around midnight), or
    /// because a failed number that it replaces may still be on its way.
    NotBefore(Moment),
    /// It was to be followed only, and nothing of it has left.
    OnlyFollowed,
    /// A daily limit has no room.
    Full(DayFull),
    /// It breaks a rule.
    Refused(String),
    /// The journal has the intent with another payment, which may have been paid. Nothing was sent
    /// now.
    Conflict(String),
    /// The journal failed, so that nobody can tell what was sent before. Nothing was sent now.
    Unread(String),
    /// The run ended early: every further payout would have met this too.
    Halted(String),
}

impl fmt::Display for NotStartedReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stopped => f.write_str("stopped before"),
            Self::Unreached(why) => write!(f, "WeChat Pay was not reached: {why}"),
            Self::NotBefore(moment) => write!(f, "not before {moment}"),
            Self::OnlyFollowed => {
                f.write_str("nothing of it has left, so there is nothing to resolve")
            }
            Self::Full(full) => full.fmt(f),
            Self::Refused(why) | Self::Conflict(why) => f.write_str(why),
            Self::Unread(why) => write!(f, "not sent now, and may have been sent before: {why}"),
            Self::Halted(why) => write!(f, "the run ended early: {why}"),
        }
    }
}

impl Reconciliation {
    /// The sum of what was paid.
    pub fn paid_amount(&self) -> Fen {
        sum(self.paid.iter().map(|line| line.amount))
    }

    /// The sum of what may have been paid.
    pub fn unknown_amount(&self) -> Fen {
        sum(self.unknown.iter().map(|line| line.amount))
    }

    /// The sum of what WeChat Pay holds.
    pub fn waiting_amount(&self) -> Fen {
        sum(self.waiting.iter().map(|line| line.amount))
    }

    /// How many payouts are in it.
    pub fn len(&self) -> usize {
        self.taken_up() + self.not_started.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn taken_up(&self) -> usize {
        let settled = self.paid.len() + self.rejected.len();
        settled + self.unknown.len() + self.waiting.len() + self.unread.len()
    }

    pub(crate) fn add(&mut self, entry: &Entry) {
        let reason = match (&entry.reason, &entry.state) {
            (Some(reason), _) => reason.clone(),
            (None, State::Sending) => SENDING.to_owned(),
            (None, _) => String::new(),
        };
        let (intent, number) = (entry.intent.clone(), entry.number.clone());
        let (amount, alarm) = (entry.amount, entry.alarm.clone());
        match entry.state {
            State::Paid => self.paid.push(PaidLine {
                intent,
                number,
                amount,
                payment_no: entry.payment_no.clone(),
                found: entry.is_found(),
                alarm,
            }),
            State::Rejected | State::Failed => self.rejected.push(RejectedLine {
                intent,
                number,
                amount,
                reason,
                replaceable: entry.allows_replacement(),
            }),
            State::Waiting => self.waiting.push(WaitingLine {
                intent,
                number,
                amount,
                waits_for: entry.waits_for.unwrap_or(WaitsFor::WeChatPay),
                package: entry.package.clone(),
                reason,
                alarm,
                next_at: entry.next_at,
            }),
            State::Prepared | State::Sending | State::Unknown => self.unknown.push(UnknownLine {
                intent,
                number,
                amount,
                reason,
                alarm,
                next_at: entry.next_at,
            }),
        }
    }
}

fn sum(amounts: impl Iterator<Item = Fen>) -> Fen {
    Fen::new(amounts.fold(0, |sum, amount| sum.saturating_add(amount.get())))
}

const SENDING: &str = "it is being sent, perhaps by another process";
const RESOLVE_LATER: &str =
    "resolve it later with the same journal; never pay it under another intent";
