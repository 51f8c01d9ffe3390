//! Runs that are killed, and go on.

use std::time::Instant;

use wxpay_sandbox::{Api, Fault, FaultRule};

use crate::killed::killed;
use crate::office::{LEASE, Office, said};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_three_times_it_pays_each_row_once() {
    pays_under_kills(120).await;
}

/// `cargo test --release -p wxpay-cli --test payout -- --ignored --nocapture thousand`
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes half a minute"]
async fn thousand_rows_under_faults_and_kills() {
    pays_under_kills(1000).await;
}

async fn pays_under_kills(rows: usize) {
    let office = Office::open().await;
    office.write_rows(rows);
    trouble(&office);
    let start = Instant::now();
    for kill in 1..=3 {
        let is_time = || office.sandbox.payouts().len() >= rows * kill / 4;
        killed(&office, "run rows.csv --journal j", 1, is_time).await;
    }
    office.let_pass(LEASE).await;
    let output = office.run("run rows.csv --journal j");
    let said = said(&output);
    // The wrong names are not paid. One that met a fault before its refusal stays unknown: the
    // first try may have paid.
    let wrong = rows / 100;
    assert_eq!(output.status.code(), Some(i32::from(wrong > 0)), "{said}");
    assert_eq!(office.reconcile(), rows - wrong, "{said}");
    let seconds = start.elapsed().as_secs_f64();
    let asked = office.sandbox.requests();
    let faults = asked
        .iter()
        .filter(|request| request.fault.is_some())
        .count();
    println!(
        "{rows} rows in {seconds:.1} s, {:.0} a second; {} requests, {faults} of them with a fault\n{said}",
        rows as f64 / seconds,
        asked.len()
    );
}

/// A fifth of all payments and of all queries goes wrong.
fn trouble(office: &Office) {
    let busy = ("SYSTEMERROR", "系统繁忙");
    let pays = [
        Fault::DropBeforeCommit,
        Fault::DropAfterCommit,
        Fault::TruncatedBody,
        Fault::Html502,
        Fault::error_code(busy.0, busy.1),
        Fault::error_code_after_commit(busy.0, busy.1),
    ];
    let queries = [
        Fault::DropBeforeCommit,
        Fault::Html502,
        Fault::error_code(busy.0, busy.1),
        Fault::error_code("NOT_FOUND", "指定单号数据不存在"),
    ];
    for (api, faults) in [
        (PAY_EMPLOYEE, pays.as_slice()),
        (QUERY_EMPLOYEE_PAYMENT, &queries),
    ] {
        for (at, fault) in faults.iter().enumerate() {
            // A rule sees only what those before it have left.
            let part = 0.2 / faults.len() as f64;
            let chance = part / (1.0 - part * at as f64);
            let rule = FaultRule::new(api, fault.clone()).chance(chance);
            office.sandbox.add_fault_rule(rule).unwrap();
        }
    }
}

const PAY_EMPLOYEE: Api = Api::named("v2.wecom.pay_employee").unwrap();

const QUERY_EMPLOYEE_PAYMENT: Api = Api::named("v2.wecom.query_employee_payment").unwrap();
