//! The rules of every journal, and that they hold for journals of several programs together.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::runtime::Handle;
use tokio::task::block_in_place;
use wxpay_api::core::Fen;
use wxpay_api::transport::TokioTimer;
use wxpay_payout::journal::{Begun, conformance};
use wxpay_payout::{
    Entry, Journal, JournalError, Limits, Moment, Payouts, PostgresJournal, PostgresServer,
};
use wxpay_tests::payouts::bank::owner;
use wxpay_tests::payouts::cost::AtOnce;
use wxpay_tests::payouts::worker::intent;
use wxpay_tests::postgres::cluster::Cluster;

use crate::world::{create, now, open, prepared};

#[tokio::test(flavor = "multi_thread")]
async fn it_keeps_the_rules_of_every_journal() {
    let cluster = Cluster::start();
    let made = AtomicUsize::new(0);
    let broken = conformance::check(|| {
        let number = made.fetch_add(1, Ordering::SeqCst);
        let server = PostgresServer::parse(&cluster.url(&format!("journal_{number}"))).unwrap();
        let journal = async move { PostgresJournal::create(&server, &owner()).await };
        block_in_place(|| Handle::current().block_on(journal)).unwrap()
    })
    .await;
    assert!(broken.is_empty(), "{broken:#?}");
}

/// Four programs, each with a journal of its own on the same tables, begin the same payouts at
/// once.
#[tokio::test(flavor = "multi_thread")]
async fn each_send_is_begun_by_one_program_and_all_keep_the_pace() {
    let cluster = Cluster::start();
    let first = Arc::new(create(&cluster).await);
    let mut entries = Vec::new();
    for number in 0..20 {
        entries.push(prepared(&first, number).await);
    }
    let mut journals = vec![first];
    for _ in 0..3 {
        journals.push(Arc::new(open(&cluster).await));
    }
    let mut limits = Limits::none();
    let at = now();
    let tries = journals.iter().flat_map(|journal| {
        let limits = &limits;
        entries
            .iter()
            .map(move |entry| begin(journal, entry, at, limits))
    });
    let begun = join_all(tries).await;
    let taken = begun
        .iter()
        .filter(|begun| matches!(begun, Ok(Begun::Now(_))));
    assert_eq!(taken.count(), 20, "{begun:#?}");
    let lost = begun
        .iter()
        .filter(|begun| matches!(begun, Err(JournalError::Conflict)));
    assert_eq!(lost.count(), 60, "{begun:#?}");

    let mut more = Vec::new();
    for number in 20..28 {
        more.push(prepared(&journals[0], number).await);
    }
    limits.per_second = NonZeroU32::new(1);
    let at = at.after(Duration::from_secs(60));
    let tries = more.iter().zip(journals.iter().cycle());
    let begun = join_all(tries.map(|(entry, journal)| begin(journal, entry, at, &limits))).await;
    let taken = begun
        .iter()
        .filter(|begun| matches!(begun, Ok(Begun::Now(_))));
    let later = at.after(Duration::from_secs(1));
    let paced = begun
        .iter()
        .filter(|begun| matches!(begun, Ok(Begun::NotBefore(moment)) if *moment == later));
    assert_eq!((taken.count(), paced.count()), (1, 7), "{begun:#?}");
}

/// Begins a send, and begins it again where a busy machine let it wait for so long that its moment
/// is too old.
async fn begin(
    journal: &PostgresJournal,
    entry: &Entry,
    at: Moment,
    limits: &Limits,
) -> Result<Begun, JournalError> {
    let waited = at.after(Duration::from_secs(2));
    loop {
        match journal.begin_send(entry, at, limits).await {
            Ok(Begun::NotBefore(moment)) if moment >= waited => {}
            begun => return begun,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limit_of_a_day_is_that_of_all_programs_together() {
    let cluster = Cluster::start();
    let journals = [
        create(&cluster).await,
        open(&cluster).await,
        open(&cluster).await,
    ];
    let mut limits = Limits::none();
    // The amounts of the intents begin at 100 fen.
    limits.merchant_day = Some(Fen::new(10 * 100 + (0..10).sum::<i64>()));
    let programs = journals.map(|journal| {
        Payouts::builder(journal, AtOnce, TokioTimer::new())
            .limits(limits.clone())
            .build()
    });
    let tries = (0..30).map(|number| {
        let program = programs[number % 3].clone();
        async move { program.prepare(&intent(number)).await.is_ok() }
    });
    let prepared = join_all(tries)
        .await
        .into_iter()
        .filter(|is_ok| *is_ok)
        .count();
    let sum = cluster.sql("SELECT sum(amount), count(*) FROM payouts.entries");
    let (sum, count) = sum.trim().split_once('|').unwrap();
    assert!(sum.parse::<i64>().unwrap() <= 1045, "{sum}");
    assert_eq!(count.parse::<usize>().unwrap(), prepared);
    let booked = cluster.sql("SELECT amount, count FROM payouts.days WHERE payee = 'a product '");
    assert_eq!(booked.trim(), format!("{sum}|{count}"));
}

/// A send that waited for others begins with the moment at which it is its turn, or gaps and leases
/// would be counted from the past.
#[tokio::test(flavor = "multi_thread")]
async fn a_send_that_had_to_wait_is_begun_with_a_new_moment() {
    let cluster = Arc::new(Cluster::start());
    let journal = Arc::new(create(&cluster).await);
    let entry = prepared(&journal, 0).await;
    let holds = Arc::clone(&cluster);
    let holder = std::thread::spawn(move || {
        holds.try_sql(
            "postgres",
            "BEGIN; SELECT FROM payouts.pace FOR UPDATE; SELECT pg_sleep(600)",
        )
    });
    let until = async |condition: &str| {
        let there = format!("SELECT count(*) > 0 FROM pg_stat_activity WHERE {condition}");
        while cluster.sql(&there).trim() != "t" {
            tokio::task::yield_now().await;
        }
    };
    until("wait_event = 'PgSleep'").await;
    let mut limits = Limits::none();
    limits.per_second = NonZeroU32::new(1000);
    let at = now();
    let (begun, ()) = tokio::join!(journal.begin_send(&entry, at, &limits), async {
        until("wait_event_type = 'Lock' AND query_start < clock_timestamp() - interval '2500 ms'")
            .await;
        cluster.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'",
        );
    });
    let earliest = at.after(Duration::from_secs(2));
    assert!(
        matches!(&begun, Ok(Begun::NotBefore(moment)) if *moment >= earliest),
        "{begun:?}"
    );
    holder.join().unwrap();
    let same = journal.by_number(&entry.number).await.unwrap();
    assert_eq!(same, Some(entry.clone()));
    let begun = journal.begin_send(&entry, now(), &limits).await;
    assert!(matches!(begun, Ok(Begun::Now(_))), "{begun:?}");
}

/// Workers that are given the same list all get to know what is there, also from a faster one.
#[tokio::test(flavor = "multi_thread")]
async fn programs_that_prepare_the_same_payouts_at_once_hold_up_none() {
    let cluster = Cluster::start();
    let mut journals = vec![create(&cluster).await];
    for _ in 0..3 {
        journals.push(open(&cluster).await);
    }
    let programs: Vec<_> = journals
        .into_iter()
        .map(|journal| Payouts::builder(journal, AtOnce, TokioTimer::new()).build())
        .collect();
    for round in 0..10 {
        let tries = programs.iter().flat_map(|program| {
            (0..10).map(
                move |number| async move { program.prepare(&intent(10 * round + number)).await },
            )
        });
        for prepared in join_all(tries).await {
            assert!(prepared.is_ok(), "{prepared:?}");
        }
    }
    assert_eq!(
        cluster.sql("SELECT count(*) FROM payouts.entries").trim(),
        "100"
    );
}
