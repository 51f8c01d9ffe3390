//! Bills (账单): fetched, shown, added up, and compared with the merchant's own orders.

mod download;
mod open;
mod reconcile;
mod show;
mod totals;
mod words;

use std::process::ExitCode;

use clap::Subcommand;

use crate::fail::Fail;
use crate::lang::Lang;

/// What to do with bills.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Fetch the bill of a day into a new file, and compare its digest with the one that WeChat Pay
    /// gave
    ///
    /// The file appears under its name only when it is complete and has that digest: what has come
    /// before lies beside it under a name that ends in .part, and is removed after an error. The
    /// bill of a day is ready at ten o'clock of the next morning (UTC+8), and can be had for three
    /// months.
    ///
    /// Exit codes: 0 the file is there, 1 it could not be written, 2 the arguments are wrong and
    /// nothing was sent, 4 it was not fetched: there was no connection, WeChat Pay refused, the
    /// transfer broke off, or the file has another digest.
    #[command(after_help = download::EXAMPLES)]
    Download(Box<download::Arguments>),
    /// Show the rows of a bill, and compare its sums
    ///
    /// The exit code is 0 if the summary agrees with the rows, 1 if not, 2 if the file is no bill
    /// or was cut short.
    Show(show::Arguments),
    /// Add up the rows of a bill by their kind, and compare the sums with its summary
    ///
    /// Memory does not grow with the file. The exit code is 0 if every sum agrees, 1 if one does
    /// not, 2 if the file is no bill or was cut short.
    Totals(totals::Arguments),
    /// Compare a trade bill (交易账单) with your own orders, to the fen: what is only here, only there,
    /// or different
    ///
    /// The bill is read row by row; the orders are held in memory, some 150 bytes each. The exit
    /// code is 0 if all agree, 1 if something does not, 2 if a file can't be read.
    #[command(after_help = reconcile::COLUMNS)]
    Reconcile(reconcile::Arguments),
}

impl Command {
    pub(crate) async fn run(self, lang: Lang) -> Result<ExitCode, Fail> {
        match self {
            Self::Download(arguments) => download::run(*arguments, lang).await,
            Self::Show(arguments) => show::run(&arguments, lang),
            Self::Totals(arguments) => totals::run(&arguments, lang),
            Self::Reconcile(arguments) => reconcile::run(&arguments, lang),
        }
    }
}
