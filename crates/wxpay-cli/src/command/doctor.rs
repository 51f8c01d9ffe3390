//! `wxpay doctor`: everything that can be wrong with a configuration, one line a check.
//!
//! It only reads: the files of the configuration, and queries about numbers that do not exist.

mod exam;
mod host;
mod keys;
mod merchant;
mod platform;
mod report;
mod settings;
mod v2;
mod v3;
mod verdict;

use std::process::ExitCode;

use crate::config::{Certificates, Config, ConfigArgs, SecretSource};
use crate::fail::Fail;
use crate::lang::Lang;

use self::exam::Exam;
use self::report::Report;
use self::verdict::Verdict;

/// How to look.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Check only what needs no connection
    #[arg(long)]
    offline: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

/// Makes every check and prints what it found; the code is 0 unless something is red.
pub(crate) async fn run(arguments: Arguments, lang: Lang) -> Result<ExitCode, Fail> {
    let Arguments {
        offline,
        json,
        config,
    } = arguments;
    let mut exam = Exam::new(offline);
    match Config::load(config) {
        Ok(config) => examine(&config, &mut exam).await,
        Err(fail) => exam.note("config", Verdict::failed(&fail)),
    }
    let report = Report::new(exam, lang);
    report.print(json)?;
    Ok(report.exit_code())
}

/// The checks in their order. Each names those without which it means nothing.
async fn examine(config: &Config, exam: &mut Exam) {
    exam.note("config", settings::config(config));
    exam.check("files", &[], || settings::files(config));
    exam.check("modes", &[], || settings::modes(config));
    exam.check("protocols", &[], || settings::protocols(config));
    exam.check("mch_id", &[], || settings::mch_id(config));
    exam.check("app_id", &[], || settings::app_id(config));
    exam.check("host", &[], || settings::host(config));

    // A file that can't be read stops the checks of that file alone.
    let secret = |source| settings::needs(config, vec![source], Vec::new());
    let v2_key = secret(config.v2_key_source());
    exam.check("v2_key", &v2_key, || keys::v2_key(config));
    let v3_key = secret(config.v3_key_source());
    exam.check("v3_key", &v3_key, || keys::v3_key(config));
    exam.check("keys_differ", &["v2_key", "v3_key"], || {
        keys::differ(config)
    });
    let wecom = secret(config.wecom_secret_source());
    exam.check("wecom_secret", &wecom, || keys::wecom_secret(config));

    let p12 = config.p12().map(SecretSource::File);
    let needs = [secret(p12.clone()), vec!["mch_id"]].concat();
    exam.check("p12", &needs, || merchant::p12(config));
    let key = config.private_key().map(SecretSource::File);
    let needs = settings::needs(config, vec![key, p12], vec![config.certificate()]);
    let needs = [needs, vec!["p12?"]].concat();
    exam.check("private_key", &needs, || merchant::private_key(config));
    exam.check("certificate", &needs, || merchant::certificate(config));
    exam.check("key_pair", &["private_key", "certificate"], || {
        merchant::key_pair(config)
    });
    exam.check("certificate_dates", &["certificate"], || {
        merchant::dates(config)
    });
    exam.check("certificate_owner", &["certificate", "mch_id"], || {
        merchant::owner(config)
    });

    let public = |files| settings::needs(config, Vec::new(), files);
    let needs = public(vec![config.public_key()]);
    exam.check("public_key", &needs, || platform::public_key(config));
    let needs = ["public_key", "key_pair"];
    exam.waiting("public_key_owner", &needs, platform::owner(config))
        .await;
    let files = match config.certificates() {
        Certificates::Files(files) => files.into_iter().map(Some).collect(),
        _ => Vec::new(),
    };
    let needs = [public(files), vec!["certificate?"]].concat();
    exam.check("platform_certificates", &needs, || {
        platform::certificates(config)
    });
    exam.check("trust", &["public_key?", "platform_certificates?"], || {
        platform::trust(config)
    });

    examine_online(config, exam).await;
}

/// The checks that ask WeChat Pay.
async fn examine_online(config: &Config, exam: &mut Exam) {
    exam.online("dns", &["host"], host::dns(config)).await;
    let needs = settings::needs(config, Vec::new(), vec![config.root()]);
    let needs = [needs, vec!["dns"]].concat();
    let reached = exam.online("tls", &needs, host::reach(config)).await;
    exam.check("clock", &["tls"], || host::clock(reached));

    let needs = ["tls", "mch_id", "app_id", "v2_key", "wecom_secret?"];
    exam.online("v2_query", &needs, v2::order_query(config))
        .await;
    let needs = ["v2_query", "key_pair", "certificate_dates"];
    let asked = exam
        .online("client_certificate", &needs, v2::ask_payment(config))
        .await;
    let needs = ["client_certificate", "wecom_secret"];
    exam.check("wecom_query", &needs, || v2::payment_query(asked));

    let needs = ["clock", "mch_id", "key_pair", "certificate_dates", "trust"];
    exam.online(
        "fetch",
        &[&needs[..], &["v3_key?"]].concat(),
        v3::fetch(config),
    )
    .await;
    let needs = [&needs[..], &["fetch?", "public_key_owner?"]].concat();
    exam.online("echo", &needs, v3::echo(config)).await;
    let needs = [&needs[..], &["echo?"]].concat();
    exam.online("v3_query", &needs, v3::query(config)).await;
}
