//! The demonstration: eight steps against the sandbox, each checked against the sandbox's own books.

mod clients;
mod report;
mod steps;

use std::error::Error;
use std::io::{Write, stdout};
use std::process::ExitCode;

use wxpay_sandbox::Sandbox;

use self::clients::Clients;
use self::report::Report;

/// Runs every step and prints the table; the code says whether all of them hold.
pub(crate) async fn run() -> Result<ExitCode, Box<dyn Error>> {
    let sandbox = Sandbox::start().await?;
    let clients = Clients::new(&sandbox)?;
    writeln!(
        stdout(),
        "A local WeChat Pay runs at {} and checks every signature. Nothing leaves this machine.\n",
        sandbox.base_url(),
    )?;
    let mut report = Report::default();
    steps::run_all(&sandbox, &clients, &mut report).await?;
    writeln!(stdout(), "{report}")?;
    Ok(if report.holds() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
