//! The roles of the guide: an owner who makes the journal, workers, and a reader who exports.

use std::sync::Arc;

use wxpay_payout::{Journal, PostgresErrorKind, PostgresJournal, PostgresServer};
use wxpay_tests::payouts::bank::owner;
use wxpay_tests::postgres::cluster::Cluster;

use crate::world::{held, now, prepared};

#[tokio::test(flavor = "multi_thread")]
async fn each_role_may_do_its_part_and_no_more() {
    let cluster = Cluster::start();
    cluster.sql(include_str!("../../../docs/guide/postgres-roles.sql"));
    let at = |user: &str| PostgresServer::parse(&cluster.url_of(user, "wxpay_payouts")).unwrap();
    let refused = PostgresJournal::create(&at("wxpay_worker"), &owner())
        .await
        .unwrap_err();
    assert!(
        matches!(refused.kind(), PostgresErrorKind::NotAllowed { .. }),
        "{refused}"
    );
    drop(
        PostgresJournal::create(&at("wxpay_owner"), &owner())
            .await
            .unwrap(),
    );

    let early = PostgresJournal::open(&at("wxpay_worker"), &owner())
        .await
        .unwrap_err();
    assert!(
        matches!(early.kind(), PostgresErrorKind::NotAllowed { .. }),
        "{early}"
    );
    cluster.sql(include_str!("../../../docs/guide/postgres-grants.sql"));
    let worker = PostgresJournal::open(&at("wxpay_worker"), &owner())
        .await
        .unwrap();
    let worker = Arc::new(worker);
    let entry = prepared(&worker, 0).await;
    let held = held(&entry, "holder", 60_000);
    let begun = worker
        .begin_send(&held, now(), &wxpay_payout::Limits::none())
        .await;
    assert!(begun.is_ok(), "{begun:?}");

    let refused = PostgresJournal::open(&at("wxpay_reader"), &owner())
        .await
        .unwrap_err();
    assert!(
        matches!(refused.kind(), PostgresErrorKind::NotAllowed { .. }),
        "{refused}"
    );
    let reader = PostgresJournal::read(&at("wxpay_reader")).await.unwrap();
    let seen = reader.page(None, 10).await.unwrap();
    assert_eq!(seen.len(), 1);
    assert!(
        entry.message.is_some() && seen[0].message.is_none(),
        "{seen:?}"
    );
    assert!(reader.update(&seen[0]).await.is_err());

    for (user, statement) in [
        ("wxpay_worker", "DELETE FROM wxpay_payouts.entries"),
        ("wxpay_worker", "DROP TABLE wxpay_payouts.entries"),
        ("wxpay_worker", "UPDATE wxpay_payouts.about SET version = 9"),
        ("wxpay_reader", "SELECT message FROM wxpay_payouts.entries"),
        (
            "wxpay_reader",
            "UPDATE wxpay_payouts.entries SET state = 'paid'",
        ),
        ("wxpay_owner", "CREATE TABLE public.other (id int)"),
    ] {
        let done = cluster.try_sql(user, statement);
        assert!(
            done.contains("permission denied") || done.contains("must be owner"),
            "{user}: {statement}: {done}"
        );
    }
}
