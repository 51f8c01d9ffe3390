//! How long a retry waits.

use std::time::Duration;

use wxpay_core::Effect;
use wxpay_transport::Transport;

use crate::retry::{attempts, retry};
use crate::script::{Act, Script, request, told};

const MS: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);

/// One read that is answered so, then well; the wait between them, if there was one.
async fn wait_after(first: Act) -> Option<Duration> {
    let script = Script::of([first, Act::Status(200)]);
    retry(&script).send(request(Effect::Read)).await.unwrap();
    let waits = script.clock().waits();
    assert!(waits.len() <= 1);
    waits.first().copied()
}

#[tokio::test]
async fn jitter_is_full_and_its_bound_doubles_up_to_the_cap() {
    let mut waits = vec![Vec::new(); 9];
    for _ in 0..300 {
        let script = Script::of([Act::NO]);
        let transport = retry(&script).max_attempts(attempts(10));
        let transport = transport.time_limit(1000 * SECOND);
        transport.send(request(Effect::Write)).await.unwrap_err();
        for (waits, wait) in waits.iter_mut().zip(script.clock().waits()) {
            waits.push(wait);
        }
    }
    for (n, waits) in waits.iter().enumerate() {
        let bound = (200 * MS * 2_u32.pow(u32::try_from(n).unwrap())).min(5 * SECOND);
        assert_eq!(waits.len(), 300);
        let longest = *waits.iter().max().unwrap();
        let shortest = *waits.iter().min().unwrap();
        let mean = waits.iter().sum::<Duration>() / 300;
        assert!(
            longest <= bound && longest > bound * 9 / 10,
            "{n} {longest:?}"
        );
        assert!(shortest < bound / 10, "{n} {shortest:?}");
        assert!(mean > bound * 2 / 5 && mean < bound * 3 / 5, "{n} {mean:?}");
    }
}

#[tokio::test]
async fn waits_can_be_set() {
    let script = Script::of([Act::NO]);
    let transport = retry(&script)
        .max_attempts(attempts(100))
        .base_wait(SECOND)
        .longest_wait(10 * MS)
        .time_limit(1000 * SECOND);
    transport.send(request(Effect::Write)).await.unwrap_err();
    let waits = script.clock().waits();
    assert_eq!(waits.len(), 99);
    assert!(waits.iter().all(|wait| *wait <= 10 * MS));
    // Bounds beyond any time are a wait that is too long, and no crash.
    let script = Script::of([Act::NO]);
    let transport = retry(&script).max_attempts(attempts(100));
    let transport = transport
        .base_wait(Duration::MAX)
        .longest_wait(Duration::MAX);
    transport.send(request(Effect::Write)).await.unwrap_err();
    assert_eq!(script.count(), 1);
}

#[tokio::test]
async fn retry_after_is_obeyed() {
    for status in [202, 429, 500, 501, 502, 503, 504] {
        for (header, seconds) in [("7", 7), (" 59 ", 59), ("0", 0), ("1", 1)] {
            let reply = Act::Reply(status, vec![("Retry-After", header)], "");
            let least = match status {
                429 => seconds.max(1),
                _ => seconds,
            };
            let least = Duration::from_secs(least);
            let wait = wait_after(reply).await.unwrap();
            assert!(
                wait >= least && wait <= least + 200 * MS,
                "{header} {wait:?}"
            );
        }
    }
}

#[tokio::test]
async fn longest_of_several_counts() {
    let headers = vec![
        ("retry-after", "1"),
        ("retry-after", "9"),
        ("retry-after", "2"),
    ];
    let wait = wait_after(Act::Reply(503, headers, "")).await.unwrap();
    assert!(wait >= 9 * SECOND);
}

#[tokio::test]
async fn retry_after_that_passes_the_time_limit_ends_the_call_at_once() {
    for header in [
        "61",
        "86400",
        "18446744073709551615",
        "99999999999999999999999999",
    ] {
        let script = Script::of([Act::Reply(503, vec![("retry-after", header)], "")]);
        let result = retry(&script).send(request(Effect::Read)).await;
        assert_eq!(told(&result), Ok(503), "{header}");
        assert_eq!(script.count(), 1);
        assert!(script.clock().waits().is_empty());
    }
}

#[tokio::test]
async fn other_forms_of_retry_after_are_as_none() {
    for header in [
        "",
        "-1",
        "+5",
        "1.5",
        "5s",
        "Wed, 21 Oct 2026 07:28:00 GMT",
        "٣",
    ] {
        let header: &'static str = if header.is_ascii() { header } else { "x" };
        let wait = wait_after(Act::Reply(503, vec![("retry-after", header)], "")).await;
        assert!(wait.unwrap() <= 200 * MS, "{header}");
    }
}

#[tokio::test]
async fn too_frequent_calls_wait_a_second_more() {
    let limited = r#"{"code":"FREQUENCY_LIMITED","message":"频率超限"}"#;
    for (status, body, least) in [
        (429, "", SECOND),
        (429, "{}", SECOND),
        (429, limited, SECOND),
        (500, limited, SECOND),
        (503, limited, SECOND),
        (500, "{\"code\":\"SYSTEM_ERROR\"}", Duration::ZERO),
        (500, "FREQUENCY_LIMITE", Duration::ZERO),
    ] {
        let wait = wait_after(Act::Reply(status, vec![], body)).await.unwrap();
        assert!(wait >= least && wait <= least + 200 * MS, "{status} {body}");
    }
}

/// The body is not verified: it may make a wait longer, and nothing else.
#[tokio::test]
async fn body_decides_about_no_attempt() {
    for status in [200, 400, 403, 404] {
        let script = Script::of([Act::Reply(status, vec![], "FREQUENCY_LIMITED")]);
        retry(&script).send(request(Effect::Read)).await.unwrap();
        assert_eq!(script.count(), 1, "{status}");
    }
    for status in [400, 403, 429, 500, 503] {
        let headers = vec![("retry-after", "1")];
        let script = Script::of([Act::Reply(status, headers, "FREQUENCY_LIMITED")]);
        retry(&script).send(request(Effect::Write)).await.unwrap();
        assert_eq!(script.count(), 1, "{status}");
        assert!(script.clock().waits().is_empty());
    }
}

#[tokio::test]
async fn frequency_wait_can_be_set() {
    let script = Script::of([Act::Status(429), Act::Status(200)]);
    let transport = retry(&script).frequency_wait(20 * SECOND);
    transport.send(request(Effect::Read)).await.unwrap();
    assert!(script.clock().waits()[0] >= 20 * SECOND);
}

#[cfg(feature = "tokio")]
#[tokio::test(start_paused = true)]
async fn tokio_is_the_timer_by_default() {
    let script = Script::of([
        Act::Reply(503, vec![("retry-after", "30")], ""),
        Act::Status(200),
    ]);
    let start = tokio::time::Instant::now();
    let transport = wxpay_transport::Retry::new(script);
    transport.send(request(Effect::Read)).await.unwrap();
    assert!(start.elapsed() >= 30 * SECOND);
}
