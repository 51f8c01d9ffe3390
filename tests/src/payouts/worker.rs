//! The process that pays: the same as any program with the same crates.

use std::fs;
use std::num::{NonZeroU32, NonZeroUsize};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use clap::Args;
use tokio::process::Command;
use wxpay_api::core::Fen;
use wxpay_api::sign::v2::Key;
use wxpay_api::sign::workwx::AppSecret;
use wxpay_api::transport::{ReqwestTransport, TokioTimer};
use wxpay_api::v2;
use wxpay_api::v2::wecom::{
    pay_employee::CheckName, pay_employee::MessageType, pay_employee::PayEmployeeOptions,
};
use wxpay_payout::{EmployeePayment, Intent, Journal, Limits, Payouts, Rules, RunOptions, Wecom};

use super::bank::shared_journal;
use super::observed::{Observed, Observer, Write};

/// Which intents a worker pays, and how it ends.
#[derive(Args, Clone, Debug)]
pub struct Job {
    /// The folder of the sandbox's keys and of the journal
    #[arg(long)]
    pub folder: PathBuf,
    /// The first intent
    #[arg(long)]
    pub from: usize,
    /// The one behind the last
    #[arg(long)]
    pub to: usize,
    /// With which of them it begins
    #[arg(long, default_value_t = 0)]
    pub first: usize,
    /// How many calls it makes at once
    #[arg(long, default_value_t = 8)]
    pub at_once: usize,
    /// How long a payout is its own, in milliseconds; a call takes less
    #[arg(long, default_value_t = 3000)]
    pub lease: u64,
    /// Dies at the write of this number, counted from 0
    #[arg(long)]
    pub dies_at: Option<usize>,
    /// Stands still at the beginning of the send of this number, counted from 0
    #[arg(long)]
    pub stops_at: Option<usize>,
    /// Dies or stands still when that write is on the disk, not before
    #[arg(long)]
    pub after: bool,
    /// The host whose network it has, if it has not that of its parent
    #[arg(skip)]
    pub host: Option<String>,
}

impl Job {
    /// Pays these intents.
    pub fn new(folder: &Path, intents: Range<usize>) -> Self {
        Self {
            folder: folder.to_owned(),
            from: intents.start,
            to: intents.end,
            first: 0,
            at_once: 8,
            lease: 3000,
            dies_at: None,
            stops_at: None,
            after: false,
            host: None,
        }
    }

    /// The process that does it: `program` with the argument `worker`.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = match &self.host {
            None => Command::new(program),
            Some(host) => {
                // It becomes the program, and stays the same process.
                let mut command = Command::new("ip");
                command.args(["netns", "exec", host]).arg(program);
                command
            }
        };
        command.arg("worker").arg("--folder").arg(&self.folder);
        let mut number = |name: &str, number: usize| {
            command.arg(name).arg(number.to_string());
        };
        number("--from", self.from);
        number("--to", self.to);
        number("--first", self.first);
        number("--at-once", self.at_once);
        number("--lease", usize::try_from(self.lease).unwrap());
        if let Some(write) = self.dies_at {
            number("--dies-at", write);
        }
        if let Some(send) = self.stops_at {
            number("--stops-at", send);
        }
        if self.after {
            command.arg("--after");
        }
        command.stdout(Stdio::piped()).kill_on_drop(true);
        command
    }

    /// Pays until all is settled, and tells how long opening the journal took, in microseconds.
    pub async fn work(self) -> bool {
        let start = Instant::now();
        let journal = shared_journal(&self.folder).await;
        let dying = Ending {
            writes: AtomicUsize::new(0),
            sends: AtomicUsize::new(0),
            dies_at: self.dies_at,
            stops_at: self.stops_at,
            after: self.after,
        };
        println!("{}", start.elapsed().as_micros());
        let payouts = self.payouts(Observed::new(journal, dying));
        let count = self.to - self.from;
        let intents = (0..count).map(|at| intent(self.from + (at + self.first) % count));
        let options = RunOptions::new()
            .at_once(NonZeroUsize::new(self.at_once).unwrap())
            .patience(Duration::from_secs(60));
        let reconciliation = payouts.run(intents, options).await;
        let settled = reconciliation.paid.len() + reconciliation.rejected.len();
        if settled != count {
            eprintln!("not settled: {reconciliation:#?}");
        }
        settled == count
    }

    fn payouts(&self, journal: impl Journal) -> Payouts {
        let text = |name: &str| fs::read_to_string(self.folder.join(name)).unwrap();
        let lease = Duration::from_millis(self.lease);
        let call = lease / 2;
        let transport = ReqwestTransport::builder()
            .only_root_pem(text("ca").as_bytes())
            .identity_pem(
                text("certificate").as_bytes(),
                text("private_key").as_bytes(),
            )
            .connect_timeout(call / 2)
            .response_timeout(call)
            .total_timeout(call)
            .build()
            .unwrap();
        let merchant = v2::Merchant::new(
            text("mch_id").parse().unwrap(),
            text("appid").parse().unwrap(),
        );
        let credentials = v2::Credentials::new(Key::new(text("key")).unwrap())
            .workwx(AppSecret::new(text("workwx")).unwrap());
        let client = v2::Client::builder(merchant, credentials, transport)
            .base_url(text("url"))
            .build()
            .unwrap();
        let (mut rules, mut limits) = (Rules::default(), Limits::default());
        rules.settle = Duration::from_millis(50);
        rules.query_waits = [50, 100, 200].map(Duration::from_millis).to_vec();
        rules.not_found_gap = Duration::from_millis(100);
        (rules.lease, rules.call) = (lease, call);
        limits.per_second = NonZeroU32::new(2000);
        limits.payee_gap = Duration::from_millis(100);
        limits.midnight_guard = Duration::ZERO;
        Payouts::builder(journal, Wecom::new(client), TokioTimer::new())
            .rules(rules)
            .limits(limits)
            .build()
    }
}

/// The intent of a number: another payee and another amount than its neighbours.
pub fn intent(number: usize) -> Intent {
    Intent {
        id: format!("intent-{number}").parse().unwrap(),
        payment: EmployeePayment {
            openid: format!("openid_{number}").parse().unwrap(),
            amount: Fen::new(100 + i64::try_from(number % 700).unwrap()),
            check_name: CheckName::NoCheck,
            desc: "报销".to_owned(),
            act_name: "项目".to_owned(),
            spbill_create_ip: [127, 0, 0, 1].into(),
            ww_msg_type: MessageType::NormalMsg,
            options: PayEmployeeOptions::default(),
        },
    }
}

/// Ends the process at one of the writes, or lets it stand still at one of the sends.
#[derive(Debug)]
struct Ending {
    writes: AtomicUsize,
    sends: AtomicUsize,
    dies_at: Option<usize>,
    stops_at: Option<usize>,
    after: bool,
}

impl Observer for Ending {
    fn begins(&self, write: Write) {
        let number = self.writes.fetch_add(1, Ordering::SeqCst);
        if !self.after && self.dies_at == Some(number) {
            std::process::abort();
        }
        if !self.after && matches!(write, Write::Begin) {
            self.stop_at_send();
        }
    }

    fn ends(&self, write: Write, _: Duration) {
        // Of several writes at once, which of them it is does not matter.
        let last = self.writes.load(Ordering::SeqCst) - 1;
        if self.after && self.dies_at == Some(last) {
            std::process::abort();
        }
        if self.after && matches!(write, Write::Begin) {
            self.stop_at_send();
        }
    }
}

impl Ending {
    fn stop_at_send(&self) {
        let number = self.sends.fetch_add(1, Ordering::SeqCst);
        if self.stops_at == Some(number) {
            println!("{STANDS_STILL}");
            signal("STOP", std::process::id());
        }
    }
}

/// What a worker says before it stands still.
pub const STANDS_STILL: &str = "stands still";

/// Stops a process, or lets it go on.
pub fn signal(name: &str, process: u32) {
    let mut kill = std::process::Command::new("kill");
    let sent = kill
        .arg(format!("-{name}"))
        .arg(process.to_string())
        .status();
    assert!(sent.unwrap().success(), "no process {process}");
}
