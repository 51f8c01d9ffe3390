//! A process that dies at its n-th write to the journal, for every n.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use wxpay_sandbox::{Api, Fault};

use super::bank::Bank;
use super::judge::Verdict;
use super::worker::Job;

/// What came of a death at each write, before it took effect and after.
#[derive(Debug)]
#[non_exhaustive]
pub struct Writes {
    /// How many writes a process makes that does not die. On a busy machine a lease can end, which
    /// costs one more: this is the lower number of two runs.
    pub writes: usize,
    /// What the journal says after each death and another process.
    pub verdicts: Vec<Verdict>,
}

/// Pays two intents, one after the other; the first one's answer is lost, and the query after it
/// too.
pub async fn run(program: &Path, parent: Option<&Path>) -> Writes {
    let mut verdicts = Vec::new();
    let mut writes = usize::MAX;
    for after in [false, true] {
        for dies_at in 0.. {
            let bank = Bank::open(parent).await;
            for (api, fault) in [
                (PAY_EMPLOYEE, Fault::DropAfterCommit),
                // The query before the send, which goes well, and the one after it.
                (QUERY_EMPLOYEE_PAYMENT, Fault::Delay(Duration::ZERO)),
                (QUERY_EMPLOYEE_PAYMENT, Fault::Html502),
            ] {
                bank.sandbox.inject(api, fault).unwrap();
            }
            let mut job = Job::new(bank.folder(), 0..2);
            (job.at_once, job.lease) = (1, 1500);
            let mut dying = job.clone();
            (dying.dies_at, dying.after) = (Some(dies_at), after);
            let mut command = dying.command(program);
            let end = command.stdout(Stdio::null()).status().await.unwrap();
            if end.success() {
                writes = writes.min(dies_at);
                break;
            }
            let mut command = job.command(program);
            let end = command.stdout(Stdio::null()).status().await.unwrap();
            assert!(
                end.success(),
                "not settled after a death at write {dies_at}"
            );
            verdicts.push(Verdict::of(&bank.journal(), &bank.sandbox, 2).await);
        }
    }
    Writes { writes, verdicts }
}

const PAY_EMPLOYEE: Api = Api::named("v2.wecom.pay_employee").unwrap();

const QUERY_EMPLOYEE_PAYMENT: Api = Api::named("v2.wecom.query_employee_payment").unwrap();
