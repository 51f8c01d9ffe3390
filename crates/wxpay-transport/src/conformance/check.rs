use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::timeout;
use wxpay_core::Effect;

use super::call::{BODY, STARTED, alone, call};
use super::memory::Watch;
use super::verdict::{Evidence, SECRET};
use super::{Fault, Report, Row, Scene, Setup, Verdict};
use crate::Transport;

/// Runs a transport against every fault, as a call that may write and as one that only reads.
///
/// `make` builds the transport, a new one for each fault, from a [`Setup`]. It may panic: that row
/// is then wrong. Every call runs on a thread and a tokio runtime of its own, so that this can be
/// called from anywhere, and so that a transport that blocks its thread can be checked too. It
/// takes some ten seconds.
///
/// A row in which nothing is wrong but that time ran out is run again when the others are through,
/// for the machine may be busy, and then that counts. A claim that the servers refute is never run
/// again.
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
    for (cases, at_once) in [(light, AT_ONCE), (heavy, 1)] {
        let (busy, done): (Vec<_>, Vec<_>) = run(cases, at_once, &make)
            .await
            .into_iter()
            .partition(|end| end.may_be_busy);
        let busy = busy.into_iter().map(|end| end.case).collect();
        let again = run(busy, at_once.min(MAX_AT_ONCE_ALONE), &make).await;
        rows.extend(done.into_iter().chain(again));
    }
    rows.sort_by_key(|end| end.case.0);
    Report {
        rows: rows.into_iter().map(|end| end.row).collect(),
    }
}

type Case = (usize, (Fault, Effect));

struct End {
    case: Case,
    row: Row,
    /// Whether it is wrong in a way that a busy machine may be to blame for.
    may_be_busy: bool,
}

async fn run<T: Transport>(
    cases: Vec<Case>,
    at_once: usize,
    make: &Arc<impl Fn(&Setup) -> T + Send + Sync + 'static>,
) -> Vec<End> {
    let mut ends = Vec::new();
    let mut waiting = cases.into_iter();
    let mut running = JoinSet::new();
    loop {
        while running.len() < at_once
            && let Some(case) = waiting.next()
        {
            running.spawn(check_one(case, Arc::clone(make)));
        }
        match running.join_next().await {
            Some(Ok(end)) => ends.push(end),
            Some(Err(error)) => std::panic::resume_unwind(error.into_panic()),
            None => return ends,
        }
    }
}

async fn check_one<T: Transport>(
    (index, (fault, effect)): Case,
    make: Arc<impl Fn(&Setup) -> T + Send + Sync + 'static>,
) -> End {
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
    let mut may_be_busy = false;
    match fault.start().await {
        Ok(scene) => may_be_busy = judge(&scene, &fault, make, &mut row).await,
        Err(error) => row.verdict = Verdict::NotRun(error.to_string()),
    }
    End {
        case: (index, (fault, effect)),
        row,
        may_be_busy,
    }
}

/// Makes the calls and fills in the row. Whether a busy machine may be to blame for what is wrong.
async fn judge<T: Transport>(
    scene: &Scene,
    fault: &Fault,
    make: Arc<impl Fn(&Setup) -> T + Send + Sync + 'static>,
    row: &mut Row,
) -> bool {
    let (setup, effect) = (scene.setup().clone(), row.effect);
    let url = format!("{}/pay?q=%2F{SECRET}", scene.base_url());
    let watch = fault.heavy.then(Watch::start);

    let longest = (setup.total_timeout + Duration::from_secs(3)) * 2;
    let (tell, told) = oneshot::channel();
    thread::spawn({
        let (setup, fault, seen) = (setup.clone(), fault.clone(), scene.seen());
        // A panic in here drops `tell`, and the side that gave up waiting has dropped the other
        // end.
        move || drop(tell.send(alone(call(|| make(&setup), &fault, &url, effect, &seen))))
    });
    let end = timeout(longest, told).await;
    row.memory = watch.and_then(Watch::stop);
    let (said, elapsed, before) = match end {
        Ok(Ok(made)) => (Some(made.said), made.elapsed, made.before),
        Ok(Err(_)) | Err(_) => (None, longest, 0),
    };
    row.elapsed = elapsed;
    let requests = scene.requests().await;
    row.requests = requests.len();
    let seen = scene.seen();
    let evidence = Evidence {
        fault,
        setup: &setup,
        said: said.as_ref(),
        elapsed,
        connections: scene.connections().await,
        connections_elsewhere: scene.connections_elsewhere(),
        requests: &requests,
        before,
        pieces: seen.pieces.load(Ordering::SeqCst),
        unread: seen.unread.load(Ordering::SeqCst),
        written: seen.written.load(Ordering::Relaxed),
        memory: row.memory,
        sent: match effect {
            Effect::Read if fault.upload.is_none() => (GET, ""),
            Effect::Read | Effect::Write => (POST, BODY),
        },
    };
    row.verdict = evidence.judge();
    let may_be_busy = evidence.may_be_busy();
    row.said = said.map(|said| match said {
        Ok(answer) => Ok(answer.status().as_u16()),
        Err(error) => Err(error.sent()),
    });
    may_be_busy
}

const POST: &str = "POST /pay?q=%2Fo1Secret7 HTTP/1.1\r\n";
const GET: &str = "GET /pay?q=%2Fo1Secret7 HTTP/1.1\r\n";
const WORKERS: usize = 4;
const AT_ONCE: usize = 24;
const MAX_AT_ONCE_ALONE: usize = 4;
