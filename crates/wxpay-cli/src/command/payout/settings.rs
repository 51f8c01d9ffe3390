//! The section `[payout]` of the configuration.

use std::net::IpAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use serde::{Deserialize, Deserializer};
use wxpay_api::core::Fen;
use wxpay_payout::{Limits, Rules, RunOptions};

use crate::config::setting_in_chinese;
use crate::fail::Fail;

/// `[payout]`, as it is written. Times are like `15s`, `5m` or `7d`, amounts are in fen; what is left out is as the
/// documents have it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Settings {
    pub(super) act_name: Option<String>,
    pub(super) spbill_create_ip: Option<IpAddr>,
    timeout: Option<Time>,
    at_once: Option<NonZeroUsize>,
    patience: Option<Time>,
    most_unclear: Option<NonZeroUsize>,

    settle: Option<Time>,
    query_waits: Option<Vec<Time>>,
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

impl Settings {
    pub(super) fn read(section: &toml::Table) -> Result<Self, Fail> {
        let settings = Self::deserialize(section.clone()).map_err(|error| invalid(&error))?;
        settings.check()?;
        Ok(settings)
    }

    /// How long one call may take.
    pub(super) fn timeout(&self) -> Duration {
        self.timeout.map_or(TIMEOUT, |time| time.0)
    }

    pub(super) fn rules(&self) -> Rules {
        let mut rules = Rules::default();
        set(&mut rules.settle, self.settle);
        set(&mut rules.not_found_gap, self.not_found_gap);
        set(&mut rules.resend_for, self.resend_for);
        set(&mut rules.attest_after, self.attest_after);
        set(&mut rules.query_window, self.query_window);
        set(&mut rules.overdue_after, self.overdue_after);
        set(&mut rules.closing_after, self.closing_after);
        set(&mut rules.lease, self.lease);
        rules.call = self.timeout();
        rules.query_before_send = self.query_before_send.unwrap_or(rules.query_before_send);
        if let Some(waits) = &self.query_waits {
            rules.query_waits = waits.iter().map(|time| time.0).collect();
        }
        rules.confirmations = self
            .confirmations
            .map_or(rules.confirmations, NonZeroU32::get);
        rules.resend = self.resend.unwrap_or(rules.resend);
        rules
    }

    pub(super) fn limits(&self) -> Limits {
        let mut limits = Limits::default();
        let fen = |fen: Option<u32>| fen.map(|fen| Fen::new(fen.into()));
        limits.least = fen(self.least_fen).unwrap_or(limits.least);
        limits.most = fen(self.most_fen).or(limits.most);
        limits.payee_day = fen(self.payee_day_fen).or(limits.payee_day);
        limits.payee_day_count = self.payee_day_count.or(limits.payee_day_count);
        limits.merchant_day = fen(self.merchant_day_fen).or(limits.merchant_day);
        limits.per_second = self.per_second.or(limits.per_second);
        set(&mut limits.payee_gap, self.payee_gap);
        set(&mut limits.midnight_guard, self.midnight_guard);
        limits
    }

    pub(super) fn options(&self) -> RunOptions {
        let mut options = RunOptions::new();
        options.at_once = self.at_once.unwrap_or(options.at_once);
        options.most_unclear = self.most_unclear.unwrap_or(options.most_unclear);
        set(&mut options.patience, self.patience);
        options
    }

    fn check(&self) -> Result<(), Fail> {
        let (timeout, lease) = (self.timeout(), self.rules().lease);
        if timeout < lease {
            return Ok(());
        }
        let fail = Fail::usage("invalid [payout]", "[payout] 有误");
        Err(fail.because_said(
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

fn set(setting: &mut Duration, time: Option<Time>) {
    if let Some(time) = time {
        *setting = time.0;
    }
}

/// A setting that can't be read. The whole error names it in a last line, ``in `lease` ``.
fn invalid(error: &toml::de::Error) -> Fail {
    let (message, whole) = (error.message(), error.to_string());
    let setting = whole
        .rsplit_once("in `")
        .map_or("", |(_, setting)| setting.trim_end().trim_end_matches('`'));
    let gap = if setting.is_empty() { "" } else { " " };
    Fail::usage(
        format!("invalid [payout]{gap}{setting}"),
        format!("[payout]{gap}{setting} 有误"),
    )
    .because_said(message, setting_in_chinese(message))
}

/// That of the transport.
const TIMEOUT: Duration = Duration::from_secs(60);

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::unwrap_used)] // a test may end so
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings, String> {
        Settings::read(&text.parse().unwrap()).map_err(|fail| {
            let mut out = Vec::new();
            fail.write(&mut out, crate::lang::Lang::En).unwrap();
            String::from_utf8(out).unwrap()
        })
    }

    #[test]
    fn everything_can_be_set_and_nothing_need_be() {
        let settings = read("").unwrap();
        assert_eq!(
            format!("{:?}", settings.rules()),
            format!("{:?}", Rules::default())
        );
        assert_eq!(
            format!("{:?}", settings.limits()),
            format!("{:?}", Limits::default())
        );
        let settings = read(
            "settle = '1s'\nquery_waits = ['2s', '3m']\nnot_found_gap = '4s'\nconfirmations = 5\nresend = false\n\
             resend_for = '6d'\nattest_after = '7d'\nquery_window = '8d'\noverdue_after = '9h'\n\
             closing_after = '7d 12h'\nlease = '10m'",
        )
        .unwrap();
        let rules = settings.rules();
        let seconds = [
            rules.settle,
            rules.query_waits[0],
            rules.query_waits[1],
            rules.not_found_gap,
            rules.resend_for,
            rules.attest_after,
            rules.query_window,
            rules.overdue_after,
            rules.closing_after,
            rules.lease,
        ]
        .map(|time| time.as_secs());
        let day = 86_400;
        assert_eq!(
            seconds,
            [
                1,
                2,
                180,
                4,
                6 * day,
                7 * day,
                8 * day,
                9 * 3600,
                7 * day + day / 2,
                600
            ]
        );
        assert_eq!((rules.confirmations, rules.resend), (5, false));
        let settings = read(
            "least_fen = 1\nmost_fen = 2\npayee_day_fen = 3\npayee_day_count = 4\npayee_gap = '5s'\n\
             merchant_day_fen = 6\nper_second = 7\nmidnight_guard = '8s'\nat_once = 9\npatience = '10s'\nmost_unclear = 11",
        )
        .unwrap();
        let limits = settings.limits();
        let amounts = [
            Some(limits.least),
            limits.most,
            limits.payee_day,
            limits.merchant_day,
        ];
        assert_eq!(amounts, [1, 2, 3, 6].map(|fen| Some(Fen::new(fen))));
        assert_eq!(
            (limits.payee_day_count, limits.per_second),
            (Some(4), NonZeroU32::new(7))
        );
        assert_eq!(
            (limits.payee_gap.as_secs(), limits.midnight_guard.as_secs()),
            (5, 8)
        );
        let options = settings.options();
        assert_eq!((options.at_once.get(), options.most_unclear.get()), (9, 11));
        assert_eq!(options.patience.as_secs(), 10);
    }

    #[test]
    fn mistakes_are_named() {
        for (text, said) in [
            ("setle = '1s'", "`setle`"),
            ("settle = 'soon'", "invalid [payout] settle"),
            ("settle = 'soon'", "expected number"),
            ("per_second = 0", "invalid [payout] per_second"),
            ("per_second = 0", "nonzero"),
            ("least_fen = -1", "invalid [payout] least_fen"),
            ("least_fen = -1", "u32"),
            ("lease = '60s'", "must be shorter than lease"),
            ("timeout = '5m'", "must be shorter than lease"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}
