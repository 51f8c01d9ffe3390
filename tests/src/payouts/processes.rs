//! Several processes that pay the same intents over one journal.

use std::fmt;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

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
    let mut children: Vec<_> = (0..processes)
        .map(|process| {
            let mut job = Job::new(bank.folder(), 0..intents);
            job.first = process * intents / processes;
            job.lease = 30_000;
            let mut command = job.command(program);
            command.stdout(Stdio::null()).spawn().unwrap()
        })
        .collect();
    for child in &mut children {
        let end = child.wait().await.unwrap();
        assert!(end.success(), "a process has not settled everything");
    }
    Processes {
        processes,
        elapsed: start.elapsed(),
        verdict: Verdict::of(&bank.journal(), &bank.sandbox, intents).await,
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
