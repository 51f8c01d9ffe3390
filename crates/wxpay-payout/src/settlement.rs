use std::fmt;

use wxpay_core::{Error, Fen, InvalidInput};

use crate::entry::{Alarm, Entry, State};
use crate::evidence::Refusal;
use crate::journal::JournalError;
use crate::{DayFull, IntentId, Moment, NotAttestable, Number};

mod waiting;

pub use waiting::Waiting;

/// A payout that is in the journal and has not left. Only [`Payouts::send`](crate::Payouts::send)
/// takes it, once.
#[derive(Debug)]
#[must_use = "it is in the journal, and nothing is paid before it is sent"]
pub struct Prepared(pub(crate) Entry);

impl Prepared {
    /// The caller's name for it.
    pub fn intent(&self) -> &IntentId {
        &self.0.intent
    }

    /// The merchant order number (商户订单号), which it keeps whatever happens.
    pub fn number(&self) -> &Number {
        &self.0.number
    }

    /// The amount.
    pub fn amount(&self) -> Fen {
        self.0.amount
    }
}

/// What [`Payouts::prepare`](crate::Payouts::prepare) found.
#[derive(Debug)]
#[must_use = "nothing is paid yet, or someone has paid already"]
#[allow(clippy::exhaustive_enums, clippy::large_enum_variant)] // complete by definition; a short-lived value
pub enum Preparation {
    /// Nothing has left. It can be sent.
    Ready(Prepared),
    /// It was sent before, now or in an earlier run. This is how far it has come.
    Before(Settlement),
}

/// How a payout stands after a send or a query.
///
/// It is to be matched without a `_` arm: anyone who sends has to say what happens to a payout that
/// is unknown.
#[derive(Debug)]
#[must_use = "an unknown payout has to be resolved, and must never be paid under another number"]
#[allow(clippy::exhaustive_enums, clippy::large_enum_variant)] // complete by definition; a short-lived value
pub enum Settlement {
    /// It has been paid.
    Paid(Paid),
    /// It was not paid and will not be under this number, unless it is sent again.
    Rejected(Rejected),
    /// It may have been paid, or may still be. It is in the journal and loses nothing by waiting.
    Unknown(Unknown),
    /// WeChat Pay has taken it and holds it until somebody does something: the user has to confirm
    /// it, say. It is in no doubt, and may take days. Only products with such a state come to this;
    /// payments to employees never do.
    Waiting(Waiting),
}

/// A payout that has been paid, once.
#[derive(Clone, Debug)]
pub struct Paid(pub(crate) Entry);

impl Paid {
    /// The caller's name for it.
    pub fn intent(&self) -> &IntentId {
        &self.0.intent
    }

    /// The merchant order number (商户订单号).
    pub fn number(&self) -> &Number {
        &self.0.number
    }

    /// The amount that was paid.
    pub fn amount(&self) -> Fen {
        self.0.amount
    }

    /// WeChat Pay's number (微信订单号).
    pub fn payment_no(&self) -> Option<&str> {
        self.0.payment_no.as_deref()
    }

    /// Whether WeChat Pay had paid it before this journal ever sent it: by another journal, or by
    /// one that was lost.
    pub fn was_found(&self) -> bool {
        self.0.is_found()
    }

    /// Why a person has to look, if one has to: it was paid after it had been booked as not paid,
    /// say.
    pub fn alarm(&self) -> Option<&Alarm> {
        self.0.alarm.as_ref()
    }
}

/// A payout of which it is certain that it was not paid: WeChat Pay says that it failed, or refused
/// it and does not know it afterwards either.
#[derive(Debug)]
pub struct Rejected(pub(crate) Entry);

impl Rejected {
    /// The caller's name for it.
    pub fn intent(&self) -> &IntentId {
        &self.0.intent
    }

    /// The merchant order number (商户订单号).
    pub fn number(&self) -> &Number {
        &self.0.number
    }

    /// The amount that was not paid.
    pub fn amount(&self) -> Fen {
        self.0.amount
    }

    /// The refusal, if there was one. A payment that WeChat Pay took and that failed has none.
    pub fn refusal(&self) -> Option<&Refusal> {
        self.0.refusal.as_ref()
    }

    /// Why, for people.
    pub fn reason(&self) -> &str {
        self.0.reason.as_deref().unwrap_or("failed (转账失败)")
    }

    /// Whether it can be sent again under the same number, with
    /// [`Payouts::again`](crate::Payouts::again).
    pub fn can_be_sent_again(&self) -> bool {
        self.0.may_reopen()
    }

    /// The right to pay the same intent under another number, once.
    ///
    /// # Errors
    /// WeChat Pay itself has not declared this number failed, so an earlier try may still pay: send
    /// the same number again, with [`Payouts::again`](crate::Payouts::again). Or the right was used
    /// already.
    #[allow(clippy::result_large_err)] // returns the input on error
    pub fn into_permit(self) -> Result<ReplacementPermit, Self> {
        if self.0.allows_replacement() {
            Ok(ReplacementPermit(self.0))
        } else {
            Err(self)
        }
    }
}

/// The right to pay an intent under another number, because WeChat Pay has declared the one before
/// it failed.
///
/// Only [`Rejected::into_permit`] makes one, and [`Payouts::replace`](crate::Payouts::replace) uses
/// it up.
#[derive(Debug)]
#[must_use = "the intent is not paid"]
pub struct ReplacementPermit(pub(crate) Entry);

/// A payout that may have been paid, or may still be.
///
/// [`resolve`](crate::Payouts::resolve) it, or [`park`](Self::park) it: it is in the journal, and a
/// later call goes on from here. It has no way to another number.
#[derive(Debug)]
#[must_use = "it has to be resolved, now or later"]
pub struct Unknown(pub(crate) Entry);

impl Unknown {
    /// The caller's name for it.
    pub fn intent(&self) -> &IntentId {
        &self.0.intent
    }

    /// The merchant order number (商户订单号).
    pub fn number(&self) -> &Number {
        &self.0.number
    }

    /// The amount that may have been paid. It counts on the limits as if it had been.
    pub fn amount(&self) -> Fen {
        self.0.amount
    }

    /// What is known, for people.
    pub fn reason(&self) -> &str {
        self.0.reason.as_deref().unwrap_or("under way")
    }

    /// Why a person has to look, if one has to.
    pub fn alarm(&self) -> Option<&Alarm> {
        self.0.alarm.as_ref()
    }

    /// When there is something to do next.
    pub fn next_at(&self) -> Moment {
        self.0.next_at
    }

    /// Leaves it to a later [`Payouts::resolve_by_number`](crate::Payouts::resolve_by_number) or
    /// [`run`](crate::Payouts::run).
    pub fn park(self) -> Number {
        self.0.number
    }
}

impl From<Unknown> for Number {
    fn from(unknown: Unknown) -> Self {
        unknown.0.number
    }
}

impl Settlement {
    pub(crate) fn number(&self) -> &Number {
        match self {
            Self::Paid(paid) => paid.number(),
            Self::Rejected(rejected) => rejected.number(),
            Self::Unknown(unknown) => unknown.number(),
            Self::Waiting(waiting) => waiting.number(),
        }
    }

    /// How an entry stands.
    pub(crate) fn of(entry: Entry) -> Self {
        match entry.state {
            State::Paid => Self::Paid(Paid(entry)),
            State::Rejected | State::Failed => Self::Rejected(Rejected(entry)),
            State::Waiting => Self::Waiting(Waiting(entry)),
            State::Prepared | State::Sending | State::Unknown => Self::Unknown(Unknown(entry)),
        }
    }
}

/// Why an intent was not prepared. Nothing was sent, and nothing is in the journal unless it was
/// before.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PrepareError {
    /// The payment breaks a rule.
    #[error(transparent)]
    Invalid(#[from] InvalidInput),
    /// The request could not be written or signed.
    #[error(transparent)]
    Compose(#[from] Error),
    /// A daily limit has no room.
    #[error(transparent)]
    Full(#[from] DayFull),
    /// The journal has this intent with another payment, which may have been paid. Under another
    /// intent it would be paid in addition to that one.
    #[error(
        "conflict: the journal has {0} with another payment (amount, payee, text or a setting): look it up there; never pay \
         it under another intent, which would be a second payment"
    )]
    OtherPayment(IntentId),
    /// The journal failed.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// Why a payout was not declared failed. It is as it was, or as WeChat Pay says that it is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AttestError {
    /// The rules do not allow it now.
    #[error("{}", not_attestable(*.0))]
    NotNow(NotAttestable),
    /// WeChat Pay, asked once more, did not say that it does not know the payout.
    #[error("WeChat Pay was asked once more, and does not say NOT_FOUND: {0}")]
    NotConfirmed(String),
    /// The journal failed, or another process has changed the payout meanwhile.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

fn not_attestable(why: NotAttestable) -> String {
    match why {
        NotAttestable::NotUnknown => {
            "its outcome is not unknown: nothing of it was sent, or it is settled".to_owned()
        }
        NotAttestable::Held(until) => {
            format!("another process is working on it, until {until} at the latest")
        }
        NotAttestable::NeverNotFound => {
            "WeChat Pay has not said NOT_FOUND since the last send: resolve it first".to_owned()
        }
        NotAttestable::TooEarly(from) => {
            format!("too little time has passed since the last send: possible from {from} on")
        }
    }
}

/// Provably nothing left this machine, now or in an earlier try. The payout can be sent later.
#[derive(Debug)]
pub struct NotSent {
    pub(crate) prepared: Box<Prepared>,
    pub(crate) cause: NotSentCause,
}

/// Why nothing left.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotSentCause {
    /// The connection was never there, or the request was refused here.
    #[error(transparent)]
    Call(Error),
    /// A daily limit has no room.
    #[error(transparent)]
    Full(DayFull),
    /// The journal could not take the send, so it was not made.
    #[error(transparent)]
    Journal(JournalError),
    /// The rules leave no time for a send: it must have ended before anybody else may work on the
    /// payout.
    #[error("Rules::lease ({lease:?}) must be longer than Rules::call ({call:?})")]
    Lease {
        /// The [lease](crate::Rules::lease).
        lease: std::time::Duration,
        /// The longest [call](crate::Rules::call).
        call: std::time::Duration,
    },
    /// WeChat Pay refused the query before the send, as for a wrong key.
    #[error("the query before the send was refused with {}: {}", .0.code, .0.message)]
    Refused(Refusal),
    /// The query before the send did not tell whether the number was paid already.
    #[error("{0}")]
    Unclear(String),
}

impl NotSent {
    /// Why.
    pub fn cause(&self) -> &NotSentCause {
        &self.cause
    }

    /// The payout, to be sent again.
    pub fn into_prepared(self) -> Prepared {
        *self.prepared
    }
}

impl fmt::Display for NotSent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} was not sent", self.prepared.intent())
    }
}

impl std::error::Error for NotSent {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
}
