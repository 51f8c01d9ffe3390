use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::json;

use super::{JournalArgs, json};
use crate::fail::Fail;
use crate::lang::Lang;
use crate::out::stdout;

/// What is copied where.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    journal: JournalArgs,
    /// The copy to make; nothing may be at its path
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(arguments: &Arguments, lang: Lang) -> Result<ExitCode, Fail> {
    let journal = arguments.journal.read()?;
    let shown = arguments.to.display();
    journal.backup(&arguments.to).await?;
    if arguments.json {
        json::print(&json!({ "copy": arguments.to }))?;
        return Ok(ExitCode::SUCCESS);
    }
    writeln!(
        stdout(),
        "{}",
        lang.pick(
            format!("{shown} is a checked copy of the journal. Payouts that are made from now on are not in it."),
            format!("{shown} 是经过检查的付款日志副本，不含此后发起的付款。"),
        )
    )?;
    Ok(ExitCode::SUCCESS)
}
