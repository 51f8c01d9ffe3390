//! A file of payouts as it stands, for an export that writes it back.

use std::fs::File;
use std::path::Path;

use csv::{ByteRecord, StringRecord};

use super::columns::{Columns, LOOKS, fits};
use super::mistake::Mistakes;
use super::{Records, decoded};
use crate::command::payout::product::Kind;
use crate::csv_text;
use crate::fail::{Fail, unreadable};
use crate::lang::Lang;

/// The rows of a file, unchecked.
pub(crate) struct RawRows {
    /// The names of all columns in their order, as they stand in the file.
    pub(crate) columns: StringRecord,
    pub(crate) rows: Vec<RawRow>,
}

/// One of them.
pub(crate) struct RawRow {
    /// The line that it begins on, as an editor shows it.
    pub(crate) line: u64,
    pub(crate) intent: String,
    /// What stands in each of the file's columns, including those that the command does not read.
    pub(crate) fields: StringRecord,
}

/// Reads a file of which no more is wanted than that it names the intents.
pub(crate) fn read_raw(path: &Path) -> Result<RawRows, Fail> {
    let file = File::open(path).map_err(|error| unreadable(path, error))?;
    let text = csv_text::text_of(file).map_err(|refused| refused.fail(path))?;
    let mut records = Records::new(text);
    let mut mistakes = Mistakes::default();
    let mut next = |columns: Option<&Columns>, mistakes: &mut Mistakes| {
        let mut record = ByteRecord::new();
        match records.next(&mut record) {
            Ok(Some(line)) => {
                Ok(decoded(&record, line, columns, mistakes).map(|text| (line, text)))
            }
            Ok(None) => Ok(None),
            Err(broken) => broken.mistake(path).map(|mistake| {
                mistakes.push(mistake);
                None
            }),
        }
    };
    let first = next(None, &mut mistakes)?;
    let (line, names) = first.unwrap_or_else(|| (1, StringRecord::new()));
    let kind = LOOKS
        .into_iter()
        .find(|kind| fits(&names, *kind))
        .unwrap_or(Kind::Employee);
    let columns = Columns::of(names, line, kind, &mut mistakes);
    let mut rows = Vec::new();
    if let Some(place) = columns.place("intent").filter(|_| mistakes.is_empty()) {
        while let Some((line, fields)) = next(Some(&columns), &mut mistakes)? {
            let intent = fields.get(place).unwrap_or_default().to_owned();
            rows.push(RawRow {
                line,
                intent,
                fields,
            });
        }
    }
    if let Some(mistake) = mistakes.in_lang(Lang::En).into_iter().next() {
        let zh = mistakes.in_lang(Lang::Zh).into_iter().next();
        let shown = path.display();
        return Err(Fail::usage(
            format!("{shown} is not a file of payouts"),
            format!("{shown} 不是付款文件"),
        )
        .because_said(mistake, zh.unwrap_or_default()));
    }
    Ok(RawRows {
        columns: columns.into_names(),
        rows,
    })
}
