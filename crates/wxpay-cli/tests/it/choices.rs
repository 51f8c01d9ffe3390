//! `wxpay call` of an operation that takes one of several fields.

use std::process::Output;

use wxpay_sandbox::Sandbox;

use crate::setup::{Setup, text};

fn run(setup: &Setup, more: &[&str]) -> Output {
    setup.run(&[&["call", "v2.pay.query_order"], more].concat())
}

/// Exactly one of two numbers names an order, and the message says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_choice_of_fields_is_told_as_one() {
    let sandbox = Sandbox::start().await.unwrap();
    let mut setup = Setup::new(&sandbox);
    // One line each.
    setup.env.push(("COLUMNS".to_owned(), "120".to_owned()));
    let choice = "<--transaction-id <TEXT>|--out-trade-no <TEXT>|--request <FILE>>";
    let output = run(&setup, &[]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said.contains(&format!("not provided:\n  {choice}\n")),
        "{said}"
    );
    assert!(
        said.contains(&format!("Usage: wxpay call v2.pay.query_order {choice}")),
        "{said}"
    );
    let output = run(&setup, &["--transaction-id", "1", "--out-trade-no", "2"]);
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output.stderr);
    // Neither is said to be required: one of them is too many.
    assert!(
        said.contains("cannot be used with '--out-trade-no <TEXT>'") && !said.contains("required"),
        "{said}"
    );
    assert!(
        said.contains(&format!("Usage: wxpay call v2.pay.query_order {choice}")),
        "{said}"
    );
    let chinese = run(&setup, &["--lang", "zh"]);
    let said = text(&chinese.stderr);
    assert!(said.contains(&format!("缺少参数 {choice}")), "{said}");
    let both = [
        "--lang",
        "zh",
        "--transaction-id",
        "1",
        "--out-trade-no",
        "2",
    ];
    let said = text(&run(&setup, &both).stderr);
    assert!(
        said.contains("不能与 --out-trade-no <TEXT> 同时使用"),
        "{said}"
    );
    // A field that is given comes before that of the request.
    setup.file("request.json", r#"{"out_trade_no": "not one"}"#);
    let output = run(
        &setup,
        &["--request", "request.json", "--out-trade-no", "404"],
    );
    assert_eq!(output.status.code(), Some(4), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("ORDERNOTEXIST"));
}
