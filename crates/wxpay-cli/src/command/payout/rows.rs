//! The CSV file of payouts: every mistake in it is found before anything is paid.

mod columns;
mod fields;
mod lines;
mod mistake;
mod raw;
mod wanting;

use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::File;
use std::io::{Read, Write as _, stderr};
use std::net::IpAddr;
use std::path::Path;
use std::rc::Rc;

use csv::{ByteRecord, ReaderBuilder, StringRecord};
use wxpay_payout::Intent;

use self::columns::Columns;
use self::fields::Fields;
use self::lines::{Lines, Notes};
use self::mistake::Mistake;
pub(super) use self::mistake::Mistakes;
pub(super) use self::raw::{RawRows, read_raw};
use self::wanting::Wanting;
use super::engine::Payer;
use crate::csv_text;
use crate::fail::{Fail, unreadable};
use crate::lang::{Lang, Text};

/// What the configuration says for rows that do not.
#[derive(Clone, Debug, Default)]
pub(super) struct Defaults {
    pub(super) act_name: Option<String>,
    pub(super) spbill_create_ip: Option<IpAddr>,
    pub(super) agentid: Option<u32>,
}

/// What came of reading a file.
pub(super) struct Rows {
    /// The rows that are right, in their order. They are all rows if there is no mistake.
    pub(super) rows: Vec<Row>,
    pub(super) mistakes: Mistakes,
}

/// One payout of the file.
pub(super) struct Row {
    /// The payout. Its payment holds the openid, and the name as `options.re_user_name`.
    pub(super) intent: Intent,
}

/// Reads a file that must be right. Each mistake is told, and nothing was paid.
pub(super) async fn read_right(path: &Path, payer: &Payer, lang: Lang) -> Result<Rows, Fail> {
    let rows = read(path, payer).await?;
    if rows.mistakes.is_empty() {
        return Ok(rows);
    }
    for mistake in rows.mistakes.in_lang(lang) {
        writeln!(stderr(), "{}: {mistake}", path.display())?;
    }
    let count = rows.mistakes.count();
    let mistakes = if count == 1 { "mistake" } else { "mistakes" };
    Err(Fail::usage(
        format!("{count} {mistakes}; nothing was paid"),
        format!("共 {count} 处错误；没有付款"),
    ))
}

/// Reads a file to its end, whatever is wrong in it.
async fn read(path: &Path, payer: &Payer) -> Result<Rows, Fail> {
    let file = File::open(path).map_err(|error| unreadable(path, error))?;
    let text = csv_text::text_of(file).map_err(|refused| refused.fail(path))?;
    let mut rows = Rows {
        rows: Vec::new(),
        mistakes: Mistakes::default(),
    };
    let mut records = Records::new(text);
    let mut record = ByteRecord::new();
    let first = match records.next(&mut record) {
        Ok(line) => line.unwrap_or(1),
        Err(broken) => {
            rows.mistakes.push(broken.mistake(path)?);
            return Ok(rows);
        }
    };
    let Some(names) = decoded(&record, first, None, &mut rows.mistakes) else {
        return Ok(rows);
    };
    let columns = Columns::of(names, first, &mut rows.mistakes);
    if rows.mistakes.is_empty() {
        read_rows(&mut records, &columns, path, payer, &mut rows).await?;
    }
    if rows.rows.is_empty() && rows.mistakes.is_empty() {
        let rule = Text::new("there is no row below the names", "表头下面没有数据行");
        rows.mistakes.push(Mistake::in_line(first, rule));
    }
    Ok(rows)
}

async fn read_rows(
    records: &mut Records,
    columns: &Columns,
    path: &Path,
    payer: &Payer,
    rows: &mut Rows,
) -> Result<(), Fail> {
    let mut record = ByteRecord::new();
    let mut lines = HashMap::new();
    let mut wanting = Wanting::default();
    loop {
        let line = match records.next(&mut record) {
            Ok(Some(line)) => line,
            Ok(None) => break,
            Err(broken) => {
                rows.mistakes.push(broken.mistake(path)?);
                break;
            }
        };
        let Some(record) = decoded(&record, line, Some(columns), &mut rows.mistakes) else {
            break;
        };
        let mut fields = Fields::new(&record, columns, line, &mut rows.mistakes, &mut wanting);
        let intent = fields.intent(payer).await;
        if let Some(name) = fields.text("intent") {
            match lines.entry(name.to_owned()) {
                Entry::Vacant(entry) => {
                    entry.insert(line);
                }
                Entry::Occupied(entry) => {
                    let first = entry.get();
                    let rule = Text::new(
                        format!("duplicates the intent of line {first}"),
                        format!("与第 {first} 行的 intent 重复"),
                    );
                    fields.wrong("intent", rule);
                }
            }
        }
        rows.rows.extend(intent.map(|intent| Row { intent }));
    }
    for mistake in wanting.into_mistakes() {
        rows.mistakes.push(mistake);
    }
    Ok(())
}

/// A record as text, or the mistake that it is not. What follows in such a file is not read.
fn decoded(
    record: &ByteRecord,
    line: u64,
    columns: Option<&Columns>,
    mistakes: &mut Mistakes,
) -> Option<StringRecord> {
    let broken = match StringRecord::from_byte_record(record.clone()) {
        Ok(record) => return Some(record),
        Err(error) => error.utf8_error().field(),
    };
    let name = columns.map_or_else(String::new, |columns| columns.name(broken).to_owned());
    let rule = Text::new(
        "must be UTF-8, and is probably GBK, as Excel saves \"CSV\": save the file as \"CSV UTF-8\"",
        "编码必须是 UTF-8，当前很可能是 GBK（Excel 默认的 CSV 格式）：请另存为“CSV UTF-8（逗号分隔）”",
    );
    mistakes.push(Mistake::in_field(line, broken, name, rule));
    None
}

/// The records of a file with their lines.
struct Records {
    reader: csv::Reader<Lines<Box<dyn Read>>>,
    notes: Rc<RefCell<Notes>>,
}

/// Why a file was not read to its end.
enum Broken {
    TooLong(Mistake),
    Unreadable(csv::Error),
}

impl Records {
    fn new(text: Box<dyn Read>) -> Self {
        let (text, notes) = Lines::new(text);
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(text);
        Self { reader, notes }
    }

    /// Reads the next record, and gives the line that it begins on; nothing at the end.
    fn next(&mut self, record: &mut ByteRecord) -> Result<Option<u64>, Broken> {
        let place = self.reader.position().byte();
        let read = self.reader.read_byte_record(record);
        let mut notes = self.notes.borrow_mut();
        match read {
            Ok(false) => Ok(None),
            Ok(true) => Ok(Some(notes.line_at(place))),
            Err(error) => Err(match notes.too_long() {
                Some(what) => Broken::TooLong(what.mistake(notes.line_at(place))),
                None => Broken::Unreadable(error),
            }),
        }
    }
}

impl Broken {
    /// It as a mistake in the file, or as a failure to read the file.
    fn mistake(self, path: &Path) -> Result<Mistake, Fail> {
        match self {
            Self::TooLong(mistake) => Ok(mistake),
            Self::Unreadable(error) => Err(unreadable(path, error.into())),
        }
    }
}
