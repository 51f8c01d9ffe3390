//! A change is taken from who knew the one before, and from nobody else.

use futures_util::future::join_all;

use super::{Checked, NOON, add, entry, failed, is, limits, same};
use crate::journal::{Begun, Journal, JournalError};

pub(super) async fn versions(journal: &impl Journal) -> Checked {
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

pub(super) async fn race(journal: &impl Journal) -> Checked {
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
