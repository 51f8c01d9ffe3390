//! `wxpay show`: everything that the catalogue has of one operation.

mod json;
mod page;
mod tree;

use std::io::Write;
use std::process::ExitCode;

use crate::fail::Fail;
use crate::lang::Lang;
use crate::out::stdout;
use crate::{operation, width, wrap};

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
        let page = page::of(operation, lang);
        match width::of_tables() {
            Some(_) => wrap::fit_items(&page, width::of_text()),
            None => page,
        }
    };
    stdout().write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
