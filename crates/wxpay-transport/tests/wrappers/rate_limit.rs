//! No second holds more calls than granted.

use std::error::Error;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;
use wxpay_core::{Effect, Sent};
use wxpay_transport::{Clock, Hints, RateLimit, RateLimited, Timer, Transport};

use crate::script::{Act, Script, bare, hinted, told};

const SECOND: Duration = Duration::from_secs(1);

/// A runtime's paused time.
#[derive(Debug)]
struct Paused(Instant);

impl Clock for Paused {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

#[async_trait]
impl Timer for Paused {
    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

fn limited(script: &Arc<Script>) -> RateLimit<Arc<Script>> {
    RateLimit::with_timer(Arc::clone(script), Paused(Instant::now()))
}

fn hints(endpoint: &'static str, per_second: Option<u32>) -> Hints {
    Hints::new(endpoint, Effect::Write, false).per_second(per_second)
}

fn rate(calls: u32) -> NonZeroU32 {
    NonZeroU32::new(calls).unwrap()
}

/// When each call reached the inner transport, which is what `count` callers at once lead to.
async fn all_at_once(
    transport: &RateLimit<Arc<Script>>,
    hints: Hints,
    count: usize,
) -> (Vec<Duration>, usize) {
    let start = Instant::now();
    let sent = Arc::new(Mutex::new(Vec::new()));
    let mut calls = Vec::new();
    for _ in 0..count {
        let transport = transport.clone();
        let sent = Arc::clone(&sent);
        calls.push(tokio::spawn(async move {
            match transport.send(hinted(hints)).await {
                Ok(_) => sent.lock().unwrap().push(start.elapsed()),
                Err(error) => {
                    assert_eq!(error.sent(), Sent::No);
                    assert_eq!(start.elapsed(), Duration::ZERO, "refused at once");
                }
            }
        }));
    }
    for call in calls {
        call.await.unwrap();
    }
    let sent = sent.lock().unwrap().clone();
    let refused = count - sent.len();
    (sent, refused)
}

#[track_caller]
fn assert_rate(sent: &[Duration], per_second: usize) {
    for window in sent.windows(per_second + 1) {
        let spread = window[per_second] - window[0];
        assert!(spread >= SECOND, "{} calls in {spread:?}", per_second + 1);
    }
}

#[tokio::test(start_paused = true)]
async fn thousand_callers_in_every_window() {
    for per_second in [1, 3, 7, 50, 300, 999] {
        let script = Script::of([Act::Status(200)]);
        let transport = limited(&script).max_wait(2000 * SECOND);
        let (sent, refused) = all_at_once(&transport, hints("a", Some(per_second)), 1000).await;
        assert_eq!((sent.len(), refused, script.count()), (1000, 0, 1000));
        assert!(sent.is_sorted());
        assert_rate(&sent, per_second as usize);
        // And no slower than that: the clock of tokio counts milliseconds.
        let least = Duration::from_secs_f64(999.0 / f64::from(per_second));
        let last = sent.last().unwrap();
        assert!(
            *last <= least + 2 * Duration::from_millis(1),
            "{per_second} {last:?}"
        );
    }
}

/// Thirds of a second don't fit into nanoseconds.
#[tokio::test]
async fn rounding_grants_no_call_more() {
    for per_second in [3, 7, 600] {
        let script = Script::of([Act::Status(200)]);
        let transport = RateLimit::with_timer(Arc::clone(&script), script.clock());
        for _ in 0..3 * per_second {
            let hints = hints("a", Some(per_second));
            transport.send(hinted(hints)).await.unwrap();
        }
        let sent: Vec<_> = script.seen().into_iter().map(|seen| seen.at).collect();
        assert_rate(&sent, per_second as usize);
    }
}

#[tokio::test(start_paused = true)]
async fn those_who_would_wait_too_long_are_refused_at_once() {
    let script = Script::of([Act::Status(200)]);
    let transport = limited(&script);
    let (sent, refused) = all_at_once(&transport, hints("a", Some(50)), 1000).await;
    assert_eq!((sent.len(), refused), (501, 499), "10 s by default");
    assert_eq!(script.count(), 501, "nothing was sent for the others");
    assert_eq!(*sent.last().unwrap(), 10 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn refusal_says_why() {
    let script = Script::of([Act::Status(200)]);
    let transport = limited(&script).max_wait(Duration::ZERO);
    let hints = hints("a", Some(2));
    transport.send(hinted(hints)).await.unwrap();
    let error = transport.send(hinted(hints)).await.unwrap_err();
    assert_eq!(error.sent(), Sent::No);
    let source: &RateLimited = error.source().unwrap().downcast_ref().unwrap();
    assert_eq!(source.endpoint(), "a");
    assert_eq!(source.wait(), SECOND / 2);
    assert_eq!(
        source.to_string(),
        "too many calls to a are waiting: the next is in 500ms"
    );
    assert_eq!(script.count(), 1);
    // A refused call takes no place.
    tokio::time::sleep(SECOND / 2).await;
    transport.send(hinted(hints)).await.unwrap();
}

/// Pauses are not saved up for a burst.
#[tokio::test(start_paused = true)]
async fn long_rest_earns_no_burst() {
    let script = Script::of([Act::Status(200)]);
    let transport = limited(&script);
    for _ in 0..3 {
        tokio::time::sleep(3600 * SECOND).await;
        let (sent, _) = all_at_once(&transport, hints("a", Some(10)), 50).await;
        assert_rate(&sent, 10);
    }
}

#[tokio::test(start_paused = true)]
async fn calls_at_a_lower_rate_never_wait() {
    let script = Script::of([Act::Status(200)]);
    let transport = limited(&script).max_wait(Duration::ZERO);
    for _ in 0..500 {
        transport.send(hinted(hints("a", Some(50)))).await.unwrap();
        tokio::time::sleep(SECOND / 50).await;
    }
}

#[tokio::test(start_paused = true)]
async fn endpoints_have_paces_of_their_own() {
    let script = Script::of([Act::Status(200)]);
    let transport = limited(&script).max_wait(Duration::ZERO);
    transport.send(hinted(hints("a", Some(1)))).await.unwrap();
    transport.send(hinted(hints("b", Some(1)))).await.unwrap();
    let again = transport.clone().send(hinted(hints("a", Some(1)))).await;
    assert_eq!(told(&again), Err(Sent::No), "clones share them");
}

#[tokio::test(start_paused = true)]
async fn rates_come_from_settings_then_hints_then_the_default() {
    let script = Script::of([Act::Status(200)]);
    let transport = limited(&script)
        .rate("set", rate(4))
        .default_rate(rate(2))
        .max_wait(2000 * SECOND);
    for (hints, per_second) in [
        (hints("set", Some(100)), 4),
        (hints("hinted", Some(5)), 5),
        (hints("neither", None), 2),
        (hints("zero", Some(0)), 2),
    ] {
        let (sent, _) = all_at_once(&transport, hints, 21).await;
        assert_rate(&sent, per_second);
        assert!(*sent.last().unwrap() < SECOND * 21 / u32::try_from(per_second).unwrap());
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_rate_nothing_waits() {
    let script = Script::of([Act::Status(200)]);
    let transport = limited(&script).max_wait(Duration::ZERO);
    for _ in 0..100 {
        transport.send(hinted(hints("a", None))).await.unwrap();
        transport
            .send(hinted(hints("zero", Some(0))))
            .await
            .unwrap();
    }
    let transport = transport.default_rate(rate(1));
    for _ in 0..100 {
        transport.send(bare()).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn dropped_while_waiting_means_nothing_was_sent() {
    let script = Script::of([Act::Status(200)]);
    let transport = limited(&script);
    let hints = hints("a", Some(1));
    transport.send(hinted(hints)).await.unwrap();
    let waiting = transport.send(hinted(hints));
    assert!(tokio::time::timeout(SECOND / 2, waiting).await.is_err());
    assert_eq!(script.count(), 1);
}

#[tokio::test]
async fn extreme_rates_and_clocks_do_not_crash() {
    let script = Script::of([Act::Status(200)]);
    let clock = script.clock();
    let transport = RateLimit::with_timer(Arc::clone(&script), Arc::clone(&clock));
    let fastest = hints("a", Some(u32::MAX));
    for _ in 0..3 {
        transport.send(hinted(fastest)).await.unwrap();
    }
    clock.advance(Duration::MAX / 2);
    transport.send(hinted(fastest)).await.unwrap();
    let _ = transport.send(hinted(fastest)).await;
}
