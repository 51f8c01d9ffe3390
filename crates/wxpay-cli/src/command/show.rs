//! `wxpay show`: everything that the catalogue has of one operation.

mod json;
mod page;
mod tree;

use std::io::Write;
use std::process::ExitCode;

use crate::fail::Fail;
use crate::lang::Lang;
use crate::operation;
use crate::out::stdout;

/// What to show.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The name of the operation, as `wxpay list` has it
    #[arg(value_name = "NAME")]
    name: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments, lang: Lang) -> Result<ExitCode, Fail> {
    let operation = operation::find(&arguments.name)?;
    let text = if arguments.json {
        format!("{:#}\n", json::of(operation)?)
    } else {
        page::of(operation, lang)
    };
    stdout().write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
