//! Payments by scanned code over WeChat Pay (微信支付付款码支付): the cashier scans the customer's code, and
//! each charge is followed to a proven end.
//!
//! The response to such a charge often says neither yes nor no: the user has to enter a password
//! (`USERPAYING`), the system or the bank was too slow (`SYSTEMERROR`, `BANKERROR`), the connection
//! broke. A shop that takes that for a failure charges twice, or sends a customer away who has
//! paid. The documents ask for queries, and for a reversal (撤销) of what stays unknown. This crate
//! does that, and keeps to these rules:
//!
//! - A charge is in the shop's [store](SaleStore) before it is sent, and is sent once. Every future
//!   may be dropped and every program may die; [`Cashier::resume`] finds what is open.
//! - Nothing is guessed. An [`Outcome`] is [`Paid`], [`NotPaid`], [`Refunded`] or [`Open`], and has
//!   to be matched whole.
//! - What is unknown or unpaid after [45 seconds](Rules::wait) is reversed, never sooner than [15
//!   seconds](Rules::reverse_after) after the charge or later than [7 days](Rules::reverse_for),
//!   and again after errors, until the end is proven.
//! - What is known to be paid is reversed only on request ([`Cashier::cancel`]).
//! - A sale ([`SaleId`]) is charged again, under another number, only after the charge before is
//!   proven not paid.
//! - Two programs that work on one sale get in each other's way at the store, and never at WeChat
//!   Pay.
//!
#![cfg_attr(
    feature = "v2",
    doc = r#"
```no_run
use wxpay_api::v2::pay::PayByPaymentCode;
use wxpay_cashier::{Cashier, Outcome, SaleId, V2};

# async fn take(cashier: &Cashier<V2>, sale: &SaleId, charge: &PayByPaymentCode) -> Result<(), Box<dyn std::error::Error>> {
let mut outcome = cashier.charge(sale, charge).await?;
loop {
    outcome = match outcome {
        Outcome::Paid(paid) => {
            println!("paid as {}: hand out the goods", paid.payment().transaction_id);
            return Ok(());
        }
        Outcome::NotPaid(not_paid) => {
            println!("{}", not_paid.advice().customer);
            return Ok(());
        }
        Outcome::Refunded(refunded) => {
            println!("{}", refunded.advice().shop);
            return Ok(());
        }
        // Nobody but a person can settle it. It stays in the store.
        Outcome::Open(open) if open.reason().needs_a_person() => {
            println!("{}", open.advice().shop);
            return Ok(());
        }
        // A program that runs in the background can go on with it as well.
        Outcome::Open(open) => cashier.run(open).await,
    };
}
# }
```
"#
)]
//!
//! # What proves what
//!
//! | outcome | proof |
//! | --- | --- |
//! | [`Paid`] | the response to the charge, or a query, that tells of the payment: of this number, this amount, not older than the charge. After a reversal was sent: such a query [15 seconds](Rules::reverse_after) after the last one if each was refused, [5 minutes](Rules::doubt) after it if one is in doubt, and never if WeChat Pay has taken one |
//! | [`NotPaid`] | a query that says `REVOKED`, `CLOSED` or `PAYERROR`; an accepted reversal of an order that no query knows, after a refusal of the charge or [5 minutes](Rules::doubt) after it; a refusal of the charge that queries confirm ([`Proof::Refused`]); nothing was sent; or the order is not known for [10 minutes](Rules::not_known_for) |
//! | [`Refunded`] | a query that says `REFUND` |
//!
//! Nothing else is a proof: not a time-out, not `ORDERNOTEXIST` alone, not a refusal alone (an
//! earlier copy of the request may have taken the code), not an accepted reversal alone, not a
//! response that is unsigned or about another order. What WeChat Pay's documents do not say, the
//! rules say of themselves ([`Rules`]).
//!
//! # What is sent when
//!
//! 1. The charge. A form that is no payment code (18 digits that begin with 10 to 15) is refused
//!    before.
//! 2. After 5 seconds a query, then one every 10 seconds; at once, if the charge was refused.
//! 3. After 45 seconds a query and, if it settles nothing, a reversal; after 15, if it is
//!    cancelled, or if the charge was refused for another cause than that its number was used. A
//!    query that fails is asked again, and the reversal waits; after three of them in a row it is
//!    sent without an answer.
//! 4. After each reversal a query, a second later if it was accepted; and a reversal again if that
//!    settles nothing, 10 seconds after the one before at the earliest.
//!
//! One call ([`charge`](Cashier::charge), [`run`](Cashier::run), [`cancel`](Cashier::cancel)) goes
//! on for [two minutes](Rules::patience) at most, so that a till is not held up; the time of the
//! charge itself and of the last requests comes on top of that. What is open then is left to the
//! next call.
//!
//! # What it rests on
//!
//! No document says how late WeChat Pay may execute a request whose connection broke. The rules
//! hold if that takes less than [`Rules::doubt`]; a charge or reversal leaves within
//! [`Rules::send_within`] or not at all. Nor does any say that a reversal stops a charge which
//! arrives after it, so an accepted one proves nothing before that time, unless the charge was
//! refused (支付确认失败). Merchant order numbers must not be
//! used twice: of a number that was paid for another customer, with the same amount and within
//! [`Rules::clocks_differ`], nobody can tell whose payment it is, unless WeChat Pay's response says
//! that the number was used. And the shop's clock must not be fast by more than that.
//!
//! Where a person has to look ([`Reason::needs_a_person`]), the sale stays open until what WeChat
//! Pay says changes, or until the shop takes it out of its store.
//!
//! # Features
//!
//! - `v2`: `V2`, over `/pay/micropay`.
//! - `v3`: `V3` and `V3Partner`, over `/v3/pay/transactions/codepay` and
//!   `/v3/pay/partner/transactions/codepay`.
//! - `tokio` (default): tokio's clock for waiting, `wxpay_transport::TokioTimer`.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod advice;
mod cashier;
mod described;
mod evidence;
mod fence;
mod hear;
mod next;
mod outcome;
mod progress;
mod reason;
mod record;
mod rules;
mod sale;
mod service;
mod snapshot;
mod store;

pub use advice::Advice;
pub use cashier::{CancelError, Cashier, CashierBuilder, ChargeError, Unsettled};
pub use evidence::{PayEnd, Payment, QueryEnd, Refusal, ReverseEnd};
pub use fence::Fence;
pub use outcome::{NotPaid, Open, Outcome, Paid, Proof, Refunded};
pub use progress::{Progress, Step};
pub use reason::Reason;
pub use rules::Rules;
pub use sale::SaleId;
pub use service::Service;
#[cfg(feature = "v2")]
pub use service::V2;
#[cfg(feature = "v3")]
pub use service::{V3, V3Partner};
pub use store::{MemoryStore, SaleStore, Snapshot, StoreError};

/// The code in the README.
#[cfg(all(doctest, feature = "v2"))]
#[doc = include_str!("../README.md")]
struct Readme;
