use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use wxpay_payout::{BatchTransfers, Recovery, RedPackets, Refunds, UserTransfers, Wecom};

use super::JournalArgs;
use super::engine::Payer;
use super::product::{Kind, Pays};
use super::report::{Report, print, some};
use super::rows::Rows;
use super::settings::Settings;
use super::watch::watched;
use super::{json, preflight};
use crate::chinese::payout_text;
use crate::config::{Config, ConfigArgs};
use crate::fail::Fail;
use crate::lang::Lang;
use crate::visible::visible;

/// Whose journal, and where it is made.
#[derive(clap::Args)]
#[command(mut_arg("journal", |journal| journal.help(JOURNAL)))]
pub(crate) struct Arguments {
    /// All payouts that the lost journal may have had
    #[arg(value_name = "FILE.csv")]
    file: PathBuf,
    /// What was paid with: employee, transfer, red-packet, batch-transfer or refund; without it
    /// what the column `product` of the file says, or else employee
    #[arg(long, value_enum, value_name = "PRODUCT", hide_possible_values = true)]
    product: Option<Kind>,
    #[command(flatten)]
    journal: JournalArgs,
    /// Tell it as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

pub(super) async fn run(arguments: Arguments, lang: Lang) -> Result<ExitCode, Fail> {
    let config = Config::load(arguments.config.clone())?;
    Settings::check(&config)?;
    config.v3_mch_id()?;
    let mut rows = Rows::open(&arguments.file)?;
    match rows.product(arguments.product, lang)? {
        Kind::Employee => rebuild::<Wecom>(&arguments, &config, rows, lang).await,
        Kind::Transfer => rebuild::<UserTransfers>(&arguments, &config, rows, lang).await,
        Kind::RedPacket => rebuild::<RedPackets>(&arguments, &config, rows, lang).await,
        Kind::BatchTransfer => rebuild::<BatchTransfers>(&arguments, &config, rows, lang).await,
        Kind::Refund => rebuild::<Refunds>(&arguments, &config, rows, lang).await,
    }
}

async fn rebuild<P: Pays>(
    arguments: &Arguments,
    config: &Config,
    rows: Rows,
    lang: Lang,
) -> Result<ExitCode, Fail> {
    let settings = Settings::read(config, P::KIND)?;
    P::needs(config)?;
    let payer = Payer::<P>::configured(config, &settings)?;
    let intents = rows.right(&payer, lang).await?;
    preflight::notes(config, lang)?;
    P::asks(config, lang).await?;
    let journal = arguments.journal.open_or_create(payer.owner())?;
    let payouts = payer.payouts(journal, &settings);
    let (watch, options) = watched(settings.options(), intents.len(), lang);
    let recovery = payouts.recover(intents, options).await;
    watch.end();
    if arguments.json {
        print(&json::text(&json::recovery(&recovery, P::KIND)))?;
    } else {
        print(&text(&recovery, lang))?;
    }
    Ok(if recovery.is_complete() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn text(recovery: &Recovery, lang: Lang) -> String {
    let Recovery {
        found,
        not_known,
        kept,
        failed,
        ..
    } = recovery;
    let mut text = Report::of(found, lang).recovered().to_string();
    let (not_known, kept) = (not_known.len(), kept.len());
    let counts = lang.pick(
        format!("\n{not_known} not known to WeChat Pay: the next run pays them. {kept} were in the journal already."),
        format!("\n微信支付没有记录的有 {not_known} 笔，下次运行时付款；日志中原有 {kept} 笔。"),
    );
    text.push_str(&counts);
    let lines = failed.iter().map(|line| {
        let (intent, reason) = (&line.intent, visible(&line.reason));
        lang.pick(
            format!("{intent} could not be found out about: {reason}"),
            format!("{intent} 未能查明：{}", payout_text(&reason)),
        )
    });
    // Writing to a string can't fail.
    let _ = some(&mut text, lang, lines);
    if !failed.is_empty() {
        let again = lang.pick(
            "\nRecover again with the same journal before anything is paid.",
            "\n付款之前，请用同一付款日志再次执行 recover。",
        );
        let _ = text.write_str(again);
    }
    text
}

const JOURNAL: &str = "The journal to make, or one that an earlier recovery did not finish";
