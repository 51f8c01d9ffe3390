//! Withdrawals to bank accounts.

use maud::{Markup, html};

use crate::Withdrawal;
use crate::control::page::books::encoded;
use crate::control::page::layout::{button, clock_time, long, nothing, state, yuan};
use crate::control::page::table::{Row, act, amount, cell, table, time};
use crate::control::page::words::Words;

pub(crate) fn withdrawals(all: &[Withdrawal], words: Words) -> Markup {
    if all.is_empty() {
        return nothing(words.pick(
            "None yet. One that the client asks for arrives at ten o'clock of the next day.",
            "还没有提现。客户端发起后，次日10点到账。",
        ));
    }
    let names = words.pick(
        ["Number", "Amount", "From", "State", "Since", ""],
        ["预约提现单号", "金额", "出款账户", "状态", "更新时间", ""],
    );
    let rows = all.iter().map(|made| {
        let path = format!("/v1/withdrawals/{}/status", encoded(&made.withdraw_id));
        let fails = r#"{"status":"FAIL","reason":"卡号错误"}"#;
        let returns = r#"{"status":"REFUND","reason":"银行退票"}"#;
        Row::of(
            &made.out_request_no,
            [
                cell(html! { (long(&made.out_request_no)) div.small { (long(&made.withdraw_id)) } }),
                amount(yuan(made.terms.amount)),
                cell(html! {
                    (made.terms.account_type)
                    @if let Some(sub) = &made.terms.sub_mchid { div.small { (long(sub)) } }
                }),
                cell(html! {
                    (state(&made.status))
                    @if let Some(reason) = &made.reason { div.small { (reason) } }
                }),
                time(clock_time(made.update_time)),
                act(html! {
                    @match &*made.status {
                        "CREATE_SUCCESS" => {
                            (button(words.pick("It arrives", "到账"), &path, r#"{"status":"SUCCESS"}"#)) " "
                            (button(words.pick("Let it fail", "失败"), &path, fails))
                        }
                        "SUCCESS" => (button(words.pick("The bank returns it", "银行退票"), &path, returns)),
                        _ => {}
                    }
                }),
            ],
        )
    });
    table("withdrawals", names, rows)
}
