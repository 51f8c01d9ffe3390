use std::process::ExitCode;

use super::engine::Payer;
use super::report::{Report, print};
use super::settings::Settings;
use super::watch::watched;
use super::{JournalArgs, json, preflight, unreadable};
use crate::config::{Config, ConfigArgs};
use crate::fail::Fail;
use crate::lang::Lang;

/// Whose payouts.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    journal: JournalArgs,
    /// Tell what became of each payout as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

pub(super) async fn run(arguments: Arguments, lang: Lang) -> Result<ExitCode, Fail> {
    let config = Config::load(arguments.config)?;
    let settings = Settings::read(config.payout())?;
    preflight::notes(&config, lang)?;
    let payer = Payer::configured(&config, &settings)?;
    let journal = arguments.journal.open(payer.owner())?;
    let payouts = payer.payouts(journal, &settings);
    let (watch, options) = watched(settings.options(), 0, lang);
    let reconciliation = payouts.resolve_all(options).await.map_err(unreadable)?;
    watch.end();
    let report = Report::of(&reconciliation, lang);
    if arguments.json {
        print(&json::text(&json::reconciliation(&reconciliation)))?;
    } else {
        print(&report.to_string())?;
    }
    Ok(if report.is_open() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}
