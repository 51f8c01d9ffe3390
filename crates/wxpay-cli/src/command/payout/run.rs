use std::io::{Write, stderr};
use std::path::PathBuf;
use std::process::ExitCode;

use wxpay_payout::Intent;

use super::engine::{Payer, must_be_new};
use super::report::{Report, print};
use super::settings::Settings;
use super::watch::watched;
use super::{JournalArgs, json, preflight, rows};
use crate::config::{Config, ConfigArgs};
use crate::fail::Fail;
use crate::lang::Lang;

/// What is paid, and where it is written down.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The payouts, one a row; the first line names the columns
    #[arg(value_name = "FILE.csv")]
    file: PathBuf,
    #[command(flatten)]
    journal: JournalArgs,
    /// Make the journal: only if these payouts were never begun with another one
    #[arg(long, conflicts_with = "sandbox")]
    new_journal: bool,
    /// Tell what became of each payout as JSON
    #[arg(long)]
    json: bool,
    /// Pay in a sandbox that is started here and ends with the command, instead of at WeChat Pay
    #[arg(long)]
    sandbox: bool,
    /// Send again what was rejected for lack of money or for the merchant's settings, once the cause is out of the way
    #[arg(long)]
    again: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

pub(super) async fn run(arguments: Arguments, lang: Lang) -> Result<ExitCode, Fail> {
    let config = Config::load(arguments.config)?;
    let settings = Settings::read(config.payout())?;
    let payer = if arguments.sandbox {
        Payer::sandbox(&settings).await?
    } else {
        preflight::settings(&config)?;
        preflight::notes(&config, lang)?;
        Payer::configured(&config, &settings)?
    };
    let rows = rows::read_right(&arguments.file, &payer, lang).await?;
    let journal = if payer.is_sandbox() {
        must_be_new(arguments.journal.path())?;
        arguments.journal.create(payer.owner())?
    } else {
        let found = if arguments.new_journal {
            None
        } else {
            arguments.journal.open_or_ask(payer.owner(), lang)?
        };
        preflight::queries(&config, lang).await?;
        match found {
            Some(journal) => journal,
            None => arguments.journal.create(payer.owner())?,
        }
    };
    let payouts = payer.payouts(journal, &settings);
    if let Some(url) = payer.sandbox_url() {
        writeln!(
            stderr(),
            "{}",
            lang.pick(
                format!("A sandbox at {url} pays; no real money moves."),
                format!("由沙箱 {url} 付款，不涉及真实资金。"),
            )
        )?;
    }
    let intents: Vec<Intent> = rows.rows.into_iter().map(|row| row.intent).collect();
    let options = settings.options().again(arguments.again);
    let (watch, options) = watched(options, intents.len(), lang);
    let reconciliation = payouts.run(intents, options).await;
    watch.end();
    let report = Report::of(&reconciliation, lang);
    if arguments.json {
        print(&json::text(&json::reconciliation(&reconciliation)))?;
    } else {
        print(&report.to_string())?;
    }
    if report.goes_on() {
        writeln!(
            stderr(),
            "{}",
            lang.pick(
                "Run the same command again to go on.",
                "再次运行同一命令即可继续。",
            )
        )?;
    }
    Ok(if !report.is_all_paid() {
        ExitCode::FAILURE
    } else if report.is_paid_before() {
        ExitCode::from(PAID_BEFORE)
    } else {
        ExitCode::SUCCESS
    })
}

/// Every row is paid, but not all of them by this journal.
const PAID_BEFORE: u8 = 3;

pub(super) const COLUMNS: &str = "\
Columns: intent (your own name for the payout: the same one is never paid twice), openid, amount_fen, desc, and where they
apply re_user_name (the real name, which is then checked), check_name, act_name, spbill_create_ip, ww_msg_type,
approval_number, approval_type, agentid, device_info. Other columns are kept, and export writes them back. The file is UTF-8.
act_name and spbill_create_ip can be set for all rows in [payout] of the configuration, and so can every waiting time and
limit.";
