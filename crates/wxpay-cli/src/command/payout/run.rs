use std::io::{Write, stderr};
use std::path::PathBuf;
use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};
use wxpay_payout::{Intent, Progress, RunOptions};

use super::engine::Payer;
use super::report::Report;
use super::rows::{self, Rows};
use super::settings::Settings;
use super::{JournalArgs, stop};
use crate::config::{Config, ConfigArgs};
use crate::fail::Fail;
use crate::lang::Lang;
use crate::out::stdout;

/// What is paid, and where it is written down.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The payouts, one a row; the first line names the columns
    #[arg(value_name = "FILE.csv")]
    file: PathBuf,
    #[command(flatten)]
    journal: JournalArgs,
    /// Pay in a sandbox that is started here and ends with the command, instead of at WeChat Pay
    #[arg(long)]
    sandbox: bool,
    /// Send again what was rejected for want of money or for the merchant's settings, once that is mended
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
        for note in config.host_notes() {
            writeln!(stderr(), "{}", note.in_lang(lang))?;
        }
        Payer::configured(&config, &settings)?
    };
    let Rows { rows, mistakes, .. } = rows::read(&arguments.file, &payer)?;
    if !mistakes.is_empty() {
        for mistake in mistakes.in_lang(lang) {
            writeln!(stderr(), "{}: {mistake}", arguments.file.display())?;
        }
        let count = mistakes.count();
        let mistakes = if count == 1 { "mistake" } else { "mistakes" };
        return Err(Fail::usage(
            format!("{count} {mistakes}; nothing was paid"),
            format!("共 {count} 处错误；没有付款"),
        ));
    }
    let payouts = payer.payouts(&arguments.journal, &settings)?;
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
    let intents: Vec<Intent> = rows.into_iter().map(|row| row.intent).collect();
    let count = intents.len();
    let options = settings.options().again(arguments.again);
    let (bar, options) = watched(options, count, lang);
    let reconciliation = payouts.run(intents, options).await;
    bar.finish_and_clear();
    let report = Report::of(&reconciliation, lang);
    writeln!(stdout(), "{report}")?;
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
    Ok(if report.is_all_paid() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// A progress bar on the terminal, if there is one, and an end on Ctrl-C.
pub(super) fn watched(options: RunOptions, count: usize, lang: Lang) -> (ProgressBar, RunOptions) {
    let bar = ProgressBar::new(u64::try_from(count).unwrap_or(u64::MAX));
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} {msg} {elapsed}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let shown = bar.clone();
    let options = options.progress(move |progress: &Progress| {
        let Progress {
            paid,
            rejected,
            open,
            not_started,
            ..
        } = progress;
        shown.set_position(u64::try_from(paid + rejected + not_started).unwrap_or(u64::MAX));
        shown.set_message(lang.pick(
            format!("{paid} paid, {rejected} rejected, {open} open"),
            format!("已付 {paid}，被拒 {rejected}，未决 {open}"),
        ));
    });
    stop::on_signal(options.stop.clone(), lang);
    (bar, options)
}

pub(super) const COLUMNS: &str = "\
Columns: intent (your own name for the payout: the same one is never paid twice), openid, amount_fen, desc, and where they
apply re_user_name (the real name, which is then checked), check_name, act_name, spbill_create_ip, ww_msg_type,
approval_number, approval_type, agentid, device_info. The file is UTF-8. act_name and spbill_create_ip can be set for all
rows in [payout] of the configuration, and so can every waiting time and limit.";
