//! `wxpay call`: arguments in, table or JSON out, and an exit code that tells what a failure means
//! for the money.

use std::os::unix::ffi::OsStrExt;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use wxpay_sandbox::{Api, Fault, Order, Sandbox, Transfer};

use crate::setup::{Setup, text};

mod every;
mod file;
mod input;
mod invoice;
mod members;

const PAY: &[&str] = &[
    "call",
    "v2.wecom.pay_employee",
    "--partner-trade-no",
    "PAY2026112500000001",
    "--openid",
    "oxTWIuGaIt6gTKsQRLau2M0yL16E",
    "--check-name",
    "NO_CHECK",
    "--amount",
    "20000",
    "--desc",
    "六月出差报销费用",
    "--spbill-create-ip",
    "127.0.0.1",
    "--ww-msg-type",
    "NORMAL_MSG",
    "--act-name",
    "产品部门报销",
];
const QUERY: &[&str] = &[
    "call",
    "v2.wecom.query_employee_payment",
    "--partner-trade-no",
    "PAY2026112500000001",
];

fn run(setup: &Setup, arguments: &[&str], more: &[&str]) -> Output {
    let mut command = setup.command(&[arguments, more].concat());
    command.stdin(Stdio::null()).output().unwrap()
}

fn exit(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn json_of(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output.stderr)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_prints_a_table_or_json() {
    let sandbox = Sandbox::start().await.unwrap();
    let mut order = Order::paid("20150806125346", 10_099);
    order.attach = Some("\u{202e}table 4".to_owned());
    sandbox.add_order(order);
    let setup = Setup::new(&sandbox);
    let query = [
        "call",
        "v2.pay.query_order",
        "--out-trade-no",
        "20150806125346",
    ];
    let output = run(&setup, &query, &[]);
    assert_eq!(exit(&output), 0, "{}", text(&output.stderr));
    let out = text(&output.stdout);
    assert!(
        out.contains("paid.total_fee") && out.contains("10099 (100.99 yuan)"),
        "{out}"
    );
    assert!(
        out.contains("Paid (支付成功)") && !out.contains('\u{202e}'),
        "{out}"
    );
    let chinese = text(&run(&setup, &query, &["--lang", "zh"]).stdout);
    assert!(
        chinese.contains("100.99 元") && chinese.contains("支付成功"),
        "{chinese}"
    );

    let value = json_of(&run(&setup, &query, &["--json"]));
    assert_eq!(value["trade_state"], "SUCCESS");
    assert_eq!(value["paid"]["total_fee"], 10_099);
    assert!(value.get("reply").is_none() && value.get("device_info").is_none_or(|v| !v.is_null()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_that_fails_exits_with_4_and_says_that_it_says_nothing() {
    let sandbox = Sandbox::start().await.unwrap();
    let setup = Setup::new(&sandbox);
    let query = [
        "call",
        "v2.pay.query_order",
        "--out-trade-no",
        "20150806125346",
    ];
    let output = run(&setup, &query, &[]);
    assert_eq!(exit(&output), 4);
    let err = text(&output.stderr);
    assert!(
        err.contains("ORDERNOTEXIST") && err.contains("the read failed"),
        "{err}"
    );
    let value = json_of(&run(&setup, &query, &["--json"]));
    assert_eq!(value["error"]["outcome"], "read_failed");
    assert_eq!(value["error"]["code"], "ORDERNOTEXIST");
    let err = text(&run(&setup, &query, &["--lang", "zh"]).stderr);
    assert!(err.contains("查询失败"), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_needs_a_yes() {
    let sandbox = Sandbox::start().await.unwrap();
    let setup = Setup::new(&sandbox);
    let output = run(&setup, PAY, &[]);
    assert_eq!(exit(&output), 2);
    let err = text(&output.stderr);
    assert!(
        err.contains("--yes") && err.contains("wxpay payout"),
        "{err}"
    );
    assert!(sandbox.payouts().is_empty() && sandbox.requests().is_empty());

    let output = run(&setup, PAY, &["--yes", "--json"]);
    assert_eq!(exit(&output), 0, "{}", text(&output.stderr));
    assert_eq!(json_of(&output)["partner_trade_no"], "PAY2026112500000001");
    assert_eq!(sandbox.payouts().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_outcome_exits_with_3_and_names_the_query_that_settles_it() {
    let sandbox = Sandbox::start().await.unwrap();
    let setup = Setup::new(&sandbox);
    sandbox
        .inject(PAY_EMPLOYEE, Fault::DropAfterCommit)
        .unwrap();
    let output = run(&setup, PAY, &["--yes", "--json", "--config", "wxpay.toml"]);
    assert_eq!(exit(&output), 3);
    let error = &json_of(&output)["error"];
    assert_eq!(error["outcome"], "unknown");
    let next = error["next"].as_str().unwrap();
    assert_eq!(
        next,
        "wxpay call v2.wecom.query_employee_payment --partner-trade-no PAY2026112500000001 --config wxpay.toml"
    );
    let words: Vec<&str> = next.split(' ').skip(1).collect();
    let output = run(&setup, &words, &["--json"]);
    assert_eq!(
        (exit(&output), &json_of(&output)["status"]),
        (0, &json!("SUCCESS"))
    );
    assert_eq!(sandbox.payouts().len(), 1);

    // A refusal of this endpoint is never final.
    sandbox
        .inject(PAY_EMPLOYEE, Fault::error_code("NOTENOUGH", "余额不足"))
        .unwrap();
    let output = run(&setup, PAY, &["--yes"]);
    assert_eq!(exit(&output), 3);
    let err = text(&output.stderr);
    assert!(
        err.contains("NOTENOUGH") && err.contains("UNKNOWN") && err.contains("query: wxpay call"),
        "{err}"
    );
    sandbox.inject(PAY_EMPLOYEE, Fault::Html502).unwrap();
    let err = text(&run(&setup, PAY, &["--yes", "--lang", "zh"]).stderr);
    assert!(
        err.contains("结果：未知") && err.contains("请查询：wxpay call"),
        "{err}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_sent_exits_with_1() {
    let sandbox = Sandbox::start().await.unwrap();
    let setup = Setup::new(&sandbox);
    let output = run(&setup, PAY, &["--yes", "--base-url", "https://127.0.0.1:1"]);
    assert_eq!(exit(&output), 1);
    let err = text(&output.stderr);
    assert!(
        err.contains("not executed") && !err.contains("query:"),
        "{err}"
    );
}

/// What was sent and whose response can't be written, for lack of disk say, must not read as not
/// executed.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_cannot_be_written_does_not_change_what_happened() {
    let sandbox = Sandbox::start().await.unwrap();
    let setup = Setup::new(&sandbox);
    let code = |arguments: &[&str], more: &[&str]| {
        let mut command = setup.command(&[arguments, more].concat());
        let full = || std::fs::File::options().write(true).open("/dev/full");
        let output = command
            .stdin(Stdio::null())
            .stdout(full().unwrap())
            .output();
        let output = output.unwrap();
        let err = text(&output.stderr);
        assert!(err.contains("can't write the answer"), "{err}");
        (exit(&output), err)
    };
    for json in [&["--yes", "--json"][..], &["--yes"]] {
        let (exit, err) = code(PAY, json);
        assert!(
            exit == 3 && err.contains("the call succeeded"),
            "{exit} {err}"
        );
    }
    assert_eq!(sandbox.payouts().len(), 1);
    assert_eq!(code(QUERY, &[]).0, 4);
    sandbox
        .inject(PAY_EMPLOYEE, Fault::DropAfterCommit)
        .unwrap();
    assert_eq!(code(PAY, &["--yes", "--json"]).0, 3);
    let nobody = ["--yes", "--json", "--base-url", "https://127.0.0.1:1"];
    assert_eq!(code(PAY, &nobody).0, 1);
}

const PAY_EMPLOYEE: Api = Api::named("v2.wecom.pay_employee").unwrap();

/// Ctrl-C while WeChat Pay has not answered: the request may have left, and nothing else is said.
#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_is_stopped_is_unknown() {
    let sandbox = Sandbox::start().await.unwrap();
    let mut setup = Setup::new(&sandbox);
    // It takes the connection and never says a word.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://localhost:{}", silent.local_addr().unwrap().port());
    setup.set("base_url", url);
    for (arguments, code, said) in [
        (PAY, 3, "wxpay call v2.wecom.query_employee_payment"),
        (QUERY, 4, "stopped before the response came"),
    ] {
        let mut command = setup.command(&[arguments, &["--yes"]].concat());
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let child = command.stderr(Stdio::piped()).spawn().unwrap();
        let (_connection, _) = silent.accept().unwrap();
        let pid = child.id().to_string();
        let stop = Command::new("kill").args(["-INT", &pid]).status().unwrap();
        assert!(stop.success());
        let output = child.wait_with_output().unwrap();
        let err = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{err}");
        assert!(err.contains(said), "{err}");
    }
}
