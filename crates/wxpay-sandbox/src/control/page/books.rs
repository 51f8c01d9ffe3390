//! Orders, payouts, batches and deliveries.

use std::sync::Arc;

use axum::extract::State;
use axum::response::IntoResponse;
use maud::{Markup, html};
use percent_encoding::{NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};

use crate::control::page::layout::{
    Place, button, clock_time, head, live, long, nothing, page, state, yuan,
};
use crate::control::page::orders;
use crate::control::page::words::Words;
use crate::{Delivery, Payout, PayoutStatus, PendingDelivery, Sandbox, Transfer};

pub(crate) async fn show(State(sandbox): State<Arc<Sandbox>>, words: Words) -> impl IntoResponse {
    let (orders, refunds) = (latest(sandbox.orders()), sandbox.refunds());
    let payouts = latest(sandbox.payouts());
    let (transfers, made) = (latest(sandbox.transfers()), latest(sandbox.deliveries()));
    let to_come = sandbox.pending_deliveries();
    let main = live(
        "books",
        html! {
            h1 { (words.pick("Orders", "订单")) }
            (orders::table(&orders, &refunds, words))
            h1 { (words.pick("Refunds", "退款")) }
            (orders::refunds(&latest(refunds), words))
            h1 { (words.pick("Notices", "通知")) }
            (deliveries_table(&made, &to_come, words))
            h1 { (words.pick("Payments to employees", "向员工付款")) }
            @if let Some(balance) = sandbox.balance() {
                p { (words.pick("Balance: ", "余额：")) b { (yuan(balance)) } }
            }
            (payouts_table(&payouts, words))
            h1 { (words.pick("Transfers of batches", "批量转账")) }
            (transfers_table(&transfers, words))
        },
    );
    page(
        &sandbox,
        words,
        Place::Books,
        words.pick("Books", "账目"),
        &main,
    )
}

fn deliveries_table(made: &[Delivery], to_come: &[PendingDelivery], words: Words) -> Markup {
    if made.is_empty() && to_come.is_empty() {
        return nothing(words.pick(
            "None. A notification follows when an order with a notify_url is paid, or a refund with one ends.",
            "没有通知。带 notify_url 的订单支付后、带 notify_url 的退款有结果后，会发送通知。",
        ));
    }
    let names = words.pick(
        ["Time", "Order", "Attempt", "To", "Response", "Next"],
        ["时间", "订单", "次数", "地址", "应答", "下次"],
    );
    html! {
        table.deliveries {
            (head(&names))
            tbody {
                @for pending in to_come {
                    tr.pending {
                        td.time { (words.pick("due ", "计划 ")) (clock_time(pending.due)) }
                        td {
                            (long(&pending.out_trade_no))
                            @if let Some(refund) = &pending.out_refund_no { div.small { (long(refund)) } }
                        }
                        td.amount { (pending.attempt) }
                        td { (long(&pending.url)) }
                        td { span.tag.open { (words.pick("to come", "待发送")) } }
                        td {}
                    }
                }
                @for delivery in made {
                    tr data-delivered=(delivery.out_trade_no) {
                        td.time { (clock_time(delivery.at)) }
                        td {
                            (long(&delivery.out_trade_no))
                            @if let Some(refund) = &delivery.out_refund_no { div.small { (long(refund)) } }
                        }
                        td.amount { (delivery.attempt) }
                        td { (long(&delivery.url)) }
                        td {
                            @if delivery.acknowledged {
                                span.tag.good { "✓ " (words.pick("acknowledged", "已确认")) }
                            } @else {
                                span.tag.bad { "✗ " @if let Some(status) = delivery.status { (status) } @else { (words.pick("no response", "无应答")) } }
                                @if let Some(problem) = &delivery.problem { div.small { (problem) } }
                            }
                        }
                        td.time { @if let Some(next) = delivery.next_attempt { (clock_time(next)) } }
                    }
                }
            }
        }
    }
}

fn payouts_table(payouts: &[Payout], words: Words) -> Markup {
    if payouts.is_empty() {
        return nothing(words.pick("None.", "没有付款。"));
    }
    let names = words.pick(
        ["Number", "Amount", "To", "For", "State", "Asked for", ""],
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
    html! {
        table {
            (head(&names))
            tbody {
                @for payout in payouts {
                    tr {
                        td { (long(&payout.partner_trade_no)) div.small { (long(&payout.payment_no)) } }
                        td.amount { (yuan(payout.amount)) }
                        td { (long(&payout.openid)) }
                        td { (payout.desc) }
                        td {
                            (state(payout.status.as_str()))
                            @if let Some(reason) = payout.status.reason() { div.small { (reason) } }
                        }
                        td.amount { (payout.requests) "×" }
                        td.act {
                            @if payout.status == PayoutStatus::Processing {
                                @let path = format!("/v1/payouts/{}/status", encoded(&payout.partner_trade_no));
                                (button(words.pick("Let it succeed", "成功"), &path, r#"{"status":"SUCCESS"}"#)) " "
                                (button(words.pick("Let it fail", "失败"), &path, r#"{"status":"FAILED","reason":"付款失败"}"#))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn transfers_table(transfers: &[Transfer], words: Words) -> Markup {
    if transfers.is_empty() {
        return nothing(words.pick("None.", "没有转账。"));
    }
    let names = words.pick(
        ["Batch", "Transfer", "Amount", "To", "State", ""],
        ["批次单号", "明细单号", "金额", "收款用户", "状态", ""],
    );
    html! {
        table {
            (head(&names))
            tbody {
                @for transfer in transfers {
                    tr {
                        td { (long(&transfer.out_batch_no)) }
                        td { (long(&transfer.out_detail_no)) }
                        td.amount { (yuan(transfer.total_amount)) }
                        td { (long(&transfer.openid)) }
                        td {
                            (state(&transfer.detail_status))
                            @if let Some(reason) = &transfer.fail_reason { div.small { (reason) } }
                        }
                        td.act {
                            @if transfer.detail_status == "PROCESSING" {
                                (button(
                                    words.pick("Settle the batch", "完成批次"),
                                    &format!("/v1/batches/{}/settle", encoded(&transfer.out_batch_no)),
                                    "{}",
                                ))
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The newest first, and no more than can be read.
fn latest<T>(mut all: Vec<T>) -> Vec<T> {
    all.reverse();
    all.truncate(200);
    all
}

/// A part of a path.
pub(crate) fn encoded(part: &str) -> PercentEncode<'_> {
    utf8_percent_encode(part, NON_ALPHANUMERIC)
}
