//! 交易账单: what was paid on a day, and what was to go back.

mod columns;

use serde::{Deserialize, Serialize};
use wxpay_core::{Fen, Timestamp};

use crate::clock::{day, hour};
use crate::refund::Shares;
use crate::state::State;
use crate::{Merchant, Order, Refund};

/// Which bill it is.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bill {
    /// The calendar day in China, counted from 1970.
    pub(crate) day: i64,
    pub(crate) kind: BillKind,
    /// Whose it is alone.
    pub(crate) sub_mchid: Option<String>,
}

/// What a bill is of (账单类型).
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BillKind {
    All,
    /// Payments alone.
    Success,
    /// Refunds alone.
    Refund,
}

/// A payment, or a refund of it.
struct Row<'a> {
    merchant: &'a Merchant,
    time: Timestamp,
    order: &'a Order,
    refund: Option<&'a Refund>,
    /// When the bill was made; what a refund has become since is not in it.
    made: Timestamp,
}

impl Bill {
    /// The text, unless there is nothing to list.
    pub(crate) fn text(&self, state: &State, merchant: &Merchant) -> Option<String> {
        let rows = self.rows(state, merchant);
        if rows.is_empty() {
            return None;
        }
        let columns = columns::of(self.kind);
        let names: Vec<_> = columns.clone().map(|column| column.name).collect();
        let mut text = format!("\u{FEFF}{}\r\n", names.join(","));
        for row in &rows {
            let fields: Vec<_> = columns.clone().map(|column| (column.text)(row)).collect();
            write_row(&mut text, &fields);
        }
        let (names, sums) = columns::summary(self.kind, &rows);
        text += &names.join(",");
        text += "\r\n";
        write_row(&mut text, &sums);
        Some(text)
    }

    /// When it can be had: from nine o'clock of the next day.
    pub(crate) fn ready(&self) -> Timestamp {
        hour(self.day.saturating_add(1), 9)
    }

    fn rows<'a>(&self, state: &'a State, merchant: &'a Merchant) -> Vec<Row<'a>> {
        let row = |time, order, refund| Row {
            merchant,
            time,
            order,
            refund,
            made: self.ready(),
        };
        let payments = state
            .orders
            .entries()
            .map(|entry| &entry.order)
            .filter(|order| order.was_paid())
            .map(|order| row(order.time_end, order, None));
        let refunds = state.refunds.all().filter_map(|refund| {
            let order = state.orders.get(&refund.out_trade_no)?;
            Some(row(refund.create_time, order, Some(refund)))
        });
        let mut rows: Vec<_> = payments
            .chain(refunds)
            .filter(|row| match self.kind {
                BillKind::All => true,
                BillKind::Success => row.refund.is_none(),
                BillKind::Refund => row.refund.is_some(),
            })
            .filter(|row| day(row.time) == self.day)
            .filter(|row| self.sub_mchid.is_none() || row.order.is_of(self.sub_mchid.as_deref()))
            .collect();
        rows.sort_by_key(|row| row.time);
        rows
    }
}

impl Row<'_> {
    /// What the fee is counted from (应结订单金额); nothing for a refund.
    fn settlement_total(&self) -> Fen {
        let order = self.order;
        match self.refund {
            None => order.settlement_total_fee.unwrap_or(order.total_fee),
            Some(_) => Fen::ZERO,
        }
    }

    fn shares(&self) -> Option<Shares> {
        let refund = self.refund?;
        Some(Shares::of(refund.refund, self.order))
    }

    /// In fen, rounded; less than nothing for a refund.
    fn fee(&self) -> i64 {
        let of = |amount: Fen| {
            let fee = (i128::from(amount.get()) * RATE + 5_000) / 10_000;
            i64::try_from(fee).unwrap_or(i64::MAX)
        };
        match self.shares() {
            None => of(self.settlement_total()),
            Some(shares) => -of(shares.settlement_refund),
        }
    }
}

/// Each field begins with a back-quote.
fn write_row(text: &mut String, fields: &[String]) {
    for (n, field) in fields.iter().enumerate() {
        *text += if n == 0 { "`" } else { ",`" };
        *text += field;
    }
    *text += "\r\n";
}

/// The fee (费率), in ten-thousandths.
const RATE: i128 = 60;
