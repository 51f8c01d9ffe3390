//! The commands, one file each.

mod completions;
mod demo;
mod payout;
mod sandbox_client;

use std::process::ExitCode;

use clap::Subcommand;

use crate::fail::Fail;
use crate::lang::Lang;

/// What to do.
#[derive(Subcommand)]
#[allow(clippy::large_enum_variant)] // made once
pub(crate) enum Command {
    /// Start a local WeChat Pay, make real calls to it over mutual TLS, and show what each one proved
    ///
    /// Nothing leaves this machine. The exit code is 0 only when every step holds.
    Demo,
    /// Pay out to employees (向员工付款) from a CSV file, each row once, whatever happens
    #[command(subcommand)]
    Payout(payout::Command),
    /// Print a script that completes the arguments of `wxpay` in a shell
    Completions(completions::Arguments),
}

impl Command {
    /// Does it, and says with which code the process ends.
    pub(crate) async fn run(self, lang: Lang) -> Result<ExitCode, Fail> {
        match self {
            Self::Demo => demo::run().await,
            Self::Payout(command) => command.run(lang).await,
            Self::Completions(arguments) => completions::run(&arguments),
        }
    }
}
