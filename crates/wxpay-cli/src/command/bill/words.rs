//! What the parts of a bill are called, and how its sums are shown.

use comfy_table::{CellAlignment, Table, presets};
use wxpay_bill::{Comparison, Direction, MilliFen, Sum, TradeKind, TradeScope, TradeState};

use crate::lang::Lang;
use crate::table;
use crate::visible::visible;

/// The name of a kind, in JSON: `trade.all`, as it is in the documents' files.
pub(super) fn kind(kind: TradeKind) -> String {
    let scope = kind.scope.as_str().to_ascii_lowercase();
    let old = if kind.is_old { ".old" } else { "" };
    format!("trade.{scope}{old}")
}

/// The title of a kind.
pub(super) fn title(kind: TradeKind, lang: Lang) -> String {
    let scope = match kind.scope {
        TradeScope::All => lang.pick("payments and refunds", "支付和退款"),
        TradeScope::Success => lang.pick("payments", "支付"),
        TradeScope::Refund => lang.pick("refunds", "退款"),
    };
    let old = if kind.is_old {
        lang.pick(", in the columns of before 2018", "，2018 年以前的格式")
    } else {
        ""
    };
    lang.pick(
        format!("Trade bill: {scope}{old}"),
        format!("交易账单：{scope}{old}"),
    )
}

pub(super) fn state(state: &TradeState, lang: Lang) -> String {
    match state {
        TradeState::Success => lang.pick("paid", "支付成功").to_owned(),
        TradeState::Refund => lang.pick("refund", "退款").to_owned(),
        TradeState::Revoked => lang.pick("reversed", "已撤销").to_owned(),
        other => visible(other.as_str()),
    }
}

pub(super) fn direction(direction: Direction, lang: Lang) -> &'static str {
    match direction {
        Direction::In => lang.pick("in", "收入"),
        Direction::Out => lang.pick("out", "支出"),
    }
}

/// An empty table with these names, of which the last ones are amounts.
pub(super) fn table(names: &[&str], amounts: usize) -> Table {
    let mut table = table::new(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(names);
    let first = names.len().saturating_sub(amounts);
    for column in table.column_iter_mut().skip(first) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// Each sum of the rows beside that of the summary.
pub(super) fn comparison(comparison: &Comparison, lang: Lang) -> Table {
    let names = lang.pick(
        ["summary", "agrees", "sum of the rows", "in the summary"],
        ["汇总项", "一致", "明细之和", "汇总值"],
    );
    let mut table = table(&names, 2);
    for sum in &comparison.sums {
        let agrees = if sum.agrees {
            lang.pick("yes", "是")
        } else {
            lang.pick("NO", "否")
        };
        table.add_row([
            sum.name.clone(),
            agrees.to_owned(),
            shown(sum.of_rows),
            shown(sum.of_summary),
        ]);
    }
    table
}

/// A fee, with as many decimals as it needs.
pub(super) fn fee(fee: MilliFen) -> String {
    match fee.to_fen() {
        Some(fen) => fen.to_yuan(),
        None => fee.to_yuan(),
    }
}

fn shown(sum: Sum) -> String {
    match sum {
        Sum::Count(count) => count.to_string(),
        Sum::Millifen(amount) => fee(amount),
    }
}
