use std::io::Write;
use std::process::ExitCode;

use clap::{Arg, Command, CommandFactory};
use clap_complete::Shell;
use serde_json::json;
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
    /// Print JSON: the shell and its script
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Fail> {
    let mut script = Vec::new();
    let mut command = with_names(Wxpay::command());
    clap_complete::generate(arguments.shell, &mut command, "wxpay", &mut script);
    if arguments.shell == Shell::Fish {
        // The generator leaves the values of arguments without an option out here.
        for (command, names) in [("show", all()), ("call", callable())] {
            let names = names.join(" ");
            let line = format!(
                "complete -c wxpay -n \"__fish_wxpay_using_subcommand {command}\" -f -a \"{names}\"\n"
            );
            script.extend(line.into_bytes());
        }
    }
    if arguments.json {
        let (shell, script) = (
            arguments.shell.to_string(),
            String::from_utf8_lossy(&script),
        );
        writeln!(
            stdout(),
            "{:#}",
            json!({ "shell": shell, "script": script })
        )?;
    } else {
        stdout().write_all(&script)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The command with the names of the operations, which are no subcommands: a script of all their
/// arguments would be too large for a shell.
fn with_names(command: Command) -> Command {
    command
        .mut_subcommand("show", |show| {
            show.mut_arg("name", |name| name.value_parser(all()))
        })
        .mut_subcommand("call", |call| {
            let about = call.get_about().cloned().unwrap_or_default();
            let name = Arg::new("name").value_name("NAME").value_parser(callable());
            call::options(Command::new("call").arg(name)).about(about)
        })
}

fn all() -> Vec<&'static str> {
    entries().iter().map(Entry::name).collect()
}

fn callable() -> Vec<&'static str> {
    let callable = entries()
        .iter()
        .filter(|entry| !is_notification(entry.operation()));
    callable.map(Entry::name).collect()
}
