//! Transfers that wait for their users, from a CSV file.

use std::process::{Output, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use wxpay_api::core::Fen;
use wxpay_sandbox::{Api, Fault, FaultRule, TransferBill};

use crate::office::{Office, said};

/// An office that transfers, with two rows.
async fn office() -> Office {
    let office = Office::open_to("transfer").await;
    office.set(
        "transfer_scene_id = '1000'\ntransfer_remark = '活动奖励'\nreport = { '活动名称' = '新会员', '奖励说明' = '注册奖励' }",
    );
    office.write(
        "rows.csv",
        "intent,openid,amount_fen,note\nt1,openid_1,100,x\nt2,openid_2,50,y\n",
    );
    office
}

const RUN: &str = "run rows.csv --product transfer --journal j";

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(output)))
}

fn bill(office: &Office, openid: &str) -> TransferBill {
    let bills = office.sandbox.transfer_bills();
    let bill = bills.into_iter().find(|bill| bill.terms.openid == openid);
    bill.unwrap()
}

/// What the users have got, in fen.
fn received(office: &Office) -> i64 {
    let bills = office.sandbox.transfer_bills();
    let paid = bills.iter().filter(|bill| bill.state == "SUCCESS");
    paid.map(|bill| bill.terms.transfer_amount.get()).sum()
}

/// Three days: the user confirms while no process runs, and the next one finds it by its query.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_who_takes_three_days_is_waited_for_and_found() {
    let office = office().await;
    // WeChat Pay closes it after a day at the earliest; this one is late.
    office.sandbox.freeze_clock(office.sandbox.now());
    let output = office.run(&format!("{RUN} --json"));
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    let report = json(&output);
    assert_eq!(report["waiting_fen"], 150);
    let (first, second) = (bill(&office, "openid_1"), bill(&office, "openid_2"));
    for line in report["waiting"].as_array().unwrap() {
        let bill = if line["intent"] == "t1" {
            &first
        } else {
            &second
        };
        assert_eq!(line["waits_for"], "user");
        assert_eq!(line["number"], bill.out_bill_no);
        assert_eq!(line["package_info"], bill.package_info);
    }
    // What the front ends need is in the journal as long as it is needed.
    let export = json(&office.run("export rows.csv --journal j --json"));
    assert_eq!(export[0]["package_info"], first.package_info);
    assert_eq!(export[0]["row"]["note"], "x");
    let status = json(&office.run("status --journal j --json"));
    assert_eq!(status["waiting"].as_array().unwrap().len(), 2);
    let told = said(&office.run("status --journal j"));
    assert!(
        told.contains("These wait:") && told.contains(&first.out_bill_no),
        "{told}"
    );
    assert!(!told.contains(&first.package_info), "{told}");
    let told = said(&office.run("status --journal j --lang zh"));
    assert!(
        told.contains("等待中：") && told.contains("用户确认收款"),
        "{told}"
    );

    office.let_pass(Duration::from_secs(3 * 86_400)).await;
    office
        .sandbox
        .confirm_transfer_bill(&first.out_bill_no)
        .unwrap();
    let output = office.run("resolve --journal j");
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    let rows = office.export();
    let state = |intent: &str| &rows.iter().find(|row| row.intent == intent).unwrap().state;
    assert_eq!((&**state("t1"), &**state("t2")), ("paid", "waiting"));
    // Nothing is wrong with the one that waits, and nothing was sent for it again.
    let status = json(&office.run("status --journal j --json"));
    assert_eq!(status["alarms"], Value::Array(Vec::new()));
    assert_eq!(bill(&office, "openid_2").requests, 1);

    office
        .sandbox
        .confirm_transfer_bill(&second.out_bill_no)
        .unwrap();
    office.let_pass(Duration::from_secs(86_400)).await;
    let output = office.run(RUN);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(received(&office), 150);
    // The package is of no use any more, and gone.
    let export = json(&office.run("export --journal j --json"));
    assert_eq!(export[0]["package_info"], Value::Null);
}

/// The response with the package is lost, and then the process: the same request brings it, and it
/// is one transfer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_package_that_was_lost_is_asked_for_again() {
    let office = office().await;
    office.let_calls_take_long();
    let stall = FaultRule::new(CREATE, Fault::Stall).times(2);
    office.sandbox.add_fault_rule(stall).unwrap();
    let mut command = office.command(RUN);
    let command = command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    while office.sandbox.transfer_bills().len() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    child.kill().unwrap();
    child.wait().unwrap();
    office.let_pass(Duration::from_secs(90)).await;
    let output = office.run(&format!("{RUN} --json"));
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    let report = json(&output);
    for line in report["waiting"].as_array().unwrap() {
        assert!(line["package_info"].is_string(), "{line}");
    }
    let bills = office.sandbox.transfer_bills();
    assert_eq!(bills.len(), 2);
    assert!(bills.iter().all(|bill| bill.requests == 2));
}

/// What WeChat Pay has closed after a day has failed by its own word, and the intent may be paid
/// under its next number.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_who_never_confirms_is_paid_under_the_next_number() {
    let office = office().await;
    assert_eq!(office.run(RUN).status.code(), Some(4));
    let first = bill(&office, "openid_1").out_bill_no;
    office
        .sandbox
        .confirm_transfer_bill(&bill(&office, "openid_2").out_bill_no)
        .unwrap();
    office
        .sandbox
        .set_transfer_bill_state(&first, "FAIL", Some("OVERDUE_CLOSE"));
    office.let_pass(Duration::from_secs(86_400)).await;
    let output = office.run("resolve --journal j");
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("OVERDUE_CLOSE"), "{}", said(&output));
    let output = office.run("replace t1 --file rows.csv --journal j");
    assert!(
        said(&output).contains("under its next number"),
        "{}",
        said(&output)
    );
    let output = office.run(RUN);
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    let bills = office.sandbox.transfer_bills();
    let second = bills
        .iter()
        .find(|bill| bill.state == "WAIT_USER_CONFIRM")
        .unwrap();
    assert_ne!(second.out_bill_no, first);
    office
        .sandbox
        .confirm_transfer_bill(&second.out_bill_no)
        .unwrap();
    // Somebody knows that the user has confirmed, and does not wait for the next query.
    let output = office.run("resolve --now --journal j --json");
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(json(&output)["paid"][0]["intent"], "t1");
    assert_eq!(received(&office), 150);
}

/// A cancellation is asked for once, and how it ends is what queries say.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transfer_that_waits_is_cancelled() {
    let office = office().await;
    assert_eq!(office.run(RUN).status.code(), Some(4));
    let output = office.run("cancel t1 --journal j");
    assert!(output.status.success(), "{}", said(&output));
    assert!(
        said(&output).contains("t1 has ended and is not paid: it was cancelled"),
        "{}",
        said(&output)
    );
    assert_eq!(bill(&office, "openid_1").state, "CANCELLED");
    // The next run does not take it up again by itself.
    let output = office.run(&format!("{RUN} --json"));
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert_eq!(json(&output)["rejected"][0]["intent"], "t1");
    let again = office.run("cancel t1 --journal j");
    assert_eq!(again.status.code(), Some(1), "{}", said(&again));
    assert!(
        said(&again).contains("it has ended, and is not paid"),
        "{}",
        said(&again)
    );
    let missing = office.run("cancel t9 --journal j");
    assert_eq!(missing.status.code(), Some(2), "{}", said(&missing));
    // The user was faster.
    let number = bill(&office, "openid_2").out_bill_no;
    office.sandbox.confirm_transfer_bill(&number).unwrap();
    let output = office.run("cancel t2 --journal j --lang zh");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    office.let_pass(Duration::from_secs(3600)).await;
    assert!(office.run("resolve --journal j").status.success());
    assert_eq!(received(&office), 50);
}

/// The answer to the cancellation is lost: nothing more is sent for the transfer, and queries tell
/// how it ended.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancellation_without_an_answer_is_settled_by_queries() {
    let office = office().await;
    assert_eq!(office.run(RUN).status.code(), Some(4));
    let lost = FaultRule::new(CANCEL, Fault::DropAfterCommit).times(1);
    office.sandbox.add_fault_rule(lost).unwrap();
    let output = office.run("cancel t1 --journal j --json");
    assert!(output.status.success(), "{}", said(&output));
    let cancelled = json!({"intent": "t1", "state": "not_paid", "number": null});
    assert_eq!(json(&output), cancelled);
    assert_eq!(bill(&office, "openid_1").state, "CANCELLED");
    // It takes WeChat Pay longer than the command waits.
    office.reset("patience = '60s'", "patience = '1s'");
    office.sandbox.set_transfer_step(Duration::from_secs(3600));
    let output = office.run("cancel t2 --journal j --json");
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    assert_eq!(json(&output)["state"], "being_cancelled");
    let told = said(&office.run("status --journal j"));
    assert!(told.contains("to be cancelled"), "{told}");
    let number = bill(&office, "openid_2").out_bill_no;
    office
        .sandbox
        .set_transfer_bill_state(&number, "CANCELLED", None);
    office.reset("patience = '1s'", "patience = '60s'");
    assert!(office.run("resolve --journal j").status.success());
    let bills = office.sandbox.transfer_bills();
    assert!(bills.iter().all(|bill| bill.requests == 1));
    assert_eq!(received(&office), 0);
}

/// No money at the merchant: nothing has failed. Once there is some, the same request goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_money_it_goes_on_later_under_the_same_number() {
    let office = office().await;
    office.reset("patience = '60s'", "patience = '1s'");
    office.sandbox.set_balance(Fen::new(0));
    let output = office.run(RUN);
    assert_ne!(output.status.code(), Some(0), "{}", said(&output));
    office.reset("patience = '1s'", "patience = '60s'");
    office.sandbox.set_balance(Fen::new(100_000));
    let output = office.run(&format!("{RUN} --again"));
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    let bills = office.sandbox.transfer_bills();
    assert_eq!(bills.len(), 2);
    assert!(bills.iter().all(|bill| bill.state == "WAIT_USER_CONFIRM"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_in_a_file_is_told_before_anything_is_sent() {
    let office = office().await;
    office.write(
        "rows.csv",
        "intent,openid,amount_fen,user_name,transfer_remark,report.活动名称\n\
         a,o,200000,,r,x\n\
         b,o,29,王小王,r,x\n\
         c,o,0,,r,x\n\
         d,,100,,r,x\n\
         e,o,100,,r,一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三\n",
    );
    let output = office.run(RUN);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    for mistake in [
        "line 2, column 4 (user_name): must be given for 2,000 yuan and more",
        "line 3, column 4 (user_name): must not be given for less than 0.3 yuan",
        "line 4, column 3 (amount_fen): must be at least 1 fen",
        "line 5, column 2 (openid): must ",
        "line 6, column 6 (report.活动名称): must have at most 32 characters, has 33",
    ] {
        assert!(
            said(&output).contains(mistake),
            "{mistake}\n{}",
            said(&output)
        );
    }
    let output = office.run(&format!("{RUN} --sub-mch-id 1900000110"));
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    let told = "transfers are paid with the merchant's own money: leave sub_mch_id out";
    assert!(said(&output).contains(told), "{}", said(&output));
    // Without the settings each of them is one mistake, however many rows need it.
    let office = Office::open_to("transfer").await;
    office.write("rows.csv", "intent,openid,amount_fen,report.\na,o,100,\n");
    let output = office.run(RUN);
    let mistake = "column 4 (report.): the name of the report is missing behind the point";
    assert!(said(&output).contains(mistake), "{}", said(&output));
    office.write("rows.csv", "intent,openid,amount_fen\na,o,100\nb,o,100\n");
    let output = office.run(RUN);
    for mistake in [
        "line 2: the scene has to be reported: add a column such as report.活动名称",
        "transfer_scene_id is missing: set transfer_scene_id in [payout.transfer] of the configuration",
        "transfer_remark is missing: set transfer_remark in [payout.transfer]",
    ] {
        assert!(
            said(&output).contains(mistake),
            "{mistake}\n{}",
            said(&output)
        );
    }
    assert!(office.sandbox.requests().is_empty());
}

#[test]
fn a_sandbox_of_its_own_waits_for_its_users() {
    let folder = tempfile::tempdir().unwrap();
    let rows = "intent,openid,amount_fen,report.活动名称\na,o1,100,新会员\n";
    std::fs::write(folder.path().join("rows.csv"), rows).unwrap();
    let arguments = "run rows.csv --product transfer --journal j --sandbox --json";
    let output = crate::office::wxpay(folder.path(), arguments)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    assert_eq!(json(&output)["waiting"][0]["waits_for"], "user");
}

const CREATE: Api = Api::named("v3.fund_app.create_transfer").unwrap();
const CANCEL: Api = Api::named("v3.fund_app.cancel_transfer").unwrap();
