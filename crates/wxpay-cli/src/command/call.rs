//! `wxpay call`: every endpoint of the specs, with arguments of its fields.

mod arguments;
mod confirm;
mod entry;
mod failure;
mod field;
mod given;
mod reply;
mod values;

use std::process::ExitCode;

use clap::{ArgMatches, Args, Command, FromArgMatches};

use crate::config::ConfigArgs;
use crate::fail::Fail;
use crate::generated::ENDPOINTS;
use crate::lang::Lang;

pub(crate) use self::entry::{Callable, Entry};
pub(crate) use self::field::{Field, Kind, Value, Words};
pub(crate) use self::given::Given;

/// The endpoint that was named, and what was given to it.
pub(crate) struct Arguments {
    entry: &'static Entry,
    matches: ArgMatches,
    options: Options,
}

/// What every call can be told beside the fields of its endpoint.
#[derive(Args, Clone)]
#[command(next_help_heading = "Options of the call")]
struct Options {
    /// The whole request as JSON, by the names on the wire: a file, or `-` for standard input. Fields given as arguments
    /// come before it
    #[arg(long, value_name = "FILE")]
    request: Option<String>,
    /// Send it without asking, if it can change anything
    #[arg(long)]
    yes: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Show names and other personal values of the reply in the clear, opening sealed ones (敏感信息) with the private key
    #[arg(long)]
    open_sealed: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

impl Args for Arguments {
    fn augment_args(command: Command) -> Command {
        command
            .subcommand_required(true)
            .arg_required_else_help(true)
            .subcommand_value_name("ENDPOINT")
            .subcommand_help_heading("Endpoints")
            .subcommands(ENDPOINTS.iter().map(|entry| entry.command(Lang::En)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Arguments {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let missing = || clap::Error::new(clap::error::ErrorKind::MissingSubcommand);
        let (name, matches) = matches.subcommand().ok_or_else(missing)?;
        Ok(Self {
            entry: Entry::find(name).ok_or_else(missing)?,
            options: Options::from_arg_matches(matches)?,
            matches: matches.clone(),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Sends the request and prints the reply, or what the failure means for the money.
pub(crate) async fn run(arguments: Arguments, lang: Lang) -> Result<ExitCode, Fail> {
    let Arguments {
        entry,
        matches,
        options,
    } = arguments;
    let request = values::gather(entry.fields, &matches, options.request.as_deref())?;
    let call = entry::Call {
        entry,
        request,
        options,
        lang,
    };
    (entry.run)(call).await
}

/// An endpoint's command in Chinese, by its name.
pub(crate) fn in_chinese(name: &str) -> Option<Command> {
    Entry::find(name).map(|entry| entry.command(Lang::Zh))
}
