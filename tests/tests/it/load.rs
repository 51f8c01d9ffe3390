//! Many calls at once through the transport. `cargo run -p wxpay-tests --bin load` prints figures.

use std::time::Duration;

use wxpay_tests::load::calls;
use wxpay_tests::load::failover::{self, Outcome, Progress, TROUBLES, Trouble};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_call_is_lost() {
    let [payouts, queries] = calls::run(200, Duration::from_millis(500)).await;
    for calls in [&payouts, &queries] {
        assert_eq!((calls.answered, calls.requests), (200, 200), "{calls}");
        // One after the other they would take 100 seconds.
        assert!(calls.elapsed < Duration::from_secs(60), "{calls}");
    }
    assert_eq!(payouts.booked, Some(200));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failover_loses_no_read_and_doubles_no_write() {
    for trouble in TROUBLES {
        let outcome = run(trouble).await;
        let context = format!("{trouble:?}\n{outcome}");
        match trouble {
            Trouble::None | Trouble::Slow => assert_eq!(outcome.at.1, 0, "{context}"),
            // The first writes meet the fault; then the main host counts as down.
            Trouble::Down => assert_eq!(outcome.writes_answered, outcome.writes, "{context}"),
            Trouble::HalfOpen | Trouble::BadGateway => {
                assert!(outcome.writes_unknown > 0, "{context}");
                assert!(
                    outcome.writes_answered > outcome.writes_unknown,
                    "{context}"
                );
            }
            Trouble::Flapping => assert!(outcome.at.0 > 0 && outcome.at.1 > 0, "{context}"),
        }
    }
}

/// What came of the calls, of which none may be lost or doubled.
async fn run(trouble: Trouble) -> Outcome {
    let enough = move |so_far: &Progress<'_>| match trouble {
        // Its answers take 300 ms.
        Trouble::Slow => so_far.calls >= 5,
        Trouble::Flapping => {
            so_far.time > FLAPPING && so_far.met_both_hosts() || so_far.time > MINUTE
        }
        _ => so_far.calls >= 100,
    };
    let mut patience = Duration::from_secs(1);
    loop {
        let outcome = failover::run(trouble, 10, patience, enough).await;
        let context = format!("{trouble:?}\n{outcome}");
        assert!(outcome.reads > 0 && outcome.writes > 0, "{context}");
        assert_eq!(outcome.reads_answered, outcome.reads, "{context}");
        assert_eq!((outcome.duplicated, outcome.denied), (0, 0), "{context}");
        assert_eq!(
            (outcome.invented, outcome.writes_not_sent),
            (0, 0),
            "{context}"
        );
        // A machine so slow that no write gets as far as the host that never answers has more time.
        let met = trouble != Trouble::HalfOpen || outcome.writes_unknown > 0;
        if met || patience > LONGEST {
            return outcome;
        }
        patience *= 4;
    }
}

/// Longer than a slow machine takes to connect and to write.
const LONGEST: Duration = Duration::from_secs(10);
const MINUTE: Duration = Duration::from_secs(60);
/// How long the main host comes and goes.
const FLAPPING: Duration = Duration::from_millis(1500);
