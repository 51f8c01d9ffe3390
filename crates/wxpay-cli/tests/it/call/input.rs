//! Where the fields of a call come from, and what is said of wrong ones.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_before_sending_exits_with_2_and_names_the_field() {
    let sandbox = Sandbox::start().await.unwrap();
    let setup = Setup::new(&sandbox);
    let long = "长".repeat(82);
    let desc: Vec<&str> = PAY
        .iter()
        .map(|word| {
            if *word == "六月出差报销费用" {
                &long
            } else {
                *word
            }
        })
        .collect();
    setup.file(
        "typo.json",
        r#"{"out_trade_no": "1", "transction_id": "2"}"#,
    );
    setup.file(
        "both.json",
        r#"{"out_trade_no": "1", "transaction_id": "2"}"#,
    );
    let order = ["call", "v2.pay.query_order"];
    for (arguments, more, said) in [
        (&desc[..], &["--yes"][..], "desc"),
        (PAY, &["--yes", "--agentid", "1.5"], "agentid"),
        (PAY, &["--yes", "--re-user-name", "张三"], "--re-user-name"),
        (&order, &[], "--out-trade-no"),
        (
            &order,
            &["--out-trade-no", "1", "--transaction-id", "2"],
            "--transaction-id",
        ),
        (&order, &["--request", "typo.json"], "transction_id"),
        (&order, &["--request", "both.json"], "exactly one of"),
        (&order, &["--request", "nowhere.json"], "nowhere.json"),
        (&order, &["--out-trade-no", "a b"], "out_trade_no"),
        (&["call", "v2.pay.nothing"], &[], "v2.pay.nothing"),
    ] {
        let output = run(&setup, arguments, more);
        let err = text(&output.stderr);
        assert!(exit(&output) == 2 && err.contains(said), "{said}: {err}");
    }
    assert!(sandbox.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn personal_values_come_from_elsewhere_and_are_hidden_unless_asked_for() {
    let sandbox = Sandbox::start().await.unwrap();
    let mut setup = Setup::new(&sandbox);
    setup.file("name", "马花花\n");
    let pay: Vec<&str> = PAY
        .iter()
        .map(|word| {
            if *word == "NO_CHECK" {
                "FORCE_CHECK"
            } else {
                *word
            }
        })
        .collect();
    let output = run(&setup, &pay, &["--yes", "--re-user-name", "@name"]);
    assert_eq!(exit(&output), 0, "{}", text(&output.stderr));
    setup.env.push(("NAME".to_owned(), "马花花".to_owned()));
    let output = run(&setup, &pay, &["--yes", "--re-user-name", "env:NAME"]);
    assert_eq!(exit(&output), 0, "{}", text(&output.stderr));
    assert_eq!(sandbox.payouts().len(), 1);

    // A value that is no UTF-8 is not shown by the error about it.
    let mut command = setup.command(&[&pay[..], &["--yes", "--re-user-name", "env:GBK"]].concat());
    let gbk = std::ffi::OsStr::from_bytes(b"canary\xc2\xed");
    let output = command.env("GBK", gbk).output().unwrap();
    let err = text(&output.stderr);
    assert!(exit(&output) == 2 && err.contains("GBK"), "{err}");
    assert!(!err.contains("canary"), "{err}");

    let value = json_of(&run(&setup, QUERY, &["--json"]));
    assert_eq!(value["transfer_name"], "[redacted]");
    assert!(!text(&run(&setup, QUERY, &[]).stdout).contains("马花花"));
    let value = json_of(&run(&setup, QUERY, &["--json", "--open-sealed"]));
    assert_eq!(value["transfer_name"], "马花花");

    let mut transfer = Transfer::new("plfk2020042013", "x23zy545Bd5436", 200_000);
    transfer.username = "张三".to_owned();
    sandbox.add_transfer(transfer);
    let detail = [
        "call",
        "v3.partner_transfer.query_detail_by_out_detail_no",
        "--out-batch-no",
        "plfk2020042013",
        "--out-detail-no",
        "x23zy545Bd5436",
        "--json",
    ];
    let sealed = json_of(&run(&setup, &detail, &[]));
    assert!(sealed["username"].as_str().unwrap().len() > 300, "{sealed}");
    let opened = json_of(&run(&setup, &detail, &["--open-sealed"]));
    assert_eq!(opened["username"], "张三");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_comes_from_a_file_and_the_request_can_too() {
    let sandbox = Sandbox::start().await.unwrap();
    let setup = Setup::new(&sandbox);
    let transfers = json!([{
        "out_detail_no": "d1",
        "transfer_amount": 200,
        "transfer_remark": "报销",
        "openid": "oxTWIuGaIt6gTKsQRLau2M0yL16E",
        "user_name": "张三",
    }]);
    setup.file("transfers.json", transfers.to_string());
    let mch_id = sandbox.merchant().mch_id.as_str();
    let create = [
        "call",
        "v3.partner_transfer.create_batch",
        "--sub-mchid",
        mch_id,
        "--authorization-type",
        "FUND_AUTHORIZATION_TYPE",
        "--out-batch-no",
        "batch1",
        "--batch-name",
        "六月",
        "--batch-remark",
        "报销",
        "--total-amount",
        "200",
        "--total-num",
        "1",
        "--sp-appid",
        sandbox.merchant().appid.as_str(),
        "--yes",
    ];
    let inline = transfers.to_string();
    let output = run(&setup, &create, &["--transfer-detail-list", &inline]);
    assert_eq!(exit(&output), 2);
    assert!(text(&output.stderr).contains("personal"));
    let output = run(
        &setup,
        &create,
        &["--transfer-detail-list", "@transfers.json"],
    );
    assert_eq!(exit(&output), 0, "{}", text(&output.stderr));
    assert_eq!(sandbox.batches().len(), 1);

    setup.file(
        "request.json",
        json!({"out_batch_no": "batch9", "need_query_detail": false}).to_string(),
    );
    let query = [
        "call",
        "v3.partner_transfer.query_batch_by_out_batch_no",
        "--request",
        "request.json",
    ];
    assert_eq!(exit(&run(&setup, &query, &[])), 4);
    // An argument comes before the file.
    let output = run(&setup, &query, &["--out-batch-no", "batch1", "--json"]);
    assert_eq!(exit(&output), 0, "{}", text(&output.stderr));
    assert_eq!(json_of(&output)["total_amount"], 200);
}

/// What breaks a documented rule is told in the chosen language before anything is read of the
/// configuration.
#[test]
fn a_broken_rule_is_told_without_any_configuration() {
    let wxpay = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wxpay"));
        command.args(arguments).env_clear().output().unwrap()
    };
    let echo = ["call", "v3.security.echo", "--echo-message"];
    let long = "长".repeat(1025);
    for (value, lang, said) in [
        (
            &*long,
            "en",
            "echo_message: must have at most 1024 characters, has 1025",
        ),
        (&*long, "zh", "echo_message：最多 1024 个字符，现有 1025 个"),
    ] {
        let output = wxpay(&[&echo[..], &[value, "--lang", lang]].concat());
        let err = text(&output.stderr);
        assert!(exit(&output) == 2 && err.contains(said), "{err}");
    }
    let output = wxpay(&[&echo[..], &[&long, "--json"]].concat());
    let error = &json_of(&output)["error"];
    assert_eq!((exit(&output), &error["kind"]), (2, &json!("invalid")));
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("at most 1024 characters"), "{message}");
}

#[test]
fn operations_explain_themselves_in_both_languages() {
    let help = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wxpay"));
        let command = command.args(arguments).env_clear().env("COLUMNS", "120");
        let output = command.output().unwrap();
        assert_eq!(exit(&output), 0, "{arguments:?}: {}", text(&output.stderr));
        text(&output.stdout)
    };
    assert!(help(&["call", "--help"]).contains("`wxpay list`"));
    for name in [
        "v2.pay.query_order",
        "v2.wecom.pay_employee",
        "v3.partner_transfer.create_batch",
        "v3.security.echo",
    ] {
        let english = help(&["call", name, "--help"]);
        assert!(english.contains("--request <FILE>"), "{english}");
        assert!(english.contains(&format!("`wxpay show {name}`")));
        let chinese = help(&["call", name, "--help", "--lang", "zh"]);
        assert!(chinese.contains("请求字段："), "{chinese}");
        assert!(
            !["Fields of", "Options of", "Configuration"]
                .iter()
                .any(|english| chinese.contains(english)),
            "{chinese}"
        );
    }
    let pay = help(&["call", "v2.wecom.pay_employee", "--help"]);
    for said in [
        "--amount <FEN>",
        "FORCE_CHECK",
        "`env:NAME`",
        "Payment description (付款说明), at most 81 characters. Required",
        "required if `check_name` is `FORCE_CHECK`",
    ] {
        assert!(pay.contains(said), "{said}: {pay}");
    }
    let pay = help(&["call", "v2.wecom.pay_employee", "--help", "--lang", "zh"]);
    for said in [
        "金额，单位：分，至少 100",
        "付款说明，最多 81 个字符。必填",
        "`check_name` 为 `FORCE_CHECK` 时必填",
    ] {
        assert!(pay.contains(said), "{said}: {pay}");
    }
}
