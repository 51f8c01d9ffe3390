//! Before a call that can change anything.

use std::io::{BufRead, IsTerminal, Write, stderr, stdin};

use wxpay_api::core::Effect;

use super::entry::Call;
use crate::fail::Fail;

/// Lets a read pass. For a write there must be `--yes`, or a person who says so at the terminal.
pub(super) fn confirm(call: &Call) -> Result<(), Fail> {
    if call.entry.effect == Effect::Read {
        return Ok(());
    }
    let (name, lang) = (call.entry.name, call.lang);
    let mut err = stderr().lock();
    writeln!(
        err,
        "{}",
        lang.pick(
            format!("{name} can move money. Payouts are safer by `wxpay payout`, which writes each down first and settles it once."),
            format!("{name} 可能动用资金。付款请优先使用 `wxpay payout`：它先记录每一笔，并保证只付一次。"),
        )
    )?;
    if call.options.yes {
        return Ok(());
    }
    if !stdin().is_terminal() {
        return Err(Fail::usage(
            format!("{name} may move money; pass --yes to send it"),
            format!("{name} 会产生变更：请加 --yes 确认发送"),
        ));
    }
    write!(
        err,
        "{}",
        lang.pick("Type yes to send it: ", "输入 yes 确认发送：")
    )?;
    err.flush()?;
    let mut answer = String::new();
    stdin().lock().read_line(&mut answer)?;
    if answer.trim() == "yes" {
        return Ok(());
    }
    Err(Fail::new("not sent", "未发送"))
}
