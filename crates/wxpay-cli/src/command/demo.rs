//! The demonstration: eight steps against the sandbox, each checked against the sandbox's own
//! books.

mod clients;
mod report;
mod steps;

use std::error::Error;
use std::io::Write;
use std::process::ExitCode;

use clap::Args;
use wxpay_sandbox::Sandbox;

use crate::fail::Fail;
use crate::lang::Lang;
use crate::out::stdout;

use self::clients::Clients;
use self::report::Report;

/// How to print it.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs every step and prints the table; the code says whether all of them hold.
pub(crate) async fn run(arguments: &Arguments, lang: Lang) -> Result<ExitCode, Fail> {
    let sandbox = Sandbox::start().await.map_err(stopped)?;
    let clients = Clients::new(&sandbox).map_err(stopped)?;
    let url = sandbox.base_url();
    if !arguments.json {
        let begins = lang.pick(
            format!("A local WeChat Pay runs at {url} and checks every signature. Nothing leaves this machine.\n"),
            format!("本地微信支付沙箱运行于 {url}，会检查每个签名。所有数据都不离开本机。\n"),
        );
        writeln!(stdout(), "{begins}")?;
    }
    let mut report = Report::new(lang);
    steps::run_all(&sandbox, &clients, &mut report)
        .await
        .map_err(stopped)?;
    if arguments.json {
        writeln!(stdout(), "{:#}", report.json())?;
    } else {
        writeln!(stdout(), "{report}")?;
    }
    Ok(if report.holds() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn stopped(error: impl Into<Box<dyn Error + Send + Sync>>) -> Fail {
    Fail::new("the demonstration stopped", "演示中断").because(error)
}
