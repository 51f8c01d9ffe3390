//! What else belongs to the business of a shop: payment codes, complaints, shares and uploads.

use maud::{Markup, html};

use crate::control::page::books::encoded;
use crate::control::page::layout::{asking, button, clock_time, long, nothing, state, yuan};
use crate::control::page::table::{Row, act, amount, cell, table, time};
use crate::control::page::words::Words;
use crate::{CodeBehaviour, Complaint, Media, PaymentCode, ProfitReturn, ProfitSharing, Sandbox};

pub(crate) fn codes(codes: &[PaymentCode], words: Words) -> Markup {
    if codes.is_empty() {
        return nothing(words.pick(
            "None yet. Any 18 digits are one too: 10… pays, 11… waits for the password, 12… pays after 10 seconds, 13… cancels, 14… has too little money, 15… has expired.",
            "还没有付款码。任意 18 位数字也可作付款码：10 开头直接支付，11 开头等待密码，12 开头 10 秒后支付，13 开头取消，14 开头余额不足，15 开头已过期。",
        ));
    }
    let names = words.pick(
        ["Payment code", "What happens", "User", "Used for"],
        ["付款码", "行为", "用户", "用于订单"],
    );
    let rows = codes.iter().map(|code| {
        let happens = match &code.behaviour {
            CodeBehaviour::Pays => words.pick("pays at once", "直接支付").to_owned(),
            CodeBehaviour::AsksPassword { ends_after, pays } => {
                let end = match pays {
                    true => words.pick("pays after", "后支付"),
                    false => words.pick("fails after", "后失败"),
                };
                let seconds = ends_after.as_secs();
                words.pick(
                    format!("asks for the password, {end} {seconds} s"),
                    format!("需输入密码，{seconds} 秒{end}"),
                )
            }
            CodeBehaviour::Fails { code } => words.pick("fails with ", "失败：").to_owned() + code,
        };
        Row::of(
            &code.auth_code,
            [
                cell(long(&code.auth_code)),
                cell(html! { (happens) }),
                cell(long(&code.openid)),
                cell(html! { @if let Some(order) = &code.used_by { (long(order)) } }),
            ],
        )
    });
    table("codes", names, rows)
}

pub(crate) fn complaints(complaints: &[Complaint], words: Words) -> Markup {
    if complaints.is_empty() {
        return nothing(words.pick(
            "None yet. A user complains by the button of a paid order; the merchant is told if it has set an address.",
            "还没有投诉。可用已支付订单的按钮发起投诉；商户设置通知地址后会收到通知。",
        ));
    }
    let names = words.pick(
        ["Number", "Order", "Time", "The user says", "State", ""],
        ["投诉单号", "商户订单号", "投诉时间", "投诉内容", "状态", ""],
    );
    let rows = complaints.iter().map(|made| {
        let path = |act: &str| format!("/v1/complaints/{}/{act}", encoded(&made.complaint_id));
        let question = words.pick("What does the user say?", "用户留言：");
        Row::of(
            &made.complaint_id,
            [
                cell(long(&made.complaint_id)),
                cell(long(&made.out_trade_no)),
                time(clock_time(made.complaint_time)),
                cell(html! {
                    (made.detail)
                    @if let Some(wanted) = made.apply_refund_amount {
                        div.small { (words.pick("wants back ", "申请退款 ")) (yuan(wanted)) }
                    }
                    @if let Some(last) = made.history.last() {
                        div.small {
                            (last.operate_type)
                            @if let Some(details) = &last.details { ": " (details) }
                        }
                    }
                }),
                cell(state(&made.state)),
                act(html! {
                    (asking(words.pick("Write", "留言"), &path("write"), "text", question, "")) " "
                    (asking(words.pick("Complain again", "再次投诉"), &path("again"), "text", question, ""))
                }),
            ],
        )
    });
    table("complaints", names, rows)
}

pub(crate) fn sharing(sandbox: &Sandbox, words: Words) -> Markup {
    let (made, returns) = (sandbox.profit_sharings(), sandbox.profit_returns());
    if made.is_empty() && returns.is_empty() {
        return nothing(words.pick(
            "None yet. The client shares the money of a paid order that was made with profit_sharing.",
            "还没有分账。下单时指定 profit_sharing 并已支付的订单，可由客户端请求分账。",
        ));
    }
    let names = words.pick(
        ["Number", "Of", "To or from", "Amount", "State", ""],
        ["单号", "来源", "接收方或回退方", "金额", "状态", ""],
    );
    let shares = made.iter().rev().flat_map(|made| shares(made, words));
    let returns = returns.iter().rev().map(|made| returned(made, words));
    table("sharing", names, returns.chain(shares))
}

fn shares(made: &ProfitSharing, words: Words) -> Vec<Row<6>> {
    let numbers =
        || cell(html! { (long(&made.out_order_no)) div.small { (long(&made.order_id)) } });
    let mut rows: Vec<_> = made
        .shares
        .iter()
        .map(|share| {
            let number = encoded(&made.out_order_no);
            let path = format!(
                "/v1/profit_sharing/orders/{number}/receivers/{}/end",
                encoded(&share.account)
            );
            Row::of(
                &made.out_order_no,
                [
                    numbers(),
                    cell(long(&made.out_trade_no)),
                    cell(html! { (long(&share.account)) div.small { (share.description) } }),
                    amount(yuan(share.amount)),
                    cell(html! {
                        (state(&share.result))
                        @if let Some(reason) = &share.fail_reason { div.small { (reason) } }
                    }),
                    act(html! { @if share.result == "PENDING" { (ends(&path, "ACCOUNT_ABNORMAL", words)) } }),
                ],
            )
        })
        .collect();
    if made.ends {
        rows.push(Row::of(
            &made.out_order_no,
            [
                numbers(),
                cell(long(&made.out_trade_no)),
                cell(html! { (words.pick("released to the merchant", "解冻给商户")) }),
                amount(yuan(made.unfrozen)),
                cell(state("SUCCESS")),
                act(html! {}),
            ],
        ));
    }
    rows
}

fn returned(made: &ProfitReturn, words: Words) -> Row<6> {
    let path = format!(
        "/v1/profit_sharing/returns/{}/end",
        encoded(&made.out_return_no)
    );
    Row::of(
        &made.out_return_no,
        [
            cell(
                html! { (long(&made.out_return_no)) div.small { (words.pick("taken back", "回退")) } },
            ),
            cell(long(&made.out_order_no)),
            cell(html! { (long(&made.return_mchid)) div.small { (made.description) } }),
            amount(yuan(made.amount)),
            cell(html! {
                (state(&made.result))
                @if let Some(reason) = &made.fail_reason { div.small { (reason) } }
            }),
            act(
                html! { @if made.result == "PROCESSING" { (ends(&path, "ACCOUNT_ABNORMAL", words)) } },
            ),
        ],
    )
}

fn ends(path: &str, reason: &str, words: Words) -> Markup {
    let fails = format!(r#"{{"fail_reason":"{reason}"}}"#);
    html! {
        (button(words.pick("Let it succeed", "成功"), path, "{}")) " "
        (button(words.pick("Let it fail", "失败"), path, &fails))
    }
}

pub(crate) fn uploads(uploads: &[Media], words: Words) -> Markup {
    if uploads.is_empty() {
        return nothing(words.pick("None yet.", "还没有上传文件。"));
    }
    let names = words.pick(
        ["Name", "Bytes", "Sent to", "Media ID"],
        ["文件名", "字节数", "接口", "媒体文件标识"],
    );
    let rows = uploads.iter().map(|media| {
        Row::of(
            &media.media_id,
            [
                cell(long(&media.filename)),
                amount(media.size),
                cell(html! { code { (media.api.name()) } }),
                cell(html! { (long(&media.media_id)) div.small { "SHA-256 " (long(&media.sha256)) } }),
            ],
        )
    });
    table("uploads", names, rows)
}
