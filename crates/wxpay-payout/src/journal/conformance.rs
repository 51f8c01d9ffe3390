//! The rules of [`Journal`] as a test suite, for whoever implements one.
//!
//! ```
//! # use wxpay_payout::{MemoryJournal, journal::conformance};
//! # fn block_on<F: Future>(future: F) -> F::Output { futures_util::FutureExt::now_or_never(future).unwrap() }
//! let broken = block_on(conformance::check(MemoryJournal::new));
//! assert!(broken.is_empty(), "{broken:?}");
//! ```

use std::num::NonZeroU32;
use std::time::Duration;

use futures_util::future::join_all;
use wxpay_core::{Certainty, Class, Fen, PartnerTradeNo};

use super::{Begun, Inserted, Journal, JournalError};
use crate::{Alarm, DayLimit, Entry, IntentId, Lease, Limits, Message, Moment, Refusal, State};

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
        round_trip(&make()).await,
    );
    note(
        "an intent and a number have one entry",
        unique(&make()).await,
    );
    note(
        "a change needs the version before it",
        versions(&make()).await,
    );
    note("of many changes at once one is taken", race(&make()).await);
    note("sends keep the gap and the pace", pace(&make()).await);
    note("days have their limits", days(&make()).await);
    note("what was not paid is free again", freed(&make()).await);
    note(
        "a send on a later day counts there",
        next_day(&make()).await,
    );
    note(
        "a replacement is made whole or not at all",
        replacement(&make()).await,
    );
    note(
        "open payouts come in the order of their time",
        listing(&make()).await,
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

fn entry(number: &str, payee: &str, amount: i64) -> Result<Entry, String> {
    let broken = |error: wxpay_core::InvalidInput| error.to_string();
    Ok(Entry::prepared(
        IntentId::new(format!("intent-{number}")).map_err(broken)?,
        PartnerTradeNo::new(number).map_err(broken)?,
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

async fn round_trip(journal: &impl Journal) -> Checked {
    let mut entry = entry("A1", "payee", 100)?;
    add(journal, &entry).await?;
    same(journal, &entry).await?;
    let later = |seconds| NOON.after(Duration::from_secs(seconds));
    let states = [State::Sending, State::Unknown, State::Prepared];
    let classes = [
        Certainty::Definite,
        Certainty::Ambiguous,
        Certainty::QueryFailed,
    ]
    .map(Class::new)
    .into_iter()
    .flat_map(|class| {
        [
            class,
            class.configuration(),
            class.limit(),
            class.same_number(),
            class.limit().same_number().configuration(),
        ]
    });
    let alarms = [None].into_iter().chain(Alarm::ALL.map(Some));
    for ((class, alarm), state) in classes.zip(alarms.cycle()).zip(states.into_iter().cycle()) {
        entry.state = state;
        entry.refusal = Some(Refusal::new("SOME_CODE", class, "说明 'quoted' \u{1F600}"));
        entry.alarm = alarm;
        entry.sends += 1;
        entry.queries += 2;
        entry.not_found += 3;
        entry.doubt = !entry.doubt;
        entry.not_found_at = Some(later(1));
        entry.first_sent_at = Some(later(2));
        entry.last_sent_at = Some(later(3));
        entry.next_at = later(4);
        entry.reason = Some("why".to_owned());
        entry.lease = Some(Lease {
            holder: "me".to_owned(),
            until: later(5),
        });
        let changed = journal.update(&entry).await.map_err(failed)?;
        entry.version += 1;
        is(changed == entry, || format!("update gave {changed:?}"))?;
        same(journal, &entry).await?;
    }
    for state in [State::Rejected, State::Failed, State::Paid] {
        entry.state = state;
        entry.closed_at = Some(later(6));
        entry.payment_no = Some("1000".to_owned());
        entry.message = None;
        entry.lease = None;
        entry = journal.update(&entry).await.map_err(failed)?;
        same(journal, &entry).await?;
    }
    let by_intent = journal.by_intent(&entry.intent).await.map_err(failed)?;
    is(by_intent.as_ref() == Some(&entry), || {
        format!("by_intent: {by_intent:?}")
    })
}

async fn unique(journal: &impl Journal) -> Checked {
    let first = entry("A1", "payee", 100)?;
    add(journal, &first).await?;
    let mut second = entry("A2", "payee", 100)?;
    second.intent = first.intent.clone();
    match journal.insert(&second, &limits()).await {
        Ok(Inserted::Existing(existing)) if *existing == first => {}
        other => return Err(format!("a second entry of an intent: {other:?}")),
    }
    let found = journal.by_number(&second.number).await.map_err(failed)?;
    is(found.is_none(), || "the second entry was added".to_owned())?;
    let mut third = entry("A1", "payee", 100)?;
    third.intent = entry("A3", "payee", 100)?.intent;
    match journal.insert(&third, &limits()).await {
        Err(JournalError::Conflict) => same(journal, &first).await,
        other => Err(format!("a number was used twice: {other:?}")),
    }
}

async fn versions(journal: &impl Journal) -> Checked {
    let old = entry("A1", "payee", 100)?;
    add(journal, &old).await?;
    let mut changed = old.clone();
    changed.reason = Some("first".to_owned());
    let changed = journal.update(&changed).await.map_err(failed)?;
    let stale = [
        journal.update(&old).await.map(drop),
        journal.begin_send(&old, NOON, &limits()).await.map(drop),
        journal
            .replace(&old, &entry("A2", "payee", 100)?, &limits())
            .await
            .map(drop),
        journal.update(&entry("A9", "payee", 100)?).await.map(drop),
    ];
    for result in stale {
        is(matches!(result, Err(JournalError::Conflict)), || {
            format!("a stale change: {result:?}")
        })?;
    }
    same(journal, &changed).await
}

async fn race(journal: &impl Journal) -> Checked {
    let entry = entry("A1", "payee", 100)?;
    add(journal, &entry).await?;
    let limits = limits();
    let sends = (0..32).map(|_| journal.begin_send(&entry, NOON, &limits));
    let begun = join_all(sends).await;
    let taken = begun
        .iter()
        .filter(|begun| matches!(begun, Ok(Begun::Now(_))))
        .count();
    is(taken == 1, || format!("{taken} were taken"))
}

async fn pace(journal: &impl Journal) -> Checked {
    let mut limits = limits();
    limits.per_second = NonZeroU32::new(10);
    for (number, payee) in [("A1", "one"), ("A2", "one"), ("A3", "two")] {
        add(journal, &entry(number, payee, 100)?).await?;
    }
    let begin = async |number: &str, payee: &str, at: Moment| -> Result<Begun, String> {
        let entry = entry(number, payee, 100)?;
        journal
            .begin_send(&entry, at, &limits)
            .await
            .map_err(failed)
    };
    let first = begin("A1", "one", NOON).await?;
    is(matches!(first, Begun::Now(_)), || {
        format!("the first: {first:?}")
    })?;
    let tenth = NOON.after(Duration::from_millis(100));
    let paced = begin("A3", "two", NOON).await?;
    is(matches!(paced, Begun::NotBefore(at) if at == tenth), || {
        format!("the pace: {paced:?}")
    })?;
    let gap = NOON.after(Duration::from_secs(15));
    let early = begin("A2", "one", NOON.after(Duration::from_millis(14_999))).await?;
    is(matches!(early, Begun::NotBefore(at) if at == gap), || {
        format!("the gap: {early:?}")
    })?;
    let other = begin("A3", "two", tenth).await?;
    is(matches!(other, Begun::Now(_)), || {
        format!("another payee: {other:?}")
    })?;
    let second = begin("A2", "one", gap).await?;
    is(matches!(second, Begun::Now(_)), || {
        format!("after the gap: {second:?}")
    })?;
    let midnight = entry("A4", "three", 100)?;
    add(journal, &midnight).await?;
    let start = NOON.day().next().start();
    for millis in [-30_000, -1, 0, 29_999] {
        let at = Moment::from_millis(start.millis() + millis);
        let guarded = journal
            .begin_send(&midnight, at, &limits)
            .await
            .map_err(failed)?;
        let opens = start.after(Duration::from_secs(30));
        is(
            matches!(guarded, Begun::NotBefore(at) if at == opens),
            || format!("midnight: {guarded:?}"),
        )?;
    }
    Ok(())
}

async fn days(journal: &impl Journal) -> Checked {
    let full = async |limits: &Limits, number: &str, payee: &str, amount, which| -> Checked {
        let entry = entry(number, payee, amount)?;
        match journal.insert(&entry, limits).await {
            Ok(Inserted::Full(full)) if full.which == which => {
                let opens = NOON.day().next().start().after(limits.midnight_guard);
                is(full.opens == opens, || format!("opens at {}", full.opens))
            }
            other => Err(format!("{which:?}: {other:?}")),
        }
    };
    add(journal, &entry("A1", "one", 15_000)?).await?;
    full(&limits(), "A2", "one", 5_001, DayLimit::PayeeAmount).await?;
    add(journal, &entry("A3", "one", 5_000)?).await?;
    full(&limits(), "A4", "one", 100, DayLimit::PayeeAmount).await?;
    let mut few = limits();
    few.payee_day_count = Some(2);
    few.payee_day = None;
    full(&few, "A5", "one", 100, DayLimit::PayeeCount).await?;
    let mut little = limits();
    little.merchant_day = Some(Fen::new(20_100));
    full(&little, "A6", "two", 101, DayLimit::MerchantAmount).await?;
    add(journal, &entry("A7", "two", 100)?).await
}

async fn freed(journal: &impl Journal) -> Checked {
    for state in [State::Rejected, State::Failed] {
        let number = format!("{state:?}");
        let mut held = entry(&number, "one", 20_000)?;
        add(journal, &held).await?;
        held.state = State::Unknown;
        held = journal.update(&held).await.map_err(failed)?;
        let next = entry(&format!("{state:?}2"), "one", 20_000)?;
        let full = journal.insert(&next, &limits()).await.map_err(failed)?;
        is(matches!(full, Inserted::Full(_)), || {
            format!("unknown counts: {full:?}")
        })?;
        held.state = state;
        held.closed_at = Some(NOON);
        held.counted = None;
        journal.update(&held).await.map_err(failed)?;
        add(journal, &next).await?;
        let mut next = next;
        next.state = state;
        next.closed_at = Some(NOON);
        next.counted = None;
        journal.update(&next).await.map_err(failed)?;
    }
    Ok(())
}

async fn next_day(journal: &impl Journal) -> Checked {
    let tomorrow = NOON.day().next();
    let held = entry("A1", "one", 20_000)?;
    add(journal, &held).await?;
    let mut other = entry("A2", "one", 15_000)?;
    other.counted = Some(tomorrow);
    add(journal, &other).await?;
    let noon = NOON.after(Duration::from_secs(24 * 60 * 60));
    let full = journal
        .begin_send(&held, noon, &limits())
        .await
        .map_err(failed)?;
    is(matches!(full, Begun::Full(_)), || {
        format!("no room tomorrow: {full:?}")
    })?;
    same(journal, &held).await?;
    other.state = State::Rejected;
    other.closed_at = Some(NOON);
    other.counted = None;
    journal.update(&other).await.map_err(failed)?;
    match journal.begin_send(&held, noon, &limits()).await {
        Ok(Begun::Now(begun)) if begun.counted == Some(tomorrow) && begun.version == 1 => {
            same(journal, &begun).await?;
        }
        other => return Err(format!("room tomorrow: {other:?}")),
    }
    // Today is free again, tomorrow is not.
    add(journal, &entry("A3", "one", 20_000)?).await?;
    let mut full = entry("A4", "one", 100)?;
    full.counted = Some(tomorrow);
    let full = journal.insert(&full, &limits()).await.map_err(failed)?;
    is(matches!(full, Inserted::Full(_)), || {
        format!("tomorrow counts: {full:?}")
    })
}

async fn replacement(journal: &impl Journal) -> Checked {
    let mut old = entry("A1", "one", 20_000)?;
    add(journal, &old).await?;
    old.state = State::Failed;
    old.closed_at = Some(NOON);
    old.counted = None;
    let old = journal.update(&old).await.map_err(failed)?;
    let mut new = entry("A2", "one", 20_000)?;
    new.intent = old.intent.clone();
    let mut replaced = old.clone();
    replaced.replaced_by = Some(new.number.clone());

    let other = entry("A3", "one", 100)?;
    add(journal, &other).await?;
    let full = journal
        .replace(&replaced, &new, &limits())
        .await
        .map_err(failed)?;
    is(matches!(full, Inserted::Full(_)), || {
        format!("no room: {full:?}")
    })?;
    same(journal, &old).await?;
    new.amount = Fen::new(1_000);
    let done = journal
        .replace(&replaced, &new, &limits())
        .await
        .map_err(failed)?;
    is(matches!(done, Inserted::New), || format!("room: {done:?}"))?;
    let again = journal
        .replace(&replaced, &entry("A4", "two", 100)?, &limits())
        .await;
    is(matches!(again, Err(JournalError::Conflict)), || {
        format!("twice: {again:?}")
    })?;
    let current = journal.by_intent(&old.intent).await.map_err(failed)?;
    is(current.as_ref() == Some(&new), || {
        format!("the intent's entry: {current:?}")
    })?;
    replaced.version += 1;
    same(journal, &replaced).await
}

async fn listing(journal: &impl Journal) -> Checked {
    for (number, seconds) in [("A1", 30), ("A2", 10), ("A3", 20), ("A4", 5)] {
        let mut entry = entry(number, number, 100)?;
        entry.next_at = NOON.after(Duration::from_secs(seconds));
        add(journal, &entry).await?;
    }
    let mut paid = entry("A4", "A4", 100)?;
    paid.state = State::Paid;
    paid.closed_at = Some(NOON);
    journal.update(&paid).await.map_err(failed)?;
    let names = |numbers: Vec<PartnerTradeNo>| {
        let names: Vec<_> = numbers.iter().map(PartnerTradeNo::as_str).collect();
        names.join(" ")
    };
    let open = names(journal.open(9).await.map_err(failed)?);
    is(open == "A2 A3 A1", || open)?;
    let two = names(journal.open(2).await.map_err(failed)?);
    is(two == "A2 A3", || two)?;
    let after = PartnerTradeNo::new("A1").map_err(|error| error.to_string())?;
    let page = journal.page(Some(&after), 2).await.map_err(failed)?;
    let page = names(page.into_iter().map(|entry| entry.number).collect());
    is(page == "A2 A3", || page)?;
    let all = journal.page(None, 9).await.map_err(failed)?;
    is(all.len() == 4, || format!("{} entries", all.len()))
}
