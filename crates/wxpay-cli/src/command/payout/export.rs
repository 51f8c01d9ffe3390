use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use wxpay_payout::{Alarm, Entry, Moment};

use super::JournalArgs;
use super::status::each;
use crate::fail::Fail;
use crate::out::stdout;
use crate::private_file::create_private;
use crate::spreadsheet::harmless;

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
    arguments.journal.must_exist()?;
    // Before the journal is opened: closing a handle of the same file would drop SQLite's locks on it.
    let out: Box<dyn Write> = match &arguments.out {
        Some(path) => Box::new(create_private(path)?),
        None => Box::new(stdout().lock()),
    };
    let journal = arguments.journal.existing()?;
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

fn fields(entry: &Entry) -> [String; 14] {
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
