//! Numbers that take the place of failed ones.

use wxpay_core::Fen;

use super::{Checked, NOON, add, entry, failed, is, limits, same};
use crate::journal::{Begun, Inserted, Journal, JournalError};
use crate::{Entry, State};

pub(super) async fn replacement(journal: &impl Journal) -> Checked {
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

/// Adds an intent of three numbers, of which the first two failed, and gives all three.
async fn chain(journal: &impl Journal) -> Result<[Entry; 3], String> {
    let mut first = entry("A1", "one", 100)?;
    add(journal, &first).await?;
    first = fail(journal, first).await?;
    let (first, second) = replaced(journal, first, "A2").await?;
    let second = fail(journal, second).await?;
    let (second, third) = replaced(journal, second, "A3").await?;
    Ok([first, second, third])
}

async fn fail(journal: &impl Journal, mut entry: Entry) -> Result<Entry, String> {
    entry.state = State::Failed;
    entry.closed_at = Some(NOON);
    entry.counted = None;
    journal.update(&entry).await.map_err(failed)
}

async fn replaced(
    journal: &impl Journal,
    mut old: Entry,
    number: &str,
) -> Result<(Entry, Entry), String> {
    let mut new = entry(number, "one", 100)?;
    new.intent = old.intent.clone();
    new.generation = old.generation + 1;
    new.replaces = Some(old.number.clone());
    old.replaced_by = Some(new.number.clone());
    match journal.replace(&old, &new, &limits()).await {
        Ok(Inserted::New) => {}
        other => return Err(format!("replace: {other:?}")),
    }
    old.version += 1;
    Ok((old, new))
}

/// Whichever of the earlier numbers is paid after all.
pub(super) async fn paid_earlier(journal: &impl Journal) -> Checked {
    let [first, second, third] = chain(journal).await?;
    for paid in [first, second] {
        let mut entry = paid.clone();
        entry.state = State::Paid;
        let entry = journal.update(&entry).await.map_err(failed)?;
        let begun = journal.begin_send(&third, NOON, &limits()).await;
        is(
            matches!(&begun, Ok(Begun::PaidEarlier(number)) if *number == paid.number),
            || format!("{} is paid: {begun:?}", paid.number),
        )?;
        same(journal, &third).await?;
        // The number that was paid stands in nobody's place, or in that of one that failed.
        let mut back = entry;
        back.state = State::Failed;
        journal.update(&back).await.map_err(failed)?;
    }
    let begun = journal.begin_send(&third, NOON, &limits()).await;
    is(matches!(begun, Ok(Begun::Now(_))), || {
        format!("none is paid: {begun:?}")
    })
}

/// Under the number that was given up, with what was really paid. It counts again then.
pub(super) async fn paid_after_all(journal: &impl Journal) -> Checked {
    for state in [State::Rejected, State::Failed] {
        let payee = format!("{state:?}");
        let mut held = entry(&payee, &payee, 20_000)?;
        add(journal, &held).await?;
        held.state = state;
        held.closed_at = Some(NOON);
        held.counted = None;
        let mut paid = journal.update(&held).await.map_err(failed)?;
        paid.state = State::Paid;
        paid.amount = Fen::new(15_000);
        paid.counted = Some(NOON.day());
        paid.payment_no = Some("1000".to_owned());
        let paid = journal.update(&paid).await.map_err(failed)?;
        same(journal, &paid).await?;
        let full = entry(&format!("{payee}2"), &payee, 5_001)?;
        let full = journal.insert(&full, &limits()).await.map_err(failed)?;
        is(matches!(full, Inserted::Full(_)), || {
            format!("what was paid counts: {full:?}")
        })?;
        add(journal, &entry(&format!("{payee}3"), &payee, 5_000)?).await?;
    }
    Ok(())
}
