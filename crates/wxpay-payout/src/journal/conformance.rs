//! The rules of [`Journal`] as a test suite, for anyone who implements one.
//!
//! ```
//! # use wxpay_payout::{MemoryJournal, journal::conformance};
//! # fn block_on<F: Future>(future: F) -> F::Output { futures_util::FutureExt::now_or_never(future).unwrap() }
//! let broken = block_on(conformance::check(MemoryJournal::new));
//! assert!(broken.is_empty(), "{broken:?}");
//! ```

use wxpay_core::Fen;

use super::{Inserted, Journal, JournalError};
use crate::{Entry, IntentId, Limits, Message, Moment, Number};

mod chains;
mod changes;
mod entries;
mod limits;

/// A rule that a journal breaks.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Broken {
    /// The rule.
    pub rule: &'static str,
    /// What it did.
    pub found: String,
}

/// Checks every rule on journals that `make` makes, each new and empty, and gives the broken ones.
pub async fn check<J: Journal>(make: impl Fn() -> J) -> Vec<Broken> {
    let mut broken = Vec::new();
    let mut note = |rule, result: Result<(), String>| {
        if let Err(found) = result {
            broken.push(Broken { rule, found });
        }
    };
    note(
        "an entry comes back as it was written",
        entries::round_trip(&make()).await,
    );
    note(
        "an intent and a number have one entry",
        entries::unique(&make()).await,
    );
    note(
        "open payouts come in the order of their time",
        entries::listing(&make()).await,
    );
    note(
        "a change needs the version before it",
        changes::versions(&make()).await,
    );
    note(
        "of many changes at once one is taken",
        changes::race(&make()).await,
    );
    note(
        "sends keep the gap and the pace",
        limits::pace(&make()).await,
    );
    note("days have their limits", limits::days(&make()).await);
    note(
        "what was not paid is free again",
        limits::freed(&make()).await,
    );
    note(
        "a send on a later day counts there",
        limits::next_day(&make()).await,
    );
    note(
        "what counts follows the amount and the payee",
        limits::moved(&make()).await,
    );
    note(
        "moments of a wrong clock hold nothing up",
        limits::wrong_clock(&make()).await,
    );
    note(
        "a replacement is made whole or not at all",
        chains::replacement(&make()).await,
    );
    note(
        "no send begins when an earlier number is paid",
        chains::paid_earlier(&make()).await,
    );
    note(
        "what was given up can be paid after all",
        chains::paid_after_all(&make()).await,
    );
    broken
}

type Checked = Result<(), String>;

fn is(condition: bool, found: impl FnOnce() -> String) -> Checked {
    if condition { Ok(()) } else { Err(found()) }
}

fn failed(error: JournalError) -> String {
    error.to_string()
}

/// Noon of a day in China.
const NOON: Moment = Moment::from_millis(1_796_011_200_000);

fn number(number: &str) -> Result<Number, String> {
    Number::new(number).map_err(|error| error.to_string())
}

fn entry(number: &str, payee: &str, amount: i64) -> Result<Entry, String> {
    let broken = |error: wxpay_core::InvalidInput| error.to_string();
    Ok(Entry::prepared(
        IntentId::new(format!("intent-{number}")).map_err(broken)?,
        "a product",
        Number::new(number).map_err(broken)?,
        "fingerprint",
        payee.to_owned(),
        Fen::new(amount),
        Message::new("<xml>付款</xml>"),
        NOON,
    ))
}

fn limits() -> Limits {
    Limits {
        per_second: None,
        ..Limits::default()
    }
}

async fn add(journal: &impl Journal, entry: &Entry) -> Checked {
    match journal.insert(entry, &limits()).await {
        Ok(Inserted::New) => Ok(()),
        other => Err(format!("insert: {other:?}")),
    }
}

async fn same(journal: &impl Journal, entry: &Entry) -> Checked {
    let found = journal.by_number(&entry.number).await.map_err(failed)?;
    is(found.as_ref() == Some(entry), || {
        format!("{found:?}, not {entry:?}")
    })
}
