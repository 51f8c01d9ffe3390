//! What became of every payout, for the terminal.

use std::fmt;

use comfy_table::{CellAlignment, Table, presets};
use wxpay_api::core::Fen;
use wxpay_payout::{NotStartedReason, Reconciliation};

use crate::lang::Lang;
use crate::visible::visible;

/// A reconciliation to be printed.
pub(super) struct Report<'a> {
    of: &'a Reconciliation,
    lang: Lang,
}

impl<'a> Report<'a> {
    pub(super) fn of(of: &'a Reconciliation, lang: Lang) -> Self {
        Self { of, lang }
    }

    pub(super) fn is_all_paid(&self) -> bool {
        self.of.paid.len() == self.of.len()
    }

    /// Whether a later run may have something to do.
    pub(super) fn goes_on(&self) -> bool {
        let Reconciliation {
            unknown,
            not_started,
            unread,
            ..
        } = self.of;
        !(unknown.is_empty() && not_started.is_empty() && unread.is_empty())
    }

    fn table(&self) -> Table {
        let (of, lang) = (self.of, self.lang);
        let rejected = sum(of.rejected.iter().map(|line| line.amount));
        let mut table = sums(lang);
        for (name, count, amount) in [
            (
                lang.pick("paid", "已付"),
                of.paid.len(),
                Some(of.paid_amount()),
            ),
            (
                lang.pick("rejected", "被拒"),
                of.rejected.len(),
                Some(rejected),
            ),
            (
                lang.pick("unknown", "未知"),
                of.unknown.len(),
                Some(of.unknown_amount()),
            ),
            (
                lang.pick("not started", "未发起"),
                of.not_started.len(),
                None,
            ),
            (lang.pick("not readable", "无法读取"), of.unread.len(), None),
        ] {
            if count > 0 || amount.is_some() {
                let amount = amount.map_or_else(String::new, Fen::to_yuan);
                table.add_row([name.to_owned(), count.to_string(), amount]);
            }
        }
        table
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (of, lang) = (self.of, self.lang);
        write!(f, "{}", self.table())?;
        let rejected = of.rejected.iter().map(|line| {
            let (intent, number) = (&line.intent, &line.number);
            let reason = visible(&line.reason);
            lang.pick(
                format!("{intent} ({number}) is rejected: {reason}"),
                format!("{intent}（{number}）被拒：{reason}"),
            )
        });
        some(f, lang, rejected)?;
        let unknown = of.unknown.iter().map(|line| {
            let (intent, number) = (&line.intent, &line.number);
            let reason = visible(&line.reason);
            let advice = line.advice();
            lang.pick(
                format!("{intent} ({number}) is unknown: {reason}; {advice}"),
                format!("{intent}（{number}）未知：{reason}；{advice}"),
            )
        });
        some(f, lang, unknown)?;
        let not_started = of.not_started.iter().map(|line| {
            let (intent, reason) = (&line.intent, visible(&line.reason.to_string()));
            if matches!(line.reason, NotStartedReason::Unread(_)) {
                return lang.pick(format!("{intent}: {reason}"), format!("{intent}：{reason}"));
            }
            lang.pick(
                format!("{intent} was not sent: {reason}"),
                format!("{intent} 未发起：{reason}"),
            )
        });
        some(f, lang, not_started)
    }
}

/// An empty table of counts and amounts.
pub(super) fn sums(lang: Lang) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_header(lang.pick(["", "payouts", "yuan"], ["", "笔数", "金额（元）"]));
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// A sum that stays at the greatest there is.
pub(super) fn sum(amounts: impl Iterator<Item = Fen>) -> Fen {
    amounts.fold(Fen::ZERO, |sum, amount| {
        sum.checked_add(amount).unwrap_or(MOST_FEN)
    })
}

/// Some lines, and how many more there are.
pub(super) fn some(
    f: &mut impl fmt::Write,
    lang: Lang,
    mut lines: impl Iterator<Item = String>,
) -> fmt::Result {
    for line in lines.by_ref().take(MOST) {
        write!(f, "\n{line}")?;
    }
    match lines.count() {
        0 => Ok(()),
        more => write!(
            f,
            "\n{}",
            lang.pick(
                format!("… and {more} more: wxpay payout export has them all"),
                format!("……还有 {more} 条：用 wxpay payout export 查看全部"),
            )
        ),
    }
}

const MOST: usize = 20;
/// Where sums stay.
pub(super) const MOST_FEN: Fen = Fen::new(i64::MAX);
