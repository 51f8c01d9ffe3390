//! What is sent again, how often, and what is told afterwards.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use wxpay_core::{Effect, Sent};
use wxpay_transport::{Attempt, Clock, Hints, Retry, Timer, Transport};

use crate::script::{Act, Script, bare, hinted, request, told};
use crate::time::Hand;

pub(crate) fn retry(script: &Arc<Script>) -> Retry<Arc<Script>> {
    Retry::with_timer(Arc::clone(script), script.clock())
}

pub(crate) fn attempts(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap()
}

#[tokio::test]
async fn write_is_repeated_only_while_nothing_was_sent() {
    for request in [request(Effect::Write), bare()] {
        for end in Act::all() {
            for before in 0..3 {
                let mut acts = vec![Act::NO; before];
                acts.extend([end.clone(), Act::Status(200)]);
                let script = Script::of(acts);
                let result = retry(&script).send(request.clone()).await;
                let is_no = matches!(end, Act::Fail(Sent::No));
                if is_no && before < 2 {
                    assert_eq!(told(&result), Ok(200));
                    assert_eq!(script.count(), before + 2);
                } else {
                    assert_eq!(script.count(), before + 1, "{before} {end:?}");
                    assert_told(&told(&result), &end);
                }
            }
        }
    }
}

#[tokio::test]
async fn read_is_repeated_after_errors_and_seven_statuses() {
    for first in Act::all() {
        let script = Script::of([first.clone(), Act::Status(200)]);
        let result = retry(&script).send(request(Effect::Read)).await;
        let again = matches!(
            first,
            Act::Fail(_) | Act::Status(202 | 429 | 500 | 501 | 502 | 503 | 504)
        );
        if again {
            assert_eq!(told(&result), Ok(200), "{first:?}");
            assert_eq!(script.count(), 2);
        } else {
            assert_told(&told(&result), &first);
            assert_eq!(script.count(), 1, "{first:?}");
        }
    }
}

#[track_caller]
fn assert_told(told: &Result<u16, Sent>, expected: &Act) {
    match expected {
        Act::Status(status) => assert_eq!(*told, Ok(*status)),
        Act::Fail(sent) => assert_eq!(*told, Err(*sent)),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_several_attempts_of_a_read_say_together() {
    let cases: [(&[Act], Result<u16, Sent>); 6] = [
        (&[Act::NO, Act::NO, Act::NO], Err(Sent::No)),
        (&[Act::MAYBE, Act::NO, Act::NO], Err(Sent::Maybe)),
        (&[Act::NO, Act::MAYBE, Act::NO], Err(Sent::Maybe)),
        (&[Act::Status(503), Act::NO, Act::MAYBE], Ok(503)),
        (&[Act::Status(503), Act::Status(500), Act::NO], Ok(500)),
        (&[Act::NO, Act::Status(429), Act::Status(502)], Ok(502)),
    ];
    for (acts, expected) in cases {
        let script = Script::of(acts);
        let result = retry(&script).send(request(Effect::Read)).await;
        assert_eq!(told(&result), expected, "{acts:?}");
        assert_eq!(script.count(), 3);
    }
}

#[tokio::test]
async fn number_of_attempts() {
    for most in [1, 2, 3, 10] {
        for effect in [Effect::Read, Effect::Write] {
            let script = Script::of([Act::NO]);
            let transport = retry(&script).max_attempts(attempts(most));
            let result = transport.send(request(effect)).await;
            assert_eq!(told(&result), Err(Sent::No));
            let numbers = script.seen().into_iter().map(|seen| {
                let attempt: &Attempt = seen.request.extensions().get().unwrap();
                attempt.number()
            });
            assert!(numbers.eq(1..=most));
        }
    }
    let script = Script::of([Act::NO]);
    retry(&script).send(bare()).await.unwrap_err();
    assert_eq!(script.count(), 3, "by default");
}

#[tokio::test]
async fn each_attempt_is_the_same_request() {
    let script = Script::of([Act::NO, Act::NO, Act::Status(200)]);
    let hints = Hints::new("test.endpoint", Effect::Write, true);
    let original = hinted(hints);
    retry(&script).send(original.clone()).await.unwrap();
    for seen in script.seen() {
        assert_eq!(seen.request.uri(), original.uri());
        assert_eq!(seen.request.method(), original.method());
        assert_eq!(seen.request.headers(), original.headers());
        assert_eq!(seen.request.body(), original.body());
        assert_eq!(seen.request.extensions().get(), Some(&hints));
    }
}

/// The request was signed before: an old one must not go out.
#[tokio::test]
async fn no_attempt_begins_after_the_time_limit() {
    let slow = Act::After(Duration::from_secs(25), Box::new(Act::NO));
    let script = Script::of([slow]);
    let transport = retry(&script).max_attempts(attempts(100));
    transport.send(request(Effect::Write)).await.unwrap_err();
    let begun: Vec<_> = script.seen().into_iter().map(|seen| seen.at).collect();
    assert_eq!(begun.len(), 3, "{begun:?}");
    assert!(begun.iter().all(|at| at.as_secs() < 60), "{begun:?}");

    let script = Script::of([Act::NO]);
    let none = retry(&script).time_limit(Duration::ZERO);
    let none = none
        .max_attempts(attempts(100))
        .base_wait(Duration::from_secs(1));
    none.send(request(Effect::Write)).await.unwrap_err();
    assert_eq!(script.count(), 1);
}

/// The machine slept, and the wait took longer than asked for.
#[tokio::test]
async fn no_attempt_begins_after_too_long_a_wait() {
    #[derive(Debug)]
    struct Sleepy(Arc<Hand>);
    impl Clock for Sleepy {
        fn now(&self) -> Duration {
            self.0.now()
        }
    }
    #[async_trait::async_trait]
    impl Timer for Sleepy {
        async fn sleep(&self, duration: Duration) {
            self.0.sleep(duration + Duration::from_secs(3600)).await;
        }
    }
    let script = Script::of([Act::NO]);
    let transport = Retry::with_timer(Arc::clone(&script), Sleepy(script.clock()));
    let result = transport.send(request(Effect::Write)).await;
    assert_eq!(told(&result), Err(Sent::No));
    assert_eq!(script.count(), 1);
}

#[tokio::test]
async fn budget_runs_out_and_fills_up_again() {
    let script = Script::new(|seen, _| {
        if seen.request.headers().contains_key("well") {
            Act::Status(200)
        } else {
            Act::MAYBE
        }
    });
    let transport = retry(&script).max_attempts(attempts(1000));
    let transport = transport.base_wait(Duration::ZERO);
    let failing = || transport.send(request(Effect::Read));

    failing().await.unwrap_err();
    assert_eq!(script.count(), 101, "500 tokens pay a hundred retries");
    for clone in [transport.clone(), transport.clone()] {
        let before = script.count();
        clone.send(request(Effect::Read)).await.unwrap_err();
        assert_eq!(script.count(), before + 1, "shared");
    }

    let mut well = request(Effect::Read);
    let yes = http::HeaderValue::from_static("yes");
    well.headers_mut().insert("well", yes);
    for _ in 0..10 {
        transport.send(well.clone()).await.unwrap();
    }
    let before = script.count();
    failing().await.unwrap_err();
    assert_eq!(script.count(), before + 3, "ten calls pay two retries");

    for _ in 0..2000 {
        transport.send(well.clone()).await.unwrap();
    }
    let before = script.count();
    failing().await.unwrap_err();
    assert_eq!(
        script.count(),
        before + 101,
        "it holds no more than at first"
    );
}

#[tokio::test]
async fn successful_retry_pays_itself() {
    let script = Script::new(|_, n| match n % 2 {
        0 => Act::NO,
        _ => Act::Status(200),
    });
    let transport = retry(&script).budget(5);
    for _ in 0..1000 {
        transport.send(request(Effect::Write)).await.unwrap();
    }
    assert_eq!(script.count(), 2000);
}

#[tokio::test]
async fn without_a_budget_there_is_no_retry() {
    for tokens in [0, 4] {
        let script = Script::of([Act::NO]);
        let transport = retry(&script).budget(tokens);
        transport.send(request(Effect::Write)).await.unwrap_err();
        assert_eq!(script.count(), 1);
    }
}
