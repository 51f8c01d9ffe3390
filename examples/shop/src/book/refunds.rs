//! Refunds in the book.

use rusqlite::{OptionalExtension, Result, Row, Transaction, params};
use wxpay_api::{Fen, OutRefundNo, OutTradeNo, Timestamp};

use crate::book::states::RefundState;
use crate::book::{Book, Heard, read, time};

/// A refund as the book has it.
#[derive(Clone, Debug)]
pub(crate) struct Refund {
    pub(crate) number: OutRefundNo,
    pub(crate) order_number: OutTradeNo,
    pub(crate) fen: Fen,
    pub(crate) reason: String,
    pub(crate) notify_url: String,
    pub(crate) asked_at: Timestamp,
    pub(crate) state: RefundState,
    /// When WeChat Pay took it in (退款创建时间): the day of the bill that lists it. A notification does
    /// not say it.
    pub(crate) accepted_at: Option<Timestamp>,
    pub(crate) heard: Option<String>,
    pub(crate) note: Option<String>,
}

/// What came of asking for a refund.
#[derive(Debug)]
pub(crate) enum Begun {
    /// It is in the book, and is to be sent.
    New(Refund),
    /// The same form was sent before.
    Again,
    /// The order is not paid, or there is less left of it than this.
    NotSoMuch,
    /// The number belongs to another refund of this order: the form was out of date.
    OutOfDate,
}

impl Book {
    /// Writes a refund down before anything is sent. Its number is the order's with a count, and
    /// the form names the count that it saw, so that a form that is sent twice asks for one refund.
    pub(crate) fn begin_refund(
        &self,
        order_number: &OutTradeNo,
        count: u32,
        fen: Fen,
        reason: &str,
        notify_url: &str,
        now: Timestamp,
    ) -> Result<Begun> {
        self.with(|book| {
            let number = format!("{order_number}R{count}");
            if let Some(known) = find(book, &number)? {
                let same = known.fen == fen && known.reason == reason;
                return Ok(if same { Begun::Again } else { Begun::OutOfDate });
            }
            let (made, left) = (made(book, order_number)?, left(book, order_number)?);
            if made + 1 != count {
                return Ok(Begun::OutOfDate);
            }
            if fen <= Fen::ZERO || fen > left {
                return Ok(Begun::NotSoMuch);
            }
            book.execute(
                "INSERT INTO refunds (number, order_number, fen, reason, notify_url, asked_at, state, next_look)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'asking', ?7)",
                params![
                    number,
                    order_number.as_str(),
                    fen.get(),
                    reason,
                    notify_url,
                    now.unix(),
                    now.unix() + FIRST_LOOK,
                ],
            )?;
            let new = find(book, &number)?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
            Ok(Begun::New(new))
        })
    }

    pub(crate) fn refund(&self, number: &OutRefundNo) -> Result<Option<Refund>> {
        self.with(|book| find(book, number.as_str()))
    }

    pub(crate) fn refunds_of(&self, order_number: &OutTradeNo) -> Result<Vec<Refund>> {
        self.with(|book| {
            let of_order = "SELECT * FROM refunds WHERE order_number = ?1 ORDER BY rowid";
            let mut all = book.prepare_cached(of_order)?;
            all.query_map([order_number.as_str()], refund)?.collect()
        })
    }

    /// What of a paid order can still be refunded; nothing of one that is not paid.
    pub(crate) fn left_of(&self, order_number: &OutTradeNo) -> Result<Fen> {
        self.with(|book| left(book, order_number))
    }

    /// Those that are open, or whose day is not known, and whose time has come to be asked about.
    pub(crate) fn refunds_to_look_at(&self, now: Timestamp) -> Result<Vec<Refund>> {
        self.with(|book| {
            let mut due = book.prepare_cached(
                "SELECT * FROM refunds WHERE next_look <= ?1 AND state <> 'not-sent'
                 AND (state NOT IN ('done', 'closed') OR accepted_at IS NULL) ORDER BY next_look",
            )?;
            due.query_map([now.unix()], refund)?.collect()
        })
    }

    pub(crate) fn look_at_refund_again(&self, number: &OutRefundNo, at: Timestamp) -> Result<()> {
        self.refund_change(number, "next_look = ?2", at.unix())
    }

    /// Counts a send before it is made. Gives whether it may be made: not of a refund that WeChat
    /// Pay has by now.
    pub(crate) fn refund_may_be_sent(&self, number: &OutRefundNo) -> Result<bool> {
        self.with(|book| {
            let change =
                "UPDATE refunds SET sends = sends + 1 WHERE number = ?1 AND state = 'asking'";
            Ok(book.execute(change, [number.as_str()])? == 1)
        })
    }

    /// A call provably did nothing. That says something of the refund only if it was the only call.
    pub(crate) fn refund_was_not_sent(&self, number: &OutRefundNo, why: &str) -> Result<()> {
        self.with(|book| {
            let change = "UPDATE refunds SET state = 'not-sent', note = ?2
                          WHERE number = ?1 AND state = 'asking' AND sends = 1";
            book.execute(change, [number.as_str(), why]).map(drop)
        })
    }

    /// WeChat Pay says how far it has come. What has ended well or was closed stays so.
    pub(crate) fn refund_has_come(
        &self,
        number: &OutRefundNo,
        state: RefundState,
        accepted_at: Option<Timestamp>,
        heard: Heard,
    ) -> Result<()> {
        self.with(|book| {
            let change = "UPDATE refunds SET state = ?2, heard = ?3, note = NULL
                          WHERE number = ?1 AND state NOT IN ('done', 'closed') AND state <> ?2";
            book.execute(change, [number.as_str(), state.as_str(), heard.as_str()])?;
            let accepted =
                "UPDATE refunds SET accepted_at = coalesce(accepted_at, ?2) WHERE number = ?1";
            let at = accepted_at.map(Timestamp::unix);
            book.execute(accepted, params![number.as_str(), at])
                .map(drop)
        })
    }

    /// Something is not as it should be.
    pub(crate) fn refund_needs_a_person(&self, number: &OutRefundNo, why: &str) -> Result<()> {
        self.refund_change(number, "note = ?2", why)
    }

    fn refund_change(
        &self,
        number: &OutRefundNo,
        set: &str,
        value: impl rusqlite::ToSql,
    ) -> Result<()> {
        self.with(|book| {
            let change = format!("UPDATE refunds SET {set} WHERE number = ?1");
            book.execute(&change, params![number.as_str(), value])
                .map(drop)
        })
    }
}

fn find(book: &Transaction<'_>, number: &str) -> Result<Option<Refund>> {
    let mut found = book.prepare_cached("SELECT * FROM refunds WHERE number = ?1")?;
    found.query_row([number], refund).optional()
}

fn made(book: &Transaction<'_>, order_number: &OutTradeNo) -> Result<u32> {
    let count = "SELECT count(*) FROM refunds WHERE order_number = ?1";
    book.query_row(count, [order_number.as_str()], |row| row.get(0))
}

fn left(book: &Transaction<'_>, order_number: &OutTradeNo) -> Result<Fen> {
    let left = "SELECT fen - (SELECT coalesce(sum(fen), 0) FROM refunds
                              WHERE order_number = ?1 AND state NOT IN ('closed', 'not-sent'))
                FROM orders WHERE number = ?1 AND state = 'paid'";
    let left: Option<i64> = book
        .query_row(left, [order_number.as_str()], |row| row.get(0))
        .optional()?;
    Ok(left.map(Fen::new).unwrap_or_default())
}

fn refund(row: &Row<'_>) -> Result<Refund> {
    Ok(Refund {
        number: read(row, "number")?,
        order_number: read(row, "order_number")?,
        fen: Fen::new(row.get("fen")?),
        reason: row.get("reason")?,
        notify_url: row.get("notify_url")?,
        asked_at: time(row, "asked_at")?.unwrap_or_else(Timestamp::now),
        state: read(row, "state")?,
        accepted_at: time(row, "accepted_at")?,
        heard: row.get("heard")?,
        note: row.get("note")?,
    })
}

/// When a refund is first asked about, in seconds.
const FIRST_LOOK: i64 = 5;

#[cfg(test)]
mod tests;
