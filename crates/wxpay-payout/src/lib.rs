//! Payouts over WeChat Pay (微信支付) that are settled exactly once.

mod entry;
mod evidence;
mod intent;
/// Where payouts are written down.
pub mod journal;
mod limits;
mod moment;
mod number;
mod payouts;
mod reconciliation;
mod rules;
mod run;
mod service;
mod settlement;
mod state;

pub use entry::{Alarm, Entry, Lease, State};
pub use evidence::{Message, PayEnd, QueryEnd, Refusal};
pub use intent::{Intent, IntentId, Payment};
pub use journal::{Journal, JournalError, MemoryJournal};
pub use limits::{DayFull, DayLimit, DaySum, Limits};
pub use moment::{Day, Moment};
pub use number::{Numbers, RandomNumbers};
pub use payouts::{Payouts, PayoutsBuilder};
pub use reconciliation::{
    NotStarted, NotStartedReason, PaidLine, Reconciliation, RejectedLine, UnknownLine,
};
pub use rules::Rules;
pub use run::{Progress, RunOptions, Source, Stop};
pub use service::{Service, Wecom};
pub use settlement::{
    NotSent, NotSentCause, Paid, Preparation, PrepareError, Prepared, Rejected, ReplacementPermit,
    Settlement, Unknown,
};
pub use state::Next;
