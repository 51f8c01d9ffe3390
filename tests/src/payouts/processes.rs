//! Several processes that pay the same intents over one journal.

use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};

use tokio::process::Command;

use super::bank::Bank;
use super::judge::Verdict;
use super::worker::Job;

/// What came of it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Processes {
    /// How many processes there were.
    pub processes: usize,
    /// What the journal says of all intents.
    pub verdict: Verdict,
    /// How long it took.
    pub elapsed: Duration,
}

/// So many processes, each of which pays all intents and begins with others than the rest.
pub async fn run(
    program: &Path,
    processes: usize,
    intents: usize,
    parent: Option<&Path>,
) -> Processes {
    let bank = Bank::open(parent).await;
    let start = Instant::now();
    let working: Vec<_> = (0..processes)
        .map(|process| {
            let mut job = Job::new(bank.folder(), 0..intents);
            job.first = process * intents / processes;
            job.lease = 30_000;
            tokio::spawn(work(job.command(program)))
        })
        .collect();
    for working in working {
        working.await.unwrap();
    }
    Processes {
        processes,
        elapsed: start.elapsed(),
        verdict: Verdict::of(&bank.journal(), &bank.sandbox, intents).await,
    }
}

/// Works until everything is settled. On a slow disk the others can keep a process from the journal
/// for as long as it waits: then it ends early, as it should, and is started again.
async fn work(mut command: Command) {
    for start in 1.. {
        let output = command.output().await.unwrap();
        if output.status.success() {
            return;
        }
        let said = String::from_utf8_lossy(&output.stderr);
        // At work it says so in words, while it opens the journal by the error itself.
        let is_kept_out = ["another process has held it for", "Busy {"]
            .iter()
            .any(|sign| said.contains(sign));
        assert!(
            is_kept_out && start < STARTS,
            "start {start} has not settled everything: {said}"
        );
    }
}

impl fmt::Display for Processes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            processes,
            verdict,
            elapsed,
        } = self;
        let rate = verdict.paid as f64 / elapsed.as_secs_f64();
        write!(
            f,
            "{processes} processes in {elapsed:.1?}, {rate:.0} payouts a second\n{verdict}"
        )
    }
}

/// How often a process is started, at most.
const STARTS: u32 = 10;
