//! A folder with everything that `wxpay payout` needs to pay at a sandbox.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use wxpay_payout::{Journal as _, Moment, SqliteJournal};
use wxpay_sandbox::{PayoutStatus, Sandbox};

pub(crate) struct Office {
    pub(crate) sandbox: Sandbox,
    pub(crate) folder: tempfile::TempDir,
}

/// A row of an export.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) intent: String,
    pub(crate) number: String,
    pub(crate) state: String,
    pub(crate) amount: i64,
}

impl Office {
    pub(crate) async fn open() -> Self {
        let office = Self {
            sandbox: Sandbox::start().await.unwrap(),
            folder: tempfile::tempdir().unwrap(),
        };
        let merchant = office.sandbox.merchant();
        for (name, text) in [
            ("ca.pem", office.sandbox.ca_pem()),
            ("key", merchant.api_v2_key.expose()),
            ("secret", merchant.workwx_secret.expose()),
            ("cert.pem", &merchant.client_cert_pem),
            ("key.pem", merchant.client_key_pem.expose()),
            ("pub.pem", &merchant.platform_public_key_pem),
        ] {
            office.write(name, text);
        }
        let settings = format!(
            "mch_id = '{}'\napp_id = '{}'\nbase_url = '{}'\nv2 = {{ key_file = 'key' }}\n\
             wecom = {{ secret_file = 'secret', agent_id = {} }}\n\
             certificate = {{ certificate = 'cert.pem', private_key = 'key.pem' }}\n\
             platform = {{ public_key_id = '{}', public_key = 'pub.pem' }}\ntls = {{ root = 'ca.pem' }}\n{FAST}{FAST_WAITS}",
            merchant.mch_id,
            merchant.appid,
            office.sandbox.base_url(),
            merchant.agentid,
            merchant.platform_key_id,
        );
        office.write("wxpay.toml", &settings);
        office
    }

    /// Writes a file that only its owner can read.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        #[cfg(unix)]
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    }

    /// One that pays with another product, too.
    pub(crate) async fn open_to(product: &str) -> Self {
        let office = Self::open().await;
        office.set(&format!("[payout.{product}]\n{FAST_WAITS}"));
        office
    }

    /// Adds a setting to `[payout]`, or to the last section.
    pub(crate) fn set(&self, setting: &str) {
        let path = self.folder.path().join("wxpay.toml");
        let settings = fs::read_to_string(path).unwrap();
        self.write("wxpay.toml", &format!("{settings}{setting}\n"));
    }

    /// Replaces a setting in every section.
    pub(crate) fn reset(&self, setting: &str, other: &str) {
        let path = self.folder.path().join("wxpay.toml");
        let settings = fs::read_to_string(path).unwrap();
        assert!(settings.contains(setting), "{settings}");
        self.write("wxpay.toml", &settings.replace(setting, other));
    }

    /// Lets calls take a minute and payouts be held for longer, so that there is time to kill a
    /// process in the middle of them.
    pub(crate) fn let_calls_take_long(&self) {
        self.reset("timeout = '6s'", "timeout = '60s'");
        self.reset("lease = '12s'", "lease = '90s'");
    }

    /// The journal as it is when so much time has passed, of which no process has seen anything.
    pub(crate) async fn let_pass(&self, time: Duration) {
        let path = self.folder.path().join("j");
        let owner = SqliteJournal::read(&path).unwrap().owner().clone();
        let journal = SqliteJournal::open(&path, &owner).unwrap();
        let millis = i64::try_from(time.as_millis()).unwrap();
        let earlier = |moment: &mut Moment| *moment = Moment::from_millis(moment.millis() - millis);
        for mut entry in journal.page(None, 1000).await.unwrap() {
            earlier(&mut entry.prepared_at);
            earlier(&mut entry.next_at);
            entry.first_sent_at.iter_mut().for_each(earlier);
            entry.last_sent_at.iter_mut().for_each(earlier);
            let until = entry.lease.iter_mut().map(|lease| &mut lease.until);
            until.for_each(earlier);
            journal.update(&entry).await.unwrap();
        }
    }

    /// `rows.csv` with so many rows, each to another employee. Of a hundred, one has a name that is
    /// not the employee's.
    pub(crate) fn write_rows(&self, rows: usize) {
        let mut text = "intent,openid,amount_fen,desc,re_user_name\n".to_owned();
        for row in 0..rows {
            let name = if row % 100 == 99 { "王小" } else { "" };
            self.sandbox
                .register_name(&format!("openid_{row}"), "王小王");
            writeln!(
                text,
                "intent-{row},openid_{row},{},\"报销, {row}\",{name}",
                amount(row)
            )
            .unwrap();
        }
        self.write("rows.csv", &text);
    }

    /// `wxpay payout`, in the folder.
    pub(crate) fn command(&self, arguments: &str) -> Command {
        wxpay(self.folder.path(), arguments)
    }

    pub(crate) fn run(&self, arguments: &str) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// What the journal says of every payout.
    pub(crate) fn export(&self) -> Vec<Row> {
        let output = self.run("export --journal j");
        assert!(output.status.success(), "{}", said(&output));
        let mut reader = csv::Reader::from_reader(output.stdout.as_slice());
        let rows = reader.records().map(|record| {
            let record = record.unwrap();
            Row {
                intent: record[0].to_owned(),
                number: record[1].to_owned(),
                state: record[2].to_owned(),
                amount: record[3].parse().unwrap(),
            }
        });
        rows.collect()
    }

    /// Holds the journal against the sandbox's books, to the fen. Gives how many are paid.
    #[track_caller]
    pub(crate) fn reconcile(&self) -> usize {
        let mut books: Vec<_> = self
            .sandbox
            .payouts()
            .into_iter()
            .filter(|payout| payout.status == PayoutStatus::Success)
            .map(|payout| (payout.partner_trade_no, payout.amount.get()))
            .collect();
        let rows = self.export();
        let mut intents: Vec<_> = rows.iter().map(|row| &row.intent).collect();
        intents.sort();
        intents.dedup();
        assert_eq!(intents.len(), rows.len(), "an intent has two numbers");
        let paid = rows.iter().filter(|row| row.state == "paid");
        let mut paid: Vec<_> = paid.map(|row| (row.number.clone(), row.amount)).collect();
        books.sort();
        paid.sort();
        assert_eq!(paid, books);
        paid.len()
    }
}

/// How long a payout is held by the process that sends it.
pub(crate) const LEASE: Duration = Duration::from_secs(12);

/// Another amount for each of some rows.
pub(crate) fn amount(row: usize) -> usize {
    100 + row * 7 % 1900
}

/// `wxpay payout`, which makes the journal when a run is the first one.
pub(crate) fn wxpay(folder: &Path, arguments: &str) -> Command {
    let mut words = arguments.split(' ').skip_while(|word| *word != "--journal");
    let journal = words.nth(1).map(|name| folder.join(name));
    let is_first = journal.is_some_and(|journal| !journal.exists());
    if arguments.starts_with("run ") && is_first && !arguments.contains("--sandbox") {
        return exactly(folder, &format!("{arguments} --new-journal"));
    }
    exactly(folder, arguments)
}

/// `wxpay payout` with these arguments and no others.
pub(crate) fn exactly(folder: &Path, arguments: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wxpay"));
    command
        .args(["--lang", "en", "payout"])
        .args(arguments.split(' '))
        .current_dir(folder)
        .stdin(Stdio::null());
    command
}

/// What it wrote, for a test that fails.
pub(crate) fn said(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    format!(
        "{}{}",
        String::from_utf8_lossy(out),
        String::from_utf8_lossy(err)
    )
}

/// Settings for rows that have none.
const FAST: &str = "\
[payout]
act_name = '项目'
spbill_create_ip = '127.0.0.1'
";

/// Waits of milliseconds in the place of minutes. Between lease and timeout is the time that a slow
/// disk has for the beginning of a send, and the patience outlasts some that were too late.
const FAST_WAITS: &str = "\
settle = '50ms'
query_waits = ['50ms', '100ms', '200ms']
not_found_gap = '100ms'
payee_gap = '100ms'
midnight_guard = '0s'
timeout = '6s'
lease = '12s'
per_second = 1000
patience = '60s'
";
