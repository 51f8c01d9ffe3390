//! What the journal costs beside SQLite, and what a million open payouts take.

use std::fs;
use std::time::Instant;

use wxpay_payout::{Journal, PostgresJournal, PostgresServer};

use super::cluster::Cluster;
use crate::payouts::bank::owner;
use crate::payouts::cost;

/// How much is measured.
#[derive(clap::Args, Clone, Debug)]
pub struct Sizes {
    /// How many payouts for each figure
    #[arg(long, default_value_t = 2000)]
    pub payouts: usize,
    /// How many open payouts a journal is opened with
    #[arg(long, default_value_t = 1_000_000)]
    pub open: usize,
}

/// Measures and prints.
pub async fn run(sizes: &Sizes) {
    let cluster = Cluster::start();
    let folder = tempfile::tempdir().unwrap();
    for at_once in [1, 8, 32] {
        println!(
            "SQLite, {}",
            cost::run(folder.path(), sizes.payouts, at_once).await
        );
        let url = cluster.url(&format!("cost_{at_once}"));
        let server = PostgresServer::parse(&url)
            .unwrap()
            .connections(at_once.try_into().unwrap());
        let journal = PostgresJournal::create(&server, &owner()).await.unwrap();
        println!(
            "PostgreSQL, {}",
            cost::over(journal, sizes.payouts, at_once).await
        );
    }
    open(&cluster, sizes.open).await;
}

/// The entries are made by the server itself, like those of a journal that was worked on for long.
async fn open(cluster: &Cluster, count: usize) {
    let server = PostgresServer::parse(&cluster.url("many")).unwrap();
    drop(PostgresJournal::create(&server, &owner()).await.unwrap());
    cluster.sql(&format!(
        "INSERT INTO many.entries (number, intent, version, state, fingerprint, payee, amount, message, counted, sends, doubt, \
            queries, not_found, prepared_at, first_sent_at, last_sent_at, next_at, generation, resign, attested, product) \
         SELECT 'N' || at, 'intent-' || at, 3, 'unknown', md5(at::text), md5(at::text), 100, \
            convert_to(repeat('x', 800), 'UTF8'), 20000, 1, true, 1, 0, at, at, at, at, 0, false, false, 'v2.wecom.pay_employee' \
         FROM generate_series(1, {count}) AS at; ANALYZE many.entries"
    ));
    let before = memory();
    let start = Instant::now();
    let journal = PostgresJournal::open(&server, &owner()).await.unwrap();
    let opened = start.elapsed();
    let start = Instant::now();
    let first = journal.open(1000).await.unwrap();
    let listed = start.elapsed();
    let start = Instant::now();
    let (mut after, mut read) = (None, 0);
    loop {
        let page = journal.page(after.as_ref(), 500).await.unwrap();
        let Some(last) = page.last() else { break };
        (after, read) = (Some(last.number.clone()), read + page.len());
    }
    println!(
        "{count} open payouts: journal opened in {opened:.1?}, the next {} listed in {listed:.1?}, all {read} read in {:.1?} \
         (pages of 500); memory of this process {before} KiB before, {} KiB after",
        first.len(),
        start.elapsed(),
        memory(),
    );
}

/// The memory of this process, in KiB.
fn memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.trim().split(' ').next()?.parse().ok());
    number.unwrap_or_default()
}
