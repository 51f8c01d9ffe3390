use wxpay_core::{Fen, FromWire, TimeFormat, Timestamp};

use crate::amount::{self, MilliFen};
use crate::error::{BillError, Problem};
use crate::escaped::{Escaped, Rule};
use crate::names::Places;
use crate::table::Record;

/// The fields of one row by their columns, read into values.
pub(crate) struct Fields<'a, const N: usize> {
    record: Record<'a>,
    places: &'a Places<N>,
}

impl<'a, const N: usize> Fields<'a, N> {
    pub(crate) fn new(record: Record<'a>, places: &'a Places<N>) -> Self {
        Self { record, places }
    }

    pub(crate) fn line(&self) -> u64 {
        self.record.line()
    }

    /// The text of a column, if the bill has the column.
    pub(crate) fn text(&self, column: usize) -> Option<&'a str> {
        Some(self.record.get(self.places.get(column)?))
    }

    /// A text that may be empty, or missing with its column.
    pub(crate) fn owned(&self, column: usize) -> String {
        self.text(column).unwrap_or_default().to_owned()
    }

    /// A text, unless it is empty or the `0` that stands for none.
    pub(crate) fn some<T: FromWire>(&self, column: usize) -> Option<T> {
        let text = self.text(column)?;
        if text.is_empty() || text == "0" {
            return None;
        }
        T::from_wire(text)
    }

    /// A text that every row has.
    pub(crate) fn required_text(&self, column: usize) -> Result<&'a str, BillError> {
        let text = self.text(column).filter(|text| !text.is_empty());
        text.ok_or_else(|| self.wrong(column, Problem::Empty))
    }

    /// A number that every row has.
    pub(crate) fn required<T: FromWire>(&self, column: usize) -> Result<T, BillError> {
        let value = T::from_wire(self.required_text(column)?);
        value.ok_or_else(|| self.wrong(column, Problem::Empty))
    }

    pub(crate) fn escaped(&self, column: usize, rule: Rule) -> Escaped {
        Escaped::new(self.text(column).unwrap_or_default(), rule)
    }

    /// A time that every row has.
    pub(crate) fn time(&self, column: usize) -> Result<Timestamp, BillError> {
        let time = self.optional_time(column)?;
        time.ok_or_else(|| self.wrong(column, Problem::Empty))
    }

    pub(crate) fn optional_time(&self, column: usize) -> Result<Option<Timestamp>, BillError> {
        let text = self.text(column).unwrap_or_default();
        if text.is_empty() {
            return Ok(None);
        }
        let time = Timestamp::parse(text, TimeFormat::DateTime);
        time.map(Some)
            .ok_or_else(|| self.wrong(column, Problem::NotATime))
    }

    /// An amount in fen, if the bill has the column.
    pub(crate) fn optional_fen(&self, column: usize) -> Result<Option<Fen>, BillError> {
        let amount = self.text(column).map(amount::fen).transpose();
        amount.map_err(|problem| self.wrong(column, problem))
    }

    pub(crate) fn fen(&self, column: usize) -> Result<Fen, BillError> {
        Ok(self.optional_fen(column)?.unwrap_or_default())
    }

    pub(crate) fn millifen(&self, column: usize) -> Result<MilliFen, BillError> {
        let amount = self
            .text(column)
            .map(amount::millifen)
            .transpose()
            .map_err(|problem| self.wrong(column, problem))?;
        Ok(amount.unwrap_or_default())
    }

    /// The columns that this version does not know, by their names.
    pub(crate) fn further(&self) -> Vec<(String, String)> {
        let places = self.places.further().iter();
        let field = |place: &usize| {
            let (name, value) = (self.record.name(*place), self.record.get(*place));
            (name.to_owned(), value.to_owned())
        };
        places.map(field).collect()
    }

    pub(crate) fn wrong(&self, column: usize, problem: Problem) -> BillError {
        let place = self.places.get(column);
        let name = place.map_or("", |place| self.record.name(place));
        BillError::in_column(self.record.line(), name, problem)
    }
}
