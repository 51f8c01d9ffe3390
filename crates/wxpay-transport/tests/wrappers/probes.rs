//! Who tries a main host that counts as down, and how it comes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Semaphore;
use tokio::time::timeout;
use wxpay_core::Effect;
use wxpay_transport::{Failover, Share, Transport};

use crate::health::{SECOND, call, failover, switched};
use crate::script::{Act, MAIN, Script, request};

/// Down, with the cool-down over, and the main host hanging from then on.
async fn half_open() -> (Arc<Script>, Failover<Arc<Script>>) {
    let script = Script::new(|seen, n| match (seen.host == MAIN, n) {
        (true, 0..6) => Act::NO,
        (true, _) => Act::Hang,
        (false, _) => Act::Status(200),
    });
    let transport = failover(&script);
    for _ in 0..3 {
        call(&transport, Effect::Read).await;
    }
    assert_eq!(script.seen().len(), 6);
    script.clock().advance(30 * SECOND);
    (script, transport)
}

#[tokio::test(start_paused = true)]
async fn one_probe_at_a_time_and_a_dropped_one_gives_its_place_back() {
    for effect in [Effect::Read, Effect::Write] {
        let (script, transport) = half_open().await;
        for round in 0..3 {
            let probe = transport.send(request(effect));
            tokio::pin!(probe);
            assert!(timeout(SECOND, &mut probe).await.is_err());
            for _ in 0..5 {
                call(&transport, effect).await;
            }
            let hosts = script.seen().into_iter().map(|seen| seen.host == MAIN);
            let expected = [true, false, false, false, false, false];
            assert!(hosts.skip(6 + 6 * round).eq(expected), "{round}");
        }
    }
}

/// Calls from before the main host came back fail late, whether they began while it was up or while
/// it was down.
#[tokio::test(start_paused = true)]
async fn late_failures_are_old_news() {
    let up = Arc::new(AtomicBool::new(true));
    let release = Arc::new(Semaphore::new(0));
    let script = Script::new({
        let (up, release) = (Arc::clone(&up), Arc::clone(&release));
        move |seen, _| match seen.request.headers().contains_key("late") {
            true if seen.host == MAIN => Act::Until(Arc::clone(&release), Box::new(Act::MAYBE)),
            _ if seen.host == MAIN && !up.load(Ordering::SeqCst) => Act::NO,
            _ => Act::Status(200),
        }
    });
    let transport = failover(&script).main_share(Share::ALL);
    let late = |count| {
        let mut request = request(Effect::Read);
        let yes = http::HeaderValue::from_static("yes");
        request.headers_mut().insert("late", yes);
        let calls = (0..count).map(|_| {
            let (transport, request) = (transport.clone(), request.clone());
            tokio::spawn(async move { transport.send(request).await })
        });
        calls.collect::<Vec<_>>()
    };
    let mut calls = late(5);
    tokio::time::sleep(SECOND).await;
    up.store(false, Ordering::SeqCst);
    for _ in 0..3 {
        call(&transport, Effect::Write).await;
    }
    calls.extend(late(5));
    tokio::time::sleep(SECOND).await;
    up.store(true, Ordering::SeqCst);
    script.clock().advance(30 * SECOND);
    call(&transport, Effect::Write).await;
    assert_eq!(script.asked(), "mmmmmmbmbmbmmmmmm");
    release.add_permits(10);
    for call in calls {
        call.await.unwrap().unwrap();
    }
    script.asked();
    call(&transport, Effect::Write).await;
    assert_eq!(script.asked(), "m");
}

#[tokio::test]
async fn failure_of_a_share_does_not_prolong_the_cool_down() {
    let (script, up) = switched(Act::MAYBE);
    let transport = failover(&script).main_share(Share::ALL);
    up.store(false, Ordering::SeqCst);
    for _ in 0..3 {
        call(&transport, Effect::Write).await;
    }
    script.clock().advance(29 * SECOND);
    call(&transport, Effect::Read).await;
    script.asked();
    script.clock().advance(SECOND);
    call(&transport, Effect::Write).await;
    assert_eq!(script.asked(), "m");
}

#[tokio::test]
async fn share_of_reads_looks_after_the_main_host_while_down() {
    for (share, every) in [
        (Share::ONE_PERCENT, 100),
        (Share::percent(50).unwrap(), 2),
        (Share::per_mille(1).unwrap(), 1000),
        (Share::ALL, 1),
    ] {
        let (script, up) = switched(Act::MAYBE);
        let transport = failover(&script).main_share(share);
        up.store(false, Ordering::SeqCst);
        for _ in 0..3 {
            call(&transport, Effect::Write).await;
        }
        script.asked();
        for _ in 0..100 {
            call(&transport, Effect::Write).await;
        }
        assert_eq!(script.asked(), "b".repeat(100), "writes don't probe");
        for _ in 0..5 * every {
            call(&transport, Effect::Read).await;
        }
        let asked = script.asked();
        assert_eq!(asked.matches('m').count(), 5, "{share:?}");
        // An early success ends the cool-down.
        up.store(true, Ordering::SeqCst);
        for _ in 0..every {
            call(&transport, Effect::Read).await;
        }
        script.asked();
        call(&transport, Effect::Write).await;
        assert_eq!(script.asked(), "m");
    }
}

#[tokio::test]
async fn share_of_reads_keeps_the_backup_in_use() {
    let script = Script::of([Act::Status(200)]);
    let transport = failover(&script).backup_share(Share::ONE_PERCENT);
    for _ in 0..1000 {
        call(&transport, Effect::Read).await;
    }
    assert_eq!(script.asked().matches('b').count(), 10);
    for _ in 0..1000 {
        call(&transport, Effect::Write).await;
    }
    assert_eq!(script.asked().matches('b').count(), 0);
}

#[test]
fn shares_end_at_all() {
    assert_eq!(Share::percent(100), Some(Share::ALL));
    assert_eq!(Share::percent(0), Some(Share::NONE));
    assert_eq!(Share::percent(1), Some(Share::ONE_PERCENT));
    assert_eq!(Share::percent(101), None);
    assert_eq!(Share::percent(255), None);
    assert_eq!(Share::per_mille(1000), Some(Share::ALL));
    assert_eq!(Share::per_mille(1001), None);
    assert_eq!(Share::per_mille(u16::MAX), None);
}
