use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response};
use wxpay_core::{Effect, TransportError};

use super::Fault;
use super::wire::Seen;
use crate::{Deadline, DownloadLimits, Hints, Transport};

/// Runs a call on a runtime of its own, so that one that blocks its thread holds up neither servers
/// nor other calls.
pub(super) fn alone<T>(call: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect(STARTED);
    let end = runtime.block_on(call);
    runtime.shutdown_background();
    end
}

/// What became of the last call.
pub(super) struct Made {
    pub(super) said: Result<Response<Bytes>, TransportError>,
    pub(super) elapsed: Duration,
    /// How many requests had arrived before it.
    pub(super) before: usize,
}

/// Makes the calls of a fault, one after the other.
pub(super) async fn call<T: Transport>(
    make: impl FnOnce() -> T,
    fault: &Fault,
    url: &str,
    effect: Effect,
    seen: &Seen,
) -> Made {
    let transport = make();
    for _ in 1..fault.calls {
        // Only there to leave something behind: a kept connection, a cookie.
        let _ = transport.send(request(url, effect, None)).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let before = seen.requests().len();
    let start = Instant::now();
    let deadline = fault.deadline_from_now();
    let said = match (fault.upload_body(), fault.download) {
        (Some(body), _) => {
            let request = given(url, ("POST", effect), deadline, body);
            transport.upload(request).await
        }
        (None, true) => download(&transport, request(url, effect, deadline)).await,
        (None, false) => transport.send(request(url, effect, deadline)).await,
    };
    Made {
        said,
        elapsed: start.elapsed(),
        before,
    }
}

async fn download(
    transport: &impl Transport,
    request: Request<Bytes>,
) -> Result<Response<Bytes>, TransportError> {
    let answer = transport.download(request, DownloadLimits::DEFAULT).await?;
    let (head, mut body) = answer.into_parts();
    let mut whole = Vec::new();
    while let Some(piece) = body.chunk().await? {
        whole.extend_from_slice(&piece);
    }
    Ok(Response::from_parts(head, whole.into()))
}

fn request(url: &str, effect: Effect, deadline: Option<Deadline>) -> Request<Bytes> {
    let (method, body) = match effect {
        Effect::Write => ("POST", BODY),
        Effect::Read => ("GET", ""),
    };
    let body = Bytes::from_static(body.as_bytes());
    given(url, (method, effect), deadline, body)
}

fn given<B>(
    url: &str,
    (method, effect): (&str, Effect),
    deadline: Option<Deadline>,
    body: B,
) -> Request<B> {
    let hints = Hints::new("conformance", effect, false).deadline(deadline);
    Request::builder()
        .method(method)
        .uri(url)
        .header("accept", "*/*")
        .extension(hints)
        .body(body)
        .expect("the suite's URLs are sound")
}

pub(super) const BODY: &str = "<xml>o1secret7</xml>";
pub(super) const STARTED: &str = "a runtime can be started";
