//! The transaction that begins a send.

use std::time::Duration;

use deadpool_postgres::{Object, Transaction};
use futures_util::future::try_join;
use tokio_postgres::types::ToSql;
use wxpay_transport::{Clock, RunningClock};

use super::books::{by_number, checked, facts, key, locked, put, refuse_held};
use super::busy::Commit;
use super::session::Trouble;
use super::sums::{check_day, lock_days};
use super::{Begun, JournalError, Writer};
use crate::{Entry, Limits, Moment, Number, State};

pub(super) async fn begin_send(
    client: &mut Object,
    commit: &Commit,
    writer: &Writer,
    entry: &Entry,
    asked: Asked,
    limits: &Limits,
) -> Result<Begun, Trouble> {
    // After a long wait for a connection, it must not keep the others waiting for nothing.
    if let Some(earliest) = asked.stale() {
        return Ok(Begun::NotBefore(earliest));
    }
    let now = asked.moment;
    let tx = client.transaction().await?;
    let clocks = facts(&tx, writer).await?;
    clocks.check()?;
    // Another transaction that has locked it is beginning to work on it: there is nothing to wait
    // for.
    let Some(row) = locked(&tx, &entry.number, &writer.name, "FOR UPDATE SKIP LOCKED").await?
    else {
        return Err(JournalError::Conflict.into());
    };
    let old = checked(&row, entry)?;
    refuse_held(&row, entry)?;
    if let Some(paid) = paid_earlier(&tx, entry).await? {
        return Ok(Begun::PaidEarlier(paid));
    }
    let key = key(&entry.product, &entry.payee);
    // Most that come too early are told so before they write or wait.
    let at = clocks.there(now);
    let (last, pace) = peek(&tx, &key).await?;
    let earliest = limits.earliest_send(at, last, pace);
    if earliest > at {
        return Ok(Begun::NotBefore(clocks.here(earliest)));
    }
    let today = now.day();
    if old.counted != Some(today) {
        let days = [old.counted, Some(today)].into_iter().flatten();
        lock_days(&tx, &entry.product, days).await?;
        if let Err(full) = check_day(&tx, entry, today, limits).await? {
            return Ok(Begun::Full(full));
        }
    }
    let mut begun = entry.clone();
    begun.counted = Some(today);
    let begun = put(&tx, writer, &old, begun).await?;
    // From here on others wait. If it is too early after all, everything is undone.
    let (last, pace) = turn(&tx, &key, at, limits).await?;
    if let Some(earliest) = asked.stale() {
        return Ok(Begun::NotBefore(earliest));
    }
    let earliest = limits.earliest_send(at, last, pace);
    if earliest > at {
        return Ok(Begun::NotBefore(clocks.here(earliest)));
    }
    let sent = tx.prepare_cached(SET_SENT).await?;
    let moment = at.millis();
    let of_payee: [&(dyn ToSql + Sync); 2] = [&key, &moment];
    if limits.per_second.is_some() {
        let pace = tx.prepare_cached(SET_PACE).await?;
        let next = limits.next_pace(at).millis();
        let of_all: [&(dyn ToSql + Sync); 1] = [&next];
        try_join(tx.execute(&sent, &of_payee), tx.execute(&pace, &of_all)).await?;
    } else {
        tx.execute(&sent, &of_payee).await?;
    }
    commit.of(tx, Begun::Now(Box::new(begun))).await
}

/// The moment that a send is to begin at, and when it was given.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    moment: Moment,
    /// By the clock that goes on while the machine sleeps.
    since: Duration,
}

impl Asked {
    /// Given just now.
    pub(super) fn at(moment: Moment) -> Self {
        let since = RunningClock::new().now();
        Self { moment, since }
    }

    /// The moment that it is by now, if the one that was given is too old to count gaps and leases
    /// from.
    fn stale(self) -> Option<Moment> {
        let age = RunningClock::new().now().saturating_sub(self.since);
        (age > STALE).then(|| self.moment.after(age))
    }
}

/// The last send to a payee and the moment that the rate of all leaves free, as they are now.
async fn peek(
    tx: &Transaction<'_>,
    key: &str,
) -> Result<(Option<Moment>, Option<Moment>), Trouble> {
    let peek = tx.prepare_cached(PEEK).await?;
    let row = tx.query_one(&peek, &[&key]).await?;
    let (last, pace): (Option<i64>, Option<i64>) = (row.try_get(0)?, row.try_get(1)?);
    Ok((last.map(Moment::from_millis), pace.map(Moment::from_millis)))
}

/// Waits for the turn of a send at this moment to a payee, and gives the last send to them and the
/// moment that the rate of all leaves free. Sends without a rate do not wait for each other.
async fn turn(
    tx: &Transaction<'_>,
    key: &str,
    at: Moment,
    limits: &Limits,
) -> Result<(Option<Moment>, Option<Moment>), Trouble> {
    let lock = tx.prepare_cached(LOCK_PAYEE).await?;
    let last: Option<i64> = loop {
        if let Some(payee) = tx.query_opt(&lock, &[&key]).await? {
            break Some(payee.try_get(0)?);
        }
        // There is something to lock then, or another transaction has just made it.
        let make = tx.prepare_cached(MAKE_PAYEE).await?;
        if tx.execute(&make, &[&key, &at.millis()]).await? == 1 {
            break None;
        }
    };
    let last = last.map(Moment::from_millis);
    if limits.per_second.is_none() {
        return Ok((last, None));
    }
    let pace = tx.prepare_cached(LOCK_PACE).await?;
    let pace: Option<i64> = tx.query_one(&pace, &[]).await?.try_get(0)?;
    Ok((last, pace.map(Moment::from_millis)))
}

async fn paid_earlier(tx: &Transaction<'_>, entry: &Entry) -> Result<Option<Number>, Trouble> {
    let mut previous = entry.replaces.clone();
    while let Some(number) = previous {
        let Some(earlier) = by_number(tx, &number).await? else {
            return Ok(None);
        };
        if !matches!(earlier.state, State::Failed | State::Rejected) {
            return Ok(Some(number));
        }
        previous = earlier.replaces;
    }
    Ok(None)
}

const PEEK: &str =
    "SELECT (SELECT last_sent FROM payees WHERE payee = $1), (SELECT next FROM pace WHERE id = 0)";
const LOCK_PAYEE: &str = "SELECT last_sent FROM payees WHERE payee = $1 FOR UPDATE";
const MAKE_PAYEE: &str =
    "INSERT INTO payees (payee, last_sent) VALUES ($1, $2) ON CONFLICT DO NOTHING";
const LOCK_PACE: &str = "SELECT next FROM pace WHERE id = 0 FOR UPDATE";
const SET_SENT: &str = "UPDATE payees SET last_sent = $2 WHERE payee = $1";
const SET_PACE: &str = "UPDATE pace SET next = $1 WHERE id = 0";
/// How old the moment may be that a send begins at.
const STALE: Duration = Duration::from_secs(2);
