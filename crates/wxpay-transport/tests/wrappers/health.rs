//! When the main host counts as down.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use wxpay_core::Effect;
use wxpay_transport::{Failover, Share, Transport};

use crate::script::{Act, MAIN, Script, request, told};

pub(crate) const SECOND: Duration = Duration::from_secs(1);

/// Without reads that go to the main host while it is down.
pub(crate) fn failover(script: &Arc<Script>) -> Failover<Arc<Script>> {
    Failover::with_clock(Arc::clone(script), script.clock()).main_share(Share::NONE)
}

/// A main host that can be switched off, and a backup that works.
pub(crate) fn switched(off: Act) -> (Arc<Script>, Arc<AtomicBool>) {
    let up = Arc::new(AtomicBool::new(true));
    let switch = Arc::clone(&up);
    let script = Script::new(move |seen, _| {
        if seen.host == MAIN && !up.load(Ordering::SeqCst) {
            off.clone()
        } else {
            Act::Status(200)
        }
    });
    (script, switch)
}

pub(crate) async fn call(transport: &impl Transport, effect: Effect) {
    let _ = transport.send(request(effect)).await;
}

#[tokio::test]
async fn three_failures_in_a_row_turn_to_the_backup() {
    for off in [
        Act::NO,
        Act::MAYBE,
        Act::Status(502),
        Act::Status(503),
        Act::Status(504),
    ] {
        let (script, up) = switched(off.clone());
        let transport = failover(&script);
        up.store(false, Ordering::SeqCst);
        for _ in 0..3 {
            call(&transport, Effect::Read).await;
            assert_eq!(script.asked(), "mb", "{off:?}");
        }
        for effect in [Effect::Read, Effect::Write] {
            call(&transport.clone(), effect).await;
            assert_eq!(script.asked(), "b", "{off:?}");
        }
        // The cool-down.
        script
            .clock()
            .advance(30 * SECOND - Duration::from_nanos(1));
        call(&transport, Effect::Read).await;
        assert_eq!(script.asked(), "b");
        script.clock().advance(Duration::from_nanos(1));
        call(&transport, Effect::Read).await;
        assert_eq!(script.asked(), "mb");
        call(&transport, Effect::Read).await;
        assert_eq!(script.asked(), "b", "another cool-down");
        // Back.
        up.store(true, Ordering::SeqCst);
        script.clock().advance(30 * SECOND);
        for _ in 0..3 {
            call(&transport, Effect::Write).await;
            assert_eq!(script.asked(), "m");
        }
    }
}

#[tokio::test]
async fn failures_of_writes_count() {
    let script = Script::hosts(Act::MAYBE, Act::Status(200));
    let transport = failover(&script).failures(NonZeroU32::new(2).unwrap());
    for asked in ["m", "m", "b", "b"] {
        call(&transport, Effect::Write).await;
        assert_eq!(script.asked(), asked);
    }
}

/// An endless alternation of failure and success never counts as down.
#[tokio::test]
async fn success_forgets_failures() {
    let (script, up) = switched(Act::NO);
    let transport = failover(&script);
    for _ in 0..20 {
        up.store(false, Ordering::SeqCst);
        call(&transport, Effect::Read).await;
        call(&transport, Effect::Read).await;
        assert_eq!(script.asked(), "mbmb");
        up.store(true, Ordering::SeqCst);
        call(&transport, Effect::Read).await;
        assert_eq!(script.asked(), "m");
    }
}

#[tokio::test]
async fn answers_of_any_other_kind_are_successes() {
    for status in [200, 404, 429, 500, 501] {
        let script = Script::of([Act::Status(status)]);
        let transport = failover(&script);
        for _ in 0..10 {
            call(&transport, Effect::Read).await;
        }
        assert_eq!(script.asked(), "m".repeat(10), "{status}");
    }
}

/// No network, or a setting that stops every request here.
#[tokio::test]
async fn neither_host_reached_says_nothing() {
    let script = Script::of([Act::NO]);
    let transport = failover(&script);
    for _ in 0..10 {
        call(&transport, Effect::Write).await;
        assert_eq!(script.asked(), "mb");
    }
}

#[tokio::test]
async fn while_down_the_main_host_is_the_second() {
    let up = Arc::new(AtomicBool::new(false));
    let switch = Arc::clone(&up);
    let script = Script::new(move |seen, _| {
        // One of the two is always off.
        if (seen.host == MAIN) == switch.load(Ordering::SeqCst) {
            Act::Status(200)
        } else {
            Act::NO
        }
    });
    let transport = failover(&script);
    for _ in 0..3 {
        call(&transport, Effect::Write).await;
    }
    script.asked();
    up.store(true, Ordering::SeqCst);
    let result = transport.send(request(Effect::Write)).await;
    assert_eq!(told(&result), Ok(200));
    assert_eq!(script.asked(), "bm");
    call(&transport, Effect::Write).await;
    assert_eq!(script.asked(), "m", "it has answered, so it is up");
}
