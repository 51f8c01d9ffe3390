use std::io::Write;
use std::process::ExitCode;

use super::engine::Payer;
use super::report::Report;
use super::run::watched;
use super::settings::Settings;
use super::{JournalArgs, unreadable};
use crate::config::{Config, ConfigArgs};
use crate::fail::Fail;
use crate::lang::Lang;
use crate::out::stdout;

/// Whose payouts.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    journal: JournalArgs,
    #[command(flatten)]
    config: ConfigArgs,
}

pub(super) async fn run(arguments: Arguments, lang: Lang) -> Result<ExitCode, Fail> {
    let config = Config::load(arguments.config)?;
    let settings = Settings::read(config.payout())?;
    let payer = Payer::configured(&config, &settings)?;
    arguments.journal.must_exist()?;
    let payouts = payer.payouts(&arguments.journal, &settings)?;
    let (bar, options) = watched(settings.options(), 0, lang);
    let reconciliation = payouts.resolve_all(options).await.map_err(unreadable)?;
    bar.finish_and_clear();
    let report = Report::of(&reconciliation, lang);
    writeln!(stdout(), "{report}")?;
    Ok(if report.goes_on() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}
