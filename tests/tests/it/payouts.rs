//! Processes that pay and are killed. `cargo run --release -p wxpay-tests --bin payouts -- kills`
//! kills a thousand.

use std::path::Path;

#[cfg(unix)]
use futures_util::future::join_all;
#[cfg(unix)]
use wxpay_tests::payouts::stops::{self, Point};
use wxpay_tests::payouts::{cost, kills, processes, writes};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_random_nothing_is_lost_or_paid_twice() {
    let kills = kills::run(program(), 60, 7, None).await;
    assert!(kills.verdict.holds(), "{kills}");
    assert!(kills.verdict.paid > 100, "{kills}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dead_at_any_write_nothing_is_lost_or_paid_twice() {
    let writes = writes::run(program(), None).await;
    // Insert, begin and end of each send, begin and end of each query.
    assert!(writes.writes >= 8, "{writes:?}");
    assert!(writes.verdicts.len() >= writes.writes * 2, "{writes:?}");
    for (at, verdict) in writes.verdicts.iter().enumerate() {
        assert!(
            verdict.holds() && verdict.paid == 2,
            "death {at}: {verdict}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_processes_pay_each_once() {
    let processes = processes::run(program(), 4, 300, None).await;
    assert!(processes.verdict.holds(), "{processes}");
    let verdict = &processes.verdict;
    assert_eq!((verdict.paid, verdict.repeated), (300, 0), "{processes}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_writes_are_a_payout() {
    let folder = tempfile::tempdir().unwrap();
    let cost = cost::run(folder.path(), 50, 4).await;
    assert_eq!(cost.paid, 50);
    assert!(
        cost.writes.iter().all(|writes| writes.len() >= 50),
        "{cost}"
    );
}

/// It stands still past its lease while another process settles everything. Then it sends nothing.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopped_past_its_lease_it_sends_nothing() {
    let points = [Point::BeforeBegin, Point::AfterBegin, Point::InQuery];
    let stops = points.map(|point| async move { (point, stops::run(program(), point, 3).await) });
    for (point, stopped) in join_all(stops).await {
        assert!(stopped.verdict.holds(), "{point:?}: {}", stopped.verdict);
        assert_eq!(stopped.verdict.paid, 3, "{point:?}");
        assert_eq!((stopped.late_sends, stopped.sends), (0, 3), "{point:?}");
    }
}

/// What has left before arrives when it arrives, under the number that the other process has paid.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopped_with_its_bytes_on_their_way_it_is_paid_once() {
    let stopped = stops::run(program(), Point::InFlight, 3).await;
    assert!(stopped.verdict.holds(), "{}", stopped.verdict);
    assert_eq!((stopped.verdict.paid, stopped.late_sends), (3, 0));
}

fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_payouts"))
}
