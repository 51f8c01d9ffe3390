//! The configuration: which source comes first, where paths lead, and what is refused.

use wxpay_sandbox::Sandbox;

use crate::setup::{Setup, text};

#[tokio::test(flavor = "multi_thread")]
async fn arguments_come_before_the_environment_before_the_file() {
    let setup = |env: &[(&str, &str)], sandbox: &Sandbox| {
        let mut setup = Setup::new(sandbox);
        setup.set("mch_id", "111");
        for (name, value) in env {
            setup.env.push(((*name).to_owned(), (*value).to_owned()));
        }
        setup
    };
    let sandbox = Sandbox::start().await.unwrap();
    let said = |setup: &Setup, arguments: &[&str]| {
        let output = setup.run(&[&["doctor", "--offline"], arguments].concat());
        let out = text(&output.stdout);
        let line = out.lines().find(|line| line.contains(" mch_id "));
        line.unwrap().split_whitespace().last().unwrap().to_owned()
    };
    let file = setup(&[], &sandbox);
    assert_eq!(said(&file, &[]), "111");
    let environment = setup(&[("WXPAY_MCH_ID", "222")], &sandbox);
    assert_eq!(said(&environment, &[]), "222");
    assert_eq!(said(&environment, &["--mch-id", "333"]), "333");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_taken_from_the_first_source_that_has_it() {
    let sandbox = Sandbox::start().await.unwrap();
    let mut setup = Setup::new(&sandbox);
    let said = |setup: &Setup, arguments: &[&str]| {
        let output = setup.run(&[&["doctor", "--offline"], arguments].concat());
        let out = text(&output.stdout);
        let line = out.lines().find(|line| line.contains(" v2_key "));
        line.unwrap().to_owned()
    };
    assert!(said(&setup, &[]).ends_with("v2_key"));
    setup.set("v2.key", "x".repeat(32));
    assert!(said(&setup, &[]).ends_with("v2_key"));
    setup.unset("v2.key_file");
    assert!(said(&setup, &[]).ends_with("from the configuration"));
    setup.env.push(("WXPAY_V2_KEY".to_owned(), "y".repeat(32)));
    assert!(said(&setup, &[]).ends_with("from WXPAY_V2_KEY"));
    setup.file("other", "z".repeat(32));
    assert!(said(&setup, &["--v2-key-file", "other"]).ends_with("other"));
}

#[tokio::test(flavor = "multi_thread")]
async fn paths_in_the_file_are_seen_from_its_folder_and_arguments_from_here() {
    let sandbox = Sandbox::start().await.unwrap();
    let setup = Setup::new(&sandbox);
    let elsewhere = tempfile::tempdir().unwrap();
    let config = setup.path("wxpay.toml");
    let run = |more: &[&str]| {
        let mut command = setup.command(&["doctor", "--offline", "--config"]);
        command.arg(&config).args(more);
        command.current_dir(elsewhere.path()).output().unwrap()
    };
    assert_eq!(run(&[]).status.code(), Some(0));
    let output = run(&["--private-key", "apiclient_key.pem"]);
    assert_eq!(output.status.code(), Some(1));
    let out = text(&output.stdout);
    assert!(out.contains("can't read apiclient_key.pem"), "{out}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_others_may_read_is_refused() {
    let sandbox = Sandbox::start().await.unwrap();
    for file in ["v2_key", "v3_key", "wecom", "apiclient_key.pem"] {
        let setup = Setup::new(&sandbox);
        setup.mode(file, 0o604);
        let output = setup.run(&["doctor", "--offline"]);
        assert_eq!(output.status.code(), Some(1), "{file}");
        let out = text(&output.stdout);
        assert!(out.contains("chmod 600 ") && out.contains(file), "{out}");
    }
    // With a secret in it, the file itself is one.
    let mut setup = Setup::new(&sandbox);
    setup.unset("v2.key_file");
    setup.set("v2.key", "x".repeat(32));
    let mut command = setup.command(&["doctor", "--offline"]);
    setup.mode("wxpay.toml", 0o644);
    assert_eq!(command.output().unwrap().status.code(), Some(1));
}

/// A public key that is not switched on yet verifies, and nothing can be sealed or asked for with
/// it.
#[tokio::test(flavor = "multi_thread")]
async fn a_public_key_can_be_set_to_verify_only() {
    let sandbox = Sandbox::start().await.unwrap();
    let mut setup = Setup::new(&sandbox);
    let call = [
        "call",
        "v3.partner_transfer.query_detail_by_out_detail_no",
        "--out-batch-no",
        "batch1",
        "--out-detail-no",
        "detail1",
    ];
    for (only_verifies, named) in [(true, false), (false, true)] {
        setup.set("platform.public_key_only_verifies", only_verifies);
        let output = setup.run(&call);
        let said = text(&output.stderr);
        assert!(said.contains("NOT_FOUND"), "the reply verifies: {said}");
        let request = sandbox.requests().pop().unwrap();
        let names_it = request.headers.iter().any(|(name, value)| {
            name.as_str().eq_ignore_ascii_case("wechatpay-serial")
                && *value == sandbox.merchant().platform_key_id.as_str()
        });
        assert_eq!(names_it, named);
    }
}
