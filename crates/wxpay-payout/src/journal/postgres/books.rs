//! The transactions. Locks are always taken in this order, so that no two wait for each other: the
//! entry, the days from the earliest on, the payee, the pace. What many wait for comes last.

use deadpool_postgres::{GenericClient, Object, Transaction};
use tokio_postgres::Row;

use super::busy::Commit;
use super::clocks::{Clocks, TOLERANCE_MILLIS};
use super::rows::{STATEMENTS, Values, read};
use super::session::{Trouble, at_commit};
use super::sums::{count, lock_days, reserve};
use super::{Inserted, JournalError, Writer};
use crate::{Entry, Limits, Moment, Number};

pub(super) async fn insert(
    client: &mut Object,
    commit: &Commit,
    writer: &Writer,
    entry: &Entry,
    limits: &Limits,
) -> Result<Inserted, Trouble> {
    let tx = client.transaction().await?;
    facts(&tx, writer).await?.check()?;
    if let Some(existing) = current(&tx, entry).await? {
        return Ok(Inserted::Existing(Box::new(existing)));
    }
    match add(&tx, writer, entry, limits).await? {
        Inserted::New => commit.of(tx, Inserted::New).await,
        refused => Ok(refused),
    }
}

/// A change by which nothing is counted otherwise, in one statement. `None` if it is not such a
/// change, or may not be made.
pub(super) async fn update_alone(
    client: &Object,
    commit: &Commit,
    writer: &Writer,
    entry: &Entry,
) -> Result<Option<Entry>, Trouble> {
    let changed = next(entry, entry.version);
    let update = client.prepare_cached(&STATEMENTS.update_alone).await?;
    let now = writer.now();
    let values = Values::of(&changed, now, &writer.name)
        .and(version(entry))
        .and(now.millis())
        .and(TOLERANCE_MILLIS);
    // It commits by itself, so whatever goes wrong from here on leaves its outcome open.
    commit.hand_over(client)?;
    let done = client.execute(&update, &values.list()).await;
    Ok((done.map_err(at_commit)? == 1).then_some(changed))
}

pub(super) async fn update(
    client: &mut Object,
    commit: &Commit,
    writer: &Writer,
    entry: &Entry,
) -> Result<Entry, Trouble> {
    let tx = client.transaction().await?;
    let clocks = facts(&tx, writer).await?;
    let Some(row) = locked(&tx, &entry.number, &writer.name, "FOR UPDATE").await? else {
        return Err(JournalError::Conflict.into());
    };
    let old = checked(&row, entry)?;
    refuse_held(&row, entry)?;
    let holder = |entry: &Entry| entry.lease.as_ref().map(|lease| lease.holder.clone());
    if entry.lease.is_some() && holder(&old) != holder(entry) {
        clocks.check()?;
    }
    let changed = put(&tx, writer, &old, entry.clone()).await?;
    commit.of(tx, changed).await
}

pub(super) async fn replace(
    client: &mut Object,
    commit: &Commit,
    writer: &Writer,
    old: &Entry,
    new: &Entry,
    limits: &Limits,
) -> Result<Inserted, Trouble> {
    let tx = client.transaction().await?;
    facts(&tx, writer).await?.check()?;
    let Some(row) = locked(&tx, &old.number, &writer.name, "FOR UPDATE").await? else {
        return Err(JournalError::Conflict.into());
    };
    let before = checked(&row, old)?;
    refuse_held(&row, old)?;
    let days = [before.counted, old.counted, new.counted];
    lock_days(&tx, &new.product, days.into_iter().flatten()).await?;
    put(&tx, writer, &before, old.clone()).await?;
    match add(&tx, writer, new, limits).await? {
        Inserted::New => commit.of(tx, Inserted::New).await,
        refused => Ok(refused),
    }
}

/// Adds an entry. Unless it is new, the transaction is to be undone. The lock of the day, which all
/// wait for, comes last.
async fn add(
    tx: &Transaction<'_>,
    writer: &Writer,
    entry: &Entry,
    limits: &Limits,
) -> Result<Inserted, Trouble> {
    if let Some(there) = by_number(tx, &entry.number).await? {
        return Err(if there.intent == entry.intent {
            // Another transaction has just added it. The next try sees it.
            Trouble::Again(JournalError::Conflict)
        } else {
            JournalError::Conflict.into()
        });
    }
    let insert = tx.prepare_cached(&STATEMENTS.insert).await?;
    let values = Values::of(entry, writer.now(), &writer.name);
    if tx.execute(&insert, &values.list()).await? == 0 {
        // Another transaction has just added the same intent or number. The next try sees it.
        return Err(Trouble::Again(JournalError::Conflict));
    }
    if let Some(day) = entry.counted
        && let Err(full) = reserve(tx, entry, day, limits).await?
    {
        return Ok(Inserted::Full(full));
    }
    Ok(Inserted::New)
}

pub(super) async fn put(
    tx: &Transaction<'_>,
    writer: &Writer,
    old: &Entry,
    entry: Entry,
) -> Result<Entry, Trouble> {
    let entry = next(&entry, old.version);
    let counts = |entry: &Entry| (entry.counted, entry.amount, entry.payee.clone());
    if counts(old) != counts(&entry) {
        let days = [old.counted, entry.counted].into_iter().flatten();
        lock_days(tx, &entry.product, days).await?;
        if let Some(day) = old.counted {
            count(tx, old, day, |sum| sum.without(old.amount)).await?;
        }
        if let Some(day) = entry.counted {
            count(tx, &entry, day, |sum| sum.with(entry.amount)).await?;
        }
    }
    let update = tx.prepare_cached(&STATEMENTS.update).await?;
    let values = Values::of(&entry, writer.now(), &writer.name).and(version(old));
    if tx.execute(&update, &values.list()).await? == 0 {
        return Err(JournalError::Conflict.into());
    }
    Ok(entry)
}

/// The row of a number, locked until the transaction ends.
pub(super) async fn locked(
    tx: &Transaction<'_>,
    number: &Number,
    writer: &str,
    lock: &str,
) -> Result<Option<Row>, Trouble> {
    let get = format!(
        "SELECT *, coalesce(lease_ends > clock_timestamp() AND lease_writer IS DISTINCT FROM $2, false) AS held \
         FROM entries WHERE number = $1 {lock}"
    );
    let get = tx.prepare_cached(&get).await?;
    Ok(tx.query_opt(&get, &[&number.as_str(), &writer]).await?)
}

pub(super) fn checked(row: &Row, entry: &Entry) -> Result<Entry, Trouble> {
    let old = read(row)?;
    if old.version != entry.version {
        return Err(JournalError::Conflict.into());
    }
    Ok(old)
}

/// By the server's clock another process still has it alone, whatever the clock of this machine
/// says. That it was paid, or what else has settled it, is written down all the same.
pub(super) fn refuse_held(row: &Row, entry: &Entry) -> Result<(), Trouble> {
    let holder: Option<String> = row.try_get("lease_holder")?;
    let keeps = holder.as_deref() == entry.lease.as_ref().map(|lease| lease.holder.as_str());
    if row.try_get("held")? && !keeps && entry.closed_at.is_none() {
        return Err(JournalError::Conflict.into());
    }
    Ok(())
}

/// That this is the session and the server that it was, and that the commit will be on the disk:
/// before anything is changed. It gives the clocks, which have to agree before anything is begun.
pub(super) async fn facts(tx: &Transaction<'_>, writer: &Writer) -> Result<Clocks, Trouble> {
    let facts = tx.prepare_cached(FACTS).await?;
    let (seen, asked) = (writer.history.seen(), writer.now());
    let row = tx.query_one(&facts, &[]).await?;
    let answered = writer.now();
    let (there, commit): (i64, String) = (row.try_get(0)?, row.try_get(1)?);
    let session: Option<String> = row.try_get(3)?;
    if session.as_deref() != Some(writer.name.as_str()) {
        let other = "the settings of this connection are not those that this program made, so it could lead to another journal: does a connection pooler share it?";
        return Err(JournalError::storage(other).into());
    }
    if !["on", "remote_apply"].contains(&commit.as_str()) {
        return Err(JournalError::storage(format!(
            "synchronous_commit is {commit} on this connection, so a payout could be sent that is not on the disk: does a connection pooler share it?"
        ))
        .into());
    }
    let noted = writer.history.has_written(row.try_get(2)?, seen);
    noted.map_err(JournalError::storage)?;
    Ok(Clocks::new(asked, Moment::from_millis(there), answered))
}

async fn current(tx: &impl GenericClient, entry: &Entry) -> Result<Option<Entry>, Trouble> {
    let get = "SELECT * FROM entries WHERE intent = $1 AND replaced_by IS NULL";
    let get = tx.prepare_cached(get).await?;
    let row = tx.query_opt(&get, &[&entry.intent.as_str()]).await?;
    Ok(row.as_ref().map(read).transpose()?)
}

pub(super) async fn by_number(
    tx: &impl GenericClient,
    number: &Number,
) -> Result<Option<Entry>, Trouble> {
    let get = tx
        .prepare_cached("SELECT * FROM entries WHERE number = $1")
        .await?;
    let row = tx.query_opt(&get, &[&number.as_str()]).await?;
    Ok(row.as_ref().map(read).transpose()?)
}

fn next(entry: &Entry, version: u64) -> Entry {
    let mut entry = entry.clone();
    entry.version = version.saturating_add(1);
    entry
}

fn version(entry: &Entry) -> i64 {
    i64::try_from(entry.version).unwrap_or(i64::MAX)
}

/// What a payee of a product is counted under: each product has limits of its own.
pub(super) fn key(product: &str, payee: &str) -> String {
    format!("{product} {payee}")
}

const FACTS: &str = "SELECT floor(extract(epoch FROM statement_timestamp()) * 1000)::bigint, current_setting('synchronous_commit'), \
    (pg_current_wal_flush_lsn() - '0/0'::pg_lsn)::bigint, current_setting('wxpay.session', true)";
