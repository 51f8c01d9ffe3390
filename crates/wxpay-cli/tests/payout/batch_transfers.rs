//! Transfers to users' balances, each as a batch of one, from a CSV file.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::process::Output;

use serde_json::Value;
use wxpay_api::core::Fen;
use wxpay_sandbox::{Api, Fault, FaultRule};

use crate::killed::killed;
use crate::office::{LEASE, Office, amount, said};

async fn office() -> Office {
    let office = Office::open_to("batch-transfer").await;
    office.set("batch_name = '十一月'\nbatch_remark = '报销'");
    office
}

const RUN: &str = "run rows.csv --product batch-transfer --journal j";

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(output)))
}

/// Each row is a batch of one transfer. One whose name is another one fails, by WeChat Pay's own
/// word, and gets its next number.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_row_is_paid_as_a_batch_of_its_own() {
    let office = office().await;
    office.sandbox.register_name("openid_2", "王小王");
    office.sandbox.set_balance(Fen::new(1_000_000));
    office.write(
        "rows.csv",
        "intent,product,openid,amount_fen,transfer_remark,user_name,transfer_scene_id\n\
         b1,batch-transfer,openid_1,200000,报销 1,张三,1000\n\
         b2,batch-transfer,openid_2,500,报销 2,王小,\n",
    );
    // The column says which product it is.
    let output = office.run("run rows.csv --journal j --json");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let report = json(&output);
    assert_eq!(report["paid"][0]["intent"], "b1");
    assert_eq!(report["paid"][0]["product"], "v3.transfer.create_batch");
    let rejected = &report["rejected"][0];
    assert_eq!(rejected["intent"], "b2");
    assert_eq!(rejected["reason"], "FAIL: NAME_NOT_CORRECT");
    assert_eq!(office.sandbox.balance(), Some(Fen::new(800_000)));

    let batches = office.sandbox.batches();
    assert_eq!(batches.len(), 2);
    // They are sent at once, so either may come first.
    let mut first = batches.iter();
    let first = first.find(|batch| batch.terms.transfers[0].openid == "openid_1");
    let first = first.unwrap();
    let (terms, transfer) = (&first.terms, &first.terms.transfers[0]);
    assert_eq!((first.requests, terms.transfers.len()), (1, 1));
    assert_eq!(transfer.out_detail_no, first.out_batch_no);
    assert_eq!(transfer.user_name.as_deref(), Some("张三"));
    assert_eq!(
        (&*terms.batch_name, &*terms.batch_remark),
        ("十一月", "报销")
    );
    assert_eq!(terms.transfer_scene_id.as_deref(), Some("1000"));

    office.write(
        "right.csv",
        "intent,openid,amount_fen,transfer_remark,user_name\nb2,openid_2,500,报销 2,王小王\n",
    );
    let output = office.run("replace b2 --file right.csv --journal j");
    assert!(output.status.success(), "{}", said(&output));
    let output = office.run("run right.csv --product batch-transfer --journal j");
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(office.sandbox.balance(), Some(Fen::new(799_500)));
}

/// One that somebody has to approve waits for that person, and cannot be cancelled by the program.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_has_to_be_approved_waits_for_its_approver() {
    let office = office().await;
    office.sandbox.set_batch_approval(true);
    office.write(
        "rows.csv",
        "intent,openid,amount_fen,transfer_remark\nb1,openid_1,500,报销\n",
    );
    let output = office.run(&format!("{RUN} --json"));
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    assert_eq!(json(&output)["waiting"][0]["waits_for"], "approver");
    let output = office.run("cancel b1 --journal j");
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));

    let number = office.sandbox.batches()[0].out_batch_no.clone();
    assert!(office.sandbox.settle_batch(&number));
    let output = office.run("resolve --journal j --now --json");
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(json(&output)["paid"][0]["intent"], "b1");
    assert_eq!(office.sandbox.batches()[0].requests, 1);
}

/// Each mistake is told with its column, and what the balance is not enough for stops the run and
/// keeps its number.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_is_told() {
    let office = office().await;
    office.write(
        "rows.csv",
        "intent,openid,amount_fen,transfer_remark,user_name\n\
         b1,openid_1,200000,报销,\n\
         b2,openid_2,29,报销,王小王\n\
         b3,openid_3,100,,\n",
    );
    let output = office.run(RUN);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    for part in ["user_name", "2,000 yuan", "0.3 yuan", "transfer_remark"] {
        assert!(said(&output).contains(part), "{part}: {}", said(&output));
    }
    assert!(office.sandbox.batches().is_empty());

    office.sandbox.set_balance(Fen::new(50));
    office.write(
        "rows.csv",
        "intent,openid,amount_fen,transfer_remark\nb1,openid_1,100,报销\n",
    );
    let output = office.run(RUN);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(office.sandbox.batches().is_empty());
    let number = office.export()[0].number.clone();

    office.sandbox.set_balance(Fen::new(100));
    let output = office.run(&format!("{RUN} --again"));
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(office.sandbox.batches()[0].out_batch_no, number);
}

/// Killed while responses get lost: the journal and the books agree to the fen, and nobody is paid
/// twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_three_times_under_faults_it_pays_each_row_once() {
    const ROWS: usize = 80;
    let office = office().await;
    // So that repetitions come to WeChat Pay, which has to take them as such.
    office.set("query_before_send = false");
    let mut text = "intent,openid,amount_fen,transfer_remark\n".to_owned();
    for row in 0..ROWS {
        writeln!(text, "batch-{row},openid_{row},{},报销", amount(row)).unwrap();
    }
    office.write("rows.csv", &text);
    trouble(&office);
    for kill in 1..=3 {
        let is_time = || office.sandbox.batches().len() >= ROWS * kill / 4;
        // Two at once from the second time on.
        killed(&office, RUN, kill.min(2), is_time).await;
    }
    office.let_pass(LEASE).await;
    let output = office.run(RUN);
    assert!(output.status.success(), "{}", said(&output));

    let transfers = office.sandbox.transfers();
    let mut books: Vec<_> = transfers
        .iter()
        .filter(|transfer| transfer.detail_status == "SUCCESS")
        .map(|transfer| (transfer.out_detail_no.clone(), transfer.total_amount.get()))
        .collect();
    let exported = office.export();
    let paid = exported.iter().filter(|row| row.state == "paid");
    let mut paid: Vec<_> = paid.map(|row| (row.number.clone(), row.amount)).collect();
    books.sort();
    paid.sort();
    assert_eq!(paid, books);
    assert_eq!(paid.len(), ROWS);
    let users: HashSet<_> = transfers.iter().map(|transfer| &transfer.openid).collect();
    assert_eq!((users.len(), transfers.len()), (ROWS, ROWS));
}

/// A fifth of all batches and of all queries goes wrong.
fn trouble(office: &Office) {
    let busy = ("SYSTEM_ERROR", "系统错误");
    let batches = [
        Fault::DropBeforeCommit,
        Fault::DropAfterCommit,
        Fault::TruncatedBody,
        Fault::Html502,
        Fault::error_code(busy.0, busy.1),
        Fault::error_code_after_commit(busy.0, busy.1),
        Fault::MissingSignature,
    ];
    let queries = [
        Fault::DropBeforeCommit,
        Fault::Html502,
        Fault::error_code(busy.0, busy.1),
        Fault::error_code("NOT_FOUND", "记录不存在"),
    ];
    for (api, faults) in [
        ("v3.transfer.create_batch", batches.as_slice()),
        ("v3.transfer.query_detail_by_out_detail_no", &queries),
        ("v3.transfer.query_batch_by_out_batch_no", &queries),
    ] {
        for (at, fault) in faults.iter().enumerate() {
            // A rule sees only what those before it have left.
            let part = 0.2 / faults.len() as f64;
            let chance = part / (1.0 - part * at as f64);
            let rule = FaultRule::new(Api::named(api).unwrap(), fault.clone()).chance(chance);
            office.sandbox.add_fault_rule(rule).unwrap();
        }
    }
}
