//! `wxpay bill download`: a bill from WeChat Pay into a file that appears only when it is whole.

mod apply;
mod progress;
mod target;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::ValueEnum;
use serde_json::json;
use tempfile::NamedTempFile;
use tokio::task::JoinSet;
use wxpay_api::core::{Date, ErrorKind, InvalidInput};
use wxpay_api::transport::DownloadLimits;
use wxpay_api::{Error, FileError, v3};

use self::apply::Asked;
use self::progress::Bar;
use self::target::{Target, unwritable};
use crate::config::{Clients, Config, ConfigArgs};
use crate::fail::Fail;
use crate::lang::Lang;
use crate::out::stdout;

/// Which bill, and where it goes.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Which bill: trade (交易账单), trade-success or trade-refund of it, fund (资金账单),
    /// sub-merchant-fund (子商户资金账单), profit-sharing (分账账单), withdrawals (提现异常)
    #[arg(value_enum, value_name = "KIND", hide_possible_values = true)]
    kind: Kind,
    /// The day in China (UTC+8), such as 2026-01-31
    #[arg(value_name = "DATE")]
    date: String,
    /// The new file; one that is there is not overwritten
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The account of a fund bill: basic, which is taken without this, operation, fees, or deposit
    /// of a sub-merchant
    #[arg(long, value_enum, value_name = "ACCOUNT", hide_possible_values = true)]
    account: Option<Account>,
    /// Let the bill be sent packed with gzip, which is faster; the file is unpacked all the same
    #[arg(long)]
    tar: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

/// A bill that can be asked for by APIv3.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(super) enum Kind {
    Trade,
    TradeSuccess,
    TradeRefund,
    Fund,
    SubMerchantFund,
    ProfitSharing,
    Withdrawals,
}

/// An account whose fund bill is asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(super) enum Account {
    Basic,
    Operation,
    Fees,
    Deposit,
}

pub(super) async fn run(arguments: Arguments, lang: Lang) -> Result<ExitCode, Fail> {
    let date: Date = arguments.date.parse().map_err(|invalid: InvalidInput| {
        let shown = &arguments.date;
        Fail::usage(
            format!("invalid date {shown}"),
            format!("日期 {shown} 有误"),
        )
        .because(invalid)
    })?;
    let target = Target::new(&arguments.file)?;
    let config = Config::load(arguments.config)?;
    let asked = Asked {
        kind: arguments.kind,
        account: arguments.account,
        date,
        tar: arguments.tar,
        sub_mchid: config.sub_mch_id(),
    };
    asked.check()?;
    let client = Clients::new(&config)?.v3()?;
    let fetching = fetch(&client, &asked, &target);
    let bytes = tokio::select! {
        fetched = fetching => fetched?,
        signal = tokio::signal::ctrl_c() => {
            signal?;
            return Err(Fail::new(
                "stopped; nothing was kept of the file",
                "已停止；没有保留文件",
            )
            .exits(INTERRUPTED));
        }
    };
    let shown = arguments.file.display().to_string();
    if arguments.json {
        let value = json!({ "file": shown, "bytes": bytes, "date": date.to_string() });
        writeln!(stdout(), "{value:#}")?;
    } else {
        writeln!(
            stdout(),
            "{}",
            lang.pick(
                format!("{shown}: {bytes} bytes, with the digest that WeChat Pay gave"),
                format!("{shown}：{bytes} 字节，摘要与微信支付给出的一致"),
            )
        )?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Asks for the bill and writes its files side by side, since their URLs are good for minutes and
/// each can take longer.
async fn fetch(client: &v3::Client, asked: &Asked<'_>, target: &Target) -> Result<u64, Fail> {
    let parts = asked.apply(client).await.map_err(refused)?;
    let bar = Bar::new();
    let mut fetching = JoinSet::new();
    for (place, part) in parts.into_iter().enumerate() {
        let (client, mut out, mut bar) = (client.clone(), target.part()?, bar.clone());
        fetching.spawn(async move {
            let file = part.begin(&client).await?;
            let written = file.write_to(&mut out, |progress| bar.tell(progress));
            Ok((place, written.await?, out))
        });
    }
    let (mut bytes, mut written) = (0, BTreeMap::new());
    while let Some(ended) = fetching.join_next().await {
        let ended: Result<(usize, u64, NamedTempFile), FileError> = match ended {
            Ok(ended) => ended,
            Err(error) => return Err(not_written().because(error)),
        };
        let (place, length, out) = ended.map_err(|error| match error {
            FileError::Fetch(error) => refused(error),
            FileError::Write(error) => unwritable(target.path(), error),
            other => not_written().because(other),
        })?;
        bytes += length;
        written.insert(place, out);
    }
    bar.end();
    target.keep(written.into_values())?;
    Ok(bytes)
}

/// What WeChat Pay said, or why it said nothing. Nothing is lost by asking again.
fn refused(error: Error) -> Fail {
    let exit = match error.kind() {
        ErrorKind::Invalid(_) => 2,
        _ => 4,
    };
    Fail::new("the bill was not fetched", "没有取得账单")
        .because(error)
        .exits(exit)
}

fn not_written() -> Fail {
    Fail::new("the file was not written", "文件没有写入")
}

/// Bills of large merchants have gigabytes; beyond 16 GB WeChat Pay splits those that are
/// encrypted.
fn limits() -> DownloadLimits {
    DownloadLimits::DEFAULT
        .max_bytes(32 * 1024 * 1024 * 1024)
        .total_timeout(Duration::from_secs(6 * 3600))
}

const INTERRUPTED: u8 = 130;

pub(super) const EXAMPLES: &str = "\
Examples:
  `wxpay bill download trade 2026-01-31 trade.csv`
  `wxpay bill download fund 2026-01-31 fees.csv --account fees --tar`
  `wxpay bill download sub-merchant-fund 2026-01-31 fund.csv --sub-mch-id 1900000110`
  `wxpay bill totals trade.csv && wxpay bill reconcile trade.csv --orders orders.csv`

A service provider gets the trade bill of all its sub-merchants, or of one with --sub-mch-id or sub_mch_id in wxpay.toml.";
