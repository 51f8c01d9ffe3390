use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::timeout;
use wxpay_core::{Effect, Sent, TransportError};

use super::memory::Watch;
use super::setup::CONNECT_TIMEOUT;
use super::verdict::{Evidence, SECRET};
use super::{Fault, Report, Row, Setup, Verdict};
use crate::{Deadline, DownloadLimits, Hints, Transport};

/// Runs a transport against every fault, as a call that may write and as one that only reads.
///
/// `make` builds the transport, a new one for each fault, from a [`Setup`]. It may panic: that row is then wrong. Every call
/// runs on a thread and a tokio runtime of its own, so that this can be called from anywhere, and so that a transport
/// that blocks its thread can be checked too. It takes some ten seconds. A row that ran out of time before anything
/// reached the server is run again by itself, for the machine may be busy.
///
/// # Panics
///
/// If no runtime can be started.
pub fn check<T: Transport>(make: impl Fn(&Setup) -> T + Send + Sync + 'static) -> Report {
    check_some(make, |_| true)
}

/// Runs a transport against the chosen faults only, as [`check`] does against all.
///
/// # Panics
///
/// If no runtime can be started.
pub fn check_some<T: Transport>(
    make: impl Fn(&Setup) -> T + Send + Sync + 'static,
    choose: impl Fn(&Fault) -> bool,
) -> Report {
    let faults = super::faults().into_iter().filter(choose).collect();
    let checks = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(WORKERS)
            .enable_all()
            .build()
            .expect(STARTED);
        let report = runtime.block_on(check_each(faults, Arc::new(make)));
        runtime.shutdown_background();
        report
    });
    match checks.join() {
        Ok(report) => report,
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

async fn check_each<T: Transport>(
    faults: Vec<Fault>,
    make: Arc<impl Fn(&Setup) -> T + Send + Sync + 'static>,
) -> Report {
    let cases = faults
        .into_iter()
        .flat_map(|fault| [Effect::Write, Effect::Read].map(|effect| (fault.clone(), effect)))
        .enumerate();
    let (heavy, light): (Vec<_>, Vec<_>) = cases.partition(|(_, (fault, _))| fault.heavy);

    let mut rows = Vec::new();
    let mut once_more = Vec::new();
    let mut waiting = light.into_iter();
    let mut running = JoinSet::new();
    loop {
        while running.len() < AT_ONCE
            && let Some((index, (fault, effect))) = waiting.next()
        {
            let make = Arc::clone(&make);
            running.spawn(async move {
                let row = check_one(fault.clone(), effect, make).await;
                (index, row, (fault, effect))
            });
        }
        match running.join_next().await {
            Some(Ok((index, row, case))) if never_got_there(&row) => once_more.push((index, case)),
            Some(Ok((index, row, _))) => rows.push((index, row)),
            Some(Err(error)) => std::panic::resume_unwind(error.into_panic()),
            None => break,
        }
    }
    for (index, (fault, effect)) in once_more.into_iter().chain(heavy) {
        rows.push((index, check_one(fault, effect, Arc::clone(&make)).await));
    }
    rows.sort_by_key(|(index, _)| *index);
    Report {
        rows: rows.into_iter().map(|(_, row)| row).collect(),
    }
}

/// Whether the time of connecting ran out before the server was asked anything. A machine that is busy with the other
/// rows does that to any transport, so such a row is run again by itself, and that one counts.
fn never_got_there(row: &Row) -> bool {
    let said_not_sent = matches!(row.said, Some(Err(Sent::No)));
    let wrong = matches!(row.verdict, Verdict::Wrong(_));
    wrong && said_not_sent && row.requests == 0 && row.elapsed >= CONNECT_TIMEOUT
}

async fn check_one<T: Transport>(
    fault: Fault,
    effect: Effect,
    make: Arc<impl Fn(&Setup) -> T + Send + Sync + 'static>,
) -> Row {
    let mut row = Row {
        fault: fault.name,
        effect,
        expected: fault.expected.clone(),
        said: None,
        elapsed: Duration::ZERO,
        requests: 0,
        memory: None,
        verdict: Verdict::Right,
    };
    let scene = match fault.start().await {
        Ok(scene) => scene,
        Err(error) => {
            row.verdict = Verdict::NotRun(error.to_string());
            return row;
        }
    };
    let setup = scene.setup().clone();
    let url = format!("{}/pay?q=%2F{SECRET}", scene.base_url());
    let watch = fault.heavy.then(Watch::start);

    let longest = (setup.total_timeout + Duration::from_secs(3)) * 2;
    let (tell, told) = oneshot::channel();
    thread::spawn({
        let (setup, fault) = (setup.clone(), fault.clone());
        // A panic in here drops `tell`, and whoever gave up waiting has dropped the other end.
        move || drop(tell.send(alone(call(|| make(&setup), &fault, &url, effect))))
    });
    let end = timeout(longest, told).await;
    row.memory = watch.and_then(Watch::stop);
    let (said, elapsed) = match end {
        Ok(Ok((said, elapsed))) => (Some(said), elapsed),
        Ok(Err(_)) | Err(_) => (None, longest),
    };
    row.elapsed = elapsed;
    let requests = scene.requests().await;
    row.requests = requests.len();
    row.verdict = Evidence {
        fault: &fault,
        setup: &setup,
        said: said.as_ref(),
        elapsed,
        connections: scene.connections().await,
        connections_elsewhere: scene.connections_elsewhere(),
        requests: &requests,
        pieces: scene.pieces(),
        written: scene.written(),
        memory: row.memory,
        sent: match effect {
            Effect::Write => (POST, BODY),
            Effect::Read => (GET, ""),
        },
    }
    .judge();
    row.said = said.map(|said| match said {
        Ok(answer) => Ok(answer.status().as_u16()),
        Err(error) => Err(error.sent()),
    });
    row
}

/// Runs a call on a runtime of its own, so that one that blocks its thread holds up neither servers nor other calls.
fn alone<T>(call: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect(STARTED);
    let end = runtime.block_on(call);
    runtime.shutdown_background();
    end
}

/// The end of the last call, and how long that one took.
async fn call<T: Transport>(
    make: impl FnOnce() -> T,
    fault: &Fault,
    url: &str,
    effect: Effect,
) -> (Result<Response<Bytes>, TransportError>, Duration) {
    let transport = make();
    for _ in 1..fault.calls {
        // Only there to leave something behind: a kept connection, a cookie.
        let _ = transport.send(request(url, effect, None)).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let start = Instant::now();
    let request = request(url, effect, fault.deadline_from_now());
    let said = if fault.download {
        download(&transport, request).await
    } else {
        transport.send(request).await
    };
    (said, start.elapsed())
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
    let hints = Hints::new("conformance", effect, false).deadline(deadline);
    Request::builder()
        .method(method)
        .uri(url)
        .header("accept", "*/*")
        .extension(hints)
        .body(Bytes::from_static(body.as_bytes()))
        .expect("the suite's URLs are sound")
}

const POST: &str = "POST /pay?q=%2Fo1Secret7 HTTP/1.1\r\n";
const GET: &str = "GET /pay?q=%2Fo1Secret7 HTTP/1.1\r\n";
const BODY: &str = "<xml>o1secret7</xml>";
const STARTED: &str = "a runtime can be started";
const WORKERS: usize = 4;
const AT_ONCE: usize = 24;
