//! Payouts to employees (向员工付款) from CSV files, over a journal.

mod engine;
mod export;
mod report;
mod resolve;
mod rows;
mod run;
mod settings;
mod status;
mod stop;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use wxpay_payout::SqliteJournal;

use crate::fail::Fail;
use crate::lang::Lang;

/// What to do with payouts.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Pay every row of a CSV file, each once
    ///
    /// Stop it with Ctrl-C, kill it, cut the power: run it again with the same file and the same journal, and it goes on
    /// where it was. A payout whose outcome is unknown is queried, and repeated with the same number and the same bytes
    /// only. The exit code is 0 only when every row is paid.
    #[command(after_help = run::COLUMNS)]
    Run(Box<run::Arguments>),
    /// Tell from the journal how the payouts stand, without asking anybody
    Status(status::Arguments),
    /// Follow every payout that was sent and is not settled, and begin none
    ///
    /// The exit code is 0 when each of them is settled, paid or not.
    Resolve(Box<resolve::Arguments>),
    /// Write the journal's payouts as CSV
    Export(export::Arguments),
}

/// The file that the payouts are written down in.
#[derive(clap::Args)]
pub(crate) struct JournalArgs {
    /// The journal: one SQLite file that must not be lost, and that one merchant's payouts share for ever
    #[arg(long, value_name = "FILE")]
    journal: PathBuf,
}

impl Command {
    pub(crate) async fn run(self, lang: Lang) -> Result<ExitCode, Fail> {
        match self {
            Self::Run(arguments) => run::run(*arguments, lang).await,
            Self::Status(arguments) => status::run(&arguments, lang).await,
            Self::Resolve(arguments) => resolve::run(*arguments, lang).await,
            Self::Export(arguments) => export::run(&arguments).await,
        }
    }
}

impl JournalArgs {
    fn path(&self) -> &Path {
        &self.journal
    }

    /// The journal for reading, any merchant's. None is made.
    fn existing(&self) -> Result<SqliteJournal, Fail> {
        self.must_exist()?;
        SqliteJournal::read(&self.journal).map_err(|error| self.unusable(error))
    }

    fn must_exist(&self) -> Result<(), Fail> {
        if self.journal.exists() {
            return Ok(());
        }
        let shown = self.journal.display();
        Err(Fail::usage(
            format!("there is no journal {shown}"),
            format!("没有付款日志文件 {shown}"),
        ))
    }

    fn unusable(&self, error: wxpay_payout::OpenError) -> Fail {
        let shown = self.journal.display();
        Fail::usage(
            format!("can't use the journal {shown}"),
            format!("无法使用付款日志文件 {shown}"),
        )
        .because(error)
    }
}

/// The journal could not be read.
fn unreadable(error: wxpay_payout::JournalError) -> Fail {
    Fail::new("the journal can't be read", "无法读取付款日志").because(error)
}
