//! What does not agree, told as it is found: nothing of it is kept.

use std::io::Write as _;
use std::process::ExitCode;

use serde_json::{Value, json};
use wxpay_api::core::Fen;

use super::difference::{Difference, NAMES, object, words_of};
use super::orders::Kind;
use crate::command::bill::totals::verdict;
use crate::fail::Fail;
use crate::lang::Lang;
use crate::out::stdout;

/// Tells the differences, and counts.
pub(super) struct Differences {
    json: bool,
    lang: Lang,
    counts: [(&'static str, u64); NAMES.len()],
    agreed: [(u64, i128); 2],
    pub(super) not_compared: u64,
    pub(super) summary_agrees: bool,
}

impl Differences {
    pub(super) fn begin(json: bool, lang: Lang) -> Result<Self, Fail> {
        if json {
            write!(stdout(), "{{\n  \"differences\": [")?;
        }
        Ok(Self {
            json,
            lang,
            counts: NAMES.map(|name| (name, 0)),
            agreed: [(0, 0); 2],
            not_compared: 0,
            summary_agrees: true,
        })
    }

    pub(super) fn agreed(&mut self, amount: Fen, kind: Kind) {
        let [payments, refunds] = &mut self.agreed;
        let (count, sum) = match kind {
            Kind::Pay => payments,
            Kind::Refund => refunds,
        };
        *count += 1;
        *sum += i128::from(amount.get());
    }

    pub(super) fn tell(&mut self, difference: &Difference<'_>) -> Result<(), Fail> {
        let name = difference.name();
        let is_first = self.found() == 0;
        for (known, count) in &mut self.counts {
            *count += u64::from(*known == name);
        }
        let mut out = stdout();
        if self.json {
            let comma = if is_first { "" } else { "," };
            write!(out, "{comma}\n    {}", difference.json())?;
        } else {
            writeln!(out, "{}", difference.said(self.lang))?;
        }
        Ok(())
    }

    pub(super) fn end(self) -> Result<ExitCode, Fail> {
        let agrees = self.found() == 0 && self.summary_agrees;
        let mut out = stdout();
        if self.json {
            let [(payments, paid), (refunds, back)] = self.agreed;
            let counts = self.counts.map(|(name, count)| (name, count.into()));
            let rest = [
                (
                    "agreed",
                    json!({
                        "payments": payments, "payments_fen": fen(paid),
                        "refunds": refunds, "refunds_fen": fen(back),
                    }),
                ),
                ("not_compared", self.not_compared.into()),
                ("summary_agrees", self.summary_agrees.into()),
                ("agrees", agrees.into()),
            ];
            let value = object(counts.into_iter().chain(rest));
            let rest = value.to_string();
            let rest = rest.strip_prefix('{').unwrap_or_default();
            writeln!(out, "\n  ],\n  {rest}")?;
        } else {
            writeln!(out, "{}", self.report())?;
        }
        Ok(if agrees {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }

    fn found(&self) -> u64 {
        self.counts.iter().map(|(_, count)| count).sum()
    }

    fn report(&self) -> String {
        let lang = self.lang;
        let [(payments, paid), (refunds, back)] = self.agreed;
        let (paid, back) = (yuan(paid), yuan(back));
        let mut lines = vec![lang.pick(
            format!("agree: {payments} payments of {paid} yuan, {refunds} refunds of {back} yuan"),
            format!("一致：支付 {payments} 笔 {paid} 元，退款 {refunds} 笔 {back} 元"),
        )];
        for (name, count) in self.counts {
            if count > 0 {
                let (en, zh) = words_of(name);
                lines.push(lang.pick(format!("{en}: {count}"), format!("{zh}：{count}")));
            }
        }
        let left = self.not_compared;
        if left > 0 {
            lines.push(lang.pick(
                format!("not compared: {left} orders of a kind that this bill does not list"),
                format!("未核对：{left} 笔，该账单不含这类记录"),
            ));
        }
        if !self.summary_agrees {
            lines.push(verdict(false, lang).to_owned());
        } else if self.found() == 0 {
            lines.push(
                lang.pick("Bill and orders agree.", "账单与订单一致。")
                    .to_owned(),
            );
        } else {
            lines.push(
                lang.pick("Bill and orders do not agree.", "账单与订单不一致。")
                    .to_owned(),
            );
        }
        lines.join("\n")
    }
}

/// A sum for JSON: an integer as long as every reader takes it for one, otherwise its digits.
fn fen(sum: i128) -> Value {
    match i64::try_from(sum) {
        Ok(sum) => sum.into(),
        Err(_) => sum.to_string().into(),
    }
}

fn yuan(sum: i128) -> String {
    let sign = if sum < 0 { "-" } else { "" };
    let fen = sum.unsigned_abs();
    format!("{sign}{}.{:02}", fen / 100, fen % 100)
}
