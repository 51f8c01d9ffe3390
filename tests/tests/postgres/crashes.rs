//! Workers and a server that are killed. `cargo run -p wxpay-tests --features postgres --bin
//! postgres -- crash` kills more.

use std::path::Path;

use wxpay_payout::{PostgresJournal, PostgresServer};
use wxpay_tests::payouts::bank::{Bank, owner};
use wxpay_tests::payouts::stops::{self, Point};
use wxpay_tests::postgres::cluster::Cluster;
use wxpay_tests::postgres::crash::{self, Plan};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_with_its_server_nothing_is_lost_or_paid_twice() {
    let crashes = crash::run(program(), &Plan::short()).await;
    assert!(crashes.holds(), "{crashes}");
    assert!(crashes.verdict.paid > 200, "{crashes}");
    let killed = (crashes.count.killed, crashes.count.servers);
    assert_eq!(killed, (12, 3), "{crashes}");
}

/// It stands still past its lease while another process settles everything. Then it sends nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopped_past_its_lease_it_sends_nothing() {
    let cluster = Cluster::start();
    for (at, point) in [Point::BeforeBegin, Point::AfterBegin, Point::InQuery]
        .into_iter()
        .enumerate()
    {
        let schema = format!("stops_{at}");
        let url = cluster.url(&schema);
        let server = PostgresServer::parse(&url).unwrap();
        drop(PostgresJournal::create(&server, &owner()).await.unwrap());
        let bank = Bank::open(None).await;
        bank.use_postgres(&url);
        let stopped = stops::run_at(&bank, program(), point, 3).await;
        assert!(stopped.verdict.holds(), "{point:?}: {}", stopped.verdict);
        assert_eq!(stopped.verdict.paid, 3, "{point:?}");
        assert_eq!((stopped.late_sends, stopped.sends), (0, 3), "{point:?}");
    }
}

pub(crate) fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_postgres"))
}
