//! No attempt begins after the request's deadline, and no wait that would outlast it.

use std::error::Error;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use wxpay_core::{Effect, Sent, TransportError};
use wxpay_transport::{
    Clock, Deadline, DeadlinePassed, DownloadLimits, Failover, Hints, RateLimit, RateLimited,
    Retry, Share, Timer, Trace, Transport,
};

use crate::script::{Act, Script, hinted, told};
use crate::time::{Hand, stand_still};

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);
const BOTH: [Effect; 2] = [Effect::Read, Effect::Write];

fn hints(effect: Effect, deadline: Deadline) -> Hints {
    let hints = Hints::new("a", effect, false).backup_host(true);
    hints.per_second(Some(1)).deadline(Some(deadline))
}

/// Each wrapper that sends more than once or waits, and all of them together.
fn each(script: &Arc<Script>) -> [Box<dyn Transport>; 4] {
    let (inner, hand) = (|| Arc::clone(script), || script.clock());
    let failover = Failover::with_clock(Trace::new(inner()), hand());
    let stack = RateLimit::with_timer(failover, hand());
    [
        Box::new(Failover::with_clock(inner(), hand())),
        Box::new(Retry::with_timer(inner(), hand())),
        Box::new(RateLimit::with_timer(inner(), hand())),
        Box::new(Retry::with_timer(stack, hand())),
    ]
}

#[track_caller]
fn assert_passed(error: &TransportError) {
    assert_eq!(error.sent(), Sent::No);
    assert!(
        error
            .source()
            .is_some_and(|source| source.is::<DeadlinePassed>())
    );
}

#[tokio::test]
async fn past_before_the_call() {
    let script = Script::of([Act::Status(200)]);
    for transport in each(&script) {
        let past = Deadline::after(Duration::ZERO);
        // The last two are for an endpoint without a backup host and without a rate.
        let without = BOTH.map(|effect| Hints::new("b", effect, false).deadline(Some(past)));
        for hints in BOTH
            .map(|effect| hints(effect, past))
            .into_iter()
            .chain(without)
        {
            let request = hinted(hints);
            assert_passed(&transport.send(request.clone()).await.unwrap_err());
            let limits = DownloadLimits::DEFAULT;
            assert_passed(&transport.download(request, limits).await.unwrap_err());
        }
    }
    assert_eq!(script.count(), 0);
    assert!(script.clock().waits().is_empty());
}

#[tokio::test]
async fn in_time_every_attempt_knows_the_deadline() {
    let deadline = Deadline::after(HOUR);
    for effect in BOTH {
        let script = Script::of([Act::NO, Act::NO, Act::NO, Act::Status(200)]);
        let [.., stack] = each(&script);
        let answer = stack.send(hinted(hints(effect, deadline))).await;
        assert_eq!(told(&answer), Ok(200));
        assert_eq!(script.count(), 4);
        for seen in script.seen() {
            assert_eq!(Deadline::of(&seen.request), Some(deadline));
        }
    }
}

/// Runs the cases side by side: each holds up its thread until a deadline has passed.
fn side_by_side<C: Send, F: Future<Output = ()>>(cases: Vec<C>, run: impl Fn(C) -> F + Sync) {
    thread::scope(|scope| {
        for case in cases {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .build()
                    .unwrap();
                runtime.block_on(run(case));
            });
        }
    });
}

/// What is told is what the attempts before the deadline have come to.
#[test]
fn passes_during_the_first_attempt() {
    let mut cases = Vec::new();
    for wrapper in [0, 1, 3] {
        cases.extend([
            (wrapper, Effect::Write, Act::NO, Err(Sent::No)),
            (wrapper, Effect::Read, Act::NO, Err(Sent::No)),
            (wrapper, Effect::Read, Act::MAYBE, Err(Sent::Maybe)),
            (wrapper, Effect::Read, Act::Status(503), Ok(503)),
        ]);
    }
    side_by_side(cases, async |(wrapper, effect, end, expected)| {
        let deadline = Deadline::after(2 * SECOND);
        let script = Script::of([Act::Past(deadline, Box::new(end)), Act::Status(200)]);
        let transport = &each(&script)[wrapper];
        let result = transport.send(hinted(hints(effect, deadline))).await;
        assert_eq!(told(&result), expected, "{wrapper} {effect:?}");
        assert_eq!(script.count(), 1, "{wrapper} {effect:?}");
        assert!(script.clock().waits().is_empty());
    });
}

/// A timer whose waits last until the deadline has passed.
#[derive(Debug)]
struct Oversleeps(Deadline);

impl Clock for Oversleeps {
    fn now(&self) -> Duration {
        Duration::ZERO
    }
}

#[async_trait]
impl Timer for Oversleeps {
    async fn sleep(&self, _: Duration) {
        stand_still(self.0);
    }
}

#[test]
fn passes_during_the_wait() {
    side_by_side(BOTH.to_vec(), async |effect| {
        let deadline = Deadline::after(2 * SECOND);
        let script = Script::of([Act::NO, Act::Status(200)]);
        let transport = Retry::with_timer(Arc::clone(&script), Oversleeps(deadline));
        let result = transport.send(hinted(hints(effect, deadline))).await;
        assert_eq!(told(&result), Err(Sent::No));
        assert_eq!(script.count(), 1, "Retry, {effect:?}");
    });
    side_by_side(BOTH.to_vec(), async |effect| {
        // The turn of the second call is a second after that of the first.
        let deadline = Deadline::after(4 * SECOND);
        let script = Script::of([Act::Status(200)]);
        let transport = RateLimit::with_timer(Arc::clone(&script), Oversleeps(deadline));
        let request = || hinted(hints(effect, deadline));
        transport.send(request()).await.unwrap();
        assert_passed(&transport.send(request()).await.unwrap_err());
        assert_eq!(script.count(), 1, "RateLimit, {effect:?}");
    });
}

#[tokio::test]
async fn no_retry_waits_past_the_deadline() {
    for (seconds, expected) in [("7200", 503), ("1", 200)] {
        let busy = Act::Reply(503, vec![("retry-after", seconds)], "");
        let script = Script::of([busy, Act::Status(200)]);
        let transport = Retry::with_timer(Arc::clone(&script), script.clock());
        let transport = transport.time_limit(24 * HOUR);
        let request = hinted(hints(Effect::Read, Deadline::after(HOUR)));
        assert_eq!(told(&transport.send(request).await), Ok(expected));
        assert_eq!(script.clock().waits().is_empty(), expected == 503);
    }
}

/// A timer that does not wait, in a time that stands still: each call has its turn a second after
/// the one before.
#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn now(&self) -> Duration {
        Duration::ZERO
    }
}

#[async_trait]
impl Timer for Still {
    async fn sleep(&self, _: Duration) {}
}

#[tokio::test]
async fn no_call_waits_for_a_turn_past_its_deadline() {
    let script = Script::of([Act::Status(200)]);
    let transport = RateLimit::with_timer(Arc::clone(&script), Still).max_wait(HOUR);
    let start = Instant::now();
    let deadline = Deadline::after(60 * SECOND);
    let request = || hinted(hints(Effect::Write, deadline));
    let mut sent = 0;
    let error = loop {
        match transport.send(request()).await {
            Ok(_) => sent += 1,
            Err(error) => break error,
        }
        assert!(sent <= 60);
    };
    // A turn for each second that is left, and of the time only what the machine took itself is
    // missing.
    assert!(
        sent + 1 + u32::try_from(start.elapsed().as_secs()).unwrap() >= 60,
        "{sent}"
    );
    assert_eq!(error.sent(), Sent::No);
    let refused: &RateLimited = error.source().unwrap().downcast_ref().unwrap();
    assert_eq!(refused.wait(), sent * SECOND);
    // It took no place in the queue: a call with more time gets that turn.
    let request = hinted(hints(Effect::Write, Deadline::after(HOUR)));
    transport.send(request).await.unwrap();
    assert_eq!(script.count(), sent as usize + 1);
}

/// The transport inside looks at the deadline last, and what it says of that says nothing of a
/// host.
#[tokio::test]
async fn refusal_further_in_is_final() {
    for effect in BOTH {
        let script = Script::of([Act::TooLate, Act::Status(200)]);
        let [.., stack] = each(&script);
        let request = || hinted(hints(effect, Deadline::after(HOUR)));
        assert_passed(&stack.send(request()).await.unwrap_err());
        assert_eq!(script.count(), 1);
        assert!(script.clock().waits().is_empty());
    }
    let script = Script::hosts(Act::TooLate, Act::MAYBE);
    let transport = Failover::with_clock(Arc::clone(&script), script.clock());
    let transport = transport.failures(NonZeroU32::MIN).backup_share(Share::ALL);
    let deadline = Deadline::after(HOUR);
    let result = transport.send(hinted(hints(Effect::Read, deadline))).await;
    assert_eq!(told(&result), Err(Sent::Maybe), "the backup may have it");
    let result = transport.send(hinted(hints(Effect::Write, deadline))).await;
    assert_eq!(told(&result), Err(Sent::No));
    assert_eq!(
        script.asked(),
        "bmm",
        "the main host does not count as down"
    );
}

/// A timer that stands still while the machine sleeps, as `Instant` does on Linux.
#[derive(Debug)]
struct Suspended(Arc<Hand>);

impl Clock for Suspended {
    fn now(&self) -> Duration {
        Duration::ZERO
    }
}

#[async_trait]
impl Timer for Suspended {
    async fn sleep(&self, _: Duration) {
        self.0.advance(61 * SECOND);
    }
}

/// `Retry` has a time limit of its own: the signature gets old while the machine sleeps.
#[tokio::test]
async fn sleep_of_the_machine_counts_for_the_time_limit() {
    for effect in BOTH {
        let script = Script::of([Act::NO, Act::Status(200)]);
        let running = script.clock();
        let transport = Retry::with_timer(Arc::clone(&script), Suspended(Arc::clone(&running)))
            .running_clock(running);
        let request = hinted(Hints::new("a", effect, false));
        assert_eq!(told(&transport.send(request).await), Err(Sent::No));
        assert_eq!(script.count(), 1, "asleep in the wait");

        let asleep = Act::After(61 * SECOND, Box::new(Act::NO));
        let script = Script::of([asleep, Act::Status(200)]);
        let transport = Retry::with_timer(Arc::clone(&script), Still);
        let transport = transport.running_clock(script.clock());
        let request = hinted(Hints::new("a", effect, false));
        assert_eq!(told(&transport.send(request).await), Err(Sent::No));
        assert_eq!(script.count(), 1, "asleep in the attempt");
    }
}
