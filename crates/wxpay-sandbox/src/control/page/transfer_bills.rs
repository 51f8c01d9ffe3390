//! Transfers to users, and users who need not confirm them.

use maud::{Markup, html};

use crate::control::page::books::encoded;
use crate::control::page::layout::{button, long, nothing, state, yuan};
use crate::control::page::table::{Row, act, amount, cell, table};
use crate::control::page::words::Words;
use crate::{TransferAuthorization, TransferBill};

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

pub(crate) fn authorizations(all: &[TransferAuthorization], words: Words) -> Markup {
    if all.is_empty() {
        return nothing(words.pick(
            "None yet. The user agrees by the button of an authorization, within 24 hours.",
            "还没有授权。商户发起后，可用按钮代用户在24小时内确认授权。",
        ));
    }
    let names = words.pick(
        ["Number", "User", "Scene", "State", ""],
        ["商户侧授权单号", "收款用户", "转账场景", "状态", ""],
    );
    let rows = all.iter().map(|one| {
        let number = &one.out_authorization_no;
        let path = |act: &str| {
            let number = encoded(number);
            format!("/v1/transfer_authorizations/{number}/{act}")
        };
        Row::of(
            number,
            [
                cell(html! {
                    (long(number))
                    @if let Some(id) = &one.authorization_id { div.small { (long(id)) } }
                }),
                cell(html! { (one.terms.user_display_name) div.small { (long(&one.terms.openid)) } }),
                cell(html! { (one.terms.transfer_scene_id) }),
                cell(html! {
                    (state(&one.state))
                    @if let Some(reason) = &one.close_reason { div.small { (reason) } }
                }),
                act(html! {
                    @match &*one.state {
                        "WAIT_USER_CONFIRM" => (button(words.pick("User agrees", "用户确认授权"), &path("confirm"), "{}")),
                        "TAKING_EFFECT" => (button(words.pick("User ends it", "用户解除授权"), &path("close"), "{}")),
                        _ => {}
                    }
                }),
            ],
        )
    });
    table("transfer_authorizations", names, rows)
}
