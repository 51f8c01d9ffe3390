use std::io::Write;
use std::process::ExitCode;

use clap::{Arg, Command, CommandFactory};
use clap_complete::Shell;
use wxpay_catalog::{Entry, entries};

use super::call;
use crate::Arguments as Wxpay;
use crate::fail::Fail;
use crate::operation::is_notification;
use crate::out::stdout;

/// For which shell.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The shell: put the script where it looks for completions, such as
    /// `wxpay completions bash > /etc/bash_completion.d/wxpay`
    shell: Shell,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Fail> {
    let mut script = Vec::new();
    let mut command = with_names(Wxpay::command());
    clap_complete::generate(arguments.shell, &mut command, "wxpay", &mut script);
    stdout().write_all(&script)?;
    Ok(ExitCode::SUCCESS)
}

/// The command with the names of the operations, which are no subcommands: a script of all their arguments would be too large
/// for a shell.
fn with_names(command: Command) -> Command {
    let all = || entries().iter();
    let names: Vec<&str> = all().map(Entry::name).collect();
    let callable = all().filter(|entry| !is_notification(entry.operation()));
    let callable: Vec<&str> = callable.map(Entry::name).collect();
    command
        .mut_subcommand("show", |show| {
            show.mut_arg("name", |name| name.value_parser(names))
        })
        .mut_subcommand("call", |call| {
            let about = call.get_about().cloned().unwrap_or_default();
            let call = Command::new("call").about(about);
            call::options(call.arg(Arg::new("name").value_name("NAME").value_parser(callable)))
        })
}
