use std::io::Write;
use std::process::ExitCode;

use serde_json::json;
use wxpay_payout::{
    BatchTransfers, IntentId, RedPackets, Refunds, Settlement, UserTransfers, Wecom,
};

use super::engine::Payer;
use super::product::{Kind, Pays};
use super::settings::Settings;
use super::{JournalArgs, json, preflight, unreadable};
use crate::config::{Config, ConfigArgs};
use crate::fail::Fail;
use crate::lang::Lang;
use crate::out::stdout;

/// Which payout, and on whose word.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The intent of the payout
    intent: String,
    #[command(flatten)]
    journal: JournalArgs,
    /// Who attests it: a name that can be asked later
    #[arg(long, value_name = "NAME")]
    who: String,
    /// What shows that it was not paid, such as the bill of the day and where it is kept
    #[arg(long, value_name = "TEXT")]
    evidence: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

pub(super) async fn run(arguments: Arguments, lang: Lang) -> Result<ExitCode, Fail> {
    for (name, text) in [
        ("--who", &arguments.who),
        ("--evidence", &arguments.evidence),
    ] {
        if text.trim().is_empty() || text.chars().any(char::is_control) {
            return Err(Fail::usage(
                format!("{name} must be one line of text"),
                format!("{name} 必须是一行非空文本"),
            ));
        }
    }
    let intent = intent(&arguments.intent)?;
    let config = Config::load(arguments.config.clone())?;
    Settings::check(&config)?;
    preflight::notes(&config, lang)?;
    match arguments.journal.product_of(&intent).await? {
        Kind::Employee => attest::<Wecom>(&arguments, &config, &intent, lang).await,
        Kind::Transfer => attest::<UserTransfers>(&arguments, &config, &intent, lang).await,
        Kind::RedPacket => attest::<RedPackets>(&arguments, &config, &intent, lang).await,
        Kind::BatchTransfer => attest::<BatchTransfers>(&arguments, &config, &intent, lang).await,
        Kind::Refund => attest::<Refunds>(&arguments, &config, &intent, lang).await,
    }
}

async fn attest<P: Pays>(
    arguments: &Arguments,
    config: &Config,
    intent: &IntentId,
    lang: Lang,
) -> Result<ExitCode, Fail> {
    let settings = Settings::read(config, P::KIND)?;
    let payer = Payer::<P>::configured(config, &settings)?;
    let journal = arguments.journal.open(payer.owner())?;
    let payouts = payer.payouts(journal, &settings);
    let settlement = payouts.find(intent).await.map_err(unreadable)?;
    let unknown = match settlement {
        None => return Err(not_there(intent)),
        Some(Settlement::Unknown(unknown)) => unknown,
        Some(Settlement::Paid(_)) => {
            return Err(Fail::new(
                format!("{intent} is paid: there is nothing to attest"),
                format!("{intent} 已付款，无需确认"),
            ));
        }
        Some(Settlement::Waiting(_)) => {
            return Err(Fail::new(
                format!(
                    "WeChat Pay holds {intent} until somebody acts: there is nothing to attest"
                ),
                format!("{intent} 已由微信支付受理，正在等待处理，无需确认"),
            ));
        }
        Some(Settlement::Rejected(_)) => {
            return Err(Fail::new(
                format!("{intent} is settled as not paid already"),
                format!("{intent} 已记为未付，无需确认"),
            ));
        }
    };
    let attested = payouts
        .attest_failed(unknown, &arguments.who, &arguments.evidence)
        .await
        .map_err(|error| {
            Fail::new(
                format!("{intent} was not declared failed"),
                format!("未将 {intent} 记为失败"),
            )
            .because(error)
        })?;
    if arguments.json {
        let (state, number) = match &attested {
            Settlement::Paid(paid) => ("paid", Some(paid.number().as_str())),
            _ => ("failed", None),
        };
        json::print(&json!({ "intent": intent.as_str(), "state": state, "number": number }))?;
        return Ok(ExitCode::SUCCESS);
    }
    let said = match attested {
        Settlement::Paid(paid) => lang.pick(
            format!(
                "{intent} is paid ({}): WeChat Pay says so now",
                paid.number()
            ),
            format!("{intent} 已付款（{}）：微信支付现已确认", paid.number()),
        ),
        _ => lang.pick(
            format!(
                "{intent} is declared failed. wxpay payout replace makes it ready to be paid again"
            ),
            format!("{intent} 已记为失败。如需再次付款，请先执行 wxpay payout replace"),
        ),
    };
    writeln!(stdout(), "{said}")?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn intent(name: &str) -> Result<IntentId, Fail> {
    name.parse()
        .map_err(|error: wxpay_api::core::InvalidInput| {
            Fail::usage("invalid intent", "intent 有误").because(error)
        })
}

pub(super) fn not_there(intent: &IntentId) -> Fail {
    Fail::usage(
        format!("the journal has no payout {intent}"),
        format!("付款日志中没有 {intent}"),
    )
}
