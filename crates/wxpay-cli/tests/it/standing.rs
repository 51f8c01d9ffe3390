//! A sandbox that stands for a while: several runs pay at it, it is killed, and it goes on.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::sandbox::{Running, wxpay};

const ROWS: usize = 12;

#[test]
fn runs_pay_each_row_once_at_a_sandbox_that_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for office in ["a", "b"] {
        let mut rows = "intent,openid,amount_fen,desc\n".to_owned();
        for row in 0..ROWS {
            writeln!(rows, "{office}-{row},o{office}{row},{},报销", 100 + row).unwrap();
        }
        fs::write(path(&format!("{office}.csv")), rows).unwrap();
    }
    let first = Running::start(folder.path(), &["--quiet"]);
    quicken(folder.path());
    let mut runs = [run(folder.path(), "a"), run(folder.path(), "b")];
    let until = Instant::now() + Duration::from_secs(120);
    while succeeded(&first)["count"].as_u64() < Some(4) {
        assert!(Instant::now() < until, "nothing is paid");
    }
    let before = first.json(&["payouts"]);
    // As kill -9 does.
    drop(first);
    for run in &mut runs {
        run.kill().unwrap();
        run.wait().unwrap();
    }

    let second = Running::start(folder.path(), &["--quiet"]);
    quicken(folder.path());
    let after = second.json(&["payouts"]);
    for payout in before["payouts"].as_array().unwrap() {
        let mut kept = after["payouts"].as_array().unwrap().iter();
        let number = &payout["payment_no"];
        assert!(kept.any(|kept| kept["payment_no"] == *number), "{after}");
    }
    for mut run in [run(folder.path(), "a"), run(folder.path(), "b")] {
        assert!(run.wait().unwrap().success());
    }
    let told = second.json(&["payouts"]);
    let amount: usize = (0..ROWS).map(|row| 2 * (100 + row)).sum();
    let all = json!({"count": 2 * ROWS, "amount": amount});
    assert_eq!(told["succeeded"], all, "{told}");
    let mut openids: Vec<_> = told["payouts"].as_array().unwrap().iter().collect();
    openids.sort_by_key(|payout| payout["openid"].to_string());
    openids.dedup_by_key(|payout| payout["openid"].to_string());
    assert_eq!(openids.len(), 2 * ROWS);
    for payout in &openids {
        assert!(payout["sends"].as_u64() >= payout["requests"].as_u64());
    }
    assert!(second.text(&["payouts"]).contains("oa0"));
}

#[test]
fn the_rules_of_payouts_are_shown_and_set() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::start(folder.path(), &["--quiet"]);
    let told = running.json(&["payout-rules"]);
    assert_eq!(told["failed_numbers_pay_again"], false);
    let told = running.json(&[
        "payout-rules",
        "--failed-numbers-pay-again",
        "true",
        "--signature-refusal",
        "return_code",
        "--settle-after",
        "15m",
    ]);
    assert_eq!(told["settle_after_seconds"], 900);
    drop(running);
    // They are kept with the state, although it was killed.
    let next = Running::start(folder.path(), &["--quiet"]);
    assert_eq!(next.json(&["payout-rules"]), told);
    let told = next.json(&["payout-rules", "--signature-refusal", "result_code"]);
    assert_eq!(told["signature_refusal"], "result_code");
    assert_eq!(told["failed_numbers_pay_again"], true);
    let wrong = next.ctl(&["payout-rules", "--signature-refusal", "none"]);
    assert_eq!(wrong.status.code(), Some(2));
    next.json(&[
        "fault",
        "add",
        "v2.wecom.pay_employee",
        "delay_before_commit",
        "--delay-ms",
        "5",
    ]);
    assert!(
        next.text(&["fault", "list"])
            .contains("delay_before_commit")
    );
}

fn succeeded(running: &Running) -> Value {
    running.json(&["payouts"])["succeeded"].clone()
}

/// Sets shorter times than those of the documents in the file that the sandbox wrote.
fn quicken(folder: &Path) {
    let file = folder.join("keys/wxpay.toml");
    fs::write(&file, fs::read_to_string(&file).unwrap() + FAST).unwrap();
}

fn run(folder: &Path, office: &str) -> Child {
    let mut command = wxpay();
    command
        .args(["payout", "run", "--config"])
        .arg(folder.join("keys/wxpay.toml"))
        .arg(folder.join(format!("{office}.csv")));
    let journal = folder.join(office);
    if !journal.exists() {
        command.arg("--new-journal");
    }
    command.arg("--journal").arg(journal);
    command.stdout(Stdio::null()).spawn().unwrap()
}

const FAST: &str = "\
settle = '50ms'
query_waits = ['50ms', '100ms', '200ms']
not_found_gap = '100ms'
payee_gap = '100ms'
midnight_guard = '0s'
timeout = '6s'
lease = '12s'
patience = '60s'
";
