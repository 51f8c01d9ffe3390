//! A server that comes back without its last changes.

use std::process::Stdio;
use std::sync::Arc;

use wxpay_payout::{Journal, PostgresJournal};
use wxpay_tests::payouts::bank::Bank;
use wxpay_tests::payouts::judge::Verdict;
use wxpay_tests::payouts::worker::Job;
use wxpay_tests::postgres::cluster::Cluster;
use wxpay_tests::postgres::crash::settle;

use crate::crashes::program;
use crate::world::{create, open, prepared, server};

/// Half of the payouts and their journal are in the backup. The rest is paid, and forgotten.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_new_server_does_not_know_is_not_paid_again() {
    for promoted in [false, true] {
        let mut cluster = Cluster::start();
        let bank = Bank::open(None).await;
        drop(create(&cluster).await);
        bank.use_postgres(&cluster.url("payouts"));
        bank.trouble();
        settle(program(), &bank, 40).await;
        let backup = cluster.base_backup();
        // Some in the middle of it, and the others to their end.
        let job = Job {
            dies_at: Some(70),
            ..Job::new(bank.folder(), 40..80)
        };
        let mut command = job.command(program());
        let end = command.stdout(Stdio::null()).status().await.unwrap();
        assert!(!end.success(), "it did not die");
        cluster.restore(backup, promoted);
        let journal = open(&cluster).await;
        let known = journal.page(None, 1000).await.unwrap().len();
        assert!(known < 80, "nothing was forgotten: {known}");
        settle(program(), &bank, 80).await;
        let verdict = Verdict::of(&journal, &bank.sandbox, 80).await;
        assert!(verdict.holds(), "promoted {promoted}: {verdict}");
        assert_eq!(verdict.paid, 80, "{verdict}");
    }
}

/// What it read before must not be written over what others write after.
#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_was_open_before_fails_after() {
    for (promoted, says) in [(false, "has lost changes"), (true, "failed over")] {
        let mut cluster = Cluster::start();
        let journal = Arc::new(create(&cluster).await);
        let entry = prepared(&journal, 0).await;
        let backup = cluster.base_backup();
        for number in 1..20 {
            prepared(&journal, number).await;
        }
        let limits = wxpay_payout::Limits::none();
        let begun = journal
            .begin_send(&entry, crate::world::now(), &limits)
            .await;
        assert!(begun.is_ok(), "{begun:?}");
        cluster.restore(backup, promoted);
        for _ in 0..2 {
            let error = journal.update(&entry).await.unwrap_err().to_string();
            assert!(
                error.contains(says) && error.contains("start the program again"),
                "{error}"
            );
        }
        let again = open(&cluster).await;
        assert_eq!(again.page(None, 100).await.unwrap().len(), 1);
    }
}

/// It has begun no send, so what it knows of the server's log is from what it was told on the way.
#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_only_prepared_or_read_notices_it_too() {
    let mut cluster = Cluster::start();
    let first = Arc::new(create(&cluster).await);
    let entry = prepared(&first, 0).await;
    let backup = cluster.base_backup();
    for number in 1..20 {
        prepared(&first, number).await;
    }
    let follower = open(&cluster).await;
    let reader = PostgresJournal::read(&server(&cluster)).await.unwrap();
    assert_eq!(reader.page(None, 100).await.unwrap().len(), 20);
    cluster.restore(backup, false);
    for journal in [&first, &Arc::new(follower)] {
        let read = journal.by_number(&entry.number).await;
        let error = read.unwrap_err().to_string();
        assert!(error.contains("has lost changes"), "{error}");
    }
    assert_eq!(reader.page(None, 100).await.unwrap().len(), 1);
}

/// It writes nothing after what it has read, so it may follow its server through a failover.
#[tokio::test(flavor = "multi_thread")]
async fn who_only_reads_goes_on_with_a_standby_that_was_promoted() {
    let mut cluster = Cluster::start();
    let journal = Arc::new(create(&cluster).await);
    prepared(&journal, 0).await;
    let backup = cluster.base_backup();
    let reader = PostgresJournal::read(&server(&cluster)).await.unwrap();
    cluster.restore(backup, true);
    assert_eq!(reader.page(None, 100).await.unwrap().len(), 1);
    let error = journal.page(None, 100).await.unwrap_err().to_string();
    assert!(error.contains("failed over"), "{error}");
}

/// A server that crashes and loses nothing goes on with the same journals.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_killed_is_waited_for() {
    let cluster = Cluster::start();
    let journal = Arc::new(create(&cluster).await);
    let entry = prepared(&journal, 0).await;
    cluster.kill();
    let (changed, ()) = tokio::join!(journal.update(&entry), async {
        tokio::task::block_in_place(|| cluster.up());
    });
    // A change that was lost on its way is refused; the next one finds the server again.
    let changed = match changed {
        Ok(changed) => changed,
        Err(_) => {
            let entry = journal.by_number(&entry.number).await.unwrap().unwrap();
            journal.update(&entry).await.unwrap()
        }
    };
    let found = journal.by_number(&entry.number).await.unwrap();
    assert_eq!(found, Some(changed));
}
