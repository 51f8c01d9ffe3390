use std::fmt;
use std::io::BufRead;

use crate::error::BillError;
use crate::lines::Lines;
use crate::names::Names;
use crate::table::text_of;

/// A bill of a kind whose columns no public document lists, such as that of profit sharing (分账账单):
/// each line as it stands, the lines of a summary among them.
///
/// Nothing of it is compared. The digest of the download proves that it is whole.
pub struct OtherBill<R> {
    lines: Lines<R>,
    names: Names,
    ended: bool,
}

/// One line of a bill of another kind. `Debug` does not show its fields.
#[derive(Clone, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct OtherRow {
    /// The line of the bill, counted from 1.
    pub line: u64,
    /// The fields without their back-quotes, in the order of the columns. The lines of a summary
    /// have another number of them.
    pub fields: Vec<String>,
}

impl<R: BufRead> OtherBill<R> {
    /// Reads a bill of any kind as it stands, trade and fund flow bills too. A file without
    /// anything in it has no columns.
    ///
    /// # Errors
    /// It can't be read, or its first line is no list of names in UTF-8.
    pub fn open(reader: R) -> Result<Self, BillError> {
        let mut lines = Lines::new(reader);
        let names = if lines.advance()? {
            Names::of(lines.line(), lines.number())?
        } else {
            Names::none()
        };
        Ok(Self::new(lines, names))
    }

    pub(crate) fn new(lines: Lines<R>, names: Names) -> Self {
        Self {
            lines,
            names,
            ended: false,
        }
    }

    /// The names of its columns, full-width brackets as the others.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.names.iter()
    }

    fn read(&mut self) -> Result<Option<OtherRow>, BillError> {
        while self.lines.advance()? {
            if !self.lines.line().is_empty() {
                let line = self.lines.number();
                let text = text_of(self.lines.line(), line, &self.names)?;
                let fields = self.fields(text);
                return Ok(Some(OtherRow { line, fields }));
            }
        }
        Ok(None)
    }

    /// Splits a line as one of a bill, or at its commas alone if that gives as many fields as there
    /// are names: some bills of before 2025 lack back-quotes in the middle of a row.
    fn fields(&self, text: &str) -> Vec<String> {
        let owned = |fields: Vec<&str>| fields.into_iter().map(str::to_owned).collect();
        let at_commas: Vec<&str> = text.split(',').collect();
        let Some(row) = text.strip_prefix('`') else {
            return owned(at_commas);
        };
        let at_both: Vec<&str> = row.split(",`").collect();
        if at_both.len() < self.names.len() && at_commas.len() == self.names.len() {
            let fields = at_commas.into_iter();
            return fields
                .map(|field| field.strip_prefix('`').unwrap_or(field).to_owned())
                .collect();
        }
        owned(at_both)
    }
}

impl<R: BufRead> Iterator for OtherBill<R> {
    type Item = Result<OtherRow, BillError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let read = self.read().transpose();
        self.ended = !matches!(read, Some(Ok(_)));
        read
    }
}

impl<R> fmt::Debug for OtherBill<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OtherBill")
            .field("columns", &self.names)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for OtherRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OtherRow")
            .field("line", &self.line)
            .field("fields", &self.fields.len())
            .finish()
    }
}
