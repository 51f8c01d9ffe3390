//! Machines whose clocks differ: the server's clock decides how long a lease lasts.

use std::sync::Arc;
use std::time::Duration;

use wxpay_payout::journal::Begun;
use wxpay_payout::{Journal, JournalError, Limits, Moment, PostgresJournal, State};
use wxpay_tests::payouts::bank::owner;
use wxpay_tests::postgres::cluster::Cluster;

use crate::world::{create, held, now, open, prepared, prepared_for, server};

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_that_lasts_is_neither_taken_nor_ended_by_another_program() {
    let cluster = Cluster::start();
    let (one, other) = (Arc::new(create(&cluster).await), open(&cluster).await);
    let entry = prepared(&one, 0).await;
    let entry = one.update(&held(&entry, "one", 600_000)).await.unwrap();

    let taken = held(&entry, "other", 600_000);
    let mut ended = entry.clone();
    ended.lease = None;
    let mut counted = taken.clone();
    counted.amount = wxpay_api::core::Fen::new(101);
    for change in [&taken, &ended, &counted] {
        let refused = other.update(change).await;
        assert!(
            matches!(refused, Err(JournalError::Conflict)),
            "{refused:?}"
        );
    }
    let refused = other.begin_send(&taken, now(), &Limits::none()).await;
    assert!(
        matches!(refused, Err(JournalError::Conflict)),
        "{refused:?}"
    );

    // What another program hears late is written down beside the lease.
    let mut told = entry.clone();
    told.reason = Some("a late\0 word".to_owned());
    let told = other.update(&told).await.unwrap();
    let found = one.by_number(&entry.number).await.unwrap().unwrap();
    assert_eq!(found.reason.as_deref(), Some("a late\u{FFFD} word"));
    // The journal that was given it ends it.
    let mut ended = told.clone();
    ended.lease = None;
    let ended = one.update(&ended).await.unwrap();

    let held_again = one
        .update(&held(&ended, "one more", 600_000))
        .await
        .unwrap();
    let mut paid = held_again;
    (paid.state, paid.closed_at, paid.lease) = (State::Paid, Some(now()), None);
    other.update(&paid).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_that_has_ended_by_the_servers_clock_is_taken() {
    let cluster = Cluster::start();
    let (one, other) = (Arc::new(create(&cluster).await), open(&cluster).await);
    let entry = prepared(&one, 0).await;
    let entry = one.update(&held(&entry, "one", 300)).await.unwrap();
    let taken = held(&entry, "other", 600_000);
    loop {
        match other.update(&taken).await {
            Err(JournalError::Conflict) => tokio::time::sleep(Duration::from_millis(20)).await,
            taken => break drop(taken.unwrap()),
        }
    }
    let ends = "SELECT count(*) FROM payouts.entries WHERE lease_holder = 'other' AND lease_ends > now() + interval '9 minutes'";
    assert_eq!(cluster.sql(ends).trim(), "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_with_a_wrong_clock_begins_nothing_and_still_writes_down_what_it_hears() {
    let cluster = Cluster::start();
    let right = Arc::new(create(&cluster).await);
    let entry = prepared(&right, 0).await;
    for (seconds, says) in [(60_i64, "ahead of"), (-60, "behind")] {
        let wrong =
            server(&cluster).clock(move || Moment::from_millis(now().millis() + seconds * 1000));
        let wrong = PostgresJournal::open(&wrong, &owner()).await.unwrap();
        let entry = right.by_number(&entry.number).await.unwrap().unwrap();
        let refusals = [
            wrong
                .update(&held(&entry, "wrong", 600_000))
                .await
                .map(drop),
            wrong
                .begin_send(&held(&entry, "wrong", 600_000), now(), &Limits::none())
                .await
                .map(drop),
        ];
        for refused in refusals {
            let error = refused.unwrap_err().to_string();
            assert!(error.contains(says) && error.contains("NTP"), "{error}");
        }
        let mut heard = entry.clone();
        heard.reason = Some(says.to_owned());
        wrong.update(&heard).await.unwrap();
    }
}

/// The clocks of both are 16 s apart. A gap that each measured by its own would be too short by
/// that, or none.
#[tokio::test(flavor = "multi_thread")]
async fn the_gap_between_two_sends_to_a_payee_is_one_time_for_all_machines() {
    let cluster = Cluster::start();
    drop(create(&cluster).await);
    let mut limits = Limits::none();
    limits.payee_gap = Duration::from_secs(600);
    for (payee, first, then) in [(0, -8000, 8000), (1, 8000, -8000)] {
        let (one, other) = (
            Arc::new(machine(&cluster, first).await),
            Arc::new(machine(&cluster, then).await),
        );
        let sent = prepared_for(&one, payee, "first").await;
        let next = prepared_for(&one, payee, "next").await;
        let start = now().millis();
        let begun = one
            .begin_send(&sent, Moment::from_millis(start + first), &limits)
            .await;
        assert!(matches!(begun, Ok(Begun::Now(_))), "{begun:?}");
        let at = Moment::from_millis(now().millis() + then);
        let begun = other.begin_send(&next, at, &limits).await;
        // What the calls took is the most by which the clocks can be compared wrongly.
        let took = now().millis() - start;
        let Ok(Begun::NotBefore(earliest)) = begun else {
            panic!("{begun:?}");
        };
        let off = earliest.millis() - then - start - 600_000;
        assert!(off.abs() <= took + 1, "{off} ms, calls of {took} ms");
    }
}

/// A journal of a machine whose clock is so many milliseconds ahead.
async fn machine(cluster: &Cluster, ahead: i64) -> PostgresJournal {
    let server = server(cluster).clock(move || Moment::from_millis(now().millis() + ahead));
    PostgresJournal::open(&server, &owner()).await.unwrap()
}
