//! Workers in several processes over one journal, which are killed again and again, and so is the
//! server. They may live on hosts of their own, which are cut off from the server and from WeChat
//! Pay and joined again.

use std::fmt;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use wxpay_payout::{PostgresJournal, PostgresServer};
use wxpay_sandbox::PayoutRules;

use self::work::{Count, Work};
use super::cluster::Cluster;
use super::hosts::Hosts;
use crate::payouts::bank::{Bank, owner};
use crate::payouts::judge::Verdict;
use crate::payouts::worker::Job;

mod work;

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

impl Plan {
    /// What the gate tries.
    pub fn short() -> Self {
        Self {
            intents: 240,
            processes: 3,
            workers: 12,
            servers: 3,
            part: 60,
            longest: 2000,
            seed: 3,
        }
    }
}

/// What goes wrong besides, if every process has a host of its own.
#[derive(clap::Args, Clone, Debug)]
pub struct Cuts {
    /// How often a host is cut off
    #[arg(long, default_value_t = 300)]
    pub cuts: usize,
    /// The longest time that it is cut off for, in milliseconds: most are much shorter
    #[arg(long, default_value_t = 40_000)]
    pub longest_cut: u64,
    /// How many workers stand still past their lease, and go on
    #[arg(long, default_value_t = 60)]
    pub stops: usize,
}

impl Cuts {
    /// What the gate tries.
    pub fn short() -> Self {
        Self {
            cuts: 15,
            longest_cut: 9000,
            stops: 3,
        }
    }

    const NONE: Self = Self {
        cuts: 0,
        longest_cut: 0,
        stops: 0,
    };
}

/// What came of it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Crashes {
    /// What was done to the workers and to the server.
    pub count: Count,
    /// What the journal says of all intents.
    pub verdict: Verdict,
    /// Sums of a day or of a payee in the journal that are not those of its entries.
    pub wrong_sums: usize,
    /// How long it all took.
    pub elapsed: Duration,
}

impl Crashes {
    /// Whether every intent is settled, and everything is as the journal says.
    pub fn holds(&self) -> bool {
        self.verdict.holds() && self.wrong_sums == 0
    }
}

/// Does it, while a fifth of all calls goes wrong, payments settle late, and one in twenty fails.
/// Then one process may settle what is left.
pub async fn run(program: &Path, plan: &Plan) -> Crashes {
    let (bank, cluster) = (Bank::open(None).await, Cluster::start());
    let url = cluster.url(SCHEMA);
    over(program, plan, &Cuts::NONE, (&bank, &cluster, &url), None).await
}

/// The same on hosts that are cut off.
pub async fn run_on(hosts: Hosts, program: &Path, plan: &Plan, cuts: &Cuts) -> Crashes {
    let bank = Bank::open_at(None, (hosts.bank(), 0).into()).await;
    let cluster = Cluster::start_on(Hosts::SERVER, hosts.server());
    let url = cluster.url_from_afar(hosts.server(), SCHEMA);
    let made = (&bank, &cluster, url.as_str());
    over(program, plan, cuts, made, Some(hosts)).await
}

async fn over(
    program: &Path,
    plan: &Plan,
    cuts: &Cuts,
    (bank, cluster, url): (&Bank, &Cluster, &str),
    hosts: Option<Hosts>,
) -> Crashes {
    let start = Instant::now();
    bank.trouble();
    let mut rules = PayoutRules::default();
    rules.settle_after = Duration::from_millis(80);
    rules.visible_after = Duration::from_millis(40);
    rules.failure_chance = 0.05;
    bank.sandbox.set_payout_rules(rules);
    let server = PostgresServer::parse(&cluster.url(SCHEMA)).unwrap();
    drop(PostgresJournal::create(&server, &owner()).await.unwrap());
    bank.use_postgres(url);
    let last = hosts.as_ref().map(|hosts| hosts.worker(0));
    let mut work = Work::new(program, bank, plan, cuts, hosts);
    work.go_on(cluster).await;
    settle_on(last, program, bank, plan.intents).await;
    let journal = PostgresJournal::open(&server, &owner()).await.unwrap();
    Crashes {
        count: work.count,
        verdict: Verdict::of(&journal, &bank.sandbox, plan.intents).await,
        wrong_sums: cluster.sql(WRONG_SUMS).trim().parse().unwrap(),
        elapsed: start.elapsed(),
    }
}

/// One process, which nobody kills.
pub async fn settle(program: &Path, bank: &Bank, intents: usize) {
    settle_on(None, program, bank, intents).await;
}

async fn settle_on(host: Option<String>, program: &Path, bank: &Bank, intents: usize) {
    let mut job = Job::new(bank.folder(), 0..intents);
    (job.at_once, job.host) = (32, host);
    let mut command = job.command(program);
    let end = command.stdout(Stdio::null()).status().await.unwrap();
    assert!(end.success(), "the last process has not settled everything");
}

impl fmt::Display for Crashes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            count,
            verdict,
            wrong_sums,
            elapsed,
        } = self;
        write!(
            f,
            "{count} in {elapsed:.1?}\n{verdict}; {wrong_sums} sums of the limits are wrong"
        )
    }
}

const SCHEMA: &str = "payouts";

/// What the limits count is what the entries say.
const WRONG_SUMS: &str = "
WITH booked AS (SELECT day, payee, amount::numeric, count FROM payouts.days WHERE amount <> 0 OR count <> 0),
counted AS (
    SELECT counted AS day, product || ' ' AS payee, sum(amount) AS amount, count(*) FROM payouts.entries WHERE counted IS NOT NULL GROUP BY 1, 2
    UNION ALL
    SELECT counted, product || ' ' || payee, sum(amount), count(*) FROM payouts.entries WHERE counted IS NOT NULL GROUP BY 1, 2
)
SELECT (SELECT count(*) FROM (TABLE booked EXCEPT TABLE counted) AS more) + (SELECT count(*) FROM (TABLE counted EXCEPT TABLE booked) AS fewer)
";
