use std::future::Future;
use std::pin::Pin;
use std::process::ExitCode;

use clap::Command;
use serde::Serialize;
use wxpay_api::core::{Effect, Secret};
use wxpay_api::v3::Json;
use wxpay_api::{v2, v3};

use super::field::{Field, Words};
use super::given::Given;
use super::reply::Reply;
use super::{Options, arguments, confirm, failure};
use crate::config::{Clients, Config};
use crate::fail::Fail;
use crate::generated::ENDPOINTS;
use crate::lang::Lang;

/// An endpoint that can be called with what was given on the command line: written by `cargo xtask codegen`.
pub(crate) trait Callable: Sized + Send + Sync + 'static {
    type Reply: Serialize + Send;

    const TITLE: Words;
    const REQUEST: &'static [Field];
    const REPLY: &'static [Field];

    /// The request that was given.
    fn request(given: &Given<'_>) -> Result<Self, Fail>;

    /// The personal texts of a reply, which its serialisation hides, by their names.
    fn secrets(_reply: &Self::Reply) -> Vec<(&'static str, Option<&Secret>)> {
        Vec::new()
    }
}

/// One endpoint of `wxpay call`.
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    pub(super) effect: Effect,
    /// The query that settles an unknown outcome.
    pub(super) resolve: Option<&'static str>,
    pub(super) fields: &'static [Field],
    title: Words,
    command: [fn(Command) -> Command; 2],
    pub(super) run: fn(Call) -> Running,
}

type Running = Pin<Box<dyn Future<Output = Result<ExitCode, Fail>>>>;

/// One call, ready to be made.
pub(super) struct Call {
    pub(super) entry: &'static Entry,
    pub(super) request: Json,
    pub(super) options: Options,
    pub(super) lang: Lang,
}

impl Entry {
    /// An endpoint of APIv2.
    pub(crate) const fn v2<E>() -> Self
    where
        E: Callable + v2::Endpoint<Response = <E as Callable>::Reply>,
    {
        let meta = E::META;
        let run = |call| -> Running { Box::pin(run_v2::<E>(call)) };
        Self::new::<E>(meta.name, meta.effect, meta.resolve, run)
    }

    /// An endpoint of APIv3.
    pub(crate) const fn v3<E>() -> Self
    where
        E: Callable + v3::Endpoint<Response = <E as Callable>::Reply>,
    {
        let meta = E::META;
        let run = |call| -> Running { Box::pin(run_v3::<E>(call)) };
        Self::new::<E>(meta.name, meta.effect, meta.resolve, run)
    }

    pub(super) fn find(name: &str) -> Option<&'static Self> {
        ENDPOINTS.iter().find(|entry| entry.name == name)
    }

    /// The command without its arguments, which are made only if it is the one that was named.
    pub(super) fn command(&self, lang: Lang) -> Command {
        let [english, chinese] = self.command;
        Command::new(self.name)
            .about(lang.pick(self.title.en, self.title.zh))
            .defer(lang.pick(english, chinese))
    }

    const fn new<E: Callable>(
        name: &'static str,
        effect: Effect,
        resolve: Option<&'static str>,
        run: fn(Call) -> Running,
    ) -> Self {
        Self {
            name,
            effect,
            resolve,
            fields: E::REQUEST,
            title: E::TITLE,
            command: [
                |command| arguments::add(command, E::REQUEST, Lang::En),
                |command| arguments::add(command, E::REQUEST, Lang::Zh),
            ],
            run,
        }
    }
}

async fn run_v2<E>(call: Call) -> Result<ExitCode, Fail>
where
    E: Callable + v2::Endpoint<Response = <E as Callable>::Reply>,
{
    let request = E::request(&Given::request(E::REQUEST, &call.request)?)?;
    let config = Config::load(call.options.config.clone())?;
    let client = Clients::new(&config)?.v2()?;
    confirm::confirm(&call)?;
    match client.send(&request).await {
        Ok(reply) => Reply::of::<E>(&reply, call.options.open_sealed)
            .and_then(|reply| reply.print(&call))
            .map_err(|fail| failure::untold(fail, &call)),
        Err(error) => failure::print(&error, &call),
    }
}

async fn run_v3<E>(call: Call) -> Result<ExitCode, Fail>
where
    E: Callable + v3::Endpoint<Response = <E as Callable>::Reply>,
{
    let request = E::request(&Given::request(E::REQUEST, &call.request)?)?;
    let config = Config::load(call.options.config.clone())?;
    let client = Clients::new(&config)?.v3()?;
    confirm::confirm(&call)?;
    match client.send(&request).await {
        Ok(reply) => {
            let untold = |fail| failure::untold(fail, &call);
            let mut reply = Reply::of::<E>(&reply, call.options.open_sealed).map_err(untold)?;
            if call.options.open_sealed {
                reply.open(&client).await;
            }
            reply.print(&call).map_err(untold)
        }
        Err(error) => failure::print(&error, &call),
    }
}
