//! A process that stands still in the middle of a send, past its lease, while another one settles
//! everything; then it goes on.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use wxpay_sandbox::{Api, Fault, Sandbox};

use super::bank::{Bank, shared_journal};
use super::judge::Verdict;
use super::worker::{Job, STANDS_STILL, signal};

/// Where it stands still.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(clippy::exhaustive_enums)] // what the tests try
pub enum Point {
    /// Before the write that begins the send.
    BeforeBegin,
    /// When that is on the disk.
    AfterBegin,
    /// While WeChat Pay is asked, right before the bytes leave.
    InQuery,
    /// When the bytes have left, and WeChat Pay takes longer over them than the lease is.
    InFlight,
}

/// What came of it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Stopped {
    /// What the journal says of all intents.
    pub verdict: Verdict,
    /// How many requests to pay arrived after it went on.
    pub late_sends: u32,
    /// How many requests to pay arrived in all.
    pub sends: u32,
}

/// Pays so many intents by a process that stands still at the second one.
pub async fn run(program: &Path, point: Point, intents: usize) -> Stopped {
    let bank = Bank::open(None).await;
    run_at(&bank, program, point, intents).await
}

/// The same at a bank whose workers share another journal than one in its folder.
pub async fn run_at(bank: &Bank, program: &Path, point: Point, intents: usize) -> Stopped {
    let mut job = Job::new(bank.folder(), 0..intents);
    (job.at_once, job.lease) = (1, LONG_LEASE);
    let mut first = job.clone();
    first.lease = LEASE;
    if matches!(point, Point::BeforeBegin | Point::AfterBegin) {
        first.stops_at = Some(1);
        first.after = point == Point::AfterBegin;
        first.lease = LEASE / 2;
    }
    let (api, faults) = match point {
        Point::InQuery => (
            QUERY_EMPLOYEE_PAYMENT,
            [NOTHING, Fault::Delay(LONGER_THAN_LEASE)],
        ),
        _ => (
            PAY_EMPLOYEE,
            [NOTHING, Fault::DelayBeforeCommit(LONGER_THAN_LEASE)],
        ),
    };
    if matches!(point, Point::InQuery | Point::InFlight) {
        for fault in faults {
            bank.sandbox.inject(api, fault).unwrap();
        }
    }
    let mut child = first.command(program).spawn().unwrap();
    let process = child.id().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    if first.stops_at.is_some() {
        while lines.next_line().await.unwrap().unwrap() != STANDS_STILL {}
    } else {
        while requests(&bank.sandbox, api) < 2 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        signal("STOP", process);
    }
    let mut command = job.command(program);
    let end = command.stdout(Stdio::null()).status().await.unwrap();
    assert!(
        end.success(),
        "{point:?}: the other process has not settled everything"
    );
    let before = sends(&bank.sandbox);
    signal("CONT", process);
    let end = child.wait().await.unwrap();
    assert!(end.success(), "{point:?}: it has not come to its end");
    let after = sends(&bank.sandbox);
    Stopped {
        verdict: Verdict::of(&shared_journal(bank.folder()).await, &bank.sandbox, intents).await,
        late_sends: after - before,
        sends: after,
    }
}

fn requests(sandbox: &Sandbox, api: Api) -> usize {
    let requests = sandbox.requests().into_iter();
    requests.filter(|request| request.api == Some(api)).count()
}

fn sends(sandbox: &Sandbox) -> u32 {
    let numbers = sandbox.payout_sends();
    numbers.iter().map(|number| number.sends).sum()
}

/// For the first intent, which goes well.
const NOTHING: Fault = Fault::Delay(Duration::ZERO);
/// Longer than the lease of the process that stands still.
const LONGER_THAN_LEASE: Duration = Duration::from_secs(8);
/// Its lease in milliseconds. A call may take half of it, within which a busy machine has to stop
/// the process.
const LEASE: u64 = 6000;
/// The lease of the other process, which nobody waits for.
const LONG_LEASE: u64 = 30_000;

const QUERY_EMPLOYEE_PAYMENT: Api = Api::named("v2.wecom.query_employee_payment").unwrap();

const PAY_EMPLOYEE: Api = Api::named("v2.wecom.pay_employee").unwrap();
