use crate::amount::{self, MilliFen};
use crate::error::{BillError, Problem};
use crate::table::Summary;

/// The summary of a bill beside the sums of its rows.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Comparison {
    /// One entry for each sum that the summary has and the rows have too, in the order of the
    /// documents.
    pub sums: Vec<Compared>,
}

/// One sum, twice.
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Compared {
    /// The name in the summary, such as `手续费总金额`.
    pub name: String,
    /// The sum of the rows.
    pub of_rows: Sum,
    /// What the summary says.
    pub of_summary: Sum,
    /// Whether both are the same. A fee with fewer decimals in the summary than its rows need may
    /// be rounded there.
    pub agrees: bool,
}

/// A sum of a bill.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[allow(clippy::exhaustive_enums)] // a summary has these two
pub enum Sum {
    /// A number of rows.
    Count(u64),
    /// An amount, in thousandths of a fen.
    Millifen(MilliFen),
}

impl Comparison {
    /// Whether every sum agrees.
    pub fn agrees(&self) -> bool {
        self.sums.iter().all(|sum| sum.agrees)
    }
}

/// The sums of some rows to be compared with a summary, one after the other.
pub(crate) struct Comparing<'a> {
    summary: &'a Summary,
    sums: Vec<Compared>,
}

impl<'a> Comparing<'a> {
    pub(crate) fn new(summary: &'a Summary) -> Self {
        let sums = Vec::new();
        Self { summary, sums }
    }

    /// Compares a number of rows, which the summary must have.
    pub(crate) fn count(&mut self, names: &[&str], of_rows: u64) -> Result<(), BillError> {
        let (name, text) = self.required(names)?;
        let of_summary = amount::count(text).map_err(|problem| self.wrong(name, problem))?;
        self.sums.push(Compared {
            name: name.to_owned(),
            of_rows: Sum::Count(of_rows),
            of_summary: Sum::Count(of_summary),
            agrees: of_rows == of_summary,
        });
        Ok(())
    }

    /// Compares a sum of amounts, which the summary must have.
    pub(crate) fn amount(
        &mut self,
        names: &[&str],
        of_rows: MilliFen,
        rounding: Rounding,
    ) -> Result<(), BillError> {
        let (name, text) = self.required(names)?;
        let of_summary = amount::millifen(text).map_err(|problem| self.wrong(name, problem))?;
        let agrees = of_rows == of_summary
            || rounding == Rounding::ToFen && is_rounded(of_rows, of_summary, text);
        self.sums.push(Compared {
            name: name.to_owned(),
            of_rows: Sum::Millifen(of_rows),
            of_summary: Sum::Millifen(of_summary),
            agrees,
        });
        Ok(())
    }

    pub(crate) fn end(self) -> Comparison {
        Comparison { sums: self.sums }
    }

    /// The value under the first of these names that the summary has.
    fn required(&self, names: &[&str]) -> Result<(&'a str, &'a str), BillError> {
        let summary = self.summary;
        let place = summary
            .names
            .iter()
            .position(|name| names.contains(&name))
            .ok_or_else(|| {
                let name = names.first().copied().unwrap_or_default();
                self.wrong(name, Problem::MissingColumn)
            })?;
        Ok((summary.names.get(place), summary.value(place)))
    }

    fn wrong(&self, name: &str, problem: Problem) -> BillError {
        BillError::in_column(self.summary.line, name, problem)
    }
}

/// Whether a summary may have fewer decimals than a sum needs.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Rounding {
    None,
    /// Fees have five decimals in the rows, and may have two in the summary.
    ToFen,
}

/// Whether `of_summary` is `of_rows` without the part of a fen that the text has no place for,
/// rounded up or down.
fn is_rounded(of_rows: MilliFen, of_summary: MilliFen, text: &str) -> bool {
    let difference = of_rows.get().abs_diff(of_summary.get());
    amount::places(text) == 2 && of_rows.to_fen().is_none() && difference < 1000
}
