use std::fmt;
use std::str::FromStr;

use crate::{FromWire, InvalidInput, Timestamp};

/// A day of the calendar, such as that of a bill.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Date(jiff::civil::Date);

/// The ways in which WeChat Pay writes a day.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum DateFormat {
    /// `2019-06-11`.
    Dashed,
    /// `20190611`.
    Compact,
}

impl Date {
    /// A day, if the calendar has it.
    ///
    /// # Errors
    /// It has not.
    pub fn new(year: i16, month: i8, day: i8) -> Result<Self, InvalidInput> {
        jiff::civil::Date::new(year, month, day)
            .map(Self)
            .map_err(|_| broken())
    }

    /// The day of a moment in China (UTC+8).
    pub fn in_china(timestamp: Timestamp) -> Self {
        Self(timestamp.china().date())
    }

    /// The day before; the first day of the calendar has none.
    #[must_use]
    pub fn yesterday(self) -> Option<Self> {
        self.0.yesterday().ok().map(Self)
    }

    /// Reads a day in one format.
    pub fn parse(text: &str, format: DateFormat) -> Option<Self> {
        let digits = match format {
            DateFormat::Compact => text.to_owned(),
            DateFormat::Dashed => {
                let mut parts = text.split('-');
                let [year, month, day] = [parts.next()?, parts.next()?, parts.next()?];
                let widths = (year.len(), month.len(), day.len()) == (4, 2, 2);
                if !widths || parts.next().is_some() {
                    return None;
                }
                [year, month, day].concat()
            }
        };
        if digits.len() != 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let (year, rest) = digits.split_at(4);
        let (month, day) = rest.split_at(2);
        Self::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
    }

    /// Writes the day in one format.
    pub fn format(self, format: DateFormat) -> String {
        let (year, month, day) = (self.0.year(), self.0.month(), self.0.day());
        match format {
            DateFormat::Dashed => format!("{year:04}-{month:02}-{day:02}"),
            DateFormat::Compact => format!("{year:04}{month:02}{day:02}"),
        }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.format(DateFormat::Dashed))
    }
}

impl FromStr for Date {
    type Err = InvalidInput;

    /// Reads `2019-06-11` or `20190611`.
    fn from_str(text: &str) -> Result<Self, InvalidInput> {
        Self::from_wire(text).ok_or_else(broken)
    }
}

impl FromWire for Date {
    fn from_wire(text: &str) -> Option<Self> {
        let formats = [DateFormat::Dashed, DateFormat::Compact];
        formats
            .into_iter()
            .find_map(|format| Self::parse(text, format))
    }
}

fn broken() -> InvalidInput {
    InvalidInput::new(
        "date",
        "must be a day of the calendar, such as 2019-06-11",
        "必须是有效日期，如 2019-06-11",
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{Date, DateFormat};

    #[test]
    fn both_forms_are_read_and_written() {
        for text in ["2024-02-29", "20240229"] {
            let date: Date = text.parse().unwrap();
            assert_eq!(date.format(DateFormat::Dashed), "2024-02-29");
            assert_eq!(date.format(DateFormat::Compact), "20240229");
        }
        for text in [
            "2023-02-29",
            "2024-2-29",
            "2024-02-29-",
            "202402290",
            "+0240229",
            "",
        ] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
    }
}
