//! Members of a request beside its fields: those that the program does not know, and those that the
//! client fills in.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn members_that_the_program_does_not_know_are_sent_as_they_are() {
    let sandbox = Sandbox::start().await.unwrap();
    let setup = Setup::new(&sandbox);
    setup.file("goods.json", r#"{"list": [1]}"#);
    setup.file(
        "request.json",
        r#"{"extra": {"device": "till 4", "from_file": true}}"#,
    );
    let echo = ["call", "v3.security.echo", "--echo-message", "hello"];
    let extra = [
        "--extra",
        "device=\"till 5\"",
        "--extra",
        "goods=@goods.json",
        "--request",
        "request.json",
    ];
    let output = run(&setup, &echo, &extra);
    assert_eq!(exit(&output), 0, "{}", text(&output.stderr));
    let by_json = ["--json", "request.json"];
    let output = run(&setup, &echo, &by_json);
    assert_eq!(exit(&output), 0, "{}", text(&output.stderr));
    serde_json::from_slice::<Value>(&output.stdout).unwrap();
    let body: Value = serde_json::from_slice(&sandbox.requests()[1].body).unwrap();
    assert_eq!(
        body,
        json!({"echo_message": "hello", "device": "till 4", "from_file": true})
    );

    let requests = sandbox.requests();
    let body: Value = serde_json::from_slice(&requests[0].body).unwrap();
    let sent = json!({
        "echo_message": "hello", "from_file": true, "device": "till 5", "goods": {"list": [1]},
    });
    assert_eq!(body, sent);

    for (extra, lang, said) in [
        ("device", "en", "--extra must be NAME=JSON"),
        ("device=till", "en", "--extra device must be JSON"),
        ("device=till", "zh", "--extra device 必须是 JSON"),
        ("=1", "en", "must have a name"),
        (
            "echo_message=1",
            "en",
            "echo_message: is a field of this request",
        ),
        ("echo_message=1", "zh", "echo_message：是该请求已有的字段"),
    ] {
        let output = run(&setup, &echo, &["--extra", extra, "--lang", lang]);
        let err = text(&output.stderr);
        assert!(exit(&output) == 2 && err.contains(said), "{extra}: {err}");
    }
    assert_eq!(sandbox.requests().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_client_fills_in_comes_from_the_configuration() {
    let sandbox = Sandbox::start().await.unwrap();
    let mut setup = Setup::new(&sandbox);
    let query = [
        "call",
        "v3.pay.partner_query_order_by_out_trade_no",
        "--out-trade-no",
        "1",
    ];
    for (lang, said) in [("en", "sub_mch_id is missing"), ("zh", "缺少 sub_mch_id")] {
        let output = run(&setup, &query, &["--lang", lang]);
        let err = text(&output.stderr);
        assert!(exit(&output) == 2 && err.contains(said), "{err}");
        assert!(err.contains("--sub-mch-id"), "{err}");
    }
    assert!(sandbox.requests().is_empty());
    setup.set("sub_mch_id", "1900000109");
    assert_eq!(exit(&run(&setup, &query, &[])), 4);
    let output = run(&setup, &query, &["--sub-mch-id", "1900000110"]);
    assert_eq!(exit(&output), 4);
    let targets: Vec<String> = sandbox.requests().into_iter().map(|r| r.target).collect();
    let own = sandbox.merchant().mch_id.as_str();
    for (target, sub) in targets.iter().zip(["1900000109", "1900000110"]) {
        assert!(target.contains(&format!("sub_mchid={sub}")), "{target}");
        assert!(target.contains(&format!("sp_mchid={own}")), "{target}");
    }
    assert_eq!(targets.len(), 2);
}
