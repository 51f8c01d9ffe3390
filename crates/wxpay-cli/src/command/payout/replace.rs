use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::json;
use wxpay_payout::{
    Alarm, BatchTransfers, Entry, IntentId, Journal, Number, PrepareError, RedPackets, Refunds,
    Settlement, State, UserTransfers, Wecom,
};

use super::attest::{intent, not_there};
use super::engine::Payer;
use super::product::{Kind, Pays};
use super::rows::Rows;
use super::settings::Settings;
use super::{JournalArgs, json, unreadable};
use crate::config::{Config, ConfigArgs};
use crate::fail::Fail;
use crate::lang::Lang;
use crate::out::stdout;

/// Which payout, and what is paid now.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The intent of the payout
    intent: String,
    /// The file with its row, corrected if that is needed
    #[arg(long, value_name = "FILE.csv")]
    file: PathBuf,
    #[command(flatten)]
    journal: JournalArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

pub(super) async fn run(arguments: Arguments, lang: Lang) -> Result<ExitCode, Fail> {
    let name = intent(&arguments.intent)?;
    let config = Config::load(arguments.config.clone())?;
    Settings::check(&config)?;
    config.v3_mch_id()?;
    let rows = Rows::open(&arguments.file)?;
    // A file that names another product is told so in its rows.
    match arguments.journal.product_of(&name).await? {
        Kind::Employee => replace::<Wecom>(&arguments, &config, &name, rows, lang).await,
        Kind::Transfer => replace::<UserTransfers>(&arguments, &config, &name, rows, lang).await,
        Kind::RedPacket => replace::<RedPackets>(&arguments, &config, &name, rows, lang).await,
        Kind::BatchTransfer => {
            replace::<BatchTransfers>(&arguments, &config, &name, rows, lang).await
        }
        Kind::Refund => replace::<Refunds>(&arguments, &config, &name, rows, lang).await,
    }
}

async fn replace<P: Pays>(
    arguments: &Arguments,
    config: &Config,
    name: &IntentId,
    rows: Rows,
    lang: Lang,
) -> Result<ExitCode, Fail> {
    let settings = Settings::read(config, P::KIND)?;
    let payer = Payer::<P>::configured(config, &settings)?;
    let intents = rows.right(&payer, lang).await?;
    let row = intents.into_iter().find(|intent| intent.id == *name);
    let intent = row.ok_or_else(|| {
        let shown = arguments.file.display();
        Fail::usage(
            format!("{shown} has no row with the intent {name}"),
            format!("{shown} 中没有 intent 为 {name} 的行"),
        )
    })?;
    let journal = arguments.journal.open(payer.owner())?;
    let entry = journal.by_intent(name).await.map_err(unreadable)?;
    let payouts = payer.payouts(journal, &settings);
    if entry.is_some_and(|entry| is_ready(&entry)) {
        let prepared = payouts
            .correct(&intent)
            .await
            .map_err(|error| not_ready(name, error))?;
        return ready(name, prepared.number(), None, arguments.json, lang);
    }
    let rejected = match payouts.find(name).await.map_err(unreadable)? {
        None => return Err(not_there(name)),
        Some(Settlement::Rejected(rejected)) => rejected,
        Some(Settlement::Paid(_)) => {
            return Err(Fail::new(
                format!("{name} is paid and can't be paid again"),
                format!("{name} 已付款，不能再次付款"),
            ));
        }
        Some(Settlement::Waiting(_)) => {
            return Err(Fail::new(
                format!("WeChat Pay holds {name}, and may still pay it: wait for its end"),
                format!("{name} 已由微信支付受理，仍可能付款：请等待最终结果"),
            ));
        }
        Some(Settlement::Unknown(_)) => {
            return Err(Fail::new(
                format!("{name} may be paid, or may still be: resolve it first"),
                format!("{name} 可能已付款，也可能仍会付款：请先查询结果（wxpay payout resolve）"),
            ));
        }
    };
    let before = rejected.number().clone();
    let prepared = match rejected.into_permit() {
        Ok(permit) => payouts.replace(permit, &intent).await,
        Err(rejected) => payouts.again(rejected, &intent).await,
    };
    let prepared = prepared.map_err(|error| not_ready(name, error))?;
    let failed = Some(&before).filter(|before| *before != prepared.number());
    ready(name, prepared.number(), failed, arguments.json, lang)
}

fn not_ready(name: &IntentId, error: PrepareError) -> Fail {
    Fail::new(
        format!("{name} was not made ready"),
        format!("未能准备 {name}"),
    )
    .because(error)
}

/// Says under which number it is ready; `failed` is the one before, if it is another.
fn ready(
    name: &IntentId,
    number: &Number,
    failed: Option<&Number>,
    as_json: bool,
    lang: Lang,
) -> Result<ExitCode, Fail> {
    if as_json {
        json::print(&json!({
            "intent": name.as_str(),
            "number": number.as_str(),
            "failed_number": failed.map(Number::as_str),
        }))?;
        return Ok(ExitCode::SUCCESS);
    }
    let said = match failed {
        None => lang.pick(
            format!("{name} is ready under the same number {number}. The next run pays it."),
            format!("{name} 已就绪，单号不变（{number}），下次运行时付款。"),
        ),
        Some(failed) => lang.pick(
            format!("{name} is ready under its next number {number}, since WeChat Pay declared {failed} failed. The next run pays it."),
            format!("{name} 已就绪，新单号为 {number}（微信支付已判定 {failed} 失败），下次运行时付款。"),
        ),
    };
    writeln!(stdout(), "{said}")?;
    Ok(ExitCode::SUCCESS)
}

/// Whether nothing of it is out, so that it can't be paid already.
fn is_ready(entry: &Entry) -> bool {
    entry.state == State::Prepared && entry.alarm != Some(Alarm::PaidLate)
}
