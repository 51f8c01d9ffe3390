//! Transfers to users.

use maud::{Markup, html};

use crate::TransferBill;
use crate::control::page::books::encoded;
use crate::control::page::layout::{button, long, nothing, state, yuan};
use crate::control::page::table::{Row, act, amount, cell, table};
use crate::control::page::words::Words;

pub(crate) fn transfer_bills(bills: &[TransferBill], words: Words) -> Markup {
    if bills.is_empty() {
        return nothing(words.pick(
            "None yet. The user confirms a transfer by its button, within 24 hours.",
            "还没有商家转账。发起后，可用按钮代用户在24小时内确认收款。",
        ));
    }
    let names = words.pick(
        ["Number", "Amount", "To", "For", "State", "Asked for", ""],
        [
            "商户单号",
            "金额",
            "收款用户",
            "备注",
            "状态",
            "请求次数",
            "",
        ],
    );
    let rows = bills.iter().map(|bill| {
        let path = |act: &str| {
            let number = encoded(&bill.out_bill_no);
            format!("/v1/transfer_bills/{number}/{act}")
        };
        let fails = r#"{"status":"FAIL","reason":"PAYEE_ACCOUNT_ABNORMAL"}"#;
        Row::of(
            &bill.out_bill_no,
            [
                cell(html! { (long(&bill.out_bill_no)) div.small { (long(&bill.transfer_bill_no)) } }),
                amount(yuan(bill.terms.transfer_amount)),
                cell(long(&bill.terms.openid)),
                cell(html! { (bill.terms.transfer_remark) }),
                cell(html! {
                    (state(&bill.state))
                    @if let Some(reason) = &bill.fail_reason { div.small { (reason) } }
                }),
                amount(format!("{}×", bill.requests)),
                act(html! {
                    @if bill.state == "WAIT_USER_CONFIRM" {
                        (button(words.pick("User confirms", "用户确认收款"), &path("confirm"), "{}")) " "
                    }
                    @if !bill.has_ended() {
                        (button(words.pick("Let it fail", "失败"), &path("status"), fails))
                    }
                }),
            ],
        )
    });
    table("transfer_bills", names, rows)
}
