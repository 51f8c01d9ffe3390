//! The `wxpay` command.

mod demo;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// WeChat Pay (微信支付) from a terminal.
#[derive(Parser)]
#[command(name = "wxpay", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start a local WeChat Pay, make real calls to it over mutual TLS, and show what each one proved
    ///
    /// Nothing leaves this machine. The exit code is 0 only when every step holds.
    Demo,
}

#[tokio::main]
async fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Demo => demo::run().await,
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            let mut source = error.source();
            while let Some(cause) = source {
                eprintln!("  caused by: {cause}");
                source = cause.source();
            }
            ExitCode::FAILURE
        }
    }
}
