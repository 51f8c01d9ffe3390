//! Payouts from CSV files, over a journal: payments to employees (向员工付款), transfers (商家转账), red
//! packets (现金红包), transfers to balances (商家转账到零钱) and refunds (退款).

mod attest;
mod backup;
mod cancel;
mod database;
mod engine;
mod export;
mod journal;
mod json;
mod opened;
mod preflight;
mod product;
mod recover;
mod replace;
mod report;
mod resolve;
mod rows;
mod run;
mod settings;
mod status;
mod stop;
mod watch;

use std::process::ExitCode;

use clap::Subcommand;

use self::journal::{JournalArgs, unreadable};
use crate::fail::Fail;
use crate::lang::Lang;

/// What to do with payouts.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Pay every row of a CSV file, each once
    ///
    /// Stop it with Ctrl-C, kill it, cut the power: run it again with the same file and the same
    /// journal, and it goes on where it was. The number of a payout follows from its intent, and
    /// WeChat Pay is asked about it right before each send, so that a lost or second journal pays
    /// nothing again. A payout whose outcome is unknown is queried, and repeated with the same
    /// number only.
    ///
    /// What waits for its user, or for WeChat Pay, is neither paid nor in doubt: it is reported, a
    /// later run or resolve goes on with it, and status shows it.
    ///
    /// Exit codes: 0 every row is paid, by this journal; 1 not every row is paid, or the report
    /// could not be written; 2 something is wrong with the file, the configuration or the journal,
    /// and nothing was sent; 3 every row is paid, but some were paid before this journal had sent
    /// them: look for the other journal; 4 every row is paid or waits, and nothing is wrong; 130
    /// left at once by a second Ctrl-C: run it again.
    #[command(after_help = run::COLUMNS)]
    Run(Box<run::Arguments>),
    /// Rebuild a lost journal from what WeChat Pay knows, without paying anything
    ///
    /// Every number that the rows of the file can have is asked for, and what WeChat Pay knows is
    /// written into the journal. Give all the rows that the lost journal may have had, with a run
    /// for each product; the next run pays only what was not paid. WeChat Pay answers queries about
    /// payouts for 30 days: do not give rows that are older, which would read as not known. Exit
    /// code 0 when every row was found out about.
    Recover(Box<recover::Arguments>),
    /// Show from the journal alone how the payouts stand, without asking WeChat Pay
    Status(status::Arguments),
    /// Follow every payout that was sent and is not settled, and start none
    ///
    /// It follows every product that the journal has. The exit code is 0 when each of them is
    /// settled, paid or not; 4 when some wait for their users or for WeChat Pay and nothing is
    /// wrong; 1 otherwise.
    Resolve(Box<resolve::Arguments>),
    /// Declare as failed a payout that WeChat Pay still does not know ten days after it was sent
    ///
    /// It is for a person who has looked into the bill (账单). WeChat Pay is asked once more before.
    /// The payout can then be sent again under the same number, with replace and run.
    Attest(Box<attest::Arguments>),
    /// Cancel a transfer that waits for its user
    ///
    /// That WeChat Pay takes the cancellation does not mean that it is done: the user may have
    /// confirmed just before. So this asks how it ends. From the first moment on nothing more is
    /// sent for the transfer, whatever becomes of this. Exit codes: 0 it has ended and is not paid,
    /// cancelled or otherwise; 1 it is paid, or the cancellation was refused; 2 it can't be
    /// cancelled; 4 it is being cancelled, and resolve tells how it ends.
    Cancel(Box<cancel::Arguments>),
    /// Let the next run pay one that was rejected, has failed or was not sent yet, with its row as
    /// the file has it now
    ///
    /// If WeChat Pay itself declared it failed, it gets its next number; otherwise it keeps its
    /// number. The next run pays it.
    Replace(Box<replace::Arguments>),
    /// Write a consistent copy of the journal, even while it is in use
    Backup(backup::Arguments),
    /// Write the payouts as CSV or JSON, with the rows of a file in their order if it is given
    #[command(after_help = export::COLUMNS_HELP)]
    Export(export::Arguments),
}

impl Command {
    pub(crate) async fn run(self, lang: Lang) -> Result<ExitCode, Fail> {
        match self {
            Self::Run(arguments) => run::run(*arguments, lang).await,
            Self::Recover(arguments) => recover::run(*arguments, lang).await,
            Self::Status(arguments) => status::run(&arguments, lang).await,
            Self::Resolve(arguments) => resolve::run(*arguments, lang).await,
            Self::Attest(arguments) => attest::run(*arguments, lang).await,
            Self::Cancel(arguments) => cancel::run(*arguments, lang).await,
            Self::Replace(arguments) => replace::run(*arguments, lang).await,
            Self::Backup(arguments) => backup::run(&arguments, lang).await,
            Self::Export(arguments) => export::run(&arguments).await,
        }
    }
}
