//! Workers in several processes over one journal, which are killed again and again, and so is the
//! server.

use std::collections::VecDeque;
use std::fmt;
use std::ops::Range;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use fastrand::Rng;
use tokio::process::Child;
use wxpay_payout::{PostgresJournal, PostgresServer};
use wxpay_sandbox::PayoutRules;

use super::cluster::Cluster;
use crate::payouts::bank::{Bank, owner};
use crate::payouts::judge::Verdict;
use crate::payouts::worker::Job;

/// How much is tried.
#[derive(clap::Args, Clone, Debug)]
pub struct Plan {
    /// How many intents there are
    #[arg(long, default_value_t = 20_000)]
    pub intents: usize,
    /// How many processes there are at a time, each with eight calls at once
    #[arg(long, default_value_t = 4)]
    pub processes: usize,
    /// How many workers are killed
    #[arg(long, default_value_t = 500)]
    pub workers: usize,
    /// How often the server is killed
    #[arg(long, default_value_t = 50)]
    pub servers: usize,
    /// How many intents a process is given at a time
    #[arg(long, default_value_t = 250)]
    pub part: usize,
    /// The longest that a worker lives before it is killed, in milliseconds
    #[arg(long, default_value_t = 3000)]
    pub longest: u64,
    /// What the moments follow from
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// What came of it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Crashes {
    /// How many workers were killed while they worked.
    pub workers: usize,
    /// How often the server was killed.
    pub servers: usize,
    /// How many processes came to their end.
    pub ended: usize,
    /// How many gave up, since the server was away.
    pub gave_up: usize,
    /// What the journal says of all intents.
    pub verdict: Verdict,
    /// How long it all took.
    pub elapsed: Duration,
}

/// Does it, while a fifth of all calls goes wrong, payments settle late, and one in twenty fails.
/// Then one process may settle what is left.
pub async fn run(program: &Path, plan: &Plan) -> Crashes {
    let start = Instant::now();
    let cluster = Cluster::start();
    let bank = Bank::open(None).await;
    bank.trouble();
    let mut rules = PayoutRules::default();
    rules.settle_after = Duration::from_millis(80);
    rules.visible_after = Duration::from_millis(40);
    rules.failure_chance = 0.05;
    bank.sandbox.set_payout_rules(rules);
    let url = cluster.url("payouts");
    let server = PostgresServer::parse(&url).unwrap();
    drop(PostgresJournal::create(&server, &owner()).await.unwrap());
    bank.use_postgres(&url);
    let mut work = Work::new(program, &bank, plan);
    work.go_on(&cluster).await;
    settle(program, &bank, plan.intents).await;
    let journal = PostgresJournal::open(&server, &owner()).await.unwrap();
    Crashes {
        workers: work.killed,
        servers: work.servers,
        ended: work.ended,
        gave_up: work.gave_up,
        verdict: Verdict::of(&journal, &bank.sandbox, plan.intents).await,
        elapsed: start.elapsed(),
    }
}

/// One process, which nobody kills.
pub async fn settle(program: &Path, bank: &Bank, intents: usize) {
    let mut job = Job::new(bank.folder(), 0..intents);
    job.at_once = 32;
    let mut command = job.command(program);
    let end = command.stdout(Stdio::null()).status().await.unwrap();
    assert!(end.success(), "the last process has not settled everything");
}

struct Work<'a> {
    program: &'a Path,
    bank: &'a Bank,
    plan: &'a Plan,
    random: Rng,
    parts: VecDeque<Range<usize>>,
    killed: usize,
    servers: usize,
    ended: usize,
    gave_up: usize,
}

/// A process, its part, and when it is to be killed.
struct Worker {
    child: Child,
    part: Range<usize>,
    dies_at: Instant,
}

impl<'a> Work<'a> {
    fn new(program: &'a Path, bank: &'a Bank, plan: &'a Plan) -> Self {
        // Neighbours overlap, so that they meet.
        let starts = (0..plan.intents).step_by(plan.part);
        let ends = |start: usize| (start + plan.part + plan.part / 4).min(plan.intents);
        Self {
            program,
            bank,
            plan,
            random: Rng::with_seed(plan.seed),
            parts: starts.map(|start| start..ends(start)).collect(),
            killed: 0,
            servers: 0,
            ended: 0,
            gave_up: 0,
        }
    }

    /// Until so many are killed and all parts were worked on.
    async fn go_on(&mut self, cluster: &Cluster) {
        let mut workers: Vec<Worker> = Vec::new();
        while self.killed < self.plan.workers
            || self.servers < self.plan.servers
            || !self.parts.is_empty()
        {
            while workers.len() < self.plan.processes {
                workers.push(self.start());
            }
            tokio::time::sleep(LOOK).await;
            let mut left = Vec::new();
            for mut worker in workers {
                match worker.child.try_wait().unwrap() {
                    Some(end) if end.success() => self.ended += 1,
                    Some(_) => {
                        self.gave_up += 1;
                        self.parts.push_back(worker.part);
                    }
                    None if self.killed < self.plan.workers && worker.dies_at <= Instant::now() => {
                        worker.child.kill().await.unwrap();
                        self.killed += 1;
                        self.parts.push_back(worker.part);
                    }
                    None => left.push(worker),
                }
            }
            workers = left;
            // As often as the workers, in proportion.
            let due = (self.killed + 1) * self.plan.servers / self.plan.workers.max(1);
            if self.servers < self.plan.servers
                && (self.servers < due || self.killed >= self.plan.workers)
            {
                cluster.kill();
                cluster.up();
                self.servers += 1;
            }
        }
        for mut worker in workers {
            worker.child.wait().await.unwrap();
        }
    }

    fn start(&mut self) -> Worker {
        // When all were worked on, some are worked on again.
        let count = self.plan.intents;
        let again = self.random.usize(..count);
        let part = self.parts.pop_front();
        let part = part.unwrap_or(again..(again + self.plan.part).min(count));
        let job = Job::new(self.bank.folder(), part.clone());
        let mut command = job.command(self.program);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let life = self.random.u64(..self.plan.longest);
        Worker {
            child: child.unwrap(),
            part,
            dies_at: Instant::now() + Duration::from_millis(life),
        }
    }
}

impl fmt::Display for Crashes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            workers,
            servers,
            ended,
            gave_up,
            verdict,
            elapsed,
        } = self;
        write!(
            f,
            "{workers} workers and {servers} servers killed in {elapsed:.1?}; {ended} processes came to their end, {gave_up} \
             gave up\n{verdict}"
        )
    }
}

const LOOK: Duration = Duration::from_millis(20);
