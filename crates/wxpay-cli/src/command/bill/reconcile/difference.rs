//! One thing that does not agree, in JSON and in words.

use serde_json::{Value, json};
use wxpay_api::core::Fen;
use wxpay_bill::TradeRow;

use super::orders::{Kind, Unseen};
use crate::command::bill::words;
use crate::lang::Lang;
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
    /// A refund of which the bill says that it failed, or that its money could not be given back
    /// (退款异常).
    RefundNotDone {
        row: &'a TradeRow,
        line: u64,
    },
}

impl Difference<'_> {
    pub(super) fn name(&self) -> &'static str {
        let [bill, orders, amount, order, twice, not_done] = NAMES;
        match self {
            Self::OnlyInBill(_) => bill,
            Self::OnlyInOrders(_) => orders,
            Self::OtherAmount { .. } => amount,
            Self::OtherOrder { .. } => order,
            Self::TwiceInBill(_) => twice,
            Self::RefundNotDone { .. } => not_done,
        }
    }

    pub(super) fn json(&self) -> Value {
        let of_row = |row: &TradeRow, more: &[(&'static str, Value)]| {
            let fields = [
                ("difference", self.name().into()),
                ("trade_state", row.trade_state.as_str().into()),
                ("out_trade_no", row.out_trade_no.as_str().into()),
                ("out_refund_no", json!(row.out_refund_no)),
                ("transaction_id", row.transaction_id.as_str().into()),
                ("bill_fen", row.amount().get().into()),
                ("bill_line", row.line.into()),
            ];
            object(fields.into_iter().chain(more.iter().cloned()))
        };
        match self {
            Self::OnlyInBill(row) | Self::TwiceInBill(row) => of_row(row, &[]),
            Self::OtherAmount { row, amount, line } => of_row(
                row,
                &[
                    ("orders_fen", amount.get().into()),
                    ("orders_line", (*line).into()),
                ],
            ),
            Self::OtherOrder {
                row,
                out_trade_no,
                line,
            } => of_row(
                row,
                &[
                    ("orders_out_trade_no", (*out_trade_no).into()),
                    ("orders_line", (*line).into()),
                ],
            ),
            Self::RefundNotDone { row, line } => of_row(
                row,
                &[
                    ("refund_state", row.refund_state.as_str().into()),
                    ("orders_line", (*line).into()),
                ],
            ),
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

    pub(super) fn said(&self, lang: Lang) -> String {
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
            Self::RefundNotDone { row, line } => {
                let state = visible(&row.refund_state);
                lang.pick(
                    format!("{}; {state} (line {line} of the orders)", of_row(row)),
                    format!("{}；{state}（订单第 {line} 行）", of_row(row)),
                )
            }
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

pub(super) fn words_of(name: &str) -> (&'static str, &'static str) {
    match name {
        "only_in_bill" => ("only in the bill", "仅账单有"),
        "only_in_orders" => ("only in the orders", "仅订单有"),
        "other_amount" => ("another amount", "金额不同"),
        "other_order" => ("a refund of another order", "退款对应的订单不同"),
        "refund_not_done" => (
            "a refund that failed, or whose money could not be given back",
            "退款失败或退款异常",
        ),
        _ => ("twice in the bill", "账单中重复"),
    }
}

pub(super) fn object(members: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let members = members.into_iter();
    Value::Object(
        members
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
}

pub(super) const NAMES: [&str; 6] = [
    "only_in_bill",
    "only_in_orders",
    "other_amount",
    "other_order",
    "twice_in_bill",
    "refund_not_done",
];
