//! Orders in the book.

use rusqlite::{OptionalExtension, Result, Row, params};
use wxpay_api::{Fen, OutTradeNo, Timestamp};

use crate::book::states::OrderState;
use crate::book::{Book, Heard, read, time};

/// An order as the book has it.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) number: OutTradeNo,
    pub(crate) goods: String,
    pub(crate) fen: Fen,
    pub(crate) notify_url: String,
    pub(crate) made_at: Timestamp,
    /// Until when WeChat Pay takes the payment (支付结束时间).
    pub(crate) pay_until: Timestamp,
    pub(crate) state: OrderState,
    /// How often it was sent to WeChat Pay.
    pub(crate) sends: u32,
    /// What its QR code says (二维码链接).
    pub(crate) code_url: Option<String>,
    pub(crate) paid_at: Option<Timestamp>,
    pub(crate) heard: Option<String>,
    /// What a person has to look at.
    pub(crate) note: Option<String>,
}

/// What a new order is made of.
pub(crate) struct NewOrder {
    pub(crate) number: OutTradeNo,
    /// What the form was given, so that a form that is sent twice makes one order.
    pub(crate) basket: String,
    pub(crate) goods: String,
    pub(crate) fen: Fen,
    pub(crate) notify_url: String,
    pub(crate) made_at: Timestamp,
    pub(crate) pay_until: Timestamp,
}

impl Book {
    /// Writes an order down before anything is sent, and gives the one that the basket has by now.
    pub(crate) fn begin_order(&self, new: &NewOrder) -> Result<Order> {
        self.with(|book| {
            book.execute(
                "INSERT INTO orders (number, basket, goods, fen, notify_url, made_at, pay_until, state, next_look)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'placing', ?8) ON CONFLICT (basket) DO NOTHING",
                params![
                    new.number.as_str(),
                    new.basket,
                    new.goods,
                    new.fen.get(),
                    new.notify_url,
                    new.made_at.unix(),
                    new.pay_until.unix(),
                    new.made_at.unix() + FIRST_LOOK,
                ],
            )?;
            book.query_row("SELECT * FROM orders WHERE basket = ?1", [&new.basket], order)
        })
    }

    pub(crate) fn order(&self, number: &OutTradeNo) -> Result<Option<Order>> {
        self.with(|book| {
            let mut found = book.prepare_cached("SELECT * FROM orders WHERE number = ?1")?;
            found.query_row([number.as_str()], order).optional()
        })
    }

    /// The latest orders, the newest first.
    pub(crate) fn orders(&self) -> Result<Vec<Order>> {
        self.with(|book| {
            let mut all =
                book.prepare("SELECT * FROM orders ORDER BY made_at DESC, rowid DESC LIMIT 200")?;
            all.query_map([], order)?.collect()
        })
    }

    /// Those that are open and whose time has come to be asked about.
    pub(crate) fn orders_to_look_at(&self, now: Timestamp) -> Result<Vec<Order>> {
        self.with(|book| {
            let mut due = book.prepare_cached(
                "SELECT * FROM orders WHERE state IN ('placing', 'waiting') AND next_look <= ?1 ORDER BY next_look",
            )?;
            due.query_map([now.unix()], order)?.collect()
        })
    }

    pub(crate) fn look_at_order_again(&self, number: &OutTradeNo, at: Timestamp) -> Result<()> {
        self.order_change(number, "next_look = ?2", at.unix())
    }

    /// Counts a send before it is made. Gives whether it may be made: not of an order that has
    /// ended meanwhile.
    pub(crate) fn order_may_be_sent(&self, number: &OutTradeNo) -> Result<bool> {
        self.with(|book| {
            let change =
                "UPDATE orders SET sends = sends + 1 WHERE number = ?1 AND state = 'placing'";
            Ok(book.execute(change, [number.as_str()])? == 1)
        })
    }

    /// WeChat Pay has it.
    pub(crate) fn order_has_code(&self, number: &OutTradeNo, code_url: &str) -> Result<()> {
        self.with(|book| {
            let state =
                "UPDATE orders SET state = 'waiting' WHERE number = ?1 AND state = 'placing'";
            book.execute(state, [number.as_str()])?;
            let code = "UPDATE orders SET code_url = ?2 WHERE number = ?1";
            book.execute(code, [number.as_str(), code_url]).map(drop)
        })
    }

    /// A call provably did nothing. That says something of the order only if it was the only call.
    pub(crate) fn order_was_not_sent(&self, number: &OutTradeNo, why: &str) -> Result<()> {
        self.with(|book| {
            let change = "UPDATE orders SET state = 'not-sent', note = ?2
                          WHERE number = ?1 AND state = 'placing' AND sends = 1";
            book.execute(change, [number.as_str(), why]).map(drop)
        })
    }

    /// The order is paid. Gives whether that is news: what ships the goods belongs into this
    /// transaction.
    pub(crate) fn order_is_paid(
        &self,
        number: &OutTradeNo,
        transaction_id: &str,
        paid_at: Timestamp,
        heard: Heard,
    ) -> Result<bool> {
        self.with(|book| {
            // Whatever the shop thought before: money that has come in is never left out of the
            // book.
            let changed = book.execute(
                "UPDATE orders SET state = 'paid', transaction_id = ?2, paid_at = ?3, heard = ?4, next_look = NULL
                 WHERE number = ?1 AND state <> 'paid'",
                params![number.as_str(), transaction_id, paid_at.unix(), heard.as_str()],
            )?;
            Ok(changed == 1)
        })
    }

    pub(crate) fn order_is_closed(&self, number: &OutTradeNo) -> Result<()> {
        self.with(|book| {
            let change = "UPDATE orders SET state = 'closed', next_look = NULL
                          WHERE number = ?1 AND state IN ('placing', 'waiting')";
            book.execute(change, [number.as_str()]).map(drop)
        })
    }

    /// Something is not as it should be.
    pub(crate) fn order_needs_a_person(&self, number: &OutTradeNo, why: &str) -> Result<()> {
        self.order_change(number, "note = ?2", why)
    }

    fn order_change(
        &self,
        number: &OutTradeNo,
        set: &str,
        value: impl rusqlite::ToSql,
    ) -> Result<()> {
        self.with(|book| {
            let change = format!("UPDATE orders SET {set} WHERE number = ?1");
            book.execute(&change, params![number.as_str(), value])
                .map(drop)
        })
    }
}

fn order(row: &Row<'_>) -> Result<Order> {
    Ok(Order {
        number: read(row, "number")?,
        goods: row.get("goods")?,
        fen: Fen::new(row.get("fen")?),
        notify_url: row.get("notify_url")?,
        made_at: time(row, "made_at")?.unwrap_or_else(Timestamp::now),
        pay_until: time(row, "pay_until")?.unwrap_or_else(Timestamp::now),
        state: read(row, "state")?,
        sends: row.get("sends")?,
        code_url: row.get("code_url")?,
        paid_at: time(row, "paid_at")?,
        heard: row.get("heard")?,
        note: row.get("note")?,
    })
}

/// When an order is first asked about, in seconds. Until then the call that places it has most
/// likely ended.
const FIRST_LOOK: i64 = 2;
