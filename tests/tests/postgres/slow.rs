//! Waits of a journal: for locks, and for a connection.

use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use wxpay_payout::journal::Begun;
use wxpay_payout::{Journal, Limits, PostgresJournal};
use wxpay_tests::payouts::bank::owner;
use wxpay_tests::postgres::cluster::Cluster;

use crate::world::{begin, create, now, prepared, server};

/// The server ends a wait for a lock after 15 s. Nothing is committed then.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_had_no_lock_in_time_is_made_again() {
    let cluster = Arc::new(Cluster::start());
    let journal = Arc::new(create(&cluster).await);
    let entry = prepared(&journal, 0).await;
    let held = Holder::of(&cluster, "entries").await;
    let (changed, ()) = tokio::join!(journal.update(&entry), async {
        until(&cluster, &format!("{WAITS} AND {LONG}")).await;
        tokio::time::sleep(Duration::from_secs(3)).await;
        held.ends(&cluster);
    });
    assert_eq!(changed.unwrap().version, entry.version + 1);
}

/// Somebody ends a statement, or it takes too long.
#[tokio::test(flavor = "multi_thread")]
async fn a_send_whose_statement_was_ended_is_begun_again() {
    let cluster = Arc::new(Cluster::start());
    let journal = Arc::new(create(&cluster).await);
    let entry = prepared(&journal, 0).await;
    let mut limits = Limits::none();
    limits.per_second = NonZeroU32::new(1000);
    let held = Holder::of(&cluster, "pace").await;
    let (begun, ()) = tokio::join!(begin(&journal, &entry, &limits), async {
        until(&cluster, WAITS).await;
        let ended = cluster.sql(&format!(
            "SELECT pid, pg_cancel_backend(pid) FROM pg_stat_activity WHERE {WAITS}"
        ));
        let (pid, _) = ended.trim().split_once('|').unwrap();
        until(&cluster, &format!("pid = {pid} AND NOT ({WAITS})")).await;
        held.ends(&cluster);
    });
    assert!(matches!(begun, Ok(Begun::Now(_))), "{begun:?}");
}

/// What has grown too old while it waited for a connection is told so before it asks anything: it
/// would only keep the others waiting.
#[tokio::test(flavor = "multi_thread")]
async fn a_send_that_waited_long_for_a_connection_takes_none() {
    let cluster = Arc::new(Cluster::start());
    drop(create(&cluster).await);
    let one = server(&cluster).connections(NonZeroUsize::MIN);
    let journal = Arc::new(PostgresJournal::open(&one, &owner()).await.unwrap());
    let [entry, other] = [prepared(&journal, 0).await, prepared(&journal, 1).await];
    // The server would say of this one that it is not as it was.
    let mut old = other.clone();
    old.version += 1;
    let held = Holder::of(&cluster, "entries").await;
    let change = tokio::spawn({
        let (journal, entry) = (Arc::clone(&journal), entry.clone());
        async move { journal.update(&entry).await }
    });
    until(&cluster, WAITS).await;
    let (at, limits) = (now(), Limits::none());
    let (begun, ()) = tokio::join!(journal.begin_send(&old, at, &limits), async {
        tokio::time::sleep(Duration::from_millis(2500)).await;
        held.ends(&cluster);
    });
    assert!(
        matches!(&begun, Ok(Begun::NotBefore(moment)) if *moment > at),
        "{begun:?}"
    );
    change.await.unwrap().unwrap();
    let begun = begin(&journal, &other, &limits).await;
    assert!(matches!(begun, Ok(Begun::Now(_))), "{begun:?}");
}

/// Somebody who has locked all rows of a table.
struct Holder(JoinHandle<String>);

impl Holder {
    async fn of(cluster: &Arc<Cluster>, table: &str) -> Self {
        let lock = format!("BEGIN; SELECT FROM payouts.{table} FOR UPDATE; SELECT pg_sleep(600)");
        let holds = Arc::clone(cluster);
        let holder = std::thread::spawn(move || holds.try_sql("postgres", &lock));
        until(cluster, HOLDS).await;
        Self(holder)
    }

    fn ends(self, cluster: &Cluster) {
        cluster.sql(&format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {HOLDS}"
        ));
        self.0.join().unwrap();
    }
}

async fn until(cluster: &Cluster, condition: &str) {
    let there = format!("SELECT count(*) > 0 FROM pg_stat_activity WHERE {condition}");
    while cluster.sql(&there).trim() != "t" {
        tokio::task::yield_now().await;
    }
}

const HOLDS: &str = "wait_event = 'PgSleep'";
const WAITS: &str = "application_name = 'wxpay-payout' AND wait_event_type = 'Lock'";
const LONG: &str = "query_start < clock_timestamp() - interval '14 s'";
