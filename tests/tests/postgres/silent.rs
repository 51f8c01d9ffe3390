//! Connections on which nothing is heard any more: what is certain then is done again, and what is
//! not certain stays so.

use std::sync::Arc;
use std::time::Duration;

use wxpay_payout::journal::Begun;
use wxpay_payout::{Entry, Journal, Limits, PostgresErrorKind, PostgresJournal};
use wxpay_tests::payouts::bank::owner;
use wxpay_tests::postgres::cluster::Cluster;

use crate::road::{Fault, Road};
use crate::world::{begin, create, now, prepared};

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_connection_swallows_is_done_on_another() {
    goes_on_despite(Fault::Swallowed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_answered_before_the_commit_is_done_on_another() {
    goes_on_despite(Fault::Unanswered).await;
}

async fn goes_on_despite(fault: Fault) {
    let cluster = Cluster::start();
    drop(create(&cluster).await);
    let road = Road::to(cluster.port(), fault).await;
    let [reads, sends] = [journal(&road).await, journal(&road).await];
    let entry = prepared(&reads, 0).await;
    road.breaks(0);
    let limits = Limits::none();
    let (read, begun) = tokio::join!(
        reads.by_number(&entry.number),
        begin(&sends, &entry, &limits)
    );
    assert_eq!(read.unwrap().unwrap().number, entry.number);
    assert!(matches!(begun, Ok(Begun::Now(_))), "{begun:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_was_handed_over_stays_unknown_and_is_not_made_again() {
    let cluster = Cluster::start();
    let direct = Arc::new(create(&cluster).await);
    let entries = [prepared(&direct, 0).await, prepared(&direct, 1).await];
    let roads = [
        Road::to(cluster.port(), Fault::Unanswered).await,
        Road::to(cluster.port(), Fault::CommitUnanswered).await,
    ];
    let [updates, sends] = [journal(&roads[0]).await, journal(&roads[1]).await];
    // The statement is known to the connection then, and is sent at once the next time.
    let mut told = updates.update(&entries[0]).await.unwrap();
    told.reason = Some("a word".to_owned());
    roads[0].breaks(0);
    roads[1].breaks(0);
    let limits = Limits::none();
    let (updated, begun) = tokio::join!(
        updates.update(&told),
        sends.begin_send(&entries[1], now(), &limits)
    );
    let unknown = [updated.map(drop), begun.map(drop)];
    for error in unknown.map(|done| done.unwrap_err().to_string()) {
        assert!(error.contains("committed is unknown"), "{error}");
    }
    // Both were done, once.
    let version = async |entry: &Entry| {
        let found = direct.by_number(&entry.number).await.unwrap().unwrap();
        found.version
    };
    assert_eq!(version(&entries[0]).await, told.version + 1);
    assert_eq!(version(&entries[1]).await, entries[1].version + 1);
}

/// On one thread the journal sees the end of the connection with the last answer.
#[tokio::test]
async fn a_connection_that_ends_before_the_commit_leaves_nothing_unknown() {
    let cluster = Cluster::start();
    let direct = Arc::new(create(&cluster).await);
    let entry = prepared(&direct, 0).await;
    let road = Road::to(cluster.port(), Fault::EndsBeforeCommit).await;
    let journal = journal(&road).await;
    road.breaks(0);
    let begun = begin(&journal, &entry, &Limits::none()).await;
    assert!(matches!(begun, Ok(Begun::Now(_))), "{begun:?}");
}

/// The server takes the connection and stands still before it has said what it is.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stands_still_after_the_login_is_not_waited_for_without_end() {
    let cluster = Cluster::start();
    drop(create(&cluster).await);
    let road = Road::to(cluster.port(), Fault::UnansweredAfterLogin).await;
    road.breaks(usize::MAX / 2);
    let (server, owner) = (road.server(), owner());
    let opened = PostgresJournal::open(&server, &owner);
    let opened = tokio::time::timeout(Duration::from_secs(60), opened);
    let refused = opened.await.unwrap().unwrap_err();
    let kind = refused.kind();
    assert!(
        matches!(kind, PostgresErrorKind::Unreachable { .. }),
        "{refused}"
    );
    assert!(refused.to_string().contains("did not answer"), "{refused}");
}

async fn journal(road: &Road) -> Arc<PostgresJournal> {
    let journal = PostgresJournal::open(&road.server(), &owner()).await;
    Arc::new(journal.unwrap())
}
