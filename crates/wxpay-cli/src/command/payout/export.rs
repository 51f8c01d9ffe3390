use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use wxpay_payout::{Alarm, Entry, Moment};

use super::JournalArgs;
use super::status::each;
use crate::fail::Fail;
use crate::out::stdout;

/// What is written where.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    journal: JournalArgs,
    /// The file to write instead of standard output
    #[arg(long, value_name = "FILE.csv")]
    out: Option<PathBuf>,
}

pub(super) async fn run(arguments: &Arguments) -> Result<ExitCode, Fail> {
    let journal = arguments.journal.existing()?;
    let out: Box<dyn Write> = match &arguments.out {
        Some(path) => Box::new(create(path)?),
        None => Box::new(stdout().lock()),
    };
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(COLUMNS).map_err(io::Error::from)?;
    each(&journal, |entry| {
        writer
            .write_record(fields(&entry))
            .map_err(io::Error::from)?;
        Ok(())
    })
    .await?;
    writer.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// Makes the file, or writes over one that is there, unless payouts are written down in it.
fn create(path: &Path) -> Result<File, Fail> {
    let shown = path.display();
    if is_journal(path) {
        return Err(Fail::usage(
            format!("{shown} is a journal: it must not be lost"),
            format!("{shown} 是付款日志文件，不能覆盖"),
        ));
    }
    File::create(path).map_err(|error| {
        Fail::usage(format!("can't write {shown}"), format!("无法写入 {shown}")).because(error)
    })
}

/// Whether it is a file of SQLite, or the log (`-wal`) beside one.
fn is_journal(path: &Path) -> bool {
    let mut head = [0; 16];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut head));
    read.is_ok() && (head == *b"SQLite format 3\0" || head.starts_with(&[0x37, 0x7f, 0x06]))
}

fn fields(entry: &Entry) -> [String; 14] {
    let time = |moment: Option<Moment>| moment.map(|moment| moment.to_string()).unwrap_or_default();
    [
        entry.intent.to_string(),
        entry.number.to_string(),
        entry.state.as_str().to_owned(),
        entry.amount.to_string(),
        entry.payment_no.clone().unwrap_or_default(),
        harmless(entry.reason.as_deref().unwrap_or_default()),
        entry
            .alarm
            .as_ref()
            .map(Alarm::as_str)
            .unwrap_or_default()
            .to_owned(),
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
    ]
}

/// The server's words, so that no spreadsheet takes them for a formula.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

const COLUMNS: [&str; 14] = [
    "intent",
    "partner_trade_no",
    "state",
    "amount_fen",
    "payment_no",
    "reason",
    "alarm",
    "sends",
    "prepared_at",
    "first_sent_at",
    "last_sent_at",
    "closed_at",
    "next_at",
    "replaced_by",
];
