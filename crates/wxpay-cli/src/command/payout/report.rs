//! What became of every payout, for the terminal.

use std::fmt;
use std::io::Write as _;

use comfy_table::{CellAlignment, Table, presets};
use wxpay_api::core::Fen;
use wxpay_payout::{Alarm, NotStartedReason, Reconciliation, WaitingLine, WaitsFor};

use super::json::maybe_sent_before;
use crate::chinese::payout_text;
use crate::fail::Fail;
use crate::lang::Lang;
use crate::out::stdout;
use crate::table;
use crate::visible::visible;

/// A reconciliation to be printed.
pub(super) struct Report<'a> {
    of: &'a Reconciliation,
    lang: Lang,
    recovered: bool,
}

impl<'a> Report<'a> {
    pub(super) fn of(of: &'a Reconciliation, lang: Lang) -> Self {
        Self {
            of,
            lang,
            recovered: false,
        }
    }

    /// The same of a recovery, which finds only what was paid before.
    pub(super) fn recovered(mut self) -> Self {
        self.recovered = true;
        self
    }

    pub(super) fn is_all_paid(&self) -> bool {
        self.of.paid.len() == self.of.len()
    }

    /// Whether all that is not paid waits for somebody, and nobody of the merchant has to look.
    pub(super) fn only_waits(&self) -> bool {
        let waiting = &self.of.waiting;
        let is_well = waiting.iter().all(|line| line.alarm.is_none());
        is_well && self.of.paid.len() + waiting.len() == self.of.len()
    }

    /// Whether some were paid before this journal had sent them.
    pub(super) fn is_paid_before(&self) -> bool {
        self.of.paid.iter().any(|line| line.found)
    }

    /// Whether a later run may have something to do: in a conflict, and with what breaks a rule, it
    /// would find the same.
    pub(super) fn goes_on(&self) -> bool {
        let unknown = self.of.unknown.iter();
        let not_started = self.of.not_started.iter();
        !self.of.unread.is_empty()
            || !self.of.waiting.is_empty()
            || unknown
                .map(|line| &line.alarm)
                .any(|alarm| !is_final(alarm.as_ref()))
            || not_started.map(|line| &line.reason).any(|reason| {
                !matches!(
                    reason,
                    NotStartedReason::Refused(_) | NotStartedReason::Conflict(_)
                )
            })
    }

    /// Whether all that is not settled waits for somebody, and nobody of the merchant has to look.
    pub(super) fn is_settled_or_waits(&self) -> bool {
        let of = self.of;
        let settled = of.paid.len() + of.rejected.len();
        let is_well = of.waiting.iter().all(|line| line.alarm.is_none());
        is_well && settled + of.waiting.len() == of.len()
    }

    /// Whether something is not settled.
    pub(super) fn is_open(&self) -> bool {
        let Reconciliation {
            unknown,
            waiting,
            not_started,
            unread,
            ..
        } = self.of;
        !(unknown.is_empty() && waiting.is_empty() && not_started.is_empty() && unread.is_empty())
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
                lang.pick("waiting", "待处理"),
                of.waiting.len(),
                (!of.waiting.is_empty()).then(|| of.waiting_amount()),
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
        let late = of.paid.iter().filter_map(|line| {
            let alarm = line.alarm.as_ref()?;
            let (intent, number) = (&line.intent, &line.number);
            Some(lang.pick(
                format!("{intent} ({number}) is paid: {}", alarm.advice()),
                format!("{intent}（{number}）已付款：{}", alarm.advice_zh()),
            ))
        });
        some(f, lang, late)?;
        let before = of.paid.iter().filter(|line| line.found).count();
        if before > 0 && !self.recovered {
            let said = lang.pick(
                format!(
                    "{before} of them were already paid before this journal had sent them: another journal, or one that was \
                     lost, has paid them. They were not paid again. Look for that journal."
                ),
                format!(
                    "其中 {before} 笔在本日志发送之前已经付款：由另一份日志或已丢失的日志付出，没有重复付款。请查找那份日志。"
                ),
            );
            write!(f, "\n{said}")?;
        }
        let rejected = of.rejected.iter().map(|line| {
            let (intent, number) = (&line.intent, &line.number);
            let reason = visible(&line.reason);
            lang.pick(
                format!("{intent} ({number}) is rejected: {reason}"),
                format!("{intent}（{number}）被拒：{}", payout_text(&reason)),
            )
        });
        some(f, lang, rejected)?;
        let unknown = of.unknown.iter().map(|line| {
            let (intent, number) = (&line.intent, &line.number);
            let reason = visible(&line.reason);
            let alarm = line.alarm.as_ref();
            let (en, zh) = match alarm {
                Some(Alarm::Mismatch | Alarm::ParametersDiffer) => ("is in conflict", "有冲突"),
                Some(Alarm::PaidLate) => ("is not sent any more", "不再发送"),
                _ => ("is unknown", "未知"),
            };
            let advice = line.advice();
            let advice_zh = alarm.map_or(LATER_ZH, Alarm::advice_zh);
            lang.pick(
                format!("{intent} ({number}) {en}: {reason}; {advice}"),
                format!(
                    "{intent}（{number}）{zh}：{}；{advice_zh}",
                    payout_text(&reason)
                ),
            )
        });
        some(f, lang, unknown)?;
        let waiting = of.waiting.iter().map(|line| waiting(line, lang));
        some(f, lang, waiting)?;
        let not_started = of.not_started.iter().map(|line| {
            let (intent, reason) = (&line.intent, visible(&line.reason.to_string()));
            let reason_zh = payout_text(&reason);
            if maybe_sent_before(&line.reason) {
                return lang.pick(
                    format!("{intent}: {reason}"),
                    format!("{intent}：{reason_zh}"),
                );
            }
            lang.pick(
                format!("{intent} was not sent: {reason}"),
                format!("{intent} 未发起：{reason_zh}"),
            )
        });
        some(f, lang, not_started)
    }
}

/// Whom a payout waits for, and what the front end needs.
fn waiting(line: &WaitingLine, lang: Lang) -> String {
    let (intent, number) = (&line.intent, &line.number);
    let who = waits_for(line.waits_for, lang);
    let reason = visible(&line.reason);
    let advice = line.alarm.as_ref().map_or_else(String::new, |alarm| {
        lang.pick(
            format!("; {}", alarm.advice()),
            format!("；{}", alarm.advice_zh()),
        )
    });
    lang.pick(
        format!("{intent} ({number}) waits for {who}: {reason}{advice}"),
        format!(
            "{intent}（{number}）等待{who}：{}{advice}",
            payout_text(&reason)
        ),
    )
}

/// Who has to do something.
pub(super) fn waits_for(who: WaitsFor, lang: Lang) -> &'static str {
    match who {
        WaitsFor::User => lang.pick("the user", "用户确认收款"),
        WaitsFor::Receiver => lang.pick("the user to receive it", "用户领取"),
        WaitsFor::Approver => lang.pick("the merchant's approval", "商户付款确认"),
        WaitsFor::Merchant => lang.pick("a person of the merchant", "商户人工处理"),
        WaitsFor::WeChatPay => lang.pick("WeChat Pay", "微信支付处理"),
        WaitsFor::Repetition => lang.pick("the next run", "下次运行"),
    }
}

/// Whether no run settles it: WeChat Pay has something else under the number, has paid an earlier
/// one, or can't be asked any more.
fn is_final(alarm: Option<&Alarm>) -> bool {
    matches!(
        alarm,
        Some(
            Alarm::Mismatch | Alarm::ParametersDiffer | Alarm::PaidLate | Alarm::QueryWindowClosed
        )
    )
}

/// Prints what became of payouts. If that fails, it is said where the same can be read.
pub(super) fn print(text: &str) -> Result<(), Fail> {
    writeln!(stdout(), "{text}").map_err(|error| {
        Fail::new(
            "can't write the report. What was paid is in the journal: read it with wxpay payout status or export",
            "无法输出结果。付款情况已记入付款日志：请用 wxpay payout status 或 export 查看",
        )
        .because(error)
    })
}

/// An empty table of counts and amounts.
pub(super) fn sums(lang: Lang) -> Table {
    let mut table = table::new(presets::NOTHING);
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
    for line in lines.by_ref().take(MAX_LINES) {
        write!(f, "\n{line}")?;
    }
    match lines.count() {
        0 => Ok(()),
        count => write!(f, "\n{}", more(count, lang)),
    }
}

/// How many more there are.
pub(super) fn more(count: usize, lang: Lang) -> String {
    lang.pick(
        format!("… and {count} more: --json tells them all"),
        format!("……还有 {count} 条：用 --json 查看全部"),
    )
}

const LATER_ZH: &str = "请以后用同一付款日志查询结果；切勿换一个名称重新付款";
/// How many lines are shown.
pub(super) const MAX_LINES: usize = 20;
/// Some payouts wait for somebody, and nothing is wrong.
pub(super) const WAITS: u8 = 4;
/// Where sums stay.
pub(super) const MOST_FEN: Fen = Fen::new(i64::MAX);
