//! What pays: WeChat Pay as it is configured, or a sandbox of its own.

use std::path::Path;
use std::time::Duration;

use wxpay_api::core::ErrorKind;
use wxpay_api::transport::TokioTimer;
use wxpay_payout::{Intent, Journal, JournalOwner, Limits, Number, Payment, Payouts, PrepareError};
use wxpay_sandbox::Sandbox;

use super::product::{Boxed, Pays, SandboxClients};
use super::settings::{Defaults, Settings};
use crate::command::sandbox_client;
use crate::config::Config;
use crate::fail::Fail;

/// The merchant that a journal names whose payouts are those of a trial.
pub(super) const SANDBOX: &str = "a sandbox";

/// Who pays, and whose payouts the journal holds.
pub(super) struct Payer<P> {
    service: P,
    owner: JournalOwner,
    limits: Limits,
    pub(super) defaults: Defaults,
    /// Lives as long as it is asked.
    sandbox: Option<Sandbox>,
}

impl<P: Pays> Payer<P> {
    /// The merchant of the configuration.
    pub(super) fn configured(config: &Config, settings: &Settings) -> Result<Self, Fail> {
        let timeout = settings.timeout();
        let transport = config.transport_with(|builder| {
            let builder = builder.total_timeout(timeout);
            builder
                .response_timeout(timeout.min(RESPONSE))
                .connect_timeout((timeout / 2).min(CONNECT))
        })?;
        let service = P::configured(config, transport)?;
        let host = host(config.base_url().unwrap_or(PRODUCTION));
        Ok(Self {
            limits: settings.limits(service.limits()),
            service,
            owner: JournalOwner::new(P::journal_of(config)?, host),
            defaults: settings.defaults(),
            sandbox: None,
        })
    }

    /// The merchant of a sandbox that is started here.
    pub(super) async fn sandbox(settings: &mut Settings) -> Result<Self, Fail> {
        settings.for_sandbox(P::SANDBOX);
        let sandbox = Sandbox::start().await.map_err(not_started)?;
        let v2 = sandbox_client::v2(&sandbox).map_err(not_started)?;
        let v3 = sandbox_client::v3(&sandbox, &v2).map_err(not_started)?;
        let service = P::in_sandbox(SandboxClients { v2, v3 });
        let mut defaults = settings.defaults();
        defaults.agentid = None;
        defaults.sub_mch_id = None;
        Ok(Self {
            limits: settings.limits(service.limits()),
            service,
            owner: JournalOwner::new(SANDBOX, host(sandbox.base_url())),
            defaults,
            sandbox: Some(sandbox),
        })
    }

    /// Where it is asked, if that is a sandbox of its own.
    pub(super) fn sandbox_url(&self) -> Option<&str> {
        self.sandbox.as_ref().map(Sandbox::base_url)
    }

    /// Lets a sandbox of its own know what has to be there before these can be paid.
    pub(super) fn stock(&self, intents: &[Intent<P::Payment>]) {
        if let Some(sandbox) = &self.sandbox {
            for intent in intents {
                P::stock(sandbox, &intent.payment);
            }
        }
    }

    /// Checks all of a payment that can be checked without sending anything.
    pub(super) async fn check(&self, payment: &P::Payment) -> Result<(), PrepareError> {
        self.limits.check_amount(payment.amount())?;
        // Any number will do: it is not kept.
        let number = Number::new("0")?;
        match self.service.compose(&number, payment).await {
            Ok(_) => Ok(()),
            Err(error) => match error.kind() {
                ErrorKind::Invalid(invalid) => Err(invalid.clone().into()),
                _ => Err(error.into()),
            },
        }
    }

    /// Whose payouts these are, and where they are made.
    pub(super) fn owner(&self) -> &JournalOwner {
        &self.owner
    }

    /// Whether a sandbox pays that ends with the command.
    pub(super) fn is_sandbox(&self) -> bool {
        self.sandbox.is_some()
    }

    /// The engine over a journal.
    pub(super) fn payouts(
        &self,
        journal: impl Journal,
        settings: &Settings,
    ) -> Payouts<P::Payment> {
        Payouts::builder(journal, self.service.clone(), TokioTimer::new())
            .rules(settings.rules(self.service.rules()))
            .limits(self.limits.clone())
            .build()
    }
}

/// A sandbox's books end with the command, so nothing of an earlier one can be gone on with.
pub(super) fn must_be_new(path: &Path) -> Result<(), Fail> {
    if !path.exists() {
        return Ok(());
    }
    let shown = path.display();
    Err(Fail::usage(
        format!(
            "{shown} is there already: with --sandbox the journal must be a new file, since the sandbox forgets all when it ends"
        ),
        format!(
            "{shown} 已经存在：使用 --sandbox 时必须用新的日志文件，因为沙箱结束后不保留任何数据"
        ),
    ))
}

/// The host of a URL, with its port if it names one. The ports of this machine are left out: a
/// sandbox that is started again may have another one.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split('/').next().unwrap_or(rest);
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    match name {
        "localhost" | "127.0.0.1" | "[::1]" => name,
        _ => host,
    }
}

fn not_started(error: impl Into<Boxed>) -> Fail {
    Fail::new("the sandbox did not start", "沙箱启动失败").because(error)
}

const PRODUCTION: &str = "https://api.mch.weixin.qq.com";
const RESPONSE: Duration = Duration::from_secs(30);
const CONNECT: Duration = Duration::from_secs(5);
