//! `wxpay sandbox` as a process, steered by `wxpay sandbox ctl`.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// A running sandbox; it ends when this is dropped.
pub(crate) struct Running {
    child: Child,
    control: String,
}

impl Running {
    pub(crate) fn start(folder: &Path, more: &[&str]) -> Self {
        // Of an earlier start, which had other addresses.
        let written = folder.join("keys/env.sh");
        let _ = fs::remove_file(&written);
        let log = fs::File::create(folder.join("log")).unwrap();
        let child = wxpay()
            .args(["sandbox", "--listen", ANY, "--control", ANY])
            .arg("--dir")
            .arg(folder.join("keys"))
            .arg("--state")
            .arg(folder.join("state.json"))
            .args(more)
            .stdout(log)
            .spawn()
            .unwrap();
        let mut running = Self {
            child,
            control: String::new(),
        };
        // Making keys takes as long as the machine is busy.
        let until = Instant::now() + Duration::from_secs(120);
        // The last file that it writes.
        while !written.exists() {
            let ended = running.child.try_wait().unwrap();
            assert!(ended.is_none(), "the sandbox ended: {ended:?}");
            assert!(Instant::now() < until, "the sandbox did not start");
            std::thread::sleep(Duration::from_millis(100));
        }
        let exports = fs::read_to_string(written).unwrap();
        let mut lines = exports.lines();
        let control = lines.find_map(|line| line.strip_prefix("export WXPAY_SANDBOX_CONTROL="));
        running.control = control.unwrap().trim_matches('\'').to_owned();
        assert!(running.ctl(&["status"]).status.success());
        running
    }

    pub(crate) fn ctl(&self, arguments: &[&str]) -> Output {
        wxpay()
            .args(["sandbox", "ctl", "--control", &self.control])
            .args(arguments)
            .output()
            .unwrap()
    }

    pub(crate) fn control(&self) -> &str {
        &self.control
    }

    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let output = self.ctl(&[&["--json"], arguments].concat());
        assert!(output.status.success(), "{output:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    pub(crate) fn text(&self, arguments: &[&str]) -> String {
        String::from_utf8(self.ctl(arguments).stdout).unwrap()
    }

    /// Ends it as Ctrl-C does.
    fn interrupt(mut self) -> bool {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-INT", &pid]).status().unwrap();
        sent.success() && self.child.wait().unwrap().success()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(unix)]
#[test]
fn the_files_that_it_writes_are_new_ones_for_their_owner_alone() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    // What lies at the names that are written first: a link to something else, and a file that all
    // may read.
    fs::write(path("other"), "mine").unwrap();
    symlink(path("other"), path("state.json.new")).unwrap();
    let first = Running::start(folder.path(), &[]);
    first.json(&["status"]);
    assert!(first.interrupt());
    fs::write(path("keys/wxpay.toml.new"), "").unwrap();
    let all = fs::Permissions::from_mode(0o644);
    fs::set_permissions(path("keys/wxpay.toml.new"), all).unwrap();
    let _second = Running::start(folder.path(), &[]);

    assert_eq!(fs::read_to_string(path("other")).unwrap(), "mine");
    for name in ["state.json", "keys/wxpay.toml", "keys/env.sh"] {
        let file = fs::symlink_metadata(path(name)).unwrap();
        assert!(file.is_file(), "{name}");
        assert_eq!(file.permissions().mode() & 0o777, 0o600, "{name}");
    }
}

#[test]
fn keys_and_state_stay_from_one_start_to_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let first = Running::start(folder.path(), &["--seed", "7"]);
    let status = first.json(&["status"]);
    assert_eq!(status["trust"], "public-key");
    first.json(&["add-order", "ORDER1", "12800", "--state", "NOTPAY"]);
    assert_eq!(first.json(&["pay", "ORDER1"])["trade_state"], "SUCCESS");
    let again = first.ctl(&["pay", "ORDER1"]);
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("order ORDER1 is SUCCESS"));
    first.json(&["add-order", "ORDER2", "100", "--state", "NOTPAY"]);
    first.json(&["close", "ORDER2"]);
    first.json(&["refund-delay", "90s"]);
    let refund = first.json(&["refund", "ORDER1", "--fen", "800"]);
    let number = refund["out_refund_no"].as_str().unwrap();
    first.json(&["set-refund", number, "ABNORMAL"]);
    assert_eq!(first.json(&["refund", "ORDER1"])["refund"], 12_000);
    assert!(first.text(&["refunds"]).contains("ABNORMAL"));
    first.json(&["clock", "freeze", "2026-01-31T08:00:00+08:00"]);
    let clock = first.json(&["clock", "advance", "24h"]);
    assert_eq!(clock["now"], "2026-02-01T08:00:00+08:00");
    first.json(&[
        "fault",
        "add",
        "v2.pay.query_order",
        "delay",
        "--delay-ms",
        "5",
        "--always",
    ]);
    assert!(
        first
            .text(&["fault", "list"])
            .contains("v2.pay.query_order")
    );
    assert!(first.text(&["orders"]).contains("ORDER1"));
    assert!(first.interrupt());

    let second = Running::start(folder.path(), &["--trust", "both"]);
    let kept = second.json(&["status"]);
    assert_eq!(kept["mch_id"], status["mch_id"]);
    assert_eq!(kept["clock"]["now"], "2026-02-01T08:00:00+08:00");
    assert_eq!(
        second.json(&["orders"])["orders"][0]["out_trade_no"],
        "ORDER1"
    );
    assert_eq!(
        second.json(&["rotate"])["serial_no"]
            .as_str()
            .unwrap()
            .len(),
        40
    );
    second.json(&["reset"]);
    assert_eq!(second.text(&["orders"]), "orders: none\n");
    assert!(second.interrupt());
}

#[test]
fn the_files_of_a_client_are_ready() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let running = Running::start(folder.path(), &[]);
    let keys = folder.path().join("keys");
    for name in ["wxpay.toml", "env.sh"] {
        let mode = fs::metadata(keys.join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let config: toml::Table = fs::read_to_string(keys.join("wxpay.toml"))
        .unwrap()
        .parse()
        .unwrap();
    let doctor = wxpay()
        .args(["doctor", "--config"])
        .arg(keys.join("wxpay.toml"))
        .output()
        .unwrap();
    assert!(doctor.status.success(), "{doctor:?}");
    let status = running.json(&["status"]);
    assert_eq!(config["base_url"].as_str(), status["base_url"].as_str());
    let sourced = Command::new("sh")
        .args(["-c", ". \"$0\"; printf %s \"$WXPAY_SANDBOX_CONTROL $WXPAY_MCH_ID $WXPAY_ROOT $WXPAY_CALLBACK_CERTIFICATE $WXPAY_CALLBACK_KEY\""])
        .arg(keys.join("env.sh"))
        .output()
        .unwrap();
    let said = String::from_utf8(sourced.stdout).unwrap();
    let (control, said) = said.split_once(' ').unwrap();
    let asked = wxpay()
        .args(["sandbox", "ctl", "status", "--control", control])
        .output()
        .unwrap();
    assert!(asked.status.success(), "{asked:?}");
    let (mch_id, files) = said.split_once(' ').unwrap();
    assert_eq!(Some(mch_id), status["mch_id"].as_str());
    let files: Vec<_> = files.split(' ').collect();
    assert_eq!(files.len(), 3);
    assert!(files.iter().all(|file| Path::new(file).exists()), "{said}");
}

#[test]
fn what_can_not_be_is_said_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let keys = folder.path().join("keys");
    let run = |arguments: &[&str]| {
        let output = wxpay().arg("sandbox").args(arguments).output();
        let output = output.unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let said = run(&["--listen", &address, "--dir", keys.to_str().unwrap()]);
    assert!(
        said.contains(&format!("can't listen on {address}")),
        "{said}"
    );
    let foreign = folder.path().join("foreign");
    fs::create_dir(&foreign).unwrap();
    fs::write(foreign.join("photo.jpg"), "").unwrap();
    let said = run(&["--listen", ANY, "--dir", foreign.to_str().unwrap()]);
    assert!(said.contains("photo.jpg"), "{said}");

    // Nobody listens at the near end of a connection, and nobody else can get its port.
    let line = TcpStream::connect(&address).unwrap();
    let nobody = line.local_addr().unwrap();
    let output = wxpay()
        .args([
            "--lang",
            "zh",
            "sandbox",
            "ctl",
            "--control",
            &format!("http://{nobody}"),
            "status",
        ])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("没有沙箱应答"), "{said}");
}

pub(crate) fn wxpay() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wxpay"));
    command
        .env("LANG", "C")
        .env_remove("LC_ALL")
        .stdin(Stdio::null());
    command
}

/// Whatever port is free.
const ANY: &str = "127.0.0.1:0";
