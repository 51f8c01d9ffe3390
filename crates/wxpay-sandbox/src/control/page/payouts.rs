//! Payments to employees, and transfers of batches.

use maud::{Markup, html};

use crate::control::page::books::encoded;
use crate::control::page::layout::{button, long, nothing, state, yuan};
use crate::control::page::table::{Row, act, amount, cell, table};
use crate::control::page::words::Words;
use crate::{Payout, PayoutStatus, Transfer};

pub(crate) fn payouts(payouts: &[Payout], words: Words) -> Markup {
    if payouts.is_empty() {
        return nothing(words.pick("None yet.", "还没有付款。"));
    }
    let names = words.pick(
        ["Number", "Amount", "To", "For", "State", "Requests", ""],
        [
            "商户订单号",
            "金额",
            "收款用户",
            "说明",
            "状态",
            "请求次数",
            "",
        ],
    );
    let rows = payouts.iter().map(|payout| {
        let path = format!("/v1/payouts/{}/status", encoded(&payout.partner_trade_no));
        let failed = r#"{"status":"FAILED","reason":"付款失败"}"#;
        Row::of(
            &payout.partner_trade_no,
            [
                cell(html! { (long(&payout.partner_trade_no)) div.small { (long(&payout.payment_no)) } }),
                amount(yuan(payout.amount)),
                cell(long(&payout.openid)),
                cell(html! { (payout.desc) }),
                cell(html! {
                    (state(payout.status.as_str()))
                    @if let Some(reason) = payout.status.reason() { div.small { (reason) } }
                }),
                amount(format!("{}×", payout.requests)),
                act(html! {
                    @if payout.status == PayoutStatus::Processing {
                        (button(words.pick("Let it succeed", "成功"), &path, r#"{"status":"SUCCESS"}"#)) " "
                        (button(words.pick("Let it fail", "失败"), &path, failed))
                    }
                }),
            ],
        )
    });
    table("payouts", names, rows)
}

pub(crate) fn transfers(transfers: &[Transfer], words: Words) -> Markup {
    if transfers.is_empty() {
        return nothing(words.pick("None yet.", "还没有转账。"));
    }
    let names = words.pick(
        ["Batch", "Transfer", "Amount", "To", "State", ""],
        ["批次单号", "明细单号", "金额", "收款用户", "状态", ""],
    );
    let rows = transfers.iter().map(|transfer| {
        let path = format!("/v1/batches/{}/settle", encoded(&transfer.out_batch_no));
        Row::of(
            &transfer.out_detail_no,
            [
                cell(long(&transfer.out_batch_no)),
                cell(long(&transfer.out_detail_no)),
                amount(yuan(transfer.total_amount)),
                cell(long(&transfer.openid)),
                cell(html! {
                    (state(&transfer.detail_status))
                    @if let Some(reason) = &transfer.fail_reason { div.small { (reason) } }
                }),
                act(html! {
                    @if transfer.detail_status == "PROCESSING" {
                        (button(words.pick("Settle the batch", "完成批次"), &path, "{}"))
                    }
                }),
            ],
        )
    });
    table("transfers", names, rows)
}
