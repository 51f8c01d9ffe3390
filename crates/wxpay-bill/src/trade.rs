//! The trade bill (交易账单): orders that were paid and refunds that were accepted on a day.

pub(crate) mod columns;
mod kind;
mod row;
mod totals;

use std::fmt;
use std::io::BufRead;

pub use self::kind::{TradeKind, TradeScope, TradeState};
pub use self::row::TradeRow;
pub use self::totals::TradeTotals;

use self::columns::TradePlaces;
use crate::comparison::Comparison;
use crate::error::{BillError, Problem};
use crate::lines::Lines;
use crate::names::Names;
use crate::table::{Next, Table};

/// A trade bill (交易账单), read row by row.
///
/// It is an iterator of rows. Once the rows are at their end, the summary is read and compared with
/// them: if it does not agree, the last item is an error ([`Problem::SummaryDiffers`]). After an
/// error there is nothing more.
pub struct TradeBill<R> {
    table: Table<R>,
    kind: TradeKind,
    places: TradePlaces,
    totals: TradeTotals,
    comparison: Option<Comparison>,
    ended: bool,
}

impl<R: BufRead> TradeBill<R> {
    pub(crate) fn new(lines: Lines<R>, names: Names) -> Result<Self, BillError> {
        let (kind, places) = columns::read(&names)?;
        Ok(Self {
            table: Table::new(lines, names, totals::SUMMARY),
            kind,
            places,
            totals: TradeTotals::default(),
            comparison: None,
            ended: false,
        })
    }

    /// Which trade bill it is.
    pub fn kind(&self) -> TradeKind {
        self.kind
    }

    /// The names of its columns, full-width brackets as the others.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.table.names().iter()
    }

    /// The sums of the rows that were read so far.
    pub fn totals(&self) -> &TradeTotals {
        &self.totals
    }

    /// The summary beside the sums of all rows, once the rows are at their end.
    pub fn comparison(&self) -> Option<&Comparison> {
        self.comparison.as_ref()
    }

    fn read(&mut self) -> Result<Option<TradeRow>, BillError> {
        let summary = match self.table.next()? {
            Next::Row(record) => {
                let row = TradeRow::of(record, &self.places)?;
                self.totals.add(&row)?;
                return Ok(Some(row));
            }
            Next::Summary(summary) => summary,
        };
        let comparison = self.totals.compare(self.kind, &summary)?;
        let agrees = comparison.agrees();
        self.comparison = Some(comparison);
        if agrees {
            return Ok(None);
        }
        Err(BillError::new(summary.line, Problem::SummaryDiffers))
    }
}

impl<R: BufRead> Iterator for TradeBill<R> {
    type Item = Result<TradeRow, BillError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let read = self.read().transpose();
        self.ended = !matches!(read, Some(Ok(_)));
        read
    }
}

impl<R> fmt::Debug for TradeBill<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TradeBill")
            .field("kind", &self.kind)
            .field("totals", &self.totals)
            .field("comparison", &self.comparison)
            .finish_non_exhaustive()
    }
}
