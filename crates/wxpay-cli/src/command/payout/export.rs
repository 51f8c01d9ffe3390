use std::collections::HashMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::{Map, Value};
use wxpay_payout::{Alarm, Entry, Moment, Package, WaitsFor};

use super::JournalArgs;
use super::json;
use super::rows::{RawRows, read_raw};
use super::status::each;
use crate::fail::Fail;
use crate::out::stdout;
use crate::private_file::create_private;
use crate::spreadsheet::harmless;

/// What is written where.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The file of the payouts: its rows are written back in their order, with all their columns,
    /// beside what became of them
    #[arg(value_name = "FILE.csv")]
    file: Option<PathBuf>,
    #[command(flatten)]
    journal: JournalArgs,
    /// The file to write instead of standard output, for its owner alone
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write JSON: an array with an object for each payout
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(arguments: &Arguments) -> Result<ExitCode, Fail> {
    let rows = arguments.file.as_deref().map(read_raw).transpose()?;
    if let (Some(file), Some(out)) = (&arguments.file, &arguments.out)
        && is_one_file(file, out)
    {
        return Err(over_itself(out));
    }
    let mut entries = Vec::new();
    let journal = arguments.journal.read()?;
    each(&journal, |entry| {
        entries.push(entry);
        Ok(())
    })
    .await?;
    // Before the output is opened: closing another handle of the same file would drop SQLite's
    // locks on it.
    drop(journal);
    let lines = in_order(entries, rows.as_ref());
    let mut text = Vec::new();
    if arguments.json {
        write_json(&mut text, &lines, rows.as_ref())?;
    } else {
        write_csv(&mut text, &lines, rows.as_ref())?;
    }
    // Only now, so that what can't be read leaves the output as it was.
    match &arguments.out {
        Some(path) => create_private(path)?.write_all(&text)?,
        None => {
            let mut out = stdout().lock();
            out.write_all(&text)?;
            out.flush()?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Hard links are refused as such.
fn is_one_file(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

fn over_itself(path: &Path) -> Fail {
    let shown = path.display();
    Fail::usage(
        format!(
            "--out {shown} is the file of the payouts itself, which must not be lost: name another file"
        ),
        format!("--out {shown} 就是付款文件本身，不能覆盖：请指定其他文件"),
    )
}

/// A row of the file, an entry of the journal, or both.
struct Line {
    /// The place of the row in the file.
    row: Option<usize>,
    entry: Option<Entry>,
}

/// The rows in the order of the file, then what the journal has beyond them: earlier numbers and
/// other intents.
fn in_order(entries: Vec<Entry>, rows: Option<&RawRows>) -> Vec<Line> {
    let entry = |entry| Line {
        row: None,
        entry: Some(entry),
    };
    let Some(rows) = rows else {
        return entries.into_iter().map(entry).collect();
    };
    let mut current = HashMap::new();
    let mut others = Vec::new();
    for entry in entries {
        if entry.replaced_by.is_some() {
            others.push(entry);
        } else {
            current.insert(entry.intent.to_string(), entry);
        }
    }
    let mut lines: Vec<Line> = rows
        .rows
        .iter()
        .enumerate()
        .map(|(place, row)| Line {
            row: Some(place),
            entry: current.remove(&row.intent),
        })
        .collect();
    others.extend(current.into_values());
    others.sort_by(|one, other| {
        (&one.intent, one.generation).cmp(&(&other.intent, other.generation))
    });
    lines.extend(others.into_iter().map(entry));
    lines
}

fn write_csv(out: &mut Vec<u8>, lines: &[Line], rows: Option<&RawRows>) -> Result<(), Fail> {
    let mut writer = csv::Writer::from_writer(out);
    let kept = kept_columns(rows);
    let mut head: Vec<String> = Vec::new();
    if let Some(rows) = rows {
        head.push(format!("{OURS}line"));
        let names = kept.iter().filter_map(|place| rows.columns.get(*place));
        head.extend(names.map(|name| harmless(name).into_owned()));
        head.extend(COLUMNS.iter().map(|name| format!("{OURS}{name}")));
    } else {
        head.extend(COLUMNS.iter().map(|name| (*name).to_owned()));
    }
    writer.write_record(&head).map_err(io::Error::from)?;
    for line in lines {
        let mut record: Vec<String> = Vec::new();
        if let Some(rows) = rows {
            let row = line.row.and_then(|place| rows.rows.get(place));
            record.push(row.map(|row| row.line.to_string()).unwrap_or_default());
            let field = |place: &usize| {
                row.and_then(|row| row.fields.get(*place))
                    .unwrap_or_default()
            };
            record.extend(kept.iter().map(|place| harmless(field(place)).into_owned()));
        }
        match &line.entry {
            Some(entry) => record.extend(fields(entry)),
            None => record.extend(COLUMNS.map(|_| String::new())),
        }
        writer.write_record(&record).map_err(io::Error::from)?;
    }
    writer.flush()?;
    Ok(())
}

fn write_json(out: &mut Vec<u8>, lines: &[Line], rows: Option<&RawRows>) -> Result<(), Fail> {
    let kept = kept_columns(rows);
    let values = lines.iter().map(|line| {
        let mut value = match &line.entry {
            Some(entry) => json::entry(entry),
            None => Value::Object(Map::new()),
        };
        let row = line.row.and_then(|place| rows?.rows.get(place));
        if let (Some(row), Some(rows), Some(object)) = (row, rows, value.as_object_mut()) {
            let named = kept.iter().filter_map(|place| {
                Some((rows.columns.get(*place)?.trim(), row.fields.get(*place)?))
            });
            let row_fields: Map<String, Value> = named
                .map(|(name, field)| (name.to_owned(), Value::from(field)))
                .collect();
            object.insert("line".to_owned(), Value::from(row.line));
            object.insert("row".to_owned(), Value::Object(row_fields));
        }
        value
    });
    let values = Value::Array(values.collect());
    let text = serde_json::to_string_pretty(&values).unwrap_or_default();
    writeln!(out, "{text}")?;
    Ok(())
}

/// The columns of a file that are its own, and not those of an earlier export.
fn kept_columns(rows: Option<&RawRows>) -> Vec<usize> {
    let Some(rows) = rows else {
        return Vec::new();
    };
    let own = |(_, name): &(usize, &str)| !name.trim().starts_with(OURS);
    let places = rows.columns.iter().enumerate().filter(own);
    places.map(|(place, _)| place).collect()
}

fn fields(entry: &Entry) -> [String; COLUMNS.len()] {
    let time = |moment: Option<Moment>| moment.map(|moment| moment.to_string()).unwrap_or_default();
    let text = |text: &str| harmless(text).into_owned();
    [
        text(entry.intent.as_str()),
        entry.number.to_string(),
        entry.state.as_str().to_owned(),
        entry.amount.to_string(),
        text(entry.payment_no.as_deref().unwrap_or_default()),
        text(entry.reason.as_deref().unwrap_or_default()),
        entry
            .alarm
            .as_ref()
            .map(Alarm::as_str)
            .unwrap_or_default()
            .to_owned(),
        entry.is_found().to_string(),
        entry.sends.to_string(),
        time(Some(entry.prepared_at)),
        time(entry.first_sent_at),
        time(entry.last_sent_at),
        time(entry.closed_at),
        time(Some(entry.next_at).filter(|_| !entry.state.is_settled())),
        entry
            .replaced_by
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        entry.product.clone(),
        entry
            .waits_for
            .map(WaitsFor::as_str)
            .unwrap_or_default()
            .to_owned(),
        text(entry.package.as_ref().map_or("", Package::as_str)),
        time(entry.cancel_asked_at),
    ]
}

const COLUMNS: [&str; 19] = [
    "intent",
    "number",
    "state",
    "amount_fen",
    "payment_no",
    "reason",
    "alarm",
    "paid_before",
    "sends",
    "prepared_at",
    "first_sent_at",
    "last_sent_at",
    "closed_at",
    "next_at",
    "replaced_by",
    "product",
    "waits_for",
    "package_info",
    "cancel_asked_at",
];
/// What the names of our columns begin with when they stand beside those of a file.
const OURS: &str = "wxpay_";

pub(super) const COLUMNS_HELP: &str = "\
Columns: intent, number (partner_trade_no, out_bill_no, out_refund_no or mch_billno), state, amount_fen, payment_no, reason, alarm,
paid_before, sends, prepared_at, first_sent_at, last_sent_at, closed_at, next_at, replaced_by, product, waits_for (user,
receiver, approver, merchant, wechat_pay or repetition), package_info (what the front end of that user alone needs),
cancel_asked_at. With FILE.csv: wxpay_line, all columns of the file, and the columns above with wxpay_ before their names. A text
that a spreadsheet would take for a formula has an apostrophe before it.";
