//! Puts load on the transports and prints what came of it.

use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use wxpay_tests::load::calls;
use wxpay_tests::load::failover::{self, Progress};

/// Puts load on the transports and prints what came of it.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Payouts, then queries, all at once to a sandbox that answers slowly
    Calls {
        /// How many of each
        #[arg(long, default_value_t = 1000)]
        count: usize,
        /// How long each answer takes, in milliseconds
        #[arg(long, default_value_t = 1000)]
        delay: u64,
    },
    /// Reads and writes through two hosts, of which the main one fails in several ways
    Failover {
        /// How many callers are busy at once
        #[arg(long, default_value_t = 50)]
        at_once: usize,
        /// How long they are, in milliseconds, for each kind of failure
        #[arg(long, default_value_t = 5000)]
        time: u64,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    match Arguments::parse().what {
        What::Calls { count, delay } => {
            let mut lost = false;
            for calls in calls::run(count, Duration::from_millis(delay)).await {
                println!("{calls}");
                lost |= calls.answered != calls.made || calls.requests != calls.made;
                lost |= calls.booked.is_some_and(|booked| booked != calls.made);
            }
            ExitCode::from(u8::from(lost))
        }
        What::Failover { at_once, time } => {
            let mut wrong = false;
            for trouble in failover::TROUBLES {
                let time = Duration::from_millis(time);
                let enough = move |so_far: &Progress<'_>| so_far.time > time;
                let outcome = failover::run(trouble, at_once, PATIENCE, enough).await;
                println!("main host: {trouble:?}\n{outcome}");
                wrong |= outcome.reads_answered != outcome.reads;
                wrong |= outcome.duplicated + outcome.denied + outcome.invented > 0;
            }
            ExitCode::from(u8::from(wrong))
        }
    }
}

/// How long a caller waits for a main host that never answers.
const PATIENCE: Duration = Duration::from_millis(600);
