//! Runs from the first row to the last.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use wxpay_api::core::Fen;
use wxpay_sandbox::{Api, Fault, FaultRule, PayoutStatus};

use crate::office::{Office, amount, said, wxpay};

#[test]
fn sandbox_works_out_of_the_box() {
    let folder = tempfile::tempdir().unwrap();
    let rows =
        "intent,openid,amount_fen,desc,re_user_name\na,o1,100,报销,\nb,o2,12345,\"x, y\",王小王\n";
    fs::write(folder.path().join("rows.csv"), rows).unwrap();
    let run = || {
        wxpay(folder.path(), "run rows.csv --journal j --sandbox")
            .output()
            .unwrap()
    };
    let output = run();
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("124.45"), "{}", said(&output));
    let again = run();
    assert_eq!(again.status.code(), Some(2));
    assert!(
        said(&again).contains("j is there already"),
        "{}",
        said(&again)
    );
    let status = wxpay(folder.path(), "status --journal j").output().unwrap();
    let paid = |line: &str| line.split_whitespace().eq(["paid", "2", "124.45"]);
    assert!(said(&status).lines().any(paid), "{}", said(&status));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_run_pays_nothing_again() {
    let office = Office::open().await;
    office.write_rows(20);
    for _ in 0..2 {
        let output = office.run("run rows.csv --journal j");
        assert!(output.status.success(), "{}", said(&output));
        assert_eq!(office.reconcile(), 20);
        let sum: usize = (0..20).map(amount).sum();
        let sum = Fen::new(i64::try_from(sum).unwrap()).to_yuan();
        assert!(said(&output).contains(&sum), "{}", said(&output));
    }
    assert!(
        office
            .sandbox
            .payouts()
            .iter()
            .all(|payout| payout.requests == 1)
    );
}

/// The journal of one merchant tells another nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn journal_of_another_merchant_is_refused() {
    let office = Office::open().await;
    office.write_rows(1);
    assert!(office.run("run rows.csv --journal j").status.success());
    let output = office.run("run rows.csv --journal j --mch-id 1900000110");
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said(&output).contains("holds the payouts of"),
        "{}",
        said(&output)
    );
}

/// A wrong key is told before the first payment, and once it is right each row is paid.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_key_is_told_before_the_first_payment() {
    let office = Office::open().await;
    office.write_rows(20);
    let key = fs::read_to_string(office.folder.path().join("key")).unwrap();
    office.write("key", "0123456789abcdef0123456789abcdef");
    let output = office.run("run rows.csv --journal j");
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("SIGN_ERROR"), "{}", said(&output));
    assert!(office.sandbox.payout_sends().is_empty());
    office.write("key", &key);
    let output = office.run("run rows.csv --journal j");
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(office.reconcile(), 20);
}

/// The journal is not written over by what is exported from it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn export_leaves_journals_alone() {
    let office = Office::open().await;
    office.write_rows(2);
    assert!(office.run("run rows.csv --journal j").status.success());
    // A copy of one is one too.
    fs::copy(
        office.folder.path().join("j"),
        office.folder.path().join("k"),
    )
    .unwrap();
    for out in ["j", "./j", "k", "j-wal"] {
        let output = office.run(&format!("export --journal j --out {out}"));
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains("is a journal"), "{}", said(&output));
    }
    fs::remove_file(office.folder.path().join("k")).unwrap();
    assert_eq!(office.reconcile(), 2);
    for _ in 0..2 {
        let output = office.run("export --journal j --out out.csv");
        assert!(output.status.success(), "{}", said(&output));
        // It names who is paid.
        #[cfg(unix)]
        {
            let file = fs::metadata(office.folder.path().join("out.csv")).unwrap();
            let mode = std::os::unix::fs::PermissionsExt::mode(&file.permissions());
            assert_eq!(mode & 0o777, 0o600);
        }
    }
}

/// The server's words do not steer the terminal.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reasons_are_shown_without_what_steers_a_terminal() {
    let office = Office::open().await;
    office.write_rows(1);
    let lost = FaultRule::new(PAY_EMPLOYEE, Fault::DropAfterCommit).times(1);
    office.sandbox.add_fault_rule(lost).unwrap();
    // Every query fails, so none may be asked for before the send.
    office.set("query_before_send = false");
    office.reset("patience = '60s'", "patience = '1s'");
    let unseen = Fault::error_code("SYSTEMERROR", "系统繁忙");
    let unseen = FaultRule::new(QUERY_EMPLOYEE_PAYMENT, unseen);
    let rule = office.sandbox.add_fault_rule(unseen).unwrap();
    let output = office.run("run rows.csv --journal j");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let number = office.export()[0].number.clone();
    let reason = "closed\u{9b}2J\u{202e}\nrow-9 (X) is paid".to_owned();
    office
        .sandbox
        .set_payout_status(&number, PayoutStatus::Failed { reason });
    office.sandbox.remove_fault_rule(rule);
    office.reset("patience = '1s'", "patience = '60s'");
    let output = office.run("resolve --journal j");
    let said = said(&output);
    assert!(said.contains("is rejected: closed"), "{said}");
    assert!(!said.contains(['\u{9b}', '\u{202e}']), "{said}");
    assert!(!said.contains("\nrow-9"), "{said}");
}

/// No money: what has not left stays, and one try shows it. With money again, all is paid under the
/// same numbers.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_money_it_stops_and_goes_on_later() {
    let office = Office::open().await;
    office.write_rows(30);
    office.sandbox.set_balance(Fen::new(500));
    let output = office.run("run rows.csv --journal j");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("NOTENOUGH"), "{}", said(&output));
    assert!(
        said(&output).contains("the run ended early"),
        "{}",
        said(&output)
    );
    let before = office.export();
    office.sandbox.set_balance(Fen::new(1_000_000));
    let output = office.run("run rows.csv --journal j --again");
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(office.reconcile(), 30);
    let numbers: Vec<_> = office.export().into_iter().map(|row| row.number).collect();
    assert!(before.iter().all(|row| numbers.contains(&row.number)));
}

/// Ctrl-C: what is under way ends, nothing new begins, and `resolve` settles what is open without
/// beginning anything.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn interrupted_it_ends_in_order() {
    const ROWS: usize = 99;
    let office = Office::open().await;
    office.write_rows(ROWS);
    // Few at once, so that most are still to be begun when the signal is heard.
    office.set("at_once = 2");
    let slow = Fault::Delay(Duration::from_millis(300));
    let slow = FaultRule::new(PAY_EMPLOYEE, slow);
    let slow = office.sandbox.add_fault_rule(slow).unwrap();
    let mut command = office.command("run rows.csv --journal j");
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while office.sandbox.payouts().len() < 10 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let interrupt = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(interrupt.unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(
        said(&output).contains("Run the same command again"),
        "{}",
        said(&output)
    );
    let made = office.sandbox.payouts().len();
    assert!(made < ROWS, "{made}");
    assert_eq!(office.reconcile(), made);
    let output = office.run("resolve --journal j");
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(office.sandbox.payouts().len(), made);
    office.sandbox.remove_fault_rule(slow);
    assert!(office.run("run rows.csv --journal j").status.success());
    assert_eq!(office.reconcile(), ROWS);
}

/// A reply that is lost leaves a payout unknown; `resolve` asks and settles it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn resolve_settles_what_a_killed_run_has_left() {
    let office = Office::open().await;
    office.write_rows(8);
    office.let_calls_take_long();
    let stall = FaultRule::new(PAY_EMPLOYEE, Fault::Stall).times(8);
    office.sandbox.add_fault_rule(stall).unwrap();
    let mut child = office
        .command("run rows.csv --journal j")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while office.sandbox.payouts().len() < 8 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let sending = office
        .export()
        .into_iter()
        .filter(|row| row.state == "sending");
    assert_eq!(sending.count(), 8);
    office.let_pass(Duration::from_secs(90)).await;
    let output = office.run("resolve --journal j");
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(office.reconcile(), 8);
    assert!(
        office
            .sandbox
            .payouts()
            .iter()
            .all(|payout| payout.requests == 1)
    );
}

/// The payments are made when the report can't be written: it is said where they can be read.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn report_that_is_not_written_is_in_the_journal() {
    let office = Office::open().await;
    office.write_rows(2);
    for form in ["", " --json"] {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let mut command = office.command(&format!("run rows.csv --journal j{form}"));
        let output = command.stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        let told = "What was paid is in the journal";
        assert!(said(&output).contains(told), "{}", said(&output));
    }
    assert_eq!(office.reconcile(), 2);
}

const PAY_EMPLOYEE: Api = Api::named("v2.wecom.pay_employee").unwrap();

const QUERY_EMPLOYEE_PAYMENT: Api = Api::named("v2.wecom.query_employee_payment").unwrap();
