//! `wxpay call`: every operation of the catalogue, with arguments of its fields.

mod arguments;
mod confirm;
mod failure;
mod file;
mod invoice;
mod reply;
mod settled;
mod values;

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use clap::{ArgMatches, Args, Command, FromArgMatches};
use wxpay_api::Upload;
use wxpay_api::core::{Error, Result as Sent, TransportError};
use wxpay_api::json::Json;
use wxpay_catalog::{Operation, Version};
use wxpay_client::dynamic::{DynamicRequest, DynamicResponse};

use self::file::{Out, Proof};
use self::reply::Reply;
use crate::config::{Clients, Config, ConfigArgs};
use crate::fail::Fail;
use crate::lang::Lang;
use crate::out::stdout;
use crate::{operation, parse_error};

/// The operation that was named, and what follows: it is read when the operation is known.
pub(crate) struct Arguments {
    name: String,
    rest: Vec<OsString>,
}

/// What every call can be told beside the fields of its operation.
#[derive(Args, Clone)]
#[command(next_help_heading = "Options of the call")]
pub(crate) struct Options {
    /// The whole request as JSON, by the names on the wire: a file, or `-` for standard input.
    /// Fields given as arguments come before it
    #[arg(long, value_name = "FILE")]
    request: Option<String>,
    /// A member that this program does not know, as JSON, `@FILE` or `env:NAME`; may be given
    /// several times
    #[arg(long, value_name = "NAME=JSON")]
    extra: Vec<String>,
    /// Send it without asking, if it can change anything
    #[arg(long)]
    yes: bool,
    /// Print JSON; with a FILE behind it, the whole request is read from there as by `--request`
    #[arg(id = "call_json", long = "json")]
    json: bool,
    /// Show names and other personal values of the response in the clear, decrypting encrypted ones
    /// (敏感信息) with the private key
    #[arg(long)]
    open_sealed: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

/// One call, ready to be made.
struct Call {
    operation: &'static Operation,
    request: Json,
    /// The files to upload, by the names of their fields.
    files: Vec<(&'static str, Upload)>,
    options: Options,
    /// Where the file goes, if the operation answers with one.
    out: Option<Out>,
    lang: Lang,
}

impl Args for Arguments {
    /// The operations are no subcommands of clap's: there are too many to build for one.
    fn augment_args(command: Command) -> Command {
        command
            .subcommand_required(true)
            .arg_required_else_help(true)
            .allow_external_subcommands(true)
            .subcommand_value_name("NAME")
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Arguments {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let missing = || clap::Error::new(clap::error::ErrorKind::MissingSubcommand);
        let (name, matches) = matches.subcommand().ok_or_else(missing)?;
        let rest = matches.get_many::<OsString>("").unwrap_or_default();
        Ok(Self {
            name: name.to_owned(),
            rest: rest.cloned().collect(),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Sends the request and prints the response, or what the failure means for the money.
pub(crate) async fn run(arguments: Arguments, lang: Lang) -> Result<ExitCode, Fail> {
    let operation = operation::find(&arguments.name)?;
    if operation::is_notification(operation) {
        return Err(Fail::usage(
            format!("{} is a notification: WeChat Pay sends it", operation.name),
            format!("{} 是回调通知，由微信支付发送，不能调用", operation.name),
        ));
    }
    let command = arguments::command(operation, lang).no_binary_name(true);
    let read = |matches: ArgMatches| Ok((Options::from_arg_matches(&matches)?, matches));
    let (options, matches) = match command
        .try_get_matches_from(with_file(arguments.rest))
        .and_then(read)
    {
        Ok(read) => read,
        Err(error) => return Ok(parse_error::print(error, lang)),
    };
    let given = values::gather(operation, &matches, &options).await?;
    let call = Call {
        operation,
        request: given.request,
        files: given.files,
        out: Out::of(operation, &matches, options.json)?,
        options,
        lang,
    };
    call.make().await
}

/// `--json FILE` is `--json` with `--request FILE`: no argument of a call stands by itself.
fn with_file(arguments: Vec<OsString>) -> Vec<OsString> {
    let mut out = Vec::with_capacity(arguments.len() + 1);
    let mut arguments = arguments.into_iter().peekable();
    while let Some(argument) = arguments.next() {
        let file = match argument
            .to_str()
            .and_then(|text| text.strip_prefix("--json="))
        {
            Some(file) => Some(file.into()),
            None if argument == "--json" => arguments.next_if(|next| {
                let next = next.to_string_lossy();
                next == "-" || !next.starts_with('-')
            }),
            None => {
                out.push(argument);
                continue;
            }
        };
        out.push("--json".into());
        if let Some(file) = file {
            out.push("--request".into());
            out.push(file);
        }
    }
    out
}

/// The options of every call, for a script that completes them.
pub(crate) fn options(command: Command) -> Command {
    Options::augment_args(command)
}

impl Call {
    async fn make(self) -> Result<ExitCode, Fail> {
        let mut request = DynamicRequest::new(self.operation, self.request.clone());
        for (name, file) in &self.files {
            request = request.file(*name, file.clone());
        }
        if let Err(invalid) = request.check() {
            let effect = operation::effect(self.operation);
            return failure::print(&Error::new(&self.operation.name, effect, invalid), &self);
        }
        let config = Config::load(self.options.config.clone())?;
        config.check_own(&self.operation.request)?;
        let clients = match self.out {
            // A file is longer than any message.
            Some(_) => Clients::over(&config, config.transport_with(file::limits)?),
            None => Clients::new(&config)?,
        };
        if self.operation.version == Version::V2 {
            let client = clients.v2()?;
            if operation::is_page(self.operation) {
                return self.print_url(client.page_url(&request));
            }
            confirm::confirm(&self)?;
            let sent = self.or_stopped(client.send(&request)).await;
            return self.end(sent, async |_| {}).await;
        }
        let client = if self.is_of_a_brand() {
            clients.brand()?
        } else {
            clients.v3_with_ids()?
        };
        confirm::confirm(&self)?;
        let open = self.options.open_sealed;
        let sent = self.or_stopped(client.send(&request)).await;
        if let (Some(out), Ok(response)) = (&self.out, &sent)
            && invoice::is_told_by(self.operation)
        {
            return invoice::fetch(&self, &client, response, out).await;
        }
        self.end(sent, async |reply: &mut Reply| {
            if open {
                reply.open(&client).await;
            }
        })
        .await
    }

    /// What came of it, or that a person stopped it (Ctrl-C): it may have left.
    async fn or_stopped(
        &self,
        sending: impl Future<Output = Sent<DynamicResponse>>,
    ) -> Sent<DynamicResponse> {
        tokio::select! {
            sent = sending => sent,
            Ok(()) = tokio::signal::ctrl_c() => {
                let effect = operation::effect(self.operation);
                let stopped = TransportError::maybe_sent("stopped before the response came");
                Err(Error::new(&self.operation.name, effect, stopped))
            }
        }
    }

    /// Prints where the user's browser goes; nothing was sent.
    fn print_url(&self, url: Sent<String>) -> Result<ExitCode, Fail> {
        let url = match url {
            Ok(url) => url,
            Err(error) => return failure::print(&error, self),
        };
        if self.options.json {
            writeln!(stdout(), "{:#}", serde_json::json!({ "url": url }))?;
        } else {
            writeln!(stdout(), "{url}")?;
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Whether a brand (品牌) calls it, with keys of its own.
    fn is_of_a_brand(&self) -> bool {
        let path = self.operation.path.as_deref();
        path.is_some_and(|path| path.starts_with("/brand/"))
    }

    async fn end(
        &self,
        sent: Sent<DynamicResponse>,
        open: impl AsyncFnOnce(&mut Reply),
    ) -> Result<ExitCode, Fail> {
        let response = match sent {
            Ok(response) => response,
            Err(error) => return failure::print(&error, self),
        };
        let untold = |fail| failure::untold(fail, self);
        if let (Some(out), Some(file)) = (&self.out, &response.file) {
            return out
                .write(file, Proof::Nothing, self.options.json, self.lang)
                .map_err(untold);
        }
        let mut reply = Reply::of(self, &response).map_err(untold)?;
        open(&mut reply).await;
        reply.print(self).map_err(untold)
    }
}
