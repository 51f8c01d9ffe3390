//! A process that is killed at random moments, again and again.

use std::fmt;
use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use fastrand::Rng;
use tokio::io::AsyncReadExt;
use wxpay_api::core::Timestamp;
use wxpay_payout::{Journal, Moment, State};
use wxpay_sandbox::PayoutRules;

use super::bank::Bank;
use super::judge::Verdict;
use super::worker::Job;
use crate::load::Times;

/// What came of many kills.
#[derive(Debug)]
#[non_exhaustive]
pub struct Kills {
    /// How many processes were killed while they worked.
    pub kills: usize,
    /// How many were done before they were to be killed.
    pub done_before: usize,
    /// How many sends of the process that was just killed were found in the middle, at every tenth
    /// kill.
    pub in_a_send: usize,
    /// How long a process needed to open the journal that the one before had left.
    pub opened: Times,
    /// How long the last process, which was not killed, needed to settle everything.
    pub settled_in: Duration,
    /// What the journal says of all intents.
    pub verdict: Verdict,
    /// How long it all took.
    pub elapsed: Duration,
}

/// Kills a process so often, each working on a few intents of its own and what those before it
/// left, while a fifth of all calls goes wrong and payments settle late; one in twenty fails. Then
/// one may work to its end.
pub async fn run(program: &Path, kills: usize, seed: u64, parent: Option<&Path>) -> Kills {
    let start = Instant::now();
    let bank = Bank::open(parent).await;
    bank.trouble();
    let mut rules = PayoutRules::default();
    rules.settle_after = Duration::from_millis(80);
    rules.visible_after = Duration::from_millis(40);
    rules.failure_chance = 0.05;
    bank.sandbox.set_payout_rules(rules);
    let mut random = Rng::with_seed(seed);
    let (mut killed, mut done_before, mut in_a_send) = (0, 0, 0);
    let mut opened = Vec::new();
    let mut last = 0;
    while killed < kills {
        last += NEW;
        let mut job = Job::new(bank.folder(), last.saturating_sub(LEFT)..last);
        job.first = LEFT.min(last) - NEW;
        job.lease = LEASE;
        let began = Moment::from(Timestamp::now());
        let mut child = job.command(program).stderr(Stdio::null()).spawn().unwrap();
        let mut pipe = child.stdout.take().unwrap();
        tokio::time::sleep(Duration::from_millis(random.u64(..LONGEST))).await;
        if child.try_wait().unwrap().is_none() {
            child.kill().await.unwrap();
            killed += 1;
        } else {
            done_before += 1;
        }
        let mut said = String::new();
        let _: io::Result<usize> = pipe.read_to_string(&mut said).await;
        opened.extend(said.trim().parse().map(Duration::from_micros));
        // Not always: the next process is to find the journal as the kill has left it.
        if killed % 10 == 0 {
            in_a_send += sending(&bank, began).await;
        }
    }
    let began = Instant::now();
    let mut job = Job::new(bank.folder(), 0..last);
    job.at_once = 32;
    let mut command = job.command(program);
    let end = command.stdout(Stdio::null()).status().await.unwrap();
    let settled_in = began.elapsed();
    assert!(end.success(), "the last process has not settled everything");
    Kills {
        kills: killed,
        done_before,
        in_a_send,
        opened: Times::new(opened),
        settled_in,
        verdict: Verdict::of(&bank.journal(), &bank.sandbox, last).await,
        elapsed: start.elapsed(),
    }
}

async fn sending(bank: &Bank, since: Moment) -> usize {
    let journal = bank.journal();
    let mut count = 0;
    for number in journal.open(1000).await.unwrap() {
        let entry = journal.by_number(&number).await.unwrap();
        let entry = entry.filter(|entry| entry.state == State::Sending);
        count += usize::from(entry.is_some_and(|entry| entry.last_sent_at >= Some(since)));
    }
    count
}

impl fmt::Display for Kills {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            kills,
            done_before,
            in_a_send,
            opened,
            settled_in,
            verdict,
            elapsed,
        } = self;
        let (opened_often, opened_late) = (opened.percentile(50), opened.percentile(99));
        write!(
            f,
            "{kills} processes killed in {elapsed:.1?} ({done_before} were done before); {in_a_send} sends cut in the \
             middle, counted at every tenth kill; journal opened in {opened_often:.1?} (median), {opened_late:.1?} (p99); all settled \
             {settled_in:.1?} after the last kill\n{verdict}"
        )
    }
}

/// How many new intents each process gets.
const NEW: usize = 4;
/// How many of the intents before are looked at again.
const LEFT: usize = 60;
/// How long a process has a payout alone, in milliseconds.
const LEASE: u64 = 1000;
/// The longest life of a process, in milliseconds.
const LONGEST: u64 = 250;
