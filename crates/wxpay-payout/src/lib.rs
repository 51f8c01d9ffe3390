//! Payouts over WeChat Pay (微信支付) that are settled exactly once.
//!
//! WeChat Pay's documents say it in red: a failed response to a payout does not mean that the
//! payout failed. Query it, and repeat it only with the same number and the same parameters. A
//! program that takes a new number after an error pays twice; a program that books a failure loses
//! what was paid. This crate follows these rules:
//!
//! - The number follows from merchant, product, intent and generation ([`Numbers`]). A lost, an old
//!   or a second journal comes to the same number, and WeChat Pay pays one number once.
//! - [`Payouts::prepare`] writes number, amount and the signed bytes into a [`Journal`] before
//!   anything is sent. After a crash the same intent gets the same payout. The same intent with
//!   another payment is a [conflict](PrepareError::OtherPayment).
//! - Right before each send, a query finds what another journal has paid. Then nothing is sent, and
//!   the payout is [`Paid`] and [found](Paid::was_found).
//! - [`Payouts::send`] ends in a [`Settlement`], which has to be matched whole: [`Paid`],
//!   [`Rejected`], [`Unknown`] or [`Waiting`]. An error means that provably nothing left this
//!   machine, and nothing else.
//! - [`Unknown`] can be [resolved](Payouts::resolve) and [parked](Unknown::park). It has no way to
//!   another number.
//! - The number changes only after WeChat Pay itself says `FAILED`: only then does a [`Rejected`]
//!   give a [`ReplacementPermit`], which [`Payouts::replace`] uses up. What was refused, or
//!   attested by a person, is sent [again](Payouts::again) under the same number, and the payment
//!   may be corrected.
//! - A repetition of a payout in doubt has the same bytes. Only the signature may be a new one, if
//!   a key was to blame.
//! - A query and a send of one payout never run at once, whatever the number of processes on the
//!   journal: each has a [lease](Rules::lease), and nothing is sent when it is about to end
//!   ([`Fence`]).
//! - [`Limits`] are reserved in the transaction that prepares; what is unknown counts as spent.
//! - [`Payouts::run`] does all of it for thousands of intents and ends in a [`Reconciliation`] that
//!   has each once.
//! - [`Payouts::recover`] rebuilds a lost journal from the intents and WeChat Pay's responses.
//!   Queries reach back 30 days.
//!
//! ```no_run
//! # use wxpay_payout::{Intent, Payouts, Preparation, Settlement};
//! # async fn pay(payouts: &Payouts, intent: &Intent) -> Result<(), Box<dyn std::error::Error>> {
//! let mut settlement = match payouts.prepare(intent).await? {
//!     Preparation::Ready(prepared) => payouts.send(prepared).await?,
//!     Preparation::Before(settlement) => settlement,
//! };
//! loop {
//!     settlement = match settlement {
//!         Settlement::Paid(paid) => {
//!             println!("{} is paid as {}", paid.intent(), paid.number());
//!             return Ok(());
//!         }
//!         Settlement::Rejected(rejected) => {
//!             println!("{} is not paid: {}", rejected.intent(), rejected.reason());
//!             return Ok(());
//!         }
//!         // Waits as long as the rules say, then asks WeChat Pay. Parking it for a later run is as good.
//!         Settlement::Unknown(unknown) => payouts.resolve(unknown).await?,
//!         // WeChat Pay has it, and waits for the user, say. Payments to employees never come to this.
//!         Settlement::Waiting(waiting) => payouts.resolve(waiting).await?,
//!     };
//! }
//! # }
//! ```
//!
//! # Products
//!
//! Each product of WeChat Pay is a [`Product`]: payments to employees ([`Wecom`]), transfers that
//! the user confirms (`UserTransfers`), red packets (`RedPackets`), transfers to their balances
//! (`BatchTransfers`), and refunds (`Refunds`). The engine knows none of them. A journal may hold
//! payouts of several; each has numbers and limits of its own, and an engine works on those of its
//! product alone.
//!
//! Some products have payouts that wait for somebody. WeChat Pay has taken such a one, so it is in
//! no doubt and has not failed, and it may take days: it is [`Waiting`].
//!
//! - While a user has to confirm, [`Waiting::package`] is what the user's front end needs. It comes
//!   with the response to the request alone. If that was lost, the engine sends the same bytes once
//!   more, as the document allows.
//! - [`Payouts::cancel`] asks WeChat Pay to take it back. Whether it is cancelled, only a query
//!   tells; nothing is sent under its number any more.
//! - A notification is an occasion to [`ask`](Payouts::ask), and nothing else: it may be late, come
//!   twice, or overtake another.
//! - [`Payouts::run`] does not wait for persons: they are in [`Reconciliation::waiting`], and a
//!   later run goes on with them.
//!
//! # When is a payout rejected?
//!
//! - WeChat Pay's query says `FAILED`, or
//! - the one refusal that it met is definite by the documents (`NAME_MISMATCH`, say), no try of it
//!   is in doubt, no query has known of it, and WeChat Pay does not know it (`NOT_FOUND`) two
//!   times, five minutes apart, or
//! - a person [attests](Payouts::attest_failed) it, ten days after the last send at the earliest.
//!
//! Should it be paid after all, it becomes [`Paid`] with [`Alarm::PaidLate`], and nothing more is
//! sent for its intent.
//!
//! Everything else is unknown: time-outs, cut responses, `SYSTEMERROR`, codes that no document
//! lists, and a definite refusal of a payout of which an earlier try is in doubt, since that one
//! may have paid. `NOT_FOUND` alone is not a proof.
//!
//! # `FATAL_ERROR`
//!
//! The document's advice after `FATAL_ERROR` (两次请求参数不一致) is to change the number. It is not
//! followed: the code proves that WeChat Pay knows this number already, so what it stands for may
//! be paid, and another number would pay it again. The payout stays unknown with
//! [`Alarm::ParametersDiffer`], and queries go on.
//!
//! # What is kept
//!
//! The journal holds the bytes that are sent, payee and name in them, until the payout is paid or
//! failed, and as long as it is rejected. After that it holds digests.
//!
//! # Features
//!
//! - `sqlite` (default): `SqliteJournal`, a journal in one file, with SQLite compiled in.
//! - `postgres`: `PostgresJournal`, a journal in a PostgreSQL database, for workers on several
//!   machines. It needs tokio.
//! - `transfer`: transfers that the user confirms (商家转账), `UserTransfers`.
//! - `refund`: refunds of orders (退款), `Refunds`.
//! - `red-packet`: red packets (现金红包), `RedPackets`.
//! - `batch-transfer`: transfers to users' balances (商家转账到零钱), `BatchTransfers`.
//! - `tokio` (default): tokio's clock for waiting, `wxpay_transport::TokioTimer`.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod described;
mod detail;
mod engine;
mod entry;
mod evidence;
mod fence;
mod hold;
mod intent;
/// Where payouts are written down.
pub mod journal;
mod limits;
mod moment;
mod number;
mod payouts;
mod product;
mod reconciliation;
mod recover;
mod rules;
mod run;
mod settlement;
mod state;

use described::described;
pub use detail::{Blame, DetailStanding};
pub use entry::{Alarm, Entry, Lease, State};
pub use evidence::{CancelEnd, Message, PayEnd, QueryEnd, Refusal};
pub use fence::Fence;
pub use hold::{Hold, Package, WaitsFor};
pub use intent::{Intent, IntentId};
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub use journal::JournalOwner;
#[cfg(feature = "sqlite")]
pub use journal::{BackupError, LockHolder, OpenError, OpenErrorKind, SqliteJournal};
pub use journal::{Journal, JournalError, MemoryJournal};
#[cfg(feature = "postgres")]
pub use journal::{PostgresError, PostgresErrorKind, PostgresJournal, PostgresServer};
pub use limits::{DayFull, DayLimit, DaySum, Limits};
pub use moment::{Day, Moment};
pub use number::{DerivedNumbers, Number, Numbered, Numbers};
pub use payouts::{CancelError, Payouts, PayoutsBuilder};
#[cfg(feature = "batch-transfer")]
pub use product::{BatchTransfer, BatchTransfers};
pub use product::{EmployeePayment, Payment, Product, Wecom, payee_digest};
#[cfg(feature = "red-packet")]
pub use product::{RedPacket, RedPackets};
#[cfg(feature = "refund")]
pub use product::{Refund, Refunds};
#[cfg(feature = "transfer")]
pub use product::{UserTransfer, UserTransfers};
pub use reconciliation::{
    NotStarted, NotStartedReason, PaidLine, Reconciliation, RejectedLine, UnknownLine, WaitingLine,
};
pub use recover::{NotRecovered, Recovery};
pub use rules::Rules;
pub use run::{Progress, RunEvent, RunOptions, RunWait, Source, Stop};
pub use settlement::{
    AttestError, NotSent, NotSentCause, Paid, Preparation, PrepareError, Prepared, Rejected,
    ReplacementPermit, Settlement, Unknown, Waiting,
};
pub use state::{Next, NotAttestable};

/// The code in the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
