//! What is opened as a journal, and what is refused.

use wxpay_payout::{Journal, JournalOwner, PostgresErrorKind, PostgresJournal, PostgresServer};
use wxpay_tests::payouts::bank::owner;
use wxpay_tests::postgres::cluster::Cluster;

use crate::world::{create, open, server};

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_is_made_on_request_only_and_once() {
    let cluster = Cluster::start();
    let server = server(&cluster);
    let missing = PostgresJournal::open(&server, &owner()).await.unwrap_err();
    assert!(
        matches!(missing.kind(), PostgresErrorKind::Missing { .. }),
        "{missing}"
    );
    let missing = PostgresJournal::read(&server).await.unwrap_err();
    assert!(
        matches!(missing.kind(), PostgresErrorKind::Missing { .. }),
        "{missing}"
    );
    // A schema that somebody has made for it is used.
    cluster.sql("CREATE SCHEMA payouts");
    drop(create(&cluster).await);
    let again = PostgresJournal::create(&server, &owner())
        .await
        .unwrap_err();
    assert!(
        matches!(again.kind(), PostgresErrorKind::Exists { .. }),
        "{again}"
    );
    let read = PostgresJournal::read(&server).await.unwrap();
    assert_eq!(read.owner(), &owner());
    let journal = open(&cluster).await;
    assert_eq!(journal.owner(), &owner());
}

#[tokio::test(flavor = "multi_thread")]
async fn another_merchants_host_or_a_later_version_is_refused() {
    let cluster = Cluster::start();
    drop(create(&cluster).await);
    let server = server(&cluster);
    let other = JournalOwner::new("1900000110", "localhost");
    let refused = PostgresJournal::open(&server, &other).await.unwrap_err();
    assert!(
        matches!(refused.kind(), PostgresErrorKind::OtherMerchant { .. }),
        "{refused}"
    );
    let other = JournalOwner::new("1900000109", "api.mch.weixin.qq.com");
    let refused = PostgresJournal::open(&server, &other).await.unwrap_err();
    assert!(
        matches!(refused.kind(), PostgresErrorKind::OtherHost { .. }),
        "{refused}"
    );
    cluster.sql("UPDATE payouts.about SET version = 2");
    let refused = PostgresJournal::open(&server, &owner()).await.unwrap_err();
    let later = PostgresErrorKind::LaterVersion { found: 2, known: 1 };
    assert_eq!(*refused.kind(), later);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_lost_a_rule_is_refused() {
    let cluster = Cluster::start();
    for (at, damage) in [
        "DROP INDEX one_for_each_intent",
        "ALTER TABLE entries DROP CONSTRAINT entries_pkey",
        "ALTER TABLE entries DROP COLUMN doubt",
        "ALTER TABLE entries ADD COLUMN more text",
        "ALTER TABLE entries ALTER number TYPE text COLLATE \"default\"",
        "ALTER TABLE days SET UNLOGGED",
        "DELETE FROM about",
        "DROP TABLE pace",
    ]
    .into_iter()
    .enumerate()
    {
        let schema = format!("damaged_{at}");
        let server = PostgresServer::parse(&cluster.url(&schema)).unwrap();
        drop(PostgresJournal::create(&server, &owner()).await.unwrap());
        drop(PostgresJournal::open(&server, &owner()).await.unwrap());
        cluster.sql(&format!("SET search_path = {schema}; {damage}"));
        let refused = PostgresJournal::open(&server, &owner()).await.unwrap_err();
        let is_schema = matches!(refused.kind(), PostgresErrorKind::Schema { .. });
        assert!(is_schema, "{damage}: {refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_may_lose_what_it_has_committed_is_refused() {
    let cluster = Cluster::start();
    drop(create(&cluster).await);
    cluster.sql("ALTER SYSTEM SET fsync = off");
    cluster.sql("ALTER SYSTEM SET synchronous_commit = off");
    cluster.sql("SELECT pg_reload_conf()");
    loop {
        if cluster.sql("SHOW fsync").trim() == "off" {
            break;
        }
        tokio::task::yield_now().await;
    }
    let refused = PostgresJournal::open(&server(&cluster), &owner())
        .await
        .unwrap_err();
    assert!(
        matches!(refused.kind(), PostgresErrorKind::Server { .. }),
        "{refused}"
    );
    assert!(refused.to_string().contains("fsync"), "{refused}");
    cluster.sql("ALTER SYSTEM SET fsync = on");
    cluster.sql("SELECT pg_reload_conf()");
    loop {
        if cluster.sql("SHOW fsync").trim() == "on" {
            break;
        }
        tokio::task::yield_now().await;
    }
    // That of commits is set by each connection.
    let journal = std::sync::Arc::new(open(&cluster).await);
    let entry = crate::world::prepared(&journal, 0).await;
    assert!(journal.by_number(&entry.number).await.unwrap().is_some());
}

#[test]
fn an_address_that_leaves_the_machine_is_encrypted_or_refused() {
    let parse = PostgresServer::parse;
    for good in [
        "postgres://u@db.example/payouts",
        "postgres://u:p%40ss@db.example:6432/payouts?sslmode=verify-full&sslrootcert=/etc/ca.pem&schema=m1900000109",
        "postgresql://u@127.0.0.1/payouts?sslmode=disable",
        "postgres://u@%2Frun%2Fpostgresql/payouts",
        "postgres://u@a.example,b.example/payouts?connect_timeout=3",
    ] {
        parse(good).unwrap();
    }
    for bad in [
        "postgres://u@db.example/payouts?sslmode=disable",
        "postgres://u@db.example/payouts?sslmode=require",
        "postgres://u@db.example/payouts?sslmode=prefer",
        "postgres://u@db.example/payouts?sslmode=verify-ca",
        "postgres://u@127.0.0.1,db.example/payouts?sslmode=disable",
        "postgres://u@localhost/payouts?hostaddr=10.0.0.1&sslmode=disable",
    ] {
        let refused = parse(bad).unwrap_err();
        let kind = refused.kind();
        assert!(
            matches!(kind, PostgresErrorKind::NotEncrypted { .. }),
            "{bad}: {refused}"
        );
    }
    for bad in [
        "payouts.db",
        "postgres://u@db.example/payouts?schema=a;b",
        "postgres://u@db.example/payouts?schema=pg_catalog",
        "postgres://u@db.example/payouts?sslmode=verify-full&sslmode=disable",
        "postgres://u:hidden@db.example/payouts?colour=red",
        "postgres:///payouts",
    ] {
        let refused = parse(bad).unwrap_err();
        let kind = refused.kind();
        assert!(
            matches!(kind, PostgresErrorKind::Address { .. }),
            "{bad}: {refused}"
        );
        assert!(!refused.to_string().contains("hidden"), "{refused}");
    }
    let server = parse("postgres://u:hidden@db.example/payouts").unwrap();
    let shown = format!("{server} {server:?}");
    assert!(
        shown.contains("db.example") && !shown.contains("hidden"),
        "{shown}"
    );
}
