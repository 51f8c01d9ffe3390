//! The limits of a day and the pace, kept in the transactions that reserve and send.

use std::num::NonZeroU32;
use std::time::Duration;

use wxpay_core::Fen;

use super::{Checked, NOON, add, entry, failed, is, limits, same};
use crate::journal::{Begun, Inserted, Journal};
use crate::{DayLimit, Limits, Moment, State};

pub(super) async fn pace(journal: &impl Journal) -> Checked {
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

pub(super) async fn days(journal: &impl Journal) -> Checked {
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

pub(super) async fn freed(journal: &impl Journal) -> Checked {
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

pub(super) async fn next_day(journal: &impl Journal) -> Checked {
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

/// A late payment may be one of another amount or payee than the entry has by then.
pub(super) async fn moved(journal: &impl Journal) -> Checked {
    let held = entry("A1", "one", 20_000)?;
    add(journal, &held).await?;
    let mut other = held.clone();
    (other.amount, other.payee) = (Fen::new(15_000), "two".to_owned());
    journal.update(&other).await.map_err(failed)?;
    // All of it counts for the one, and nothing for the other.
    add(journal, &entry("A2", "one", 20_000)?).await?;
    let full = entry("A3", "two", 5_001)?;
    let full = journal.insert(&full, &limits()).await.map_err(failed)?;
    is(matches!(full, Inserted::Full(_)), || {
        format!("the other payee: {full:?}")
    })?;
    add(journal, &entry("A4", "two", 5_000)?).await?;
    let mut little = limits();
    little.merchant_day = Some(Fen::new(40_100));
    let full = entry("A5", "three", 101)?;
    let full = journal.insert(&full, &little).await.map_err(failed)?;
    is(matches!(full, Inserted::Full(_)), || {
        format!("the merchant: {full:?}")
    })?;
    let room = entry("A6", "three", 100)?;
    let room = journal.insert(&room, &little).await.map_err(failed)?;
    is(matches!(room, Inserted::New), || {
        format!("the merchant's rest: {room:?}")
    })
}

/// One send with a clock that was years ahead.
pub(super) async fn wrong_clock(journal: &impl Journal) -> Checked {
    let mut limits = limits();
    limits.per_second = NonZeroU32::new(10);
    let ahead = NOON.after(Duration::from_secs(73 * 365 * 86_400));
    for (number, payee, at) in [("A1", "one", ahead), ("A2", "one", NOON)] {
        let entry = entry(number, payee, 100)?;
        add(journal, &entry).await?;
        let begun = journal
            .begin_send(&entry, at, &limits)
            .await
            .map_err(failed)?;
        is(matches!(begun, Begun::Now(_)), || {
            format!("{number}: {begun:?}")
        })?;
    }
    Ok(())
}
