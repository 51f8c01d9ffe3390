//! Refunds by a command that is killed while responses get lost: the books agree to the fen, and
//! nothing went back twice.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::time::Instant;

use wxpay_sandbox::{Api, Fault, FaultRule, Order};

use crate::killed::killed;
use crate::office::{LEASE, Office, amount, said};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_three_times_it_refunds_each_row_once() {
    refunds_under_kills(150).await;
}

/// `cargo test --release -p wxpay-cli --test payout -- --ignored --nocapture thousand_refunds`
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes half a minute"]
async fn thousand_refunds_under_faults_and_kills() {
    refunds_under_kills(1000).await;
}

async fn refunds_under_kills(rows: usize) {
    let office = Office::open_to("refund").await;
    // So that repetitions come to WeChat Pay, which has to take them as such.
    office.set("query_before_send = false");
    orders(&office, rows);
    trouble(&office);
    let start = Instant::now();
    let run = "run rows.csv --product refund --journal j";
    for kill in 1..=3 {
        let is_time = || office.sandbox.refunds().len() >= rows * kill / 4;
        // Two at once from the second time on.
        killed(&office, run, kill.min(2), is_time).await;
    }
    office.let_pass(LEASE).await;
    let output = office.run(run);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(i32::from(rows >= 100)), "{said}");

    // The journal and the books, to the fen. Of a hundred orders one has nothing left, and stays as
    // it is.
    let refunds = office.sandbox.refunds();
    let by_us = |number: &str| {
        let mut numbers = refunds.iter().map(|refund| &refund.out_refund_no);
        numbers.any(|known| known == number)
    };
    let mut books: Vec<_> = refunds
        .iter()
        .filter(|refund| !refund.out_trade_no.starts_with("spent"))
        .map(|refund| (refund.out_refund_no.clone(), refund.refund.get()))
        .collect();
    let exported = office.export();
    let paid = exported.iter().filter(|row| row.state == "paid");
    let mut paid: Vec<_> = paid.map(|row| (row.number.clone(), row.amount)).collect();
    books.sort();
    paid.sort();
    assert_eq!(paid, books, "{said}");
    assert_eq!(paid.len(), rows - rows / 100, "{said}");
    // Nothing twice: an order has one refund, and an intent one number.
    let of_orders: HashSet<_> = refunds.iter().map(|refund| &refund.out_trade_no).collect();
    assert_eq!(of_orders.len(), refunds.len());
    let intents: HashSet<_> = exported.iter().map(|row| &row.intent).collect();
    assert_eq!((intents.len(), exported.len()), (rows, rows));
    let unpaid = exported.iter().filter(|row| row.state != "paid");
    assert!(unpaid.map(|row| &*row.number).all(|number| !by_us(number)));

    let asked = office.sandbox.requests();
    let faults = asked.iter().filter(|request| request.fault.is_some());
    let again: u32 = refunds.iter().map(|refund| refund.requests - 1).sum();
    println!(
        "{rows} refunds in {:.1} s: {} requests, {} of them with a fault, {again} repetitions that WeChat Pay took as such\n{said}",
        start.elapsed().as_secs_f64(),
        asked.len(),
        faults.count(),
    );
}

/// An order for each row, which is refunded in part. Of a hundred, one has nothing left.
fn orders(office: &Office, rows: usize) {
    let mut text = "intent,out_trade_no,transaction_id,amount_fen,total_fen,reason\n".to_owned();
    for row in 0..rows {
        let (refund, total) = (amount(row), amount(row) + 50);
        let is_spent = row % 100 == 99;
        let name = if is_spent { "spent" } else { "order" };
        let number = format!("{name}{row}");
        let order = Order::paid(&number, i64::try_from(total).unwrap());
        let transaction = order.transaction_id.clone();
        let whole = order.total_fee;
        office.sandbox.add_order(order);
        if is_spent {
            office.sandbox.refund_order(&number, whole).unwrap();
        }
        let (number, transaction) = match row % 2 {
            0 => ("", &*transaction),
            _ => (&*number, ""),
        };
        writeln!(
            text,
            "refund-{row},{number},{transaction},{refund},{total},\"缺货, {row}\""
        )
        .unwrap();
    }
    office.write("rows.csv", &text);
}

/// A fifth of all refunds and of all queries goes wrong.
fn trouble(office: &Office) {
    let busy = ("SYSTEM_ERROR", "系统错误");
    let refunds = [
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
        Fault::error_code("RESOURCE_NOT_EXISTS", "退款单不存在"),
    ];
    let (create, query) = ("v3.refund.create_refund", "v3.refund.query_refund");
    for (api, faults) in [(create, refunds.as_slice()), (query, &queries)] {
        for (at, fault) in faults.iter().enumerate() {
            // A rule sees only what those before it have left.
            let part = 0.2 / faults.len() as f64;
            let chance = part / (1.0 - part * at as f64);
            let api = Api::named(api).unwrap();
            let rule = FaultRule::new(api, fault.clone()).chance(chance);
            office.sandbox.add_fault_rule(rule).unwrap();
        }
    }
}
