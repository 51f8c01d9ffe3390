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
use std::path::{Path, PathBuf};
use std::rc::Rc;

use csv::{ByteRecord, ReaderBuilder, StringRecord};
use wxpay_payout::Intent;

use self::columns::Columns;
pub(super) use self::columns::Sheet;
pub(super) use self::fields::Fields;
use self::fields::PRODUCT;
use self::lines::{Lines, Notes};
use self::mistake::Mistake;
pub(super) use self::mistake::Mistakes;
pub(super) use self::raw::{RawRows, read_raw};
use self::wanting::Wanting;
use super::engine::Payer;
use super::product::{Kind, Pays};
use crate::csv_text;
use crate::fail::{Fail, unreadable};
use crate::lang::{Lang, Text};

/// A file of payouts of which the names of the columns were read, and the first row.
pub(super) struct Rows {
    path: PathBuf,
    records: Records,
    /// The names of the columns, unless they could not be read.
    names: Option<StringRecord>,
    /// The line that they stand on.
    line: u64,
    /// The first row, until it is taken.
    first: Option<Result<Option<(u64, ByteRecord)>, Broken>>,
    mistakes: Mistakes,
}

impl Rows {
    /// Opens a file, and reads as much of it as tells which product it is for.
    pub(super) fn open(path: &Path) -> Result<Self, Fail> {
        let file = File::open(path).map_err(|error| unreadable(path, error))?;
        let text = csv_text::text_of(file).map_err(|refused| refused.fail(path))?;
        let mut rows = Self {
            path: path.to_path_buf(),
            records: Records::new(text),
            names: None,
            line: 1,
            first: None,
            mistakes: Mistakes::default(),
        };
        let mut record = ByteRecord::new();
        match rows.records.next(&mut record) {
            Ok(line) => rows.line = line.unwrap_or(1),
            Err(broken) => {
                rows.mistakes.push(broken.mistake(path)?);
                return Ok(rows);
            }
        }
        rows.names = decoded(&record, rows.line, None, &mut rows.mistakes);
        let mut first = ByteRecord::new();
        let line = rows.records.next(&mut first);
        rows.first = Some(line.map(|line| Some((line?, first))));
        Ok(rows)
    }

    /// The product that is asked for, or that the first row names; payments to employees if nothing
    /// says otherwise.
    pub(super) fn product(&mut self, asked: Option<Kind>, lang: Lang) -> Result<Kind, Fail> {
        let names = self.names.iter().flatten();
        let place = names.map(str::trim).position(|name| name == PRODUCT);
        let (Some(place), None) = (place, asked) else {
            return Ok(asked.unwrap_or(Kind::Employee));
        };
        let Some(Ok(Some((line, record)))) = &self.first else {
            return Ok(Kind::Employee);
        };
        let name = record.get(place).unwrap_or_default();
        let found = std::str::from_utf8(name).ok().and_then(Kind::of_name);
        if let Some(kind) = found {
            return Ok(kind);
        }
        let all = Kind::ALL.map(Kind::as_str);
        let rule = Text::new(
            format!("must be one of {}", all.join(", ")),
            format!("必须是以下之一：{}", all.join("、")),
        );
        let mistake = Mistake::in_field(*line, place, PRODUCT, rule);
        self.mistakes.push(mistake);
        Err(self.told(lang)?)
    }

    /// Reads a file that must be right. Each mistake is told, and nothing was paid.
    pub(super) async fn right<P: Pays>(
        mut self,
        payer: &Payer<P>,
        lang: Lang,
    ) -> Result<Vec<Intent<P::Payment>>, Fail> {
        let intents = self.read(payer).await?;
        if self.mistakes.is_empty() {
            return Ok(intents);
        }
        Err(self.told(lang)?)
    }

    /// Tells the mistakes, and ends with how many they are.
    fn told(&self, lang: Lang) -> Result<Fail, Fail> {
        for mistake in self.mistakes.in_lang(lang) {
            writeln!(stderr(), "{}: {mistake}", self.path.display())?;
        }
        let count = self.mistakes.count();
        let mistakes = if count == 1 { "mistake" } else { "mistakes" };
        Ok(Fail::usage(
            format!("{count} {mistakes}; nothing was paid"),
            format!("共 {count} 处错误；没有付款"),
        ))
    }

    /// Reads to the end, whatever is wrong.
    async fn read<P: Pays>(&mut self, payer: &Payer<P>) -> Result<Vec<Intent<P::Payment>>, Fail> {
        let mut intents = Vec::new();
        let Some(names) = self.names.take() else {
            return Ok(intents);
        };
        let columns = Columns::of(names, self.line, P::KIND, &mut self.mistakes);
        if self.mistakes.is_empty() {
            intents = self.read_rows(&columns, payer).await?;
        }
        if intents.is_empty() && self.mistakes.is_empty() {
            let rule = Text::new("there is no row below the names", "表头下面没有数据行");
            self.mistakes.push(Mistake::in_line(self.line, rule));
        }
        Ok(intents)
    }

    async fn read_rows<P: Pays>(
        &mut self,
        columns: &Columns,
        payer: &Payer<P>,
    ) -> Result<Vec<Intent<P::Payment>>, Fail> {
        let mut intents = Vec::new();
        let mut lines = HashMap::new();
        let mut wanting = Wanting::default();
        while let Some((line, record)) = self.next()? {
            let mistakes = &mut self.mistakes;
            let Some(record) = decoded(&record, line, Some(columns), mistakes) else {
                break;
            };
            let mut fields = Fields::new(&record, columns, line, mistakes, &mut wanting);
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
            intents.extend(intent);
        }
        for mistake in wanting.into_mistakes(P::KIND.section()) {
            self.mistakes.push(mistake);
        }
        Ok(intents)
    }

    /// The next row, unless there is none or the file can't be read any further.
    fn next(&mut self) -> Result<Option<(u64, ByteRecord)>, Fail> {
        let read = self.first.take().unwrap_or_else(|| {
            let mut record = ByteRecord::new();
            let line = self.records.next(&mut record);
            line.map(|line| Some((line?, record)))
        });
        match read {
            Ok(row) => Ok(row),
            Err(broken) => {
                self.mistakes.push(broken.mistake(&self.path)?);
                Ok(None)
            }
        }
    }
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
