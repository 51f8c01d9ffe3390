//! The attempts to deliver notifications, and those to come.

use maud::{Markup, html};

use crate::control::page::layout::{clock_time, long, nothing};
use crate::control::page::table::{Row, amount, cell, table, time};
use crate::control::page::words::Words;
use crate::{Delivery, NoticeKind, PendingDelivery};

pub(crate) fn notices(made: &[Delivery], to_come: &[PendingDelivery], words: Words) -> Markup {
    if made.is_empty() && to_come.is_empty() {
        return nothing(words.pick(
            "None yet. One follows when an order with a notify_url is paid, a refund or a transfer with one ends, or a user complains.",
            "还没有通知。带 notify_url 的订单支付后、退款或商家转账有结果后，以及用户投诉后，会发送通知。",
        ));
    }
    let names = words.pick(
        ["Time", "About", "Attempt", "To", "Response", "Next"],
        ["时间", "内容", "次数", "地址", "应答", "下次"],
    );
    let to_come = to_come.iter().map(|pending| {
        let numbers = [
            Some(&*pending.out_trade_no),
            pending.out_refund_no.as_deref(),
            pending.complaint_id.as_deref(),
        ];
        Row::of(
            &pending.out_trade_no,
            [
                time(words.pick("due ", "计划 ").to_owned() + &clock_time(pending.due)),
                cell(about(pending.kind, numbers, words)),
                amount(pending.attempt),
                cell(long(&pending.url)),
                cell(html! { span.tag.open { (words.pick("to come", "待发送")) } }),
                cell(html! {}),
            ],
        )
        .class("pending")
    });
    let made = made.iter().map(|delivery| {
        let numbers = [
            Some(&*delivery.out_trade_no),
            delivery.out_refund_no.as_deref(),
            delivery.complaint_id.as_deref(),
        ];
        Row::of(
            &delivery.out_trade_no,
            [
                time(clock_time(delivery.at)),
                cell(about(delivery.kind, numbers, words)),
                amount(delivery.attempt),
                cell(long(&delivery.url)),
                cell(response(delivery, words)),
                time(delivery.next_attempt.map(clock_time).unwrap_or_default()),
            ],
        )
        .class(if delivery.acknowledged { "" } else { "failed" })
    });
    table("deliveries", names, to_come.chain(made))
}

fn about(kind: NoticeKind, numbers: [Option<&str>; 3], words: Words) -> Markup {
    let kind = match kind {
        NoticeKind::Payment => words.pick("payment", "支付"),
        NoticeKind::CombinedPayment => words.pick("combined payment", "合单支付"),
        NoticeKind::Refund => words.pick("refund", "退款"),
        NoticeKind::ProfitSharing => words.pick("profit sharing", "分账"),
        NoticeKind::Complaint => words.pick("complaint", "投诉"),
        NoticeKind::Transfer => words.pick("transfer", "商家转账"),
        NoticeKind::TransferAuthorization => words.pick("transfer authorization", "免确认收款授权"),
    };
    html! {
        (kind)
        @for number in numbers.into_iter().flatten() { div.small { (long(number)) } }
    }
}

fn response(delivery: &Delivery, words: Words) -> Markup {
    html! {
        @if delivery.acknowledged {
            span.tag.good { "✓ " (words.pick("acknowledged", "已确认")) }
        } @else {
            span.tag.bad {
                "✗ "
                @if let Some(status) = delivery.status {
                    (status)
                } @else {
                    (words.pick("no response", "无应答"))
                }
            }
            @if let Some(problem) = &delivery.problem { div.small { (problem) } }
        }
    }
}
