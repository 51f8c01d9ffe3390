//! The `wxpay` command.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

mod chinese;
mod command;
mod config;
mod csv_text;
mod fail;
mod help;
mod lang;
mod operation;
mod out;
mod parse_error;
mod private_file;
mod spreadsheet;
mod start;
mod table;
mod visible;
mod width;
mod wrap;

use std::env;
use std::io::stderr;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser};

use self::command::Command;
use self::lang::Lang;

/// WeChat Pay (微信支付) from a terminal
#[derive(Parser)]
#[command(name = "wxpay", version)]
struct Arguments {
    /// The language of what is printed: en or zh; that of the locale by default
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "LANG",
        hide_possible_values = true
    )]
    lang: Option<Lang>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let lang = Lang::of(env::args_os(), |name| env::var_os(name));
    let command = help::prepared(Arguments::command(), lang);
    let parsed = command
        .try_get_matches()
        .and_then(|matches| Arguments::from_arg_matches(&matches));
    let arguments = match parsed {
        Ok(arguments) => arguments,
        Err(error) => return parse_error::print(error, lang),
    };
    let lang = arguments.lang.unwrap_or(lang);
    let done = match arguments.command {
        Some(command) => command.run(lang).await,
        None => start::run(lang),
    };
    match done {
        Ok(code) => code,
        Err(fail) => {
            // If standard error is gone too, the exit code still tells.
            let _ = fail.write(&mut stderr().lock(), lang);
            ExitCode::from(fail.exit)
        }
    }
}
