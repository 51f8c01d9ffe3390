use std::io::Write;
use std::process::ExitCode;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::Arguments as Wxpay;
use crate::fail::Fail;
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
    clap_complete::generate(arguments.shell, &mut Wxpay::command(), "wxpay", &mut script);
    stdout().write_all(&script)?;
    Ok(ExitCode::SUCCESS)
}
