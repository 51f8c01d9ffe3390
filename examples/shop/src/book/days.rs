//! Days in the book: what should stand in the bill of each, and what came of comparing them.

use rusqlite::{OptionalExtension, Result, Row, params};
use wxpay_api::core::{Date, DateFormat};
use wxpay_api::{Fen, Timestamp};

use crate::book::Book;
use crate::reconcile::{Difference, Entry, Kind, Reconciliation, Sum, What};

/// A day that was reconciled.
#[derive(Debug)]
pub(crate) struct Day {
    pub(crate) day: String,
    pub(crate) came: Reconciliation,
}

impl Book {
    /// The day of the first order.
    pub(crate) fn first_day(&self) -> Result<Option<Date>> {
        self.with(|book| {
            let first = "SELECT min(made_at) FROM orders";
            let unix: Option<i64> = book.query_row(first, [], |row| row.get(0))?;
            Ok(unix.and_then(Timestamp::from_unix).map(Date::in_china))
        })
    }

    pub(crate) fn is_reconciled(&self, day: Date) -> Result<bool> {
        self.with(|book| {
            let found = book.query_row("SELECT 1 FROM days WHERE day = ?1", [dashed(day)], |_| {
                Ok(())
            });
            Ok(found.optional()?.is_some())
        })
    }

    /// What the book has under a number, whatever its day.
    pub(crate) fn entry(&self, kind: Kind, number: &str) -> Result<Option<Entry>> {
        let sql = format!("{} AND number = ?1", entries(kind));
        self.with(|book| {
            let mut found = book.prepare_cached(&sql)?;
            found.query_row([number], |row| entry(kind, row)).optional()
        })
    }

    /// What the bill of a day should list: what was paid on it, and the refunds that were taken in
    /// on it.
    pub(crate) fn entries_of(&self, day: Date) -> Result<Vec<Entry>> {
        self.with(|book| {
            let mut all = Vec::new();
            for kind in [Kind::Payment, Kind::Refund] {
                let of_day = format!(
                    "{} AND date(settled_at, 'unixepoch', '+8 hours') = ?1",
                    entries(kind)
                );
                let mut of_day = book.prepare_cached(&of_day)?;
                for found in of_day.query_map([dashed(day)], |row| entry(kind, row))? {
                    all.push(found?);
                }
            }
            Ok(all)
        })
    }

    /// Writes down what came of a day, in the place of what came of it before.
    pub(crate) fn day_is_reconciled(&self, day: Date, came: &Reconciliation) -> Result<()> {
        let day = dashed(day);
        self.with(|book| {
            book.execute("DELETE FROM differences WHERE day = ?1", [&day])?;
            book.execute(
                "INSERT OR REPLACE INTO days (day, payments, paid_fen, refunds, refunded_fen) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![
                    day,
                    came.payments.count,
                    came.payments.fen.get(),
                    came.refunds.count,
                    came.refunds.fen.get(),
                ],
            )?;
            for difference in &came.differences {
                book.execute(
                    "INSERT INTO differences (day, what, number, here, there) VALUES (?1, ?2, ?3, ?4, ?5)",
                    params![
                        day,
                        difference.what.as_str(),
                        difference.number,
                        difference.here.map(Fen::get),
                        difference.there.map(Fen::get),
                    ],
                )?;
            }
            Ok(())
        })
    }

    /// The latest days, the newest first.
    pub(crate) fn days(&self) -> Result<Vec<Day>> {
        self.with(|book| {
            let mut all = book.prepare("SELECT * FROM days ORDER BY day DESC LIMIT 60")?;
            let days = all.query_map([], day)?.collect::<Result<Vec<_>>>()?;
            let mut of_day =
                book.prepare("SELECT * FROM differences WHERE day = ?1 ORDER BY rowid")?;
            let with_differences = days.into_iter().map(|mut day| {
                let differences = of_day.query_map([&day.day], difference)?;
                day.came.differences = differences.collect::<Result<_>>()?;
                Ok(day)
            });
            with_differences.collect()
        })
    }
}

/// The form in which a day stands in the book.
pub(crate) fn dashed(day: Date) -> String {
    day.format(DateFormat::Dashed)
}

/// Payments and refunds in one form. `settled_at` is the moment that decides in which bill they
/// stand.
fn entries(kind: Kind) -> &'static str {
    match kind {
        Kind::Payment => {
            "SELECT number, fen, settled_at, of_order FROM
             (SELECT number, fen, paid_at AS settled_at, number AS of_order FROM orders) WHERE 1"
        }
        Kind::Refund => {
            "SELECT number, fen, settled_at, of_order FROM
             (SELECT number, fen, accepted_at AS settled_at, order_number AS of_order FROM refunds) WHERE 1"
        }
    }
}

fn entry(kind: Kind, row: &Row<'_>) -> Result<Entry> {
    let settled_at: Option<i64> = row.get("settled_at")?;
    Ok(Entry {
        kind,
        number: row.get("number")?,
        of_order: row.get("of_order")?,
        fen: Fen::new(row.get("fen")?),
        is_settled: settled_at.is_some(),
    })
}

fn day(row: &Row<'_>) -> Result<Day> {
    let sum = |count, fen| -> Result<Sum> {
        Ok(Sum {
            count: row.get(count)?,
            fen: Fen::new(row.get(fen)?),
        })
    };
    Ok(Day {
        day: row.get("day")?,
        came: Reconciliation {
            payments: sum("payments", "paid_fen")?,
            refunds: sum("refunds", "refunded_fen")?,
            differences: Vec::new(),
        },
    })
}

fn difference(row: &Row<'_>) -> Result<Difference> {
    let amount = |column| -> Result<Option<Fen>> {
        let fen: Option<i64> = row.get(column)?;
        Ok(fen.map(Fen::new))
    };
    Ok(Difference {
        what: crate::book::read::<What>(row, "what")?,
        number: row.get("number")?,
        here: amount("here")?,
        there: amount("there")?,
    })
}
