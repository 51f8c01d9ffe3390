use std::io::Write;
use std::process::ExitCode;

use serde_json::json;
use wxpay_explain::{Language, Report, Verdict, causes};

use super::input::{self, CaptureArgs};
use super::keys::{KnownArgs, language};
use crate::fail::Fail;
use crate::lang::Lang;
use crate::out::stdout;

/// What was captured, and what is known.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    capture: CaptureArgs,
    /// The text that your program signed or verified, as it logged it, to see what differs: a text,
    /// @FILE or -
    #[arg(long, value_name = "TEXT")]
    signed_text: Option<String>,
    /// List everything that can be found, and look at no message
    #[arg(long)]
    list: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    known: KnownArgs,
}

pub(crate) fn run(arguments: Arguments, lang: Lang) -> Result<ExitCode, Fail> {
    if arguments.list {
        list(arguments.json, language(lang))?;
        return Ok(ExitCode::SUCCESS);
    }
    let capture = arguments.capture.read()?;
    let mut known = arguments.known.load()?;
    if let Some(text) = &arguments.signed_text {
        known.context = known.context.signed_text(input::text(text)?);
    }
    let report = wxpay_explain::explain(&capture, &known.keys, &known.context);
    print(&report, arguments.json, lang)?;
    Ok(code(&report))
}

pub(super) fn print(report: &Report, json: bool, lang: Lang) -> Result<(), Fail> {
    let mut text = if json {
        report.to_json()
    } else {
        report.to_text(language(lang))
    };
    if json {
        text.push('\n');
    }
    stdout().write_all(text.as_bytes())?;
    Ok(())
}

/// 0 only when everything was checked and holds.
pub(super) fn code(report: &Report) -> ExitCode {
    if report.verdict() == Verdict::Holds {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn list(json: bool, language: Language) -> Result<(), Fail> {
    let mut out = stdout().lock();
    for cause in causes() {
        let (id, severity) = (cause.id(), cause.severity().name());
        if json {
            let both =
                [Language::English, Language::Chinese].map(|language| cause.sentence(language));
            let [en, zh] = both;
            let message = json!({"en": en, "zh": zh});
            writeln!(
                out,
                "{}",
                json!({"id": id, "severity": severity, "message": message})
            )?;
        } else {
            writeln!(out, "{id} ({severity})\n  {}", cause.sentence(language))?;
        }
    }
    Ok(())
}

const EXAMPLES: &str = "\
Examples:
  wxpay explain request.xml --v2-key-file v2.key
  pbpaste | wxpay explain --certificate apiclient_cert.pem
  wxpay explain body.json -H 'Wechatpay-Serial: …' -H 'Wechatpay-Signature: …' -H 'Wechatpay-Timestamp: …' -H 'Wechatpay-Nonce: …' --public-key-id PUB_KEY_ID_… --public-key pub_key.pem
  wxpay explain request.txt --signed-text @signed.txt
  wxpay explain reply.xml --url /mmpaymkttransfers/promotion/transfers";
