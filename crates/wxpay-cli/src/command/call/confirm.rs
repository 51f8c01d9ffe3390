//! Before a call that can change anything.

use std::io::{BufRead, IsTerminal, Write, stderr, stdin};

use wxpay_api::core::Effect;

use super::Call;
use crate::fail::Fail;
use crate::operation;

/// Lets a read pass. For a write there must be `--yes`, or a person who says so at the terminal.
pub(super) fn confirm(call: &Call) -> Result<(), Fail> {
    if operation::effect(call.operation) == Effect::Read {
        return Ok(());
    }
    let (name, lang) = (&call.operation.name, call.lang);
    let mut err = stderr().lock();
    let warning = if name == PAYOUT {
        lang.pick(
            format!("{name} can move money. Payouts are safer by `wxpay payout`, which writes each down first and settles it once."),
            format!("{name} 可能动用资金。付款请优先使用 `wxpay payout`：它先记录每一笔，并保证只付一次。"),
        )
    } else {
        lang.pick(
            format!("{name} changes something at WeChat Pay, and can move money."),
            format!("{name} 会在微信支付产生变更，并可能动用资金。"),
        )
    };
    writeln!(err, "{warning}")?;
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

/// What `wxpay payout` sends.
const PAYOUT: &str = "v2.wecom.pay_employee";
