//! The big proof of the journal in PostgreSQL: workers and server are killed again and again; and
//! what the journal costs.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use wxpay_tests::payouts::worker::Job;

/// Kills workers of a journal in PostgreSQL and its server again and again, and measures what the
/// journal costs.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Be one of the processes
    #[command(hide = true)]
    Worker(Job),
    #[cfg(unix)]
    #[command(flatten)]
    Try(Try),
}

#[cfg(unix)]
#[derive(Subcommand)]
enum Try {
    /// Kill workers and the server at random moments, and hold the journal against the books
    Crash(wxpay_tests::postgres::crash::Plan),
    /// Measure what the journal costs beside SQLite, and how long a million open payouts take
    Cost(wxpay_tests::postgres::figures::Sizes),
}

#[tokio::main]
async fn main() -> ExitCode {
    let holds = match Arguments::parse().what {
        What::Worker(job) => job.work().await,
        #[cfg(unix)]
        What::Try(Try::Crash(plan)) => {
            let program = std::env::current_exe().unwrap();
            let crashes = wxpay_tests::postgres::crash::run(&program, &plan).await;
            println!("{crashes}");
            crashes.verdict.holds()
        }
        #[cfg(unix)]
        What::Try(Try::Cost(sizes)) => {
            wxpay_tests::postgres::figures::run(&sizes).await;
            true
        }
    };
    ExitCode::from(u8::from(!holds))
}
