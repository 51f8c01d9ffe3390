//! The changes of a SQLite journal, each with its checks: one number per intent, the limits of a
//! day.

use rusqlite::{Connection, OptionalExtension, params};
use wxpay_core::Fen;

use super::rows;
use super::{Begun, Inserted, JournalError};
use crate::{Day, DayFull, DaySum, Entry, Limits, Moment, Number, State};

pub(super) fn insert(
    db: &Connection,
    entry: &Entry,
    limits: &Limits,
) -> Result<Inserted, JournalError> {
    if let Some(existing) = rows::by_intent(db, &entry.intent)? {
        return Ok(Inserted::Existing(Box::new(existing)));
    }
    add(db, entry, limits)
}

pub(super) fn begin_send(
    db: &Connection,
    entry: Entry,
    now: Moment,
    limits: &Limits,
) -> Result<Begun, JournalError> {
    let old = checked(db, &entry)?;
    if let Some(paid) = paid_earlier(db, &entry)? {
        return Ok(Begun::PaidEarlier(paid));
    }
    let last = last_sent(db, &key(&entry.product, &entry.payee))?;
    let earliest = limits.earliest_send(now, last, pace(db)?);
    if earliest > now {
        return Ok(Begun::NotBefore(earliest));
    }
    let today = now.day();
    if old.counted != Some(today)
        && let Err(full) = check_day(db, &entry, today, limits)?
    {
        return Ok(Begun::Full(full));
    }
    let mut begun = entry;
    begun.counted = Some(today);
    let begun = put(db, &old, begun)?;
    db.prepare_cached(
        "INSERT INTO payees (payee, last_sent) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET last_sent = ?2",
    )
    .and_then(|mut set| set.execute(params![key(&begun.product, &begun.payee), now.millis()]))
    .map_err(JournalError::storage)?;
    db.prepare_cached(
        "INSERT INTO pace (id, next) VALUES (0, ?1) ON CONFLICT DO UPDATE SET next = ?1",
    )
    .and_then(|mut set| set.execute([limits.next_pace(now).millis()]))
    .map_err(JournalError::storage)?;
    Ok(Begun::Now(Box::new(begun)))
}

pub(super) fn update(db: &Connection, entry: Entry) -> Result<Entry, JournalError> {
    let old = checked(db, &entry)?;
    put(db, &old, entry)
}

pub(super) fn replace(
    db: &Connection,
    old: Entry,
    new: &Entry,
    limits: &Limits,
) -> Result<Inserted, JournalError> {
    let before = checked(db, &old)?;
    // Checked first: what has no room must leave the old entry as it was.
    if let Some(day) = new.counted
        && let Err(full) = check_day(db, new, day, limits)?
    {
        return Ok(Inserted::Full(full));
    }
    put(db, &before, old)?;
    add(db, new, limits)
}

fn add(db: &Connection, entry: &Entry, limits: &Limits) -> Result<Inserted, JournalError> {
    if rows::by_number(db, &entry.number)?.is_some() {
        return Err(JournalError::Conflict);
    }
    if let Some(day) = entry.counted {
        if let Err(full) = check_day(db, entry, day, limits)? {
            return Ok(Inserted::Full(full));
        }
        count(db, entry, day, |sum, amount| sum.with(amount))?;
    }
    rows::write(db, entry)?;
    Ok(Inserted::New)
}

fn paid_earlier(db: &Connection, entry: &Entry) -> Result<Option<Number>, JournalError> {
    let mut previous = entry.replaces.clone();
    while let Some(number) = previous {
        let Some(earlier) = rows::by_number(db, &number)? else {
            return Ok(None);
        };
        if !matches!(earlier.state, State::Failed | State::Rejected) {
            return Ok(Some(number));
        }
        previous = earlier.replaces;
    }
    Ok(None)
}

fn checked(db: &Connection, entry: &Entry) -> Result<Entry, JournalError> {
    match rows::by_number(db, &entry.number)? {
        Some(old) if old.version == entry.version => Ok(old),
        _ => Err(JournalError::Conflict),
    }
}

fn put(db: &Connection, old: &Entry, mut entry: Entry) -> Result<Entry, JournalError> {
    entry.version = old.version.saturating_add(1);
    let counts = |entry: &Entry| (entry.counted, entry.amount, entry.payee.clone());
    if counts(old) != counts(&entry) {
        if let Some(day) = old.counted {
            count(db, old, day, |sum, amount| sum.without(amount))?;
        }
        if let Some(day) = entry.counted {
            count(db, &entry, day, |sum, amount| sum.with(amount))?;
        }
    }
    rows::write(db, &entry)?;
    Ok(entry)
}

fn check_day(
    db: &Connection,
    entry: &Entry,
    day: Day,
    limits: &Limits,
) -> Result<Result<(), DayFull>, JournalError> {
    let payee = day_sum(db, day, &key(&entry.product, &entry.payee))?;
    let merchant = day_sum(db, day, &key(&entry.product, MERCHANT))?;
    Ok(limits.check_day(day, payee, merchant, entry.amount))
}

fn count(
    db: &Connection,
    entry: &Entry,
    day: Day,
    change: impl Fn(DaySum, Fen) -> DaySum,
) -> Result<(), JournalError> {
    for payee in [entry.payee.as_str(), MERCHANT] {
        let payee = key(&entry.product, payee);
        let sum = change(day_sum(db, day, &payee)?, entry.amount);
        db.prepare_cached(
            "INSERT INTO days (day, payee, amount, count) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT DO UPDATE SET amount = ?3, count = ?4",
        )
        .and_then(|mut set| set.execute(params![day.number(), payee, sum.amount.get(), sum.count]))
        .map_err(JournalError::storage)?;
    }
    Ok(())
}

fn day_sum(db: &Connection, day: Day, payee: &str) -> Result<DaySum, JournalError> {
    let sum = db
        .prepare_cached("SELECT amount, count FROM days WHERE day = ?1 AND payee = ?2")
        .and_then(|mut get| {
            get.query_row(params![day.number(), payee], |row| {
                Ok(DaySum {
                    amount: Fen::new(row.get(0)?),
                    count: row.get(1)?,
                })
            })
            .optional()
        })
        .map_err(JournalError::storage)?;
    Ok(sum.unwrap_or_default())
}

fn last_sent(db: &Connection, payee: &str) -> Result<Option<Moment>, JournalError> {
    let last = db
        .prepare_cached("SELECT last_sent FROM payees WHERE payee = ?1")
        .and_then(|mut get| get.query_row([payee], |row| row.get(0)).optional());
    Ok(last
        .map_err(JournalError::storage)?
        .map(Moment::from_millis))
}

fn pace(db: &Connection) -> Result<Option<Moment>, JournalError> {
    let next = db
        .prepare_cached("SELECT next FROM pace WHERE id = 0")
        .and_then(|mut get| get.query_row([], |row| row.get(0)).optional());
    Ok(next
        .map_err(JournalError::storage)?
        .map(Moment::from_millis))
}

/// What a payee of a product is counted under: each product has limits of its own.
fn key(product: &str, payee: &str) -> String {
    format!("{product} {payee}")
}

/// No payee's digest is empty.
const MERCHANT: &str = "";
