use std::io::BufRead;
use std::ops::Range;

use crate::error::{BillError, Problem};
use crate::lines::Lines;
use crate::names::Names;

/// A table as every bill has it: names, rows of which each field begins with a back-quote, and a
/// summary of two lines.
pub(crate) struct Table<R> {
    lines: Lines<R>,
    names: Names,
    /// The first name of the summary.
    summary: &'static str,
    fields: Vec<Range<usize>>,
}

/// What a table has next.
pub(crate) enum Next<'a> {
    Row(Record<'a>),
    /// The end of the bill.
    Summary(Summary),
}

/// The fields of one row.
#[derive(Clone, Copy)]
pub(crate) struct Record<'a> {
    line: u64,
    text: &'a str,
    fields: &'a [Range<usize>],
    names: &'a Names,
}

/// The two last lines of a bill.
pub(crate) struct Summary {
    /// The line of the values.
    pub(crate) line: u64,
    pub(crate) names: Names,
    values: Vec<Box<str>>,
}

impl<R: BufRead> Table<R> {
    /// A table whose names were read from the first of these lines.
    pub(crate) fn new(lines: Lines<R>, names: Names, summary: &'static str) -> Self {
        Self {
            lines,
            names,
            summary,
            fields: Vec::new(),
        }
    }

    pub(crate) fn names(&self) -> &Names {
        &self.names
    }

    /// Reads the next row, or the summary.
    pub(crate) fn next(&mut self) -> Result<Next<'_>, BillError> {
        if !self.lines.advance()? {
            return Err(BillError::new(self.lines.number(), Problem::NoSummary));
        }
        let line = self.lines.number();
        if self.lines.line().first() != Some(&BACK_QUOTE) {
            return self.summary().map(Next::Summary);
        }
        let text = text_of(self.lines.line(), line, &self.names)?;
        split(text, &mut self.fields);
        count(self.fields.len(), &self.names, line)?;
        Ok(Next::Row(Record {
            line,
            text,
            fields: &self.fields,
            names: &self.names,
        }))
    }

    fn summary(&mut self) -> Result<Summary, BillError> {
        let line = self.lines.number();
        let first = self.lines.line().split(|byte| *byte == b',').next();
        if first != Some(self.summary.as_bytes()) {
            return Err(BillError::new(line, Problem::NoBackQuote));
        }
        let names = Names::of(self.lines.line(), line)?;
        if !self.lines.advance()? {
            return Err(BillError::new(self.lines.number(), Problem::NoSummary));
        }
        let line = self.lines.number();
        let text = text_of(self.lines.line(), line, &names)?;
        if !text.starts_with('`') {
            return Err(BillError::new(line, Problem::NoBackQuote));
        }
        let mut fields = Vec::new();
        split(text, &mut fields);
        count(fields.len(), &names, line)?;
        let values: Vec<Box<str>> = fields
            .into_iter()
            .map(|field| text.get(field))
            .map(|value| value.unwrap_or_default().into())
            .collect();
        // Also of a sum that the rows don't have, so that it is not compared.
        if let Some(place) = values.iter().position(|value| value.is_empty()) {
            return Err(BillError::in_column(line, names.get(place), Problem::Empty));
        }
        while self.lines.advance()? {
            if !self.lines.line().is_empty() {
                return Err(BillError::new(self.lines.number(), Problem::AfterSummary));
            }
        }
        Ok(Summary {
            line,
            names,
            values,
        })
    }
}

impl<'a> Record<'a> {
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    pub(crate) fn get(&self, place: usize) -> &'a str {
        let field = self.fields.get(place).cloned().unwrap_or_default();
        self.text.get(field).unwrap_or_default()
    }

    pub(crate) fn name(&self, place: usize) -> &'a str {
        self.names.get(place)
    }
}

impl Summary {
    pub(crate) fn value(&self, place: usize) -> &str {
        self.values.get(place).map_or("", |value| value)
    }
}

/// A line as text, or the error that names the column which is not.
pub(crate) fn text_of<'a>(bytes: &'a [u8], line: u64, names: &Names) -> Result<&'a str, BillError> {
    std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let place = before
            .windows(SEPARATOR.len())
            .filter(|two| *two == SEPARATOR.as_bytes())
            .count();
        BillError::in_column(line, names.get(place), Problem::NotUtf8)
    })
}

/// Where the fields of a row are, without their back-quotes. Commas stand in fields too, and so do
/// back-quotes: the two together stand between fields alone.
fn split(text: &str, fields: &mut Vec<Range<usize>>) {
    fields.clear();
    let mut start = 1;
    while let Some(length) = text.get(start..).and_then(|rest| rest.find(SEPARATOR)) {
        fields.push(start..start + length);
        start += length + SEPARATOR.len();
    }
    fields.push(start..text.len());
}

fn count(found: usize, names: &Names, line: u64) -> Result<(), BillError> {
    let expected = names.len();
    if found == expected {
        return Ok(());
    }
    Err(BillError::new(
        line,
        Problem::FieldCount { expected, found },
    ))
}

const BACK_QUOTE: u8 = b'`';
const SEPARATOR: &str = ",`";
