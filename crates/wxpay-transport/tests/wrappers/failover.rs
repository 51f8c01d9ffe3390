//! Which request goes to which host, and what is told afterwards.

use std::sync::Arc;

use http::uri::Authority;
use http::{Request, Uri};
use wxpay_core::{Effect, Sent};
use wxpay_transport::{Failover, Hints, Transport};

use crate::script::{Act, BACKUP, MAIN, Script, bare, hinted, request, told};

fn failover(script: &Arc<Script>) -> Failover<Arc<Script>> {
    Failover::with_clock(Arc::clone(script), script.clock())
}

#[tokio::test]
async fn write_goes_on_only_when_nothing_was_sent() {
    for first in Act::all() {
        for second in Act::all() {
            let script = Script::of([first.clone(), second.clone()]);
            let result = failover(&script).send(request(Effect::Write)).await;
            let (asked, expected) = match (&first, &second) {
                (Act::Fail(Sent::No), second) => ("mb", second),
                (first, _) => ("m", first),
            };
            assert_eq!(script.asked(), asked, "{first:?} {second:?}");
            assert_told(&told(&result), expected);
        }
    }
}

#[tokio::test]
async fn read_goes_on_after_errors_and_gateways() {
    for first in Act::all() {
        for second in Act::all() {
            let script = Script::of([first.clone(), second.clone()]);
            let result = failover(&script).send(request(Effect::Read)).await;
            let goes_on = matches!(first, Act::Fail(_) | Act::Status(502..=504));
            let asked = if goes_on { "mb" } else { "m" };
            assert_eq!(script.asked(), asked, "{first:?} {second:?}");
            let expected = match (&first, &second) {
                (first, _) if !goes_on => first,
                // An answer, also a gateway's, is more than an error.
                (Act::Status(_), Act::Fail(_)) => &first,
                (Act::Fail(Sent::Maybe), Act::Fail(Sent::No)) => &first,
                (_, second) => second,
            };
            assert_told(&told(&result), expected);
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
async fn signed_unavailability_is_an_answer() {
    let signed = Act::Reply(503, vec![("Wechatpay-Signature", "c2lnbg==")], "{}");
    let script = Script::of([signed]);
    let result = failover(&script).send(request(Effect::Read)).await;
    assert_eq!(told(&result), Ok(503));
    assert_eq!(script.asked(), "m");
}

/// Payouts of WeCom (企业微信) have no backup host in their document.
#[tokio::test]
async fn others_pass_through_once_and_unaltered() {
    let at = |uri: &str| {
        let mut request = request(Effect::Read);
        *request.uri_mut() = Uri::try_from(uri).unwrap();
        request
    };
    let requests: [Request<_>; 9] = [
        bare(),
        hinted(Hints::new("v2.wecom.pay_employee", Effect::Write, true)),
        hinted(Hints::new("test.endpoint", Effect::Read, false)),
        at("https://api2.mch.weixin.qq.com/a"),
        at("https://api.mch.weixin.qq.com:443/a"),
        at("https://user@api.mch.weixin.qq.com/a"),
        at("https://api.mch.weixin.qq.com.example/a"),
        at("https://apihk.mch.weixin.qq.com/a"),
        at("http://127.0.0.1:1/a"),
    ];
    for request in requests {
        let uri = request.uri().clone();
        let script = Script::of([Act::NO]);
        let transport = failover(&script);
        for calls in 1..10 {
            let result = transport.send(request.clone()).await;
            assert_eq!(told(&result), Err(Sent::No), "{uri}");
            let seen = script.seen();
            assert_eq!(seen.len(), calls, "{uri}");
            assert_eq!(*seen[calls - 1].request.uri(), uri);
        }
    }
}

#[tokio::test]
async fn only_the_host_changes() {
    let script = Script::hosts(Act::NO, Act::Status(200));
    let mut original = request(Effect::Write);
    original
        .headers_mut()
        .insert("host", http::HeaderValue::from_static(MAIN));
    failover(&script).send(original.clone()).await.unwrap();
    let seen = script.seen();
    let [first, second] = seen.as_slice() else {
        panic!("{seen:?}");
    };
    assert_eq!(first.request.uri(), original.uri());
    assert_eq!(first.request.headers(), original.headers());
    assert_eq!(
        second.request.uri().to_string(),
        original.uri().to_string().replace(MAIN, BACKUP)
    );
    assert_eq!(second.request.headers()["host"], BACKUP);
    assert_eq!(
        second.request.headers()["authorization"],
        original.headers()["authorization"]
    );
    assert_eq!(second.request.method(), original.method());
    assert_eq!(second.request.body(), original.body());
    assert_eq!(
        second.request.extensions().get::<Hints>(),
        original.extensions().get::<Hints>()
    );
}

#[tokio::test]
async fn other_hosts_can_be_set() {
    let script = Script::of([Act::NO, Act::Status(200)]);
    let transport = failover(&script).hosts(
        Authority::from_static("127.0.0.1:8001"),
        Authority::from_static("localhost:8002"),
    );
    let mut request = request(Effect::Write);
    *request.uri_mut() = Uri::from_static("http://127.0.0.1:8001/a?b=c");
    transport.send(request).await.unwrap();
    let uris = script
        .seen()
        .into_iter()
        .map(|seen| seen.request.uri().to_string());
    assert_eq!(
        uris.collect::<Vec<_>>(),
        ["http://127.0.0.1:8001/a?b=c", "http://localhost:8002/a?b=c"]
    );
}

#[tokio::test]
async fn same_host_twice_turns_it_off() {
    let script = Script::of([Act::NO]);
    let main = Authority::from_static(MAIN);
    let transport = failover(&script).hosts(main.clone(), main);
    transport.send(request(Effect::Read)).await.unwrap_err();
    assert_eq!(script.asked(), "m");
}

#[test]
fn default_hosts() {
    let script = Script::of([Act::NO]);
    let debug = format!("{:?}", Failover::new(script));
    assert!(debug.contains(MAIN) && debug.contains(BACKUP), "{debug}");
}
