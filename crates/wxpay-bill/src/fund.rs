//! The fund flow bill (资金账单): every change of an account on a day.

mod row;
mod totals;

use std::fmt;
use std::io::BufRead;

pub use self::row::{Direction, FundRow};
pub use self::totals::FundTotals;

use crate::comparison::Comparison;
use crate::error::{BillError, Problem};
use crate::lines::Lines;
use crate::names::{Column, Names, Places};
use crate::table::{Next, Table};

/// A fund flow bill (资金账单) of a merchant or of one of its sub-merchants, read row by row.
///
/// It is an iterator of rows. Once the rows are at their end, the summary is read and compared with
/// them: if it does not agree, the last item is an error ([`Problem::SummaryDiffers`]). After an
/// error there is nothing more.
pub struct FundBill<R> {
    table: Table<R>,
    places: Places<{ COLUMNS.len() }>,
    totals: FundTotals,
    comparison: Option<Comparison>,
    ended: bool,
}

impl<R: BufRead> FundBill<R> {
    pub(crate) fn new(lines: Lines<R>, names: Names) -> Result<Self, BillError> {
        let places = Places::of(&COLUMNS, &names, 1)?;
        for (place, column) in COLUMNS.iter().enumerate() {
            if places.get(place).is_none() {
                let name = column.names.first().copied().unwrap_or_default();
                return Err(BillError::in_column(1, name, Problem::MissingColumn));
            }
        }
        Ok(Self {
            table: Table::new(lines, names, totals::SUMMARY),
            places,
            totals: FundTotals::default(),
            comparison: None,
            ended: false,
        })
    }

    /// The names of its columns, full-width brackets as the others.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.table.names().iter()
    }

    /// The sums of the rows that were read so far.
    pub fn totals(&self) -> &FundTotals {
        &self.totals
    }

    /// The summary beside the sums of all rows, once the rows are at their end.
    pub fn comparison(&self) -> Option<&Comparison> {
        self.comparison.as_ref()
    }

    fn read(&mut self) -> Result<Option<FundRow>, BillError> {
        let summary = match self.table.next()? {
            Next::Row(record) => {
                let row = FundRow::of(record, &self.places)?;
                self.totals.add(&row)?;
                return Ok(Some(row));
            }
            Next::Summary(summary) => summary,
        };
        let comparison = self.totals.compare(&summary)?;
        let agrees = comparison.agrees();
        self.comparison = Some(comparison);
        if agrees {
            return Ok(None);
        }
        Err(BillError::new(summary.line, Problem::SummaryDiffers))
    }
}

impl<R: BufRead> Iterator for FundBill<R> {
    type Item = Result<FundRow, BillError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let read = self.read().transpose();
        self.ended = !matches!(read, Some(Ok(_)));
        read
    }
}

impl<R> fmt::Debug for FundBill<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FundBill")
            .field("totals", &self.totals)
            .field("comparison", &self.comparison)
            .finish_non_exhaustive()
    }
}

/// The name of the column with which a fund flow bill begins.
pub(crate) const FIRST: &str = "记账时间";

/// The columns, as indices of [`COLUMNS`].
#[derive(Clone, Copy)]
enum FundColumn {
    BookedTime,
    BusinessId,
    FlowId,
    BusinessName,
    BusinessType,
    Direction,
    Amount,
    Balance,
    Applicant,
    Remark,
    Voucher,
}

const fn column(names: &'static [&'static str]) -> Column {
    Column { names }
}

const COLUMNS: [Column; 11] = [
    column(&[FIRST]),
    column(&["微信支付业务单号"]),
    column(&["资金流水单号"]),
    column(&["业务名称"]),
    column(&["业务类型"]),
    column(&["收支类型"]),
    column(&["收支金额(元)"]),
    column(&["账户结余(元)"]),
    column(&["资金变更提交申请人"]),
    column(&["备注"]),
    column(&["业务凭证号"]),
];
