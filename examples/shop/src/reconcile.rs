//! The bill of a day against the book, to the fen.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::str::FromStr;

use wxpay_api::Fen;
use wxpay_bill::TradeRow;

#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) enum Kind {
    Payment,
    Refund,
}

/// A payment or a refund as the book has it.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) kind: Kind,
    /// The merchant order number, or the merchant refund number.
    pub(crate) number: String,
    /// The merchant order number of both.
    pub(crate) of_order: String,
    pub(crate) fen: Fen,
    /// Whether the book knows that it was paid, or that WeChat Pay took it in.
    pub(crate) is_settled: bool,
}

/// What came of comparing a day. What agrees is summed up, everything else is named.
#[derive(Debug, Default)]
pub(crate) struct Reconciliation {
    pub(crate) payments: Sum,
    pub(crate) refunds: Sum,
    pub(crate) differences: Vec<Difference>,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Sum {
    pub(crate) count: u32,
    pub(crate) fen: Fen,
}

#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Difference {
    pub(crate) what: What,
    pub(crate) number: String,
    /// The amount in the book.
    pub(crate) here: Option<Fen>,
    /// The amount in the bill.
    pub(crate) there: Option<Fen>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum What {
    /// The bill has it and the book does not.
    OnlyThere,
    /// The book has it and the bill does not.
    OnlyHere,
    /// Both have it, with other amounts.
    OtherAmount,
    /// The book has the refund under another order.
    OtherOrder,
    /// The bill has it, and the book does not know yet that it was paid or taken in.
    NotSettledHere,
    /// The bill has it twice.
    TwiceThere,
}

/// Compares the rows of a bill with the book.
///
/// `of_day` is what the bill should list; `find` gives whatever the book has under a number, since
/// a payment that the book has on another day is another mistake than one that it does not know.
pub(crate) fn reconcile<E>(
    rows: impl Iterator<Item = Result<TradeRow, E>>,
    of_day: Vec<Entry>,
    find: impl Fn(Kind, &str) -> Result<Option<Entry>, E>,
) -> Result<Reconciliation, E> {
    let mut came = Reconciliation::default();
    let mut missing: BTreeMap<(Kind, String), Entry> = of_day
        .into_iter()
        .map(|entry| ((entry.kind, entry.number.clone()), entry))
        .collect();
    let mut seen = HashSet::new();
    for row in rows {
        let row = row?;
        let (kind, number) = number(&row);
        let there = row.amount();
        let entry = match missing.remove(&(kind, number.clone())) {
            Some(entry) => Some(entry),
            None => find(kind, &number)?,
        };
        let what = match &entry {
            _ if !seen.insert((kind, number.clone())) => What::TwiceThere,
            None => What::OnlyThere,
            Some(entry) if entry.of_order != row.out_trade_no.as_str() => What::OtherOrder,
            Some(entry) if entry.fen != there => What::OtherAmount,
            Some(entry) if !entry.is_settled => What::NotSettledHere,
            Some(_) => {
                came.agrees(kind, there);
                continue;
            }
        };
        came.differences.push(Difference {
            what,
            number,
            here: entry.map(|entry| entry.fen),
            there: Some(there),
        });
    }
    came.differences
        .extend(missing.into_values().map(|entry| Difference {
            what: What::OnlyHere,
            number: entry.number,
            here: Some(entry.fen),
            there: None,
        }));
    Ok(came)
}

impl Reconciliation {
    pub(crate) fn is_clean(&self) -> bool {
        self.differences.is_empty()
    }

    fn agrees(&mut self, kind: Kind, fen: Fen) {
        let sum = match kind {
            Kind::Payment => &mut self.payments,
            Kind::Refund => &mut self.refunds,
        };
        sum.count += 1;
        sum.fen = Fen::new(sum.fen.get().saturating_add(fen.get()));
    }
}

/// A row by the number that the book knows it by.
fn number(row: &TradeRow) -> (Kind, String) {
    if row.is_refund() {
        let number = row.out_refund_no.as_ref();
        (
            Kind::Refund,
            number.map(ToString::to_string).unwrap_or_default(),
        )
    } else {
        (Kind::Payment, row.out_trade_no.to_string())
    }
}

impl What {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::OnlyThere => "only-there",
            Self::OnlyHere => "only-here",
            Self::OtherAmount => "other-amount",
            Self::OtherOrder => "other-order",
            Self::NotSettledHere => "not-settled-here",
            Self::TwiceThere => "twice-there",
        }
    }
}

impl FromStr for What {
    type Err = NoDifference;

    fn from_str(text: &str) -> Result<Self, NoDifference> {
        let all = [
            Self::OnlyThere,
            Self::OnlyHere,
            Self::OtherAmount,
            Self::OtherOrder,
            Self::NotSettledHere,
            Self::TwiceThere,
        ];
        let found = all.into_iter().find(|what| what.as_str() == text);
        found.ok_or(NoDifference)
    }
}

/// The book has a difference that this version does not know.
#[derive(Debug)]
pub(crate) struct NoDifference;

impl fmt::Display for NoDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this is not the name of a difference")
    }
}

impl std::error::Error for NoDifference {}

#[cfg(test)]
mod tests;
