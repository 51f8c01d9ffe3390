//! What does not agree, told as it is found: nothing of it is kept.

use std::io::Write as _;
use std::process::ExitCode;

use serde_json::{Value, json};
use wxpay_api::core::Fen;
use wxpay_bill::TradeRow;

use super::orders::{Kind, Unseen};
use crate::command::bill::words;
use crate::fail::Fail;
use crate::lang::Lang;
use crate::out::stdout;
use crate::visible::visible;

/// One thing that does not agree.
pub(super) enum Difference<'a> {
    OnlyInBill(&'a TradeRow),
    OnlyInOrders(&'a Unseen),
    /// Amounts that are not the same.
    OtherAmount {
        row: &'a TradeRow,
        amount: Fen,
        line: u64,
    },
    /// A refund that is of another order.
    OtherOrder {
        row: &'a TradeRow,
        out_trade_no: &'a str,
        line: u64,
    },
    TwiceInBill(&'a TradeRow),
}

/// Tells the differences, and counts.
pub(super) struct Differences {
    json: bool,
    lang: Lang,
    counts: [(&'static str, u64); 5],
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
            let mut value = json!({
                "agreed": {
                    "payments": payments, "payments_fen": fen(paid),
                    "refunds": refunds, "refunds_fen": fen(back),
                },
                "not_compared": self.not_compared,
                "summary_agrees": self.summary_agrees,
                "agrees": agrees,
            });
            for (name, count) in self.counts {
                set(&mut value, name, count.into());
            }
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
            lines.push(super::super::totals::verdict(false, lang).to_owned());
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

impl Difference<'_> {
    fn name(&self) -> &'static str {
        let [bill, orders, amount, order, twice] = NAMES;
        match self {
            Self::OnlyInBill(_) => bill,
            Self::OnlyInOrders(_) => orders,
            Self::OtherAmount { .. } => amount,
            Self::OtherOrder { .. } => order,
            Self::TwiceInBill(_) => twice,
        }
    }

    fn json(&self) -> Value {
        let of_row = |row: &TradeRow| {
            json!({
                "difference": self.name(),
                "trade_state": row.trade_state,
                "out_trade_no": row.out_trade_no,
                "out_refund_no": row.out_refund_no,
                "transaction_id": row.transaction_id,
                "bill_fen": row.amount(),
                "bill_line": row.line,
            })
        };
        match self {
            Self::OnlyInBill(row) | Self::TwiceInBill(row) => of_row(row),
            Self::OtherAmount { row, amount, line } => {
                let mut value = of_row(row);
                set(&mut value, "orders_fen", amount.get().into());
                set(&mut value, "orders_line", (*line).into());
                value
            }
            Self::OtherOrder {
                row,
                out_trade_no,
                line,
            } => {
                let mut value = of_row(row);
                set(&mut value, "orders_out_trade_no", (*out_trade_no).into());
                set(&mut value, "orders_line", (*line).into());
                value
            }
            Self::OnlyInOrders(order) => json!({
                "difference": self.name(),
                "kind": match order.kind { Kind::Pay => "pay", Kind::Refund => "refund" },
                "out_trade_no": order.out_trade_no,
                "out_refund_no": order.out_refund_no,
                "orders_fen": order.amount.get(),
                "orders_line": order.line,
            }),
        }
    }

    fn said(&self, lang: Lang) -> String {
        let (en, zh) = words_of(self.name());
        let what = lang.pick(en, zh);
        let of_row = |row: &TradeRow| {
            let state = words::state(&row.trade_state, lang);
            let refund = row
                .out_refund_no
                .as_ref()
                .map(|number| visible(number.as_str()));
            let numbers = numbers(&visible(row.out_trade_no.as_str()), refund.as_deref());
            let (amount, line) = (row.amount().to_yuan(), row.line);
            lang.pick(
                format!("{what}: {state} {numbers}, {amount} yuan (line {line} of the bill)"),
                format!("{what}：{state} {numbers}，{amount} 元（账单第 {line} 行）"),
            )
        };
        match self {
            Self::OnlyInBill(row) | Self::TwiceInBill(row) => of_row(row),
            Self::OtherAmount { row, amount, line } => {
                let amount = amount.to_yuan();
                lang.pick(
                    format!("{}; {amount} yuan (line {line} of the orders)", of_row(row)),
                    format!("{}；{amount} 元（订单第 {line} 行）", of_row(row)),
                )
            }
            Self::OtherOrder {
                row,
                out_trade_no,
                line,
            } => lang.pick(
                format!(
                    "{}; of {out_trade_no} (line {line} of the orders)",
                    of_row(row)
                ),
                format!("{}；属于 {out_trade_no}（订单第 {line} 行）", of_row(row)),
            ),
            Self::OnlyInOrders(order) => {
                let kind = match order.kind {
                    Kind::Pay => lang.pick("paid", "支付"),
                    Kind::Refund => lang.pick("refund", "退款"),
                };
                let numbers = numbers(&order.out_trade_no, order.out_refund_no.as_deref());
                let (amount, line) = (order.amount.to_yuan(), order.line);
                lang.pick(
                    format!("{what}: {kind} {numbers}, {amount} yuan (line {line} of the orders)"),
                    format!("{what}：{kind} {numbers}，{amount} 元（订单第 {line} 行）"),
                )
            }
        }
    }
}

fn numbers(out_trade_no: &str, out_refund_no: Option<&str>) -> String {
    match out_refund_no {
        None => out_trade_no.to_owned(),
        Some(out_refund_no) => format!("{out_trade_no}/{out_refund_no}"),
    }
}

fn words_of(name: &str) -> (&'static str, &'static str) {
    match name {
        "only_in_bill" => ("only in the bill", "仅账单有"),
        "only_in_orders" => ("only in the orders", "仅订单有"),
        "other_amount" => ("another amount", "金额不同"),
        "other_order" => ("a refund of another order", "退款对应的订单不同"),
        _ => ("twice in the bill", "账单中重复"),
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

const NAMES: [&str; 5] = [
    "only_in_bill",
    "only_in_orders",
    "other_amount",
    "other_order",
    "twice_in_bill",
];

fn set(object: &mut serde_json::Value, name: &str, value: serde_json::Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(name.to_owned(), value);
    }
}
