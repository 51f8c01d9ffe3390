//! The order book: what was sold, paid and refunded, and how each day was reconciled. Everything
//! else can be lost.
//!
//! It is one SQLite file here; a shop of several machines has the same tables in its database. What
//! matters is that a number is on the disk before it is sent, and that each change of state is one
//! transaction which names the state that it leaves.

pub(crate) mod days;
pub(crate) mod orders;
pub(crate) mod refunds;
pub(crate) mod states;

use std::error::Error;
use std::path::Path;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::types::Type;
use rusqlite::{Connection, Result, Row, Transaction, TransactionBehavior};
use wxpay_api::Timestamp;

#[derive(Clone, Debug)]
pub(crate) struct Book(Arc<Mutex<Connection>>);

impl Book {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        Self::of(Connection::open(path)?)
    }

    #[cfg(test)]
    pub(crate) fn in_memory() -> Result<Self> {
        Self::of(Connection::open_in_memory()?)
    }

    fn of(connection: Connection) -> Result<Self> {
        // A commit is on the disk when it returns.
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;",
        )?;
        connection.execute_batch(TABLES)?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// Does all of the work in one transaction, or none of it.
    fn with<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        // The disk is waited for, so the runtime is told to move its other tasks elsewhere.
        tokio::task::block_in_place(|| {
            let mut connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = work(&transaction)?;
            transaction.commit()?;
            Ok(done)
        })
    }
}

/// From whom the shop knows what became of an order or a refund.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Heard {
    Notification,
    Query,
}

impl Heard {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Notification => "notification",
            Self::Query => "query",
        }
    }
}

/// A column that was written from a type with rules of its own.
fn read<T>(row: &Row<'_>, column: &str) -> Result<T>
where
    T: FromStr<Err: Error + Send + Sync + 'static>,
{
    let text: String = row.get(column)?;
    let place = row.as_ref().column_index(column)?;
    text.parse().map_err(|error: T::Err| {
        rusqlite::Error::FromSqlConversionFailure(place, Type::Text, Box::new(error))
    })
}

fn time(row: &Row<'_>, column: &str) -> Result<Option<Timestamp>> {
    let unix: Option<i64> = row.get(column)?;
    Ok(unix.and_then(Timestamp::from_unix))
}

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS orders (
    number         TEXT PRIMARY KEY,
    basket         TEXT NOT NULL UNIQUE,
    goods          TEXT NOT NULL,
    fen            INTEGER NOT NULL CHECK (fen > 0),
    notify_url     TEXT NOT NULL,
    made_at        INTEGER NOT NULL,
    pay_until      INTEGER NOT NULL,
    state          TEXT NOT NULL,
    sends          INTEGER NOT NULL DEFAULT 0,
    code_url       TEXT,
    transaction_id TEXT,
    paid_at        INTEGER,
    heard          TEXT,
    note           TEXT,
    next_look      INTEGER
) STRICT;
CREATE TABLE IF NOT EXISTS refunds (
    number         TEXT PRIMARY KEY,
    order_number   TEXT NOT NULL REFERENCES orders,
    fen            INTEGER NOT NULL CHECK (fen > 0),
    reason         TEXT NOT NULL,
    notify_url     TEXT NOT NULL,
    asked_at       INTEGER NOT NULL,
    state          TEXT NOT NULL,
    sends          INTEGER NOT NULL DEFAULT 0,
    accepted_at    INTEGER,
    heard          TEXT,
    note           TEXT,
    next_look      INTEGER
) STRICT;
CREATE TABLE IF NOT EXISTS days (
    day            TEXT PRIMARY KEY,
    payments       INTEGER NOT NULL,
    paid_fen       INTEGER NOT NULL,
    refunds        INTEGER NOT NULL,
    refunded_fen   INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS differences (
    day            TEXT NOT NULL REFERENCES days,
    what           TEXT NOT NULL,
    number         TEXT NOT NULL,
    here           INTEGER,
    there          INTEGER
) STRICT;
";
