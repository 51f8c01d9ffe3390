//! The section `[payout]` of the configuration, and those of each product in it.

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use serde::{Deserialize, Deserializer};
use toml::{Table, Value};
use wxpay_api::core::Fen;
use wxpay_payout::{Limits, Rules, RunOptions};

pub(super) use self::defaults::Defaults;
use super::product::Kind;
use crate::config::{Config, setting_in_chinese};
use crate::fail::Fail;

mod defaults;
#[cfg(test)]
mod tests;

/// The section of one product, as it is written, without [what rows take from it](Defaults). Times
/// are like `15s`, `5m` or `7d`, amounts are in fen; what is left out is as the documents have it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Written {
    timeout: Option<Time>,
    at_once: Option<NonZeroUsize>,
    patience: Option<Time>,
    most_unclear: Option<NonZeroUsize>,

    settle: Option<Time>,
    query_waits: Option<Vec<Time>>,
    waiting_pace: Option<Time>,
    not_found_gap: Option<Time>,
    confirmations: Option<NonZeroU32>,
    resend: Option<bool>,
    query_before_send: Option<bool>,
    resend_for: Option<Time>,
    attest_after: Option<Time>,
    query_window: Option<Time>,
    overdue_after: Option<Time>,
    closing_after: Option<Time>,
    lease: Option<Time>,

    least_fen: Option<u32>,
    most_fen: Option<u32>,
    payee_day_fen: Option<u32>,
    payee_day_count: Option<u32>,
    payee_gap: Option<Time>,
    merchant_day_fen: Option<u32>,
    per_second: Option<NonZeroU32>,
    midnight_guard: Option<Time>,
}

#[derive(Clone, Copy, Debug)]
struct Time(Duration);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = String::deserialize(input)?;
        humantime::parse_duration(&text)
            .map(Self)
            .map_err(serde::de::Error::custom)
    }
}

/// What the configuration says for one product.
#[derive(Debug)]
pub(super) struct Settings {
    section: &'static str,
    written: Written,
    defaults: Defaults,
}

impl Settings {
    /// Tells a mistake in any of the sections, whatever is paid.
    pub(super) fn check(config: &Config) -> Result<(), Fail> {
        Self::read(config, Kind::Employee).map(|_| ())
    }

    /// Reads every section, and gives that of one product.
    pub(super) fn read(config: &Config, kind: Kind) -> Result<Self, Fail> {
        let mut settings = Self::of(config.payout(), kind)?;
        settings.defaults.agentid = config.agent_id();
        settings.defaults.sub_mch_id = config.sub_mch_id().map(str::to_owned);
        Ok(settings)
    }

    fn of(payout: &Table, kind: Kind) -> Result<Self, Fail> {
        let mut employee = payout.clone();
        let mut table = |kind: Kind| match employee.remove(kind.as_str()) {
            None => Ok(Table::new()),
            Some(Value::Table(table)) => Ok(table),
            Some(_) => Err(wrong(
                kind.section(),
                "must be a section of its own",
                "必须是单独的一节",
            )),
        };
        let (transfer, refund) = (table(Kind::Transfer)?, table(Kind::Refund)?);
        let (red_packet, batch) = (table(Kind::RedPacket)?, table(Kind::BatchTransfer)?);
        let employee = Self::of_section(employee, Kind::Employee)?;
        let transfer = Self::of_section(transfer, Kind::Transfer)?;
        let red_packet = Self::of_section(red_packet, Kind::RedPacket)?;
        let batch = Self::of_section(batch, Kind::BatchTransfer)?;
        let refund = Self::of_section(refund, Kind::Refund)?;
        Ok(match kind {
            Kind::Employee => employee,
            Kind::Transfer => transfer,
            Kind::RedPacket => red_packet,
            Kind::BatchTransfer => batch,
            Kind::Refund => refund,
        })
    }

    fn of_section(table: Table, kind: Kind) -> Result<Self, Fail> {
        let section = kind.section();
        let is_own = |(name, _): &(String, Value)| kind.own_settings().contains(&name.as_str());
        let (own, written): (Table, Table) = table.into_iter().partition(is_own);
        let written = Written::deserialize(written).map_err(|error| invalid(kind, &error))?;
        let settings = Self {
            section,
            written,
            defaults: Defaults::read(own, section)?,
        };
        settings.check_times()?;
        Ok(settings)
    }

    /// What it says for rows that do not.
    pub(super) fn defaults(&self) -> Defaults {
        self.defaults.clone()
    }

    /// Those of a sandbox that is started here: what rows need, and no minute between a send and
    /// the first query.
    pub(super) fn for_sandbox(&mut self, texts: &[(&str, &str)]) {
        for (name, text) in texts {
            self.defaults.set(name, text);
        }
        self.written.settle.get_or_insert(Time(SANDBOX_SETTLE));
    }

    /// How long one call may take.
    pub(super) fn timeout(&self) -> Duration {
        self.written.timeout.map_or(TIMEOUT, |time| time.0)
    }

    /// The waits of a product, with what is set in the place of some.
    pub(super) fn rules(&self, mut rules: Rules) -> Rules {
        let written = &self.written;
        set(&mut rules.settle, written.settle);
        set(&mut rules.waiting_pace, written.waiting_pace);
        set(&mut rules.not_found_gap, written.not_found_gap);
        set(&mut rules.resend_for, written.resend_for);
        set(&mut rules.attest_after, written.attest_after);
        set(&mut rules.query_window, written.query_window);
        set(&mut rules.overdue_after, written.overdue_after);
        set(&mut rules.closing_after, written.closing_after);
        set(&mut rules.lease, written.lease);
        rules.call = self.timeout();
        rules.query_before_send = written.query_before_send.unwrap_or(rules.query_before_send);
        if let Some(waits) = &written.query_waits {
            rules.query_waits = waits.iter().map(|time| time.0).collect();
        }
        rules.confirmations = written
            .confirmations
            .map_or(rules.confirmations, NonZeroU32::get);
        rules.resend = written.resend.unwrap_or(rules.resend);
        rules
    }

    /// The limits of a product, with what is set in the place of some.
    pub(super) fn limits(&self, mut limits: Limits) -> Limits {
        let written = &self.written;
        let fen = |fen: Option<u32>| fen.map(|fen| Fen::new(fen.into()));
        limits.least = fen(written.least_fen).unwrap_or(limits.least);
        limits.most = fen(written.most_fen).or(limits.most);
        limits.payee_day = fen(written.payee_day_fen).or(limits.payee_day);
        limits.payee_day_count = written.payee_day_count.or(limits.payee_day_count);
        limits.merchant_day = fen(written.merchant_day_fen).or(limits.merchant_day);
        limits.per_second = written.per_second.or(limits.per_second);
        set(&mut limits.payee_gap, written.payee_gap);
        set(&mut limits.midnight_guard, written.midnight_guard);
        limits
    }

    pub(super) fn options(&self) -> RunOptions {
        let written = &self.written;
        let mut options = RunOptions::new();
        options.at_once = written.at_once.unwrap_or(options.at_once);
        options.most_unclear = written.most_unclear.unwrap_or(options.most_unclear);
        set(&mut options.patience, written.patience);
        options
    }

    fn check_times(&self) -> Result<(), Fail> {
        let (timeout, lease) = (self.timeout(), self.rules(Rules::default()).lease);
        if timeout < lease {
            return Ok(());
        }
        Err(wrong(
            self.section,
            format!(
                "timeout ({timeout:?}) must be shorter than lease ({lease:?}): no other process may take over a payout while \
                 a call for it is under way"
            ),
            format!(
                "timeout（{timeout:?}）必须短于 lease（{lease:?}）：请求进行中时，其他进程不得接手同一笔付款"
            ),
        ))
    }
}

fn wrong(section: &str, en: impl Into<String>, zh: impl Into<String>) -> Fail {
    Fail::usage(format!("invalid {section}"), format!("{section} 有误")).because_said(en, zh)
}

fn set(setting: &mut Duration, time: Option<Time>) {
    if let Some(time) = time {
        *setting = time.0;
    }
}

/// A setting that can't be read. The whole error names it in a last line, ``in `lease` ``.
fn invalid(kind: Kind, error: &toml::de::Error) -> Fail {
    let (section, whole) = (kind.section(), error.to_string());
    let own = kind.own_settings().iter().map(|name| format!("`{name}`, "));
    let expected = format!("expected one of {}", own.collect::<String>());
    let message = &error.message().replacen("expected one of ", &expected, 1);
    let setting = whole
        .rsplit_once("in `")
        .map_or("", |(_, setting)| setting.trim_end().trim_end_matches('`'));
    let gap = if setting.is_empty() { "" } else { " " };
    Fail::usage(
        format!("invalid {section}{gap}{setting}"),
        format!("{section}{gap}{setting} 有误"),
    )
    .because_said(message, setting_in_chinese(message))
}

/// That of the transport.
const TIMEOUT: Duration = Duration::from_secs(60);
const SANDBOX_SETTLE: Duration = Duration::from_millis(200);
