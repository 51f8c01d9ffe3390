//! A download stays a download through every wrapper.

use std::sync::Arc;

use wxpay_core::{Effect, Sent};
use wxpay_transport::{DownloadLimits, Failover, Hints, RateLimit, Retry, Trace, Transport};

use crate::script::{Act, BACKUP, MAIN, Script, hinted, request};

const FILE: Act = Act::Reply(200, Vec::new(), "bill");

fn each(script: &Arc<Script>) -> [Box<dyn Transport>; 5] {
    let (inner, hand) = (|| Arc::clone(script), || script.clock());
    let failover = || Failover::with_clock(inner(), hand());
    let stack = Trace::new(RateLimit::with_timer(failover(), hand()));
    [
        Box::new(failover()),
        Box::new(Retry::with_timer(inner(), hand())),
        Box::new(RateLimit::with_timer(inner(), hand())),
        Box::new(Trace::new(inner())),
        Box::new(Retry::with_timer(stack, hand())),
    ]
}

#[tokio::test]
async fn pieces_arrive_as_they_come() {
    let script = Script::of([FILE]);
    for transport in each(&script) {
        let answer = transport
            .download(request(Effect::Read), DownloadLimits::DEFAULT)
            .await
            .unwrap();
        let mut body = answer.into_body();
        let mut pieces = Vec::new();
        while let Some(piece) = body.chunk().await.unwrap() {
            pieces.push(piece);
        }
        assert_eq!(pieces, ["b", "i", "l", "l"]);
    }
    assert!(script.seen().iter().all(|seen| seen.is_download));
}

#[tokio::test]
async fn limits_are_handed_on() {
    let script = Script::of([FILE]);
    for transport in each(&script) {
        let limits = DownloadLimits::DEFAULT.max_bytes(2);
        let answer = transport.download(request(Effect::Read), limits).await;
        let mut body = answer.unwrap().into_body();
        body.chunk().await.unwrap();
        body.chunk().await.unwrap();
        body.chunk().await.unwrap_err();
    }
}

#[tokio::test]
async fn downloads_are_retried_until_the_answer_begins() {
    let script = Script::of([Act::MAYBE, Act::Status(503), FILE]);
    let transport = Retry::with_timer(Arc::clone(&script), script.clock());
    let limits = DownloadLimits::DEFAULT;
    let answer = transport.download(request(Effect::Read), limits).await;
    assert_eq!(answer.unwrap().status(), 200);
    assert_eq!(script.count(), 3);
    assert!(script.seen().iter().all(|seen| seen.is_download));
}

#[tokio::test]
async fn downloads_go_to_the_backup() {
    let script = Script::hosts(Act::MAYBE, FILE);
    let transport = Failover::with_clock(Arc::clone(&script), script.clock());
    let limits = DownloadLimits::DEFAULT;
    let answer = transport.download(request(Effect::Read), limits).await;
    assert_eq!(answer.unwrap().status(), 200);
    let hosts: Vec<_> = script.seen().into_iter().map(|seen| seen.host).collect();
    assert_eq!(hosts, [MAIN, BACKUP]);
}

#[tokio::test]
async fn downloads_keep_to_the_rate() {
    let script = Script::of([FILE]);
    let transport = RateLimit::with_timer(Arc::clone(&script), script.clock());
    let transport = transport.max_wait(std::time::Duration::ZERO);
    let hints = Hints::new("a", Effect::Read, false).per_second(Some(1));
    let limits = DownloadLimits::DEFAULT;
    transport.download(hinted(hints), limits).await.unwrap();
    let error = transport.download(hinted(hints), limits).await.unwrap_err();
    assert_eq!(error.sent(), Sent::No);
    assert_eq!(script.count(), 1);
}

/// Nobody downloads with a write. If somebody does, the rules about money hold.
#[tokio::test]
async fn writes_stay_writes() {
    for act in Act::all() {
        if matches!(act, Act::Fail(Sent::No)) {
            continue;
        }
        let script = Script::of([act]);
        for transport in each(&script) {
            let before = script.count();
            let limits = DownloadLimits::DEFAULT;
            let _ = transport.download(request(Effect::Write), limits).await;
            assert_eq!(script.count(), before + 1);
        }
    }
}
