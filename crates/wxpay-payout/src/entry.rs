use wxpay_core::{Fen, PartnerTradeNo};

use crate::evidence::{Message, Refusal};
use crate::intent::IntentId;
use crate::{Day, Moment};

/// One payout in the journal: one number, and everything that is known of it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Entry {
    /// The caller's name for it.
    pub intent: IntentId,
    /// The merchant's number (商户订单号), made by the journal and never changed.
    pub number: PartnerTradeNo,
    /// Counts the changes. A change is only taken from who knew the one before.
    pub version: u64,
    /// Where it stands.
    pub state: State,
    /// A digest of what is paid.
    pub fingerprint: String,
    /// A digest of the payee.
    pub payee: String,
    /// The amount in fen.
    pub amount: Fen,
    /// What is sent, until it is settled.
    pub message: Option<Message>,
    /// The day on whose limits it counts, if it counts.
    pub counted: Option<Day>,
    /// How many tries to pay may have left.
    pub sends: u32,
    /// Whether a try ended without telling whether it paid.
    pub doubt: bool,
    /// The last refusal.
    pub refusal: Option<Refusal>,
    /// How many queries since the last send settled nothing.
    pub queries: u32,
    /// How many `NOT_FOUND`s since the last send count.
    pub not_found: u32,
    /// When the last of them was.
    pub not_found_at: Option<Moment>,
    /// When it was prepared.
    pub prepared_at: Moment,
    /// When the first try began.
    pub first_sent_at: Option<Moment>,
    /// When the last try began.
    pub last_sent_at: Option<Moment>,
    /// Before this, there is nothing to do.
    pub next_at: Moment,
    /// When it was settled.
    pub closed_at: Option<Moment>,
    /// WeChat Pay's number (微信订单号).
    pub payment_no: Option<String>,
    /// What went wrong last, for people.
    pub reason: Option<String>,
    /// Why a person has to look.
    pub alarm: Option<Alarm>,
    /// Who has it alone, and until when.
    pub lease: Option<Lease>,
    /// The number that took its place.
    pub replaced_by: Option<PartnerTradeNo>,
}

impl Entry {
    /// One of which nothing has left, and that counts on the day of `now`.
    pub(crate) fn prepared(
        intent: IntentId,
        number: PartnerTradeNo,
        fingerprint: &str,
        payee: String,
        amount: Fen,
        message: Message,
        now: Moment,
    ) -> Self {
        Self {
            intent,
            number,
            version: 0,
            state: State::Prepared,
            fingerprint: fingerprint.to_owned(),
            payee,
            amount,
            message: Some(message),
            counted: Some(now.day()),
            sends: 0,
            doubt: false,
            refusal: None,
            queries: 0,
            not_found: 0,
            not_found_at: None,
            prepared_at: now,
            first_sent_at: None,
            last_sent_at: None,
            next_at: now,
            closed_at: None,
            payment_no: None,
            reason: None,
            alarm: None,
            lease: None,
            replaced_by: None,
        }
    }
}

/// Where a payout stands.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[allow(clippy::exhaustive_enums)] // complete by definition
pub enum State {
    /// In the journal; nothing has left.
    Prepared,
    /// A try is under way. After the lease has ended, it is in doubt.
    Sending,
    /// It may have been paid, or may still be.
    Unknown,
    /// It has been paid.
    Paid,
    /// It was refused, and queries have confirmed that nothing was paid.
    Rejected,
    /// WeChat Pay says that it failed, or a person has attested it.
    Failed,
}

impl State {
    /// Every one.
    pub const ALL: [Self; 6] = [
        Self::Prepared,
        Self::Sending,
        Self::Unknown,
        Self::Paid,
        Self::Rejected,
        Self::Failed,
    ];

    /// Its name in a journal, such as `prepared`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Prepared => "prepared",
            Self::Sending => "sending",
            Self::Unknown => "unknown",
            Self::Paid => "paid",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
        }
    }

    /// Whether this is an end.
    pub fn is_settled(self) -> bool {
        matches!(self, Self::Paid | Self::Rejected | Self::Failed)
    }
}

/// Why a person has to look at a payout.
#[derive(Clone, Debug, Eq, PartialEq)]
#[allow(clippy::exhaustive_enums)] // the journal keeps every one
pub enum Alarm {
    /// WeChat Pay paid another amount or another payee under this number.
    Mismatch,
    /// WeChat Pay knows this number with other parameters (`FATAL_ERROR`): somebody else uses it.
    ParametersDiffer,
    /// The refusal is caused by the merchant's settings or keys.
    Configuration,
    /// A code that the documents do not list: ask WeChat Pay's support.
    UnlistedCode,
    /// It is not settled a day after it was first sent.
    Overdue,
    /// It can't be queried much longer (25 of 30 days are over): look into the bill.
    QueryWindowCloses,
    /// It can't be queried any more (30 days): look into the bill.
    QueryWindowClosed,
    /// It may not be sent again any more (7 days), and WeChat Pay still does not know it.
    ResendWindowClosed,
}

impl Alarm {
    /// Every one.
    pub const ALL: [Self; 8] = [
        Self::Mismatch,
        Self::ParametersDiffer,
        Self::Configuration,
        Self::UnlistedCode,
        Self::Overdue,
        Self::QueryWindowCloses,
        Self::QueryWindowClosed,
        Self::ResendWindowClosed,
    ];

    /// Its name in a journal, such as `parameters_differ`.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Mismatch => "mismatch",
            Self::ParametersDiffer => "parameters_differ",
            Self::Configuration => "configuration",
            Self::UnlistedCode => "unlisted_code",
            Self::Overdue => "overdue",
            Self::QueryWindowCloses => "query_window_closes",
            Self::QueryWindowClosed => "query_window_closed",
            Self::ResendWindowClosed => "resend_window_closed",
        }
    }

    /// What to do about it, for people.
    pub const fn advice(&self) -> &'static str {
        match self {
            Self::Mismatch => "look it up at WeChat Pay: this number paid something else",
            Self::ParametersDiffer => {
                "find out who else uses this number; do not follow the advice to change it"
            }
            Self::Configuration => "mend the merchant's settings or keys, then resolve it",
            Self::UnlistedCode => "ask WeChat Pay's support, then resolve it",
            Self::Overdue => {
                "open for a day: resolve it, and look at its reason; never pay it under another number"
            }
            Self::QueryWindowCloses => {
                "look it up in the bill soon: it can be queried for 30 days only"
            }
            Self::QueryWindowClosed => "look it up in the bill; it can't be queried any more",
            Self::ResendWindowClosed => {
                "look it up in the bill; after 10 days a person may declare it failed"
            }
        }
    }
}

/// The right to work on a payout alone for a while.
#[derive(Clone, Debug, Eq, PartialEq)]
#[allow(clippy::exhaustive_structs)] // what the journal keeps of it
pub struct Lease {
    /// Who has it: another name for every try.
    pub holder: String,
    /// When it ends.
    pub until: Moment,
}
