//! `wxpay doctor`: all green on what is right, and the right line red on each thing that is wrong.

mod broken;
mod keys;

use serde_json::Value;
use wxpay_api::core::Timestamp;
use wxpay_sandbox::{Sandbox, Trust};

use self::broken::BROKEN;
use crate::setup::{Setup, text};

#[tokio::test(flavor = "multi_thread")]
async fn each_mistake_makes_its_own_line_red() {
    let us = Sandbox::start().await.unwrap();
    let them = Sandbox::start().await.unwrap();
    let mut wrong = Vec::new();
    for broken in BROKEN {
        let mut setup = Setup::new(&us);
        (broken.how)(&mut setup, &us, &them);
        let report = Report::of(&setup, broken.arguments);
        let as_it_should = report.names("red") == broken.red
            && report.names("yellow") == broken.yellow
            && report.exit == Some(i32::from(!broken.red.is_empty()))
            && report.tells_what_to_do();
        if !as_it_should {
            wrong.push((broken.what, report));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(us.payouts().is_empty() && us.batches().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_merchants_own_certificate_as_the_public_key_is_named_at_once() {
    let us = Sandbox::start().await.unwrap();
    let setup = Setup::new(&us);
    setup.file("pub_key.pem", &us.merchant().client_cert_pem);
    let report = Report::of(&setup, &[]);
    assert_eq!(report.names("red"), ["public_key"], "{report:#?}");
    let told = report.value.to_string();
    let owner = us.merchant().mch_id.as_str();
    let own = format!("the merchant's own certificate, of {owner}");
    assert!(told.contains(&own), "{report:#?}");
    assert!(told.contains("download pub_key.pem"), "{report:#?}");
    assert!(!told.contains("[platform] certificates"), "{report:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_others_may_read_stops_its_own_checks_alone() {
    let us = Sandbox::start().await.unwrap();
    let setup = Setup::new(&us);
    setup.mode("v2_key", 0o644);
    let report = Report::of(&setup, &[]);
    assert_eq!(report.names("red"), ["modes"], "{report:#?}");
    assert_eq!(report.level("v2_key"), "skipped");
    for check in [
        "v3_key",
        "private_key",
        "key_pair",
        "tls",
        "echo",
        "v3_query",
    ] {
        assert_eq!(report.level(check), "green", "{check}: {report:#?}");
    }
    let mut told = setup.command(&["doctor"]);
    let told = text(&told.env("COLUMNS", "200").output().unwrap().stdout);
    let skipped = told.lines().filter(|line| line.starts_with("skipped"));
    let skipped: Vec<&str> = skipped.collect();
    assert_eq!(
        skipped,
        [
            "skipped  correct modes first: v2_key, keys_differ, v2_query, client_certificate, wecom_query",
            "skipped  not configured: p12, platform_certificates, fetch",
        ],
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_wrong_is_told() {
    let us = Sandbox::start().await.unwrap();
    let setup = Setup::new(&us);
    let now = Timestamp::now().unix();
    us.freeze_clock(Timestamp::from_unix(now + 3600).unwrap());
    let report = Report::of(&setup, &[]);
    assert_eq!(report.names("red"), ["clock"], "{report:#?}");
    assert_eq!(report.level("echo"), "skipped");
    us.freeze_clock(Timestamp::from_unix(now - 120).unwrap());
    let report = Report::of(&setup, &[]);
    assert!(report.names("red").is_empty(), "{report:#?}");
    assert_eq!(report.names("yellow"), ["clock", "echo"], "{report:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_is_green_with_the_public_key() {
    let us = Sandbox::start().await.unwrap();
    let mut setup = Setup::new(&us);
    let report = Report::of(&setup, &[]);
    assert_eq!(report.value["level"], "green", "{report:#?}");
    assert_eq!(report.exit, Some(0));
    assert_eq!(
        report.names("skipped"),
        ["p12", "platform_certificates", "fetch"],
        "{report:#?}"
    );
    assert!(us.payouts().is_empty() && us.batches().is_empty());

    let shown = setup.run(&["doctor", "--lang", "zh"]);
    let shown = text(&shown.stdout);
    assert!(
        shown.contains("已就绪") && !shown.contains('\u{1b}'),
        "{shown}"
    );

    // Certificate and key from one file.
    setup.file(
        "apiclient_cert.p12",
        keys::p12(&us, us.merchant().mch_id.as_str()),
    );
    setup.settings.remove("certificate");
    setup.set("certificate.p12", "apiclient_cert.p12");
    let report = Report::of(&setup, &[]);
    assert_eq!(report.value["level"], "green", "{report:#?}");
    assert_eq!(report.level("p12"), "green");
    setup.file("apiclient_cert.p12", keys::p12(&us, "another"));
    let report = Report::of(&setup, &[]);
    assert_eq!(report.names("red"), ["p12"], "{report:#?}");
    setup.file(
        "apiclient_cert.p12",
        keys::p12(&us, us.merchant().mch_id.as_str()),
    );

    // APIv2 alone, from the environment.
    setup.settings.remove("v3");
    setup.settings.remove("platform");
    setup.settings.remove("v2");
    let key = us.merchant().api_v2_key.expose().to_owned();
    setup.env.push(("WXPAY_V2_KEY".to_owned(), key));
    let report = Report::of(&setup, &[]);
    assert_eq!(report.value["level"], "green", "{report:#?}");
    assert_eq!(report.level("echo"), "skipped");
    assert_eq!(report.level("wecom_query"), "green");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_is_green_with_certificates() {
    let us = Sandbox::builder()
        .trust(Trust::Certificates)
        .start()
        .await
        .unwrap();
    let mut setup = Setup::new(&us);
    setup.settings.remove("platform");
    setup.set("platform.certificates", "fetch");
    let report = Report::of(&setup, &[]);
    assert_eq!(report.value["level"], "green", "{report:#?}");
    assert_eq!(report.level("fetch"), "green");
    assert_eq!(report.level("echo"), "green");

    setup.file("platform.pem", us.platform_certificate_pems().remove(0));
    setup.set("platform.certificates", vec!["platform.pem"]);
    let report = Report::of(&setup, &[]);
    assert_eq!(report.value["level"], "green", "{report:#?}");
    assert_eq!(report.level("platform_certificates"), "green");

    setup.set("platform.certificates", "fetch");
    setup.file("v3_key", "x".repeat(32));
    let report = Report::of(&setup, &[]);
    assert_eq!(report.names("red"), ["fetch"], "{report:#?}");
}

#[test]
fn a_file_that_is_missing_is_red_and_an_unknown_option_is_usage() {
    let run = |arguments: &[&str]| {
        let folder = tempfile::tempdir().unwrap();
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_wxpay"));
        command
            .args(arguments)
            .current_dir(folder.path())
            .env_clear();
        command.output().unwrap()
    };
    let output = run(&["doctor", "--config", "nowhere.toml"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("nowhere.toml"));
    assert_eq!(run(&["doctor", "--online"]).status.code(), Some(2));
}

/// What the program printed with `--json`.
#[derive(Debug)]
struct Report {
    value: Value,
    exit: Option<i32>,
}

impl Report {
    fn of(setup: &Setup, arguments: &[&str]) -> Self {
        let output = setup.run(&[&["doctor", "--json"], arguments].concat());
        let out = text(&output.stdout);
        for file in ["v2_key", "v3_key", "wecom"] {
            let secret = std::fs::read_to_string(setup.path(file)).unwrap();
            assert!(!out.contains(secret.trim()), "{file} is in {out}");
        }
        let value = serde_json::from_slice(&output.stdout);
        let value = value.unwrap_or_else(|_| panic!("{}", text(&output.stderr)));
        Self {
            value,
            exit: output.status.code(),
        }
    }

    fn checks(&self) -> &Vec<Value> {
        self.value["checks"].as_array().unwrap()
    }

    fn names(&self, level: &str) -> Vec<&str> {
        let checks = self.checks().iter().filter(|check| check["level"] == level);
        checks
            .map(|check| check["check"].as_str().unwrap())
            .collect()
    }

    fn level(&self, name: &str) -> &str {
        let check = self.checks().iter().find(|check| check["check"] == name);
        check.unwrap()["level"].as_str().unwrap()
    }

    /// Whatever is red or yellow says what to do, unless its own words do.
    fn tells_what_to_do(&self) -> bool {
        let is_wrong = |check: &&Value| check["level"] == "red" || check["level"] == "yellow";
        self.checks().iter().filter(is_wrong).all(|check| {
            let said = check["said"].as_str().unwrap();
            check["to_do"].is_string() || said.contains(": set it in") || check["check"] == "config"
        })
    }
}
