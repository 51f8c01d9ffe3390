//! `wxpay doctor`: all green on what is right, and the right line red on each thing that is wrong.

use rcgen::{CertificateParams, DnType, KeyPair, PKCS_RSA_SHA256, RsaKeySize, date_time_ymd};
use serde_json::Value;
use wxpay_api::core::Timestamp;
use wxpay_sandbox::{Api, Fault, Sandbox, Trust};

use crate::setup::{Setup, text};

/// What is wrong, and the lines that say so.
struct Broken {
    what: &'static str,
    red: &'static [&'static str],
    yellow: &'static [&'static str],
    arguments: &'static [&'static str],
    /// Makes it wrong. The second sandbox is another merchant's.
    how: fn(&mut Setup, &Sandbox, &Sandbox),
}

impl Broken {
    const fn red(
        what: &'static str,
        red: &'static [&'static str],
        how: fn(&mut Setup, &Sandbox, &Sandbox),
    ) -> Self {
        Self {
            what,
            red,
            yellow: &[],
            arguments: &[],
            how,
        }
    }

    const fn yellow(
        what: &'static str,
        yellow: &'static [&'static str],
        how: fn(&mut Setup, &Sandbox, &Sandbox),
    ) -> Self {
        Self {
            yellow,
            ..Self::red(what, &[], how)
        }
    }

    const fn also_yellow(self, yellow: &'static [&'static str]) -> Self {
        Self { yellow, ..self }
    }

    const fn offline(self) -> Self {
        Self {
            arguments: &["--offline"],
            ..self
        }
    }
}

const BROKEN: &[Broken] = &[
    Broken::red("a word that is no setting", &["config"], |setup, _, _| {
        setup.set("mchid", "1900000109");
    }),
    Broken::red("a file that is not there", &["files"], |setup, _, _| {
        setup.set("certificate.private_key", "key.pem");
    }),
    Broken::red("a key that others may read", &["modes"], |setup, _, _| {
        setup.mode("v2_key", 0o640);
    }),
    Broken::red(
        "a merchant number with letters",
        &["mch_id"],
        |setup, _, _| {
            setup.set("mch_id", "mch1900000109");
        },
    ),
    Broken::red("an app id with a blank", &["app_id"], |setup, _, _| {
        setup.set("app_id", "wx8888 ");
    }),
    Broken::red("no app id", &["app_id"], |setup, _, _| {
        setup.unset("app_id")
    }),
    Broken::red("plain HTTP", &["host"], |setup, _, _| {
        setup.set("base_url", "http://api.mch.weixin.qq.com");
    }),
    Broken::red(
        "the sandbox's root at WeChat Pay",
        &["host"],
        |setup, _, _| {
            setup.set("base_url", "https://api.mch.weixin.qq.com");
        },
    )
    .offline(),
    Broken::red("an APIv2 key of 31", &["v2_key"], |setup, _, _| {
        setup.file("v2_key", "x".repeat(31));
    }),
    Broken::red(
        "a blank behind the APIv2 key",
        &["v2_key"],
        |setup, us, _| {
            setup.file(
                "v2_key",
                format!("{} \n", us.merchant().api_v2_key.expose()),
            );
        },
    ),
    Broken::red("an APIv2 key with a sign", &["v2_key"], |setup, _, _| {
        setup.file("v2_key", format!("{}!", "x".repeat(31)));
    }),
    Broken::red("an APIv3 key of 33", &["v3_key"], |setup, _, _| {
        setup.file("v3_key", "x".repeat(33));
    }),
    Broken::yellow("one key for both", &["keys_differ"], |setup, us, _| {
        setup.file("v3_key", us.merchant().api_v2_key.expose());
    }),
    Broken::red(
        "a blank in the WeCom secret",
        &["wecom_secret"],
        |setup, _, _| {
            setup.file("wecom", "two words");
        },
    ),
    Broken::red(
        "an encrypted private key",
        &["private_key"],
        |setup, us, _| {
            let key = us.merchant().client_key_pem.expose();
            let key = key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
            setup.file("apiclient_key.pem", key);
        },
    ),
    Broken::red("two private keys", &["private_key"], |setup, us, _| {
        let key = us.merchant().client_key_pem.expose();
        setup.file("apiclient_key.pem", key.repeat(2));
    }),
    Broken::red(
        "a certificate without its key",
        &["private_key", "certificate"],
        |setup, _, _| {
            setup.unset("certificate.private_key");
        },
    ),
    Broken::red(
        "the key in the certificate's place",
        &["certificate"],
        |setup, us, _| {
            setup.file("apiclient_cert.pem", us.merchant().client_key_pem.expose());
        },
    ),
    Broken::red("another merchant's key", &["key_pair"], |setup, _, them| {
        setup.file("apiclient_key.pem", them.merchant().client_key_pem.expose());
    }),
    Broken::red(
        "an expired certificate",
        &["certificate_dates"],
        |setup, us, _| {
            let number = us.merchant().mch_id.as_str();
            setup.file("apiclient_cert.pem", certificate(us, number, -1));
        },
    )
    .offline(),
    Broken::yellow(
        "a certificate that expires soon",
        &["certificate_dates"],
        |setup, us, _| {
            let number = us.merchant().mch_id.as_str();
            setup.file("apiclient_cert.pem", certificate(us, number, 20));
        },
    )
    .offline(),
    Broken::yellow(
        "a certificate in another name",
        &["certificate_owner"],
        |setup, us, _| {
            setup.file("apiclient_cert.pem", certificate(us, "1900000109", 400));
        },
    )
    .offline(),
    Broken::red(
        "another merchant's certificate",
        &["client_certificate", "echo"],
        |setup, _, them| {
            let them = them.merchant();
            setup.file("apiclient_cert.pem", &them.client_cert_pem);
            setup.file("apiclient_key.pem", them.client_key_pem.expose());
        },
    )
    .also_yellow(&["certificate_owner"]),
    Broken::red("a p12 that is none", &["p12"], |setup, _, _| {
        setup.file("apiclient_cert.p12", "not a p12");
        setup.set("certificate.p12", "apiclient_cert.p12");
    }),
    Broken::red(
        "a serial number for a public key's id",
        &["public_key"],
        |setup, us, _| {
            setup.set("platform.public_key_id", us.merchant().serial_no.as_str());
        },
    ),
    Broken::red(
        "a public key without its id",
        &["public_key"],
        |setup, _, _| {
            setup.unset("platform.public_key_id");
        },
    ),
    Broken::red(
        "a certificate for a public key",
        &["public_key"],
        |setup, us, _| {
            setup.file("pub_key.pem", &us.merchant().client_cert_pem);
        },
    ),
    Broken::red(
        "the merchant's own public key",
        &["public_key_owner"],
        |setup, us, _| {
            setup.file("pub_key.pem", key(us).public_key_pem());
        },
    ),
    Broken::red(
        "another public key than WeChat Pay's",
        &["echo"],
        |setup, _, them| {
            setup.file("pub_key.pem", &them.merchant().platform_public_key_pem);
        },
    ),
    Broken::red(
        "another id than the public key's",
        &["echo"],
        |setup, _, them| {
            setup.set(
                "platform.public_key_id",
                them.merchant().platform_key_id.as_str(),
            );
        },
    ),
    Broken::red(
        "the merchant's own for a platform certificate",
        &["platform_certificates"],
        |setup, _, _| {
            setup.set("platform.certificates", vec!["apiclient_cert.pem"]);
        },
    ),
    Broken::red(
        "an expired platform certificate",
        &["platform_certificates"],
        |setup, _, _| {
            let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
            setup.file("platform.pem", certificate_of(&key, "Tenpay", -1));
            setup.set("platform.certificates", vec!["platform.pem"]);
        },
    ),
    Broken::red("no key of WeChat Pay", &["trust"], |setup, _, _| {
        setup.settings.remove("platform");
    }),
    Broken::red("nobody at the port", &["tls"], |setup, _, _| {
        setup.set("base_url", "https://127.0.0.1:1");
    }),
    Broken::red("another authority", &["tls"], |setup, _, them| {
        setup.file("ca.pem", them.ca_pem());
    }),
    Broken::red(
        "the APIv2 key of another merchant",
        &["v2_query"],
        |setup, _, them| {
            setup.file("v2_key", them.merchant().api_v2_key.expose());
        },
    ),
    Broken::red(
        "the app of another merchant",
        &["v2_query"],
        |setup, _, them| {
            setup.set("app_id", them.merchant().appid.as_str());
        },
    ),
    Broken::red(
        "the number of another merchant",
        &["v2_query", "echo"],
        |setup, _, them| {
            setup.set("mch_id", them.merchant().mch_id.as_str());
        },
    )
    .also_yellow(&["certificate_owner"]),
    Broken::red(
        "a company that is not bound",
        &["wecom_query"],
        |_, us, _| {
            us.inject(
                Api::PayoutQuery,
                Fault::error_code("WORKWX_MCHID_ERROR", "校验失败"),
            )
            .unwrap();
        },
    ),
    Broken::red("no certificates to fetch", &["fetch"], |setup, _, _| {
        setup.settings.remove("platform");
        setup.set("platform.certificates", "fetch");
    }),
];

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

fn key(sandbox: &Sandbox) -> KeyPair {
    KeyPair::from_pem(sandbox.merchant().client_key_pem.expose()).unwrap()
}

/// A certificate for the merchant's key that has so many days to go.
fn certificate(sandbox: &Sandbox, common_name: &str, days: i64) -> String {
    certificate_of(&key(sandbox), common_name, days)
}

fn certificate_of(key: &KeyPair, common_name: &str, days: i64) -> String {
    let moment = |days: i64| {
        let unix = Timestamp::now().unix() + days * 24 * 3600 + 3600;
        date_time_ymd(1970, 1, 1) + std::time::Duration::from_secs(unix.try_into().unwrap())
    };
    let mut params = CertificateParams::default();
    params
        .distinguished_name
        .push(DnType::CommonName, common_name);
    params.not_before = moment(-1000);
    params.not_after = moment(days);
    params.self_signed(key).unwrap().pem()
}
