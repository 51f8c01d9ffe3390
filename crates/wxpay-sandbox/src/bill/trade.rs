//! 交易账单: what was paid on a day, and what was to go back.

use serde::{Deserialize, Serialize};
use wxpay_core::{Fen, Timestamp};

use crate::bill::{fee, trade_columns as columns, write_table};
use crate::clock::{day, hour};
use crate::refund::Shares;
use crate::state::State;
use crate::{Merchant, Order, Refund};

/// Which bill it is.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TradeBill {
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
pub(crate) struct Row<'a> {
    pub(crate) merchant: &'a Merchant,
    pub(crate) time: Timestamp,
    pub(crate) order: &'a Order,
    pub(crate) refund: Option<&'a Refund>,
    /// When the bill was made; what a refund has become since is not in it.
    pub(crate) made: Timestamp,
}

impl TradeBill {
    /// The text, unless there is nothing to list.
    pub(crate) fn text(&self, state: &State, merchant: &Merchant) -> Option<String> {
        let rows = self.rows(state, merchant);
        if rows.is_empty() {
            return None;
        }
        let columns = columns::of(self.kind);
        let names: Vec<_> = columns.clone().map(|column| column.name).collect();
        let rows_of_text = rows.iter().map(|row| {
            let fields = columns.clone().map(|column| (column.text)(row));
            fields.collect()
        });
        let (sums, summary) = columns::summary(self.kind, &rows);
        Some(write_table(&names, rows_of_text, &sums, &summary))
    }

    fn rows<'a>(&self, state: &'a State, merchant: &'a Merchant) -> Vec<Row<'a>> {
        let row = |time, order, refund| Row {
            merchant,
            time,
            order,
            refund,
            made: hour(self.day.saturating_add(1), 9),
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
    pub(crate) fn settlement_total(&self) -> Fen {
        let order = self.order;
        match self.refund {
            None => order.settlement_total_fee.unwrap_or(order.total_fee),
            Some(_) => Fen::ZERO,
        }
    }

    pub(crate) fn shares(&self) -> Option<Shares> {
        let refund = self.refund?;
        Some(Shares::of(refund.refund, self.order))
    }

    /// In fen; less than nothing for a refund.
    pub(crate) fn fee(&self) -> i64 {
        match self.shares() {
            None => fee(self.settlement_total()),
            Some(shares) => -fee(shares.settlement_refund),
        }
    }
}
