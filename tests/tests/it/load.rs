//! Many calls at once through the transport as it comes. `cargo run -p wxpay-tests --bin load` prints figures.

use std::time::Duration;

use wxpay_tests::load::calls;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_call_is_lost() {
    let [payouts, queries] = calls::run(200, Duration::from_millis(500)).await;
    for calls in [&payouts, &queries] {
        assert_eq!((calls.answered, calls.requests), (200, 200), "{calls}");
        // One after the other they would take 100 seconds.
        assert!(calls.elapsed < Duration::from_secs(20), "{calls}");
    }
    assert_eq!(payouts.booked, Some(200));
}
