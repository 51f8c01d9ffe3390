//! A request does not leave after its deadline, wherever this side stood still before.

use std::error::Error;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::thread;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::Request;
use tokio::select;
use wxpay_core::{Effect, Sent, TransportError};
use wxpay_transport::{
    Clock, Deadline, DeadlinePassed, DownloadLimits, Hints, RunningClock, Transport,
};

use crate::server::{Act, Server};
use crate::{assert_sent, builder, chain, plain, post};

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

fn by(deadline: Deadline, request: Request<Bytes>, effect: Effect) -> Request<Bytes> {
    let mut request = request;
    let hints = Hints::new("test.endpoint", effect, false).deadline(Some(deadline));
    request.extensions_mut().insert(hints);
    request
}

#[track_caller]
fn assert_held_back(error: &TransportError) {
    let passed = error
        .source()
        .is_some_and(|source| source.is::<DeadlinePassed>());
    assert!(passed, "{}", chain(error));
}

/// Polls the call once, as far as it gets, and stands still with the whole thread until the
/// deadline has passed.
async fn stall<T>(call: impl Future<Output = T>, deadline: Deadline) -> T {
    let mut call = pin!(call);
    let begun = poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx))).await;
    stand_still(deadline);
    match begun {
        // A machine so slow that the deadline was past before.
        Poll::Ready(end) => end,
        Poll::Pending => call.await,
    }
}

fn stand_still(deadline: Deadline) {
    while !deadline.is_past() {
        thread::sleep(Duration::from_millis(5));
    }
}

#[tokio::test]
async fn past_by_either_clock() {
    let server = Server::start(Act::Keep(OK.to_vec())).await;
    let transport = plain();
    let hour = Duration::from_secs(3600);
    let (wall, running) = (SystemTime::now(), RunningClock::new().now());
    let by_wall = Deadline::at(wall - hour, running + hour);
    let by_running = Deadline::at(wall + hour, running.saturating_sub(hour));
    for deadline in [Deadline::after(Duration::ZERO), by_wall, by_running] {
        for effect in [Effect::Read, Effect::Write] {
            let request = || by(deadline, post(server.url("/"), None), effect);
            let error = assert_sent(transport.send(request()).await, Sent::No, "send");
            assert_held_back(&error);
            let limits = DownloadLimits::DEFAULT;
            let error = transport.download(request(), limits).await.unwrap_err();
            assert_eq!(error.sent(), Sent::No);
            assert_held_back(&error);
        }
    }
    assert_eq!(server.connections().await, 0);
}

#[tokio::test]
async fn in_time() {
    let server = Server::start(Act::Keep(OK.to_vec())).await;
    let transport = plain();
    let deadline = Deadline::after(Duration::from_secs(3600));
    for effect in [Effect::Read, Effect::Write] {
        let request = || by(deadline, post(server.url("/"), None), effect);
        assert_eq!(transport.send(request()).await.unwrap().body(), "ok");
        let answer = transport.download(request(), DownloadLimits::DEFAULT).await;
        let chunk = answer.unwrap().into_body().chunk().await.unwrap();
        assert_eq!(chunk.unwrap(), "ok");
    }
    // The same bytes as without a deadline.
    let undated = Server::start(Act::Keep(OK.to_vec())).await;
    transport.send(post(undated.url("/"), None)).await.unwrap();
    let seen = server.requests().await;
    assert_eq!(seen.len(), 4);
    let port = |server: &Server| server.address.port().to_string();
    let expected = undated.requests().await[0].replace(&port(&undated), &port(&server));
    for request in seen {
        assert_eq!(request, expected);
    }
}

/// The deadline passes while the connection is being made, as it does when a process is stopped
/// then.
#[tokio::test]
async fn passes_while_connecting() {
    let server = Server::start(Act::Keep(OK.to_vec())).await;
    let transport = plain();
    for effect in [Effect::Read, Effect::Write] {
        let deadline = Deadline::after(Duration::from_millis(200));
        let request = by(deadline, post(server.url("/"), None), effect);
        let answer = stall(transport.send(request), deadline).await;
        assert_held_back(&assert_sent(answer, Sent::No, "connecting"));

        let deadline = Deadline::after(Duration::from_millis(200));
        let mut request = Request::get(server.url("/")).body(Bytes::new()).unwrap();
        request = by(deadline, request, effect);
        let download = transport.download(request, DownloadLimits::DEFAULT);
        let error = stall(download, deadline).await.unwrap_err();
        assert_eq!(error.sent(), Sent::No);
        assert_held_back(&error);
    }
    assert_eq!(server.requests().await, [""; 0]);
}

/// The deadline passes when the request is already with the task that writes it.
#[tokio::test]
async fn passes_before_writing() {
    let server = Server::start(Act::Keep(OK.to_vec())).await;
    let transport = plain();
    let read = || post(server.url("/"), Some(Effect::Read));
    transport.send(read()).await.unwrap();
    tokio::task::yield_now().await;

    let deadline = Deadline::after(Duration::from_millis(200));
    let call = transport.send(by(deadline, read(), Effect::Read));
    let answer = stall(call, deadline).await;
    assert_held_back(&assert_sent(answer, Sent::No, "writing"));
    // No new connection: it had the kept one, and nothing left on that.
    assert_eq!(server.connections().await, 1);
    assert_eq!(server.requests().await.len(), 1);
}

/// A deadline is for leaving. What has left may still be answered, and without an answer it is
/// unknown.
#[tokio::test]
async fn passes_after_writing() {
    // A machine so slow that the deadline is past before anything leaves gets more time.
    for seconds in [1, 4, 16] {
        let server = Server::start(Act::Stall).await;
        let limit = Duration::from_secs(seconds);
        let deadline = Deadline::after(limit);
        let request = by(deadline, post(server.url("/"), None), Effect::Write);
        let transport = builder()
            .connect_timeout(limit)
            .response_timeout(limit * 2)
            .allow_plain_http_to_loopback();
        let transport = transport.build().unwrap();
        let mut call = pin!(transport.send(request));
        let seen = async { while server.requests().await.is_empty() {} };
        select! {
            end = &mut call => {
                let error = end.unwrap_err();
                if !chain(&error).contains("TimedOut") {
                    assert_held_back(&error);
                }
            }
            () = seen => {
                stand_still(deadline);
                assert_sent(call.await, Sent::Maybe, "no answer");
                return;
            }
        }
    }
    panic!("nothing leaves in 16 s");
}
