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

/// The right to work on a payout alone for a while.
#[derive(Clone, Debug, Eq, PartialEq)]
#[allow(clippy::exhaustive_structs)] // what the journal keeps of it
pub struct Lease {
    /// Who has it: another name for every try.
    pub holder: String,
    /// When it ends.
    pub until: Moment,
}
