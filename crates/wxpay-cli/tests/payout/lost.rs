//! Journals that are lost or doubled, and what is told before the first payment.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::Value;
use wxpay_sandbox::{Api, Fault, FaultRule, PayoutStatus};

use crate::office::{Office, amount, exactly, said};

fn json(output: &std::process::Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(output)))
}

fn count(of: &Value) -> usize {
    of.as_array().unwrap().len()
}

/// How many payouts there are in the sandbox's books, and how many requests to pay it has seen.
fn books(office: &Office) -> (usize, u32) {
    let paid = office.sandbox.payouts();
    let paid = paid
        .iter()
        .filter(|payout| payout.status == PayoutStatus::Success);
    let sends = office.sandbox.payout_sends();
    (paid.count(), sends.iter().map(|number| number.sends).sum())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn journal_is_made_on_request_only() {
    let office = Office::open().await;
    office.write_rows(2);
    let folder = office.folder.path();
    let output = exactly(folder, "run rows.csv --journal typo.db")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    for part in ["there is no journal typo.db", "--new-journal", "recover"] {
        assert!(said(&output).contains(part), "{}", said(&output));
    }
    assert!(!folder.join("typo.db").exists());
    let new = "run rows.csv --journal j --new-journal";
    assert!(exactly(folder, new).status().unwrap().success());
    let again = exactly(folder, new).output().unwrap();
    assert_eq!(again.status.code(), Some(2));
    assert!(
        said(&again).contains("there is a file already"),
        "{}",
        said(&again)
    );
    assert_eq!(books(&office), (2, 2));
}

/// The second journal pays nothing, and the run says so by its text and its exit code.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn second_journal_ends_already_paid() {
    let office = Office::open().await;
    office.write_rows(20);
    assert!(office.run("run rows.csv --journal one").status.success());
    let output = office.run("run rows.csv --journal two");
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    let text = "20 of them were already paid before this journal had sent them";
    assert!(said(&output).contains(text), "{}", said(&output));
    assert_eq!(books(&office), (20, 20));
    let told = office.run("run rows.csv --journal two --json");
    assert_eq!(told.status.code(), Some(3));
    let told = json(&told);
    assert_eq!(count(&told["paid"]), 20);
    assert!(
        told["paid"]
            .as_array()
            .unwrap()
            .iter()
            .all(|line| line["paid_before"] == true)
    );

    // The same intent with another amount is in conflict with what was paid.
    office.write(
        "rows.csv",
        "intent,openid,amount_fen,desc\nintent-3,openid_3,1999,报销\n",
    );
    let output = office.run("run rows.csv --journal three");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(
        said(&output).contains("is in conflict"),
        "{}",
        said(&output)
    );
    // Every query hears the same; it is told once, and nobody is sent to hear it again.
    let troubles = said(&output)
        .matches("intent-3: unknown: WeChat Pay paid")
        .count();
    assert_eq!(troubles, 1, "{}", said(&output));
    let again = "Run the same command again";
    assert!(!said(&output).contains(again), "{}", said(&output));
    let output = office.run("run rows.csv --journal one");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(!said(&output).contains(again), "{}", said(&output));
    assert!(
        said(&output).contains("conflict: the journal has intent-3"),
        "{}",
        said(&output)
    );
    // It was, before.
    let not_sent = "was not sent";
    assert!(!said(&output).contains(not_sent), "{}", said(&output));
    let told = json(&office.run("run rows.csv --journal one --json"));
    assert_eq!(told["not_started"][0]["maybe_sent_before"], true, "{told}");
    assert_eq!(books(&office), (20, 20));
}

/// A thousand intents of which some were paid, one failed and was paid under its next number, and
/// the rest never left.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn recover_rebuilds_a_thousand() {
    let office = Office::open().await;
    office.write_rows(1000);
    let rows = fs::read_to_string(office.folder.path().join("rows.csv")).unwrap();
    let first: Vec<&str> = rows.lines().take(601).collect();
    office.write("first.csv", &(first.join("\n") + "\n"));
    let output = office.run("run first.csv --journal lost");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let (before, _) = books(&office);
    // Of each hundred, the last has a name that is refused.
    assert_eq!(before, 594);
    fs::remove_file(office.folder.path().join("lost")).unwrap();

    let output = office.run("recover rows.csv --journal new --json");
    assert!(output.status.success(), "{}", said(&output));
    let told = json(&output);
    assert_eq!(count(&told["found"]["paid"]), 594);
    assert_eq!(count(&told["not_known"]), 406);
    assert_eq!((count(&told["kept"]), count(&told["failed"])), (0, 0));
    assert_eq!(books(&office).0, 594, "recovering pays nothing");

    let (_, sends) = books(&office);
    let output = office.run("run rows.csv --journal new");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let (paid, sends_after) = books(&office);
    assert_eq!(paid, 990);
    // The six refused names are refused once more, and so are the four of the rest.
    assert_eq!(sends_after - sends, 396 + 10);
    let sum: usize = (0..1000).filter(|row| row % 100 != 99).map(amount).sum();
    let booked = office.sandbox.payouts();
    let booked = booked
        .iter()
        .filter(|payout| payout.status == PayoutStatus::Success);
    let booked: i64 = booked.map(|payout| payout.amount.get()).sum();
    assert_eq!(booked, i64::try_from(sum).unwrap());
}

/// That the payouts were paid before is what a recovery is made for, and no reason to look for
/// another journal.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn recovery_does_not_ask_for_the_lost_journal() {
    let office = Office::open().await;
    office.write_rows(2);
    assert!(office.run("run rows.csv --journal lost").status.success());
    let output = office.run("recover rows.csv --journal new");
    assert!(output.status.success(), "{}", said(&output));
    let paid = |line: &str| line.split_whitespace().take(2).eq(["paid", "2"]);
    assert!(said(&output).lines().any(paid), "{}", said(&output));
    assert!(!said(&output).contains("Look for"), "{}", said(&output));
}

/// Why WeChat Pay is not reached is told at once, with the words of the system.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unreachable_host_is_told_with_its_cause() {
    let office = Office::open().await;
    office.write_rows(1);
    office.reset("patience = '60s'", "patience = '1s'");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", taken.local_addr().unwrap());
    drop(taken);
    for (lang, told) in [
        ("en", "The check before the payments was not answered: "),
        ("zh", "付款前检查未得到应答："),
    ] {
        let run =
            format!("run rows.csv --journal {lang} --new-journal --base-url {url} --lang {lang}");
        let output = exactly(office.folder.path(), &run).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        let said = said(&output);
        let line = said.lines().find(|line| line.starts_with(told));
        assert!(line.is_some_and(|line| line.contains("os error")), "{said}");
    }
}

/// Without certificate, without the WeCom secret or with a wrong key, it is told at once, and
/// nothing was asked to be paid.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_is_told_before_the_first_payment() {
    let office = Office::open().await;
    office.write_rows(3);
    let path = office.folder.path().join("wxpay.toml");
    let right = fs::read_to_string(&path).unwrap();
    let key = fs::read_to_string(office.folder.path().join("key")).unwrap();
    let without = |start: &str| -> String {
        let kept = right.lines().filter(|line| !line.starts_with(start));
        kept.map(|line| format!("{line}\n")).collect()
    };
    for (settings, key, problem) in [
        (
            without("certificate"),
            key.as_str(),
            "[certificate] is missing",
        ),
        (without("wecom"), key.as_str(), "[wecom] secret is missing"),
        (
            right.clone(),
            "0123456789abcdef0123456789abcdef",
            "the APIv2 key is not",
        ),
    ] {
        office.write("wxpay.toml", &settings);
        office.write("key", key);
        let start = Instant::now();
        let output = office.run("run rows.csv --journal j");
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(
            said(&output).contains(problem),
            "{problem}: {}",
            said(&output)
        );
        assert!(start.elapsed() < Duration::from_secs(60));
        assert!(!office.folder.path().join("j").exists());
        assert!(office.sandbox.payout_sends().is_empty());
    }
    office.write("wxpay.toml", &right);
    office.write("key", &key);
    assert!(office.run("run rows.csv --journal j").status.success());
}

/// What WeChat Pay declared failed gets its next number, and what it refused keeps its number with
/// a corrected row.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replace_makes_ready_what_can_be_paid_again() {
    let office = Office::open().await;
    office.write_rows(100);
    let unclear = FaultRule::new(PAY_EMPLOYEE, Fault::DropAfterCommit).times(1);
    office.sandbox.add_fault_rule(unclear).unwrap();
    let output = office.run("run rows.csv --journal j");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let rejected: Vec<_> = office
        .export()
        .into_iter()
        .filter(|row| row.state == "rejected")
        .collect();
    assert_eq!(rejected.len(), 1);
    let (intent, number) = (rejected[0].intent.clone(), rejected[0].number.clone());
    assert_eq!(intent, "intent-99");
    let paid = office.run("replace intent-5 --file rows.csv --journal j");
    assert_eq!(paid.status.code(), Some(1));
    assert!(
        said(&paid).contains("is paid and can't be paid again"),
        "{}",
        said(&paid)
    );
    let unknown = office.run("replace nobody --file rows.csv --journal j");
    assert_eq!(unknown.status.code(), Some(2), "{}", said(&unknown));

    // With the name that is the employee's.
    let rows = fs::read_to_string(office.folder.path().join("rows.csv")).unwrap();
    office.write("rows.csv", &rows.replace(",王小\n", ",王小王\n"));
    let output = office.run("replace intent-99 --file rows.csv --journal j");
    assert!(output.status.success(), "{}", said(&output));
    // As long as it has not left, another row can take its place.
    office.write(
        "other.csv",
        "intent,openid,amount_fen,desc\nintent-99,openid_99,150,报销\n",
    );
    for file in ["other.csv", "rows.csv"] {
        let twice = office.run(&format!("replace intent-99 --file {file} --journal j"));
        assert!(twice.status.success(), "{}", said(&twice));
        assert!(
            said(&twice).contains(&format!("the same number {number}")),
            "{}",
            said(&twice)
        );
    }
    assert!(
        said(&output).contains(&format!("the same number {number}")),
        "{}",
        said(&output)
    );
    let output = office.run("run rows.csv --journal j");
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(office.reconcile(), 100);
}

/// There is nothing to attest but what was in doubt for ten days.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attest_waits_for_its_time() {
    let office = Office::open().await;
    office.write_rows(2);
    office.reset("patience = '60s'", "patience = '1s'");
    for api in [PAY_EMPLOYEE, QUERY_EMPLOYEE_PAYMENT] {
        let fault = match api {
            PAY_EMPLOYEE => Fault::DropBeforeCommit,
            _ => Fault::error_code("NOT_FOUND", "指定单号数据不存在"),
        };
        office
            .sandbox
            .add_fault_rule(FaultRule::new(api, fault))
            .unwrap();
    }
    let output = office.run("run rows.csv --journal j");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let attest = |office: &Office| {
        exactly(
            office.folder.path(),
            "attest intent-0 --journal j --who Wang --evidence bill-2026-11-20 --json",
        )
        .output()
        .unwrap()
    };
    let early = attest(&office);
    assert_eq!(early.status.code(), Some(1));
    assert!(
        said(&early).contains("too little time has passed"),
        "{}",
        said(&early)
    );
    office.set("attest_after = '1ms'");
    let mut output = attest(&office);
    // The run may have ended between a send and the query after it.
    for _ in 0..20 {
        if !said(&output).contains("has not said NOT_FOUND since the last send") {
            break;
        }
        office.run("resolve --now --journal j");
        output = attest(&office);
    }
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(json(&output)["state"], "failed");
    let twice = attest(&office);
    assert!(
        said(&twice).contains("settled as not paid already"),
        "{}",
        said(&twice)
    );
    let status = office.run("status --journal j --json");
    let told = json(&status);
    assert_eq!(told["states"]["failed"]["count"], 1);
    // It goes out again under its number.
    let before = office
        .export()
        .into_iter()
        .find(|row| row.intent == "intent-0")
        .unwrap();
    assert!(
        office
            .run("replace intent-0 --file rows.csv --journal j")
            .status
            .success()
    );
    let after = office
        .export()
        .into_iter()
        .find(|row| row.intent == "intent-0")
        .unwrap();
    assert_eq!(
        (after.number, after.state.as_str()),
        (before.number, "prepared")
    );
}

/// A copy made in the middle is a whole journal, which pays nothing again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn backup_of_the_middle_pays_nothing_again() {
    let office = Office::open().await;
    office.write_rows(40);
    let rows = fs::read_to_string(office.folder.path().join("rows.csv")).unwrap();
    let half: Vec<&str> = rows.lines().take(21).collect();
    office.write("half.csv", &(half.join("\n") + "\n"));
    assert!(office.run("run half.csv --journal j").status.success());
    let output = office.run("backup --journal j --to copy --json");
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(json(&output)["copy"], "copy");
    let twice = office.run("backup --journal j --to copy");
    assert_eq!(twice.status.code(), Some(2), "{}", said(&twice));
    assert!(office.run("run rows.csv --journal j").status.success());
    let output = office.run("run rows.csv --journal copy");
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert_eq!(books(&office), (40, 40));
}

/// The rows of the file in their order, with their own columns, and no text that is a formula.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn export_writes_the_rows_back() {
    let office = Office::open().await;
    office.write(
        "rows.csv",
        "department,intent,openid,amount_fen,desc\r\n=A1,b,o1,100,报销\r\n\r\n研发,a,o2,200,报销\r\n",
    );
    assert!(office.run("run rows.csv --journal j").status.success());
    let output = office.run("export rows.csv --journal j --out out.csv");
    assert!(output.status.success(), "{}", said(&output));
    let text = fs::read_to_string(office.folder.path().join("out.csv")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert!(
        lines[0].starts_with("wxpay_line,department,intent,openid,amount_fen,desc,wxpay_intent,"),
        "{text}"
    );
    assert!(lines[1].starts_with("2,'=A1,b,o1,100,报销,b,"), "{text}");
    assert!(lines[2].starts_with("4,研发,a,o2,200,报销,a,"), "{text}");
    // Never over the file itself.
    let before = fs::read(office.folder.path().join("rows.csv")).unwrap();
    let itself = office.run("export rows.csv --journal j --out ./rows.csv");
    assert_eq!(itself.status.code(), Some(2), "{}", said(&itself));
    assert!(said(&itself).contains("is the file of the payouts itself"));
    let after = fs::read(office.folder.path().join("rows.csv")).unwrap();
    assert_eq!(before, after);
    // What was exported can be run and exported again.
    let output = office.run("run out.csv --journal j");
    assert!(output.status.success(), "{}", said(&output));
    let told = json(&office.run("export out.csv --journal j --json"));
    assert_eq!(
        (told[0]["line"].as_u64(), told[0]["row"]["openid"].as_str()),
        (Some(2), Some("o1"))
    );
    assert_eq!(told[1]["state"], "paid");
    assert_eq!(books(&office), (2, 2));
}

const PAY_EMPLOYEE: Api = Api::named("v2.wecom.pay_employee").unwrap();

const QUERY_EMPLOYEE_PAYMENT: Api = Api::named("v2.wecom.query_employee_payment").unwrap();
