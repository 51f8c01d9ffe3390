//! Pays by processes that are killed, that die at a write, or that are several, and holds their
//! journal against the books.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use wxpay_tests::payouts::worker::Job;
use wxpay_tests::payouts::{cost, kills, processes, writes};

/// Pays by processes that are killed, that die at a write, or that are several, and holds their
/// journal against the books.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    what: What,
    /// Where the journals are put, on the disk that is to be tried
    #[arg(long, global = true)]
    parent: Option<PathBuf>,
}

#[derive(Subcommand)]
enum What {
    /// Kill a process at random moments
    Kills {
        /// How often
        #[arg(long, default_value_t = 1000)]
        count: usize,
        /// What the moments follow from
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Let a process die at its n-th write, for every n
    Writes,
    /// Pay by several processes at once
    Processes {
        /// How many processes
        #[arg(long, default_value_t = 4)]
        count: usize,
        /// How many intents, all of which each of them is to pay
        #[arg(long, default_value_t = 5000)]
        intents: usize,
    },
    /// Measure what the journal costs
    Cost {
        /// How many payouts
        #[arg(long, default_value_t = 2000)]
        count: usize,
    },
    /// Be one of the processes
    #[command(hide = true)]
    Worker(Job),
}

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { what, parent } = Arguments::parse();
    let program = std::env::current_exe().unwrap();
    let parent = parent.as_deref();
    let holds = match what {
        What::Kills { count, seed } => {
            let kills = kills::run(&program, count, seed, parent).await;
            println!("{kills}");
            kills.verdict.holds()
        }
        What::Writes => {
            let writes = writes::run(&program, parent).await;
            let hold = writes.verdicts.iter().filter(|verdict| verdict.holds());
            let (hold, all) = (hold.count(), writes.verdicts.len());
            println!(
                "{} writes, a death before and after each: {hold} of {all} paid once and lost nothing",
                writes.writes
            );
            hold == all
        }
        What::Processes { count, intents } => {
            let processes = processes::run(&program, count, intents, parent).await;
            println!("{processes}");
            processes.verdict.holds() && processes.verdict.repeated == 0
        }
        What::Cost { count } => {
            let folder = match parent {
                Some(parent) => tempfile::tempdir_in(parent),
                None => tempfile::tempdir(),
            }
            .unwrap();
            for at_once in [1, 16] {
                println!("{}", cost::run(folder.path(), count, at_once).await);
            }
            true
        }
        What::Worker(job) => job.work().await,
    };
    ExitCode::from(u8::from(!holds))
}
