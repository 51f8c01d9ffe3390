use std::io::{Write, stderr};
use std::path::PathBuf;
use std::process::ExitCode;

use wxpay_payout::{BatchTransfers, RedPackets, Refunds, UserTransfers, Wecom};

use super::engine::{Payer, must_be_new};
use super::product::{Kind, Pays};
use super::report::{Report, WAITS, print};
use super::rows::Rows;
use super::settings::Settings;
use super::watch::watched;
use super::{JournalArgs, json, preflight};
use crate::config::{Config, ConfigArgs};
use crate::fail::Fail;
use crate::lang::Lang;

/// What is paid, and where it is written down.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The payouts, one a row; the first line names the columns
    #[arg(value_name = "FILE.csv")]
    file: PathBuf,
    /// The product: employee, transfer, red-packet, batch-transfer or refund; by default, what the
    /// column `product` of the file says, or else employee
    #[arg(long, value_enum, value_name = "PRODUCT", hide_possible_values = true)]
    product: Option<Kind>,
    #[command(flatten)]
    journal: JournalArgs,
    /// Create the journal: only if these payouts were never started with another one
    #[arg(long, conflicts_with = "sandbox")]
    new_journal: bool,
    /// Print what became of each payout as JSON
    #[arg(long)]
    json: bool,
    /// Pay in a sandbox that is started here and ends with the command, instead of at WeChat Pay
    #[arg(long)]
    sandbox: bool,
    /// Send again what was rejected for lack of money or for the merchant's settings, once the
    /// cause is out of the way
    #[arg(long)]
    again: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

pub(super) async fn run(arguments: Arguments, lang: Lang) -> Result<ExitCode, Fail> {
    let config = Config::load(arguments.config.clone())?;
    Settings::check(&config)?;
    if !arguments.sandbox {
        config.v3_mch_id()?;
    }
    let mut rows = Rows::open(&arguments.file)?;
    match rows.product(arguments.product, lang)? {
        Kind::Employee => pay::<Wecom>(&arguments, &config, rows, lang).await,
        Kind::Transfer => pay::<UserTransfers>(&arguments, &config, rows, lang).await,
        Kind::RedPacket => pay::<RedPackets>(&arguments, &config, rows, lang).await,
        Kind::BatchTransfer => pay::<BatchTransfers>(&arguments, &config, rows, lang).await,
        Kind::Refund => pay::<Refunds>(&arguments, &config, rows, lang).await,
    }
}

async fn pay<P: Pays>(
    arguments: &Arguments,
    config: &Config,
    rows: Rows,
    lang: Lang,
) -> Result<ExitCode, Fail> {
    let mut settings = Settings::read(config, P::KIND)?;
    let payer = if arguments.sandbox {
        Payer::<P>::sandbox(&mut settings).await?
    } else {
        P::needs(config)?;
        preflight::notes(config, lang)?;
        Payer::configured(config, &settings)?
    };
    let intents = rows.right(&payer, lang).await?;
    let journal = if payer.is_sandbox() {
        must_be_new(arguments.journal.path())?;
        payer.stock(&intents);
        arguments.journal.create(payer.owner())?
    } else {
        let found = if arguments.new_journal {
            None
        } else {
            arguments.journal.open_or_ask(payer.owner(), lang)?
        };
        P::asks(config, lang).await?;
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
    let options = settings.options().again(arguments.again);
    let (watch, options) = watched(options, intents.len(), lang);
    let reconciliation = payouts.run(intents, options).await;
    watch.end();
    let report = Report::of(&reconciliation, lang);
    if arguments.json {
        print(&json::text(&json::reconciliation(&reconciliation, P::KIND)))?;
    } else {
        print(&report.to_string())?;
    }
    if report.only_waits() && !report.is_all_paid() {
        writeln!(
            stderr(),
            "{}",
            lang.pick(
                "Run the same command again later, or wxpay payout resolve, to learn how those end that wait.",
                "以后再次运行同一命令或 wxpay payout resolve，即可得知等待中的结果。",
            )
        )?;
    } else if report.goes_on() {
        writeln!(
            stderr(),
            "{}",
            lang.pick(
                "Run the same command again to go on.",
                "再次运行同一命令即可继续。",
            )
        )?;
    }
    Ok(if report.is_all_paid() && report.is_paid_before() {
        ExitCode::from(PAID_BEFORE)
    } else if report.is_all_paid() {
        ExitCode::SUCCESS
    } else if report.only_waits() {
        ExitCode::from(WAITS)
    } else {
        ExitCode::FAILURE
    })
}

/// Every row is paid, but not all of them by this journal.
const PAID_BEFORE: u8 = 3;

pub(super) const COLUMNS: &str = "\
Columns of every product: intent (your own name for the payout: the same one is never paid twice), amount_fen, and product if
the file is to say it: employee, transfer, red-packet, batch-transfer or refund, the same in each row. The file is UTF-8. Other columns are
kept, and export writes them back.

  employee   openid, desc, and, where they apply, re_user_name (the real name, which is then checked), check_name, act_name,
             spbill_create_ip, ww_msg_type, approval_number, approval_type, agentid, device_info
  transfer   openid, transfer_scene_id, transfer_remark, a column such as report.活动名称 for each report of the scene, and
             where they apply, user_name (from 2,000 yuan on), notify_url, user_recv_perception
  red-packet openid, wishing, act_name, remark, send_name, client_ip, and, where they apply, scene_id (below 1 yuan and above
             200), msgappid (of service providers)
  batch-transfer
             openid, transfer_remark, batch_name, batch_remark, and, where they apply, user_name (from 2,000 yuan on),
             user_id_card, transfer_scene_id, notify_url
  refund     out_trade_no or transaction_id (the order), total_fen (its amount), and, where they apply, reason, notify_url,
             funds_account (AVAILABLE or UNSETTLED), sub_mch_id (that of the run, which is checked)

What is the same for all rows can be set in the configuration, and so can every waiting time and limit: in [payout] for
employee, in [payout.transfer], [payout.red-packet], [payout.batch-transfer] and [payout.refund] for the others.

One journal may hold payouts of several products of one merchant: each intent is there once, whatever it is paid with. Refunds
and red packets that a service provider makes need a journal for each sub-merchant.";
