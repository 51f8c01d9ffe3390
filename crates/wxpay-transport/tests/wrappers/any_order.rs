//! The rules about money hold for wrappers in any order and number.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use wxpay_core::{Effect, Sent};
use wxpay_transport::{Deadline, Failover, Hints, RateLimit, Retry, Share, Trace, Transport};

use crate::script::{Act, Script, bare, hinted, told};

#[derive(Clone, Copy, Debug)]
enum Wrapper {
    Failover { failures: u32, backup: u16 },
    Retry { attempts: u32 },
    RateLimit { per_second: u32, max_wait: u64 },
    Trace,
}

fn wrap(layers: &[Wrapper], script: &Arc<Script>) -> Arc<dyn Transport> {
    let mut transport: Arc<dyn Transport> = Arc::clone(script) as _;
    for layer in layers {
        transport = match *layer {
            Wrapper::Failover { failures, backup } => Arc::new(
                Failover::with_clock(transport, script.clock())
                    .failures(NonZeroU32::new(failures).unwrap())
                    .cool_down(Duration::from_millis(300))
                    .main_share(Share::per_mille(1000 - backup).unwrap())
                    .backup_share(Share::per_mille(backup).unwrap()),
            ),
            Wrapper::Retry { attempts } => Arc::new(
                Retry::with_timer(transport, script.clock())
                    .max_attempts(NonZeroU32::new(attempts).unwrap()),
            ),
            Wrapper::RateLimit {
                per_second,
                max_wait,
            } => Arc::new(
                RateLimit::with_timer(transport, script.clock())
                    .default_rate(NonZeroU32::new(per_second).unwrap())
                    .max_wait(Duration::from_millis(max_wait)),
            ),
            Wrapper::Trace => Arc::new(Trace::with_clock(transport, script.clock())),
        };
    }
    transport
}

fn wrapper() -> impl Strategy<Value = Wrapper> {
    prop_oneof![
        (1_u32..4, 0_u16..=1000)
            .prop_map(|(failures, backup)| Wrapper::Failover { failures, backup }),
        (1_u32..5).prop_map(|attempts| Wrapper::Retry { attempts }),
        (1_u32..20, 0_u64..2000).prop_map(|(per_second, max_wait)| Wrapper::RateLimit {
            per_second,
            max_wait
        }),
        Just(Wrapper::Trace),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => Just(Act::NO),
        2 => Just(Act::MAYBE),
        1 => prop::sample::select(vec![200, 202, 400, 404, 429, 500, 501, 502, 503, 504]).prop_map(Act::Status),
        1 => Just(Act::Reply(429, vec![("retry-after", "1")], "FREQUENCY_LIMITED")),
        1 => Just(Act::Reply(503, vec![("wechatpay-signature", "x")], "")),
    ]
}

/// What can't be sent is known through all of them before anything is sent.
#[test]
fn each_asks_the_one_that_it_wraps() {
    let layers = [
        Wrapper::Failover {
            failures: 1,
            backup: 0,
        },
        Wrapper::Retry { attempts: 3 },
        Wrapper::RateLimit {
            per_second: 1,
            max_wait: 0,
        },
        Wrapper::Trace,
    ];
    let script = Script::new(|_, _| Act::Status(200));
    for layers in layers.chunks(1).chain([&layers[..]]) {
        let transport = wrap(layers, &script);
        let needing = hinted(Hints::new("a", Effect::Write, true).backup_host(true));
        let error = transport.check(&needing).unwrap_err();
        assert_eq!(error.sent(), Sent::No, "{layers:?}");
        transport.check(&bare()).unwrap();
    }
    assert_eq!(script.count(), 0);
}

proptest! {
    #[test]
    fn write_is_repeated_only_while_nothing_was_sent(
        layers in prop::collection::vec(wrapper(), 0..6),
        acts in prop::collection::vec(act(), 1..20),
        hinted_as_write in any::<bool>(),
        calls in 1..8_usize,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let script = Script::new({
            let acts = acts.clone();
            move |_, n| acts[n % acts.len()].clone()
        });
        let transport = wrap(&layers, &script);
        let request = if hinted_as_write {
            hinted(Hints::new("a", Effect::Write, false).backup_host(true))
        } else {
            bare()
        };
        for _ in 0..calls {
            let before = script.count();
            let result = runtime.block_on(transport.send(request.clone()));
            let ends: Vec<_> = (before..script.count()).map(|n| &acts[n % acts.len()]).collect();
            let Some((last, others)) = ends.split_last() else {
                // Held back by a rate: nothing was sent.
                prop_assert_eq!(told(&result), Err(Sent::No));
                continue;
            };
            for other in others {
                prop_assert!(matches!(other, Act::Fail(Sent::No)), "sent again after {:?}", other);
            }
            match last {
                Act::Fail(sent) => prop_assert_eq!(told(&result), Err(*sent)),
                Act::Status(status) | Act::Reply(status, ..) => {
                    prop_assert_eq!(told(&result), Ok(*status));
                }
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn no_attempt_begins_after_the_deadline(
        layers in prop::collection::vec(wrapper(), 1..6),
        reads in any::<bool>(),
    ) {
        prop_assume!(layers.iter().any(|layer| !matches!(layer, Wrapper::Trace)));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let script = Script::of([Act::Status(200)]);
        let transport = wrap(&layers, &script);
        let effect = if reads { Effect::Read } else { Effect::Write };
        let hints = Hints::new("a", effect, false).backup_host(true);
        let late = hints.deadline(Some(Deadline::after(Duration::ZERO)));
        let result = runtime.block_on(transport.send(hinted(late)));
        prop_assert_eq!(told(&result), Err(Sent::No));
        prop_assert_eq!(script.count(), 0);
    }

    #[test]
    fn what_may_have_been_sent_is_never_denied(
        layers in prop::collection::vec(wrapper(), 0..6),
        acts in prop::collection::vec(act(), 1..20),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let script = Script::of(acts.clone());
        let transport = wrap(&layers, &script);
        let request = hinted(Hints::new("a", Effect::Read, false).backup_host(true));
        let result = runtime.block_on(transport.send(request));
        let ends = || (0..script.count()).map(|n| &acts[n.min(acts.len() - 1)]);
        let answered = ends().any(|end| !matches!(end, Act::Fail(_)));
        let maybe = ends().any(|end| matches!(end, Act::Fail(Sent::Maybe)));
        match told(&result) {
            Ok(_) => prop_assert!(answered),
            Err(Sent::Maybe) => prop_assert!(maybe && !answered),
            Err(Sent::No) => prop_assert!(!maybe && !answered),
        }
    }
}

/// A call that a rate holds back says nothing about a host, and isn't worth another attempt.
#[tokio::test]
async fn refusal_for_pace_is_final_in_any_order() {
    let script = Script::of([Act::Status(200)]);
    let clock = || script.clock();
    let pace = RateLimit::with_timer(Arc::clone(&script), clock());
    let pace = pace.default_rate(NonZeroU32::MIN).max_wait(Duration::ZERO);
    let transport = Retry::with_timer(Failover::with_clock(pace, clock()), clock());
    let request = hinted(Hints::new("a", Effect::Read, false).backup_host(true));
    transport.send(request.clone()).await.unwrap();
    for _ in 0..10 {
        let result = transport.send(request.clone()).await;
        assert_eq!(told(&result), Err(Sent::No));
    }
    assert!(script.clock().waits().is_empty());
    script.clock().advance(Duration::from_secs(1));
    transport.send(request).await.unwrap();
    assert_eq!(script.asked(), "mm");
}

#[tokio::test]
async fn refusal_for_pace_says_nothing_of_the_main_host() {
    let script = Script::hosts(Act::Status(200), Act::MAYBE);
    let clock = || script.clock();
    let pace = RateLimit::with_timer(Arc::clone(&script), clock());
    let pace = pace.default_rate(NonZeroU32::MIN).max_wait(Duration::ZERO);
    let transport = Failover::with_clock(pace, clock());
    let transport = transport.failures(NonZeroU32::MIN).backup_share(Share::ALL);
    let hints = Hints::new("a", Effect::Read, false).backup_host(true);
    let result = transport.send(hinted(hints)).await;
    assert_eq!(told(&result), Err(Sent::Maybe));
    assert_eq!(script.asked(), "b");
    script.clock().advance(Duration::from_secs(1));
    let hints = Hints::new("a", Effect::Write, false).backup_host(true);
    transport.send(hinted(hints)).await.unwrap();
    assert_eq!(script.asked(), "m");
}
