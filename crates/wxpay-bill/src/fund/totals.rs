use wxpay_core::Fen;

use super::{Direction, FundRow};
use crate::amount::MilliFen;
use crate::comparison::{Comparing, Comparison, Rounding};
use crate::error::{BillError, Problem};
use crate::table::Summary;

/// The sums of some rows of a fund flow bill (资金账单).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct FundTotals {
    /// The number of rows (资金流水总笔数).
    pub count: u64,
    /// How many came in (收入笔数).
    pub in_count: u64,
    /// What came in, in fen (收入金额).
    pub in_amount: Fen,
    /// How many went out (支出笔数).
    pub out_count: u64,
    /// What went out, in fen (支出金额).
    pub out_amount: Fen,
}

impl FundTotals {
    /// Adds a row.
    ///
    /// # Errors
    /// A sum becomes too large to be held. Nothing was added then.
    pub fn add(&mut self, row: &FundRow) -> Result<(), BillError> {
        let too_large = || BillError::new(row.line, Problem::TooLarge);
        *self = self.with(row).ok_or_else(too_large)?;
        Ok(())
    }

    fn with(mut self, row: &FundRow) -> Option<Self> {
        let (count, amount) = match row.direction {
            Direction::In => (&mut self.in_count, &mut self.in_amount),
            Direction::Out => (&mut self.out_count, &mut self.out_amount),
        };
        *count = count.checked_add(1)?;
        *amount = amount.checked_add(row.amount)?;
        // It is compared with a summary in thousandths of a fen.
        MilliFen::of_fen(*amount)?;
        self.count = self.count.checked_add(1)?;
        Some(self)
    }

    pub(super) fn compare(&self, summary: &Summary) -> Result<Comparison, BillError> {
        let mut comparing = Comparing::new(summary);
        let millifen = |fen| MilliFen::of_fen(fen).unwrap_or_default();
        comparing.count(&[SUMMARY], self.count)?;
        comparing.count(&["收入笔数"], self.in_count)?;
        comparing.amount(&["收入金额"], millifen(self.in_amount), Rounding::None)?;
        comparing.count(&["支出笔数"], self.out_count)?;
        comparing.amount(&["支出金额"], millifen(self.out_amount), Rounding::None)?;
        Ok(comparing.end())
    }
}

/// The first name of a fund flow bill's summary.
pub(super) const SUMMARY: &str = "资金流水总笔数";
