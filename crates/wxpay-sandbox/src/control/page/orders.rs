//! Orders and refunds.

use maud::{Markup, html};
use wxpay_core::Fen;

use crate::control::orders::left;
use crate::control::page::books::encoded;
use crate::control::page::layout::{asking, button, clock_time, long, nothing, state, yuan};
use crate::control::page::table::{Row, act, amount, cell, table};
use crate::control::page::words::Words;
use crate::{Order, Refund};

/// The orders, and what a user or the merchant can do with them.
pub(crate) fn orders(orders: &[Order], refunds: &[Refund], words: Words) -> Markup {
    if orders.is_empty() {
        return nothing(words.pick(
            "None yet. A client makes one by /v3/pay/transactions, by unifiedorder or with a payment code; or add one above.",
            "还没有订单。客户端可通过 /v3/pay/transactions、unifiedorder 或付款码下单，也可在上方添加。",
        ));
    }
    let names = words.pick(
        ["Number", "Amount", "Kind", "State", "Notified at", ""],
        ["商户订单号", "金额", "类型", "状态", "通知地址", ""],
    );
    let rows = orders.iter().map(|order| {
        Row::of(
            &order.out_trade_no,
            [
                cell(numbers(order, words)),
                amount(yuan(order.total_fee)),
                cell(html! { (order.trade_type) }),
                cell(html! {
                    (state(&order.trade_state))
                    @if is_paid(order) { div.small { (clock_time(order.time_end)) } }
                }),
                cell(html! { @if let Some(prepay) = &order.prepay { (long(&prepay.notify_url)) } }),
                act(acts(order, refunds, words)),
            ],
        )
    });
    table("orders", names, rows)
}

/// Every number that the order is known by, and the payment code that paid it.
fn numbers(order: &Order, words: Words) -> Markup {
    html! {
        (long(&order.out_trade_no))
        @if !order.transaction_id.is_empty() { div.small { (long(&order.transaction_id)) } }
        @if let Some(combined) = &order.combined {
            div.small { (words.pick("in combined order ", "合单 ")) (long(&combined.combine_out_trade_no)) }
        }
        @if let Some(code) = &order.code_payment {
            div.small { (words.pick("payment code ", "付款码 ")) (long(&code.auth_code)) }
        }
    }
}

fn acts(order: &Order, refunds: &[Refund], words: Words) -> Markup {
    let path = |act: &str| format!("/v1/orders/{}/{act}", encoded(&order.out_trade_no));
    html! {
        @match &*order.trade_state {
            "NOTPAY" => {
                (button(words.pick("Pay", "支付"), &path("pay"), "{}")) " "
                (button(words.pick("Close", "关闭"), &path("close"), "{}"))
            }
            "USERPAYING" => {
                (button(words.pick("Pay", "支付"), &path("pay"), "{}")) " "
                (button(words.pick("Cancel", "取消支付"), &path("cancel"), "{}"))
            }
            _ => {}
        }
        @if is_paid(order) {
            @let left = left(order, refunds);
            @if left > Fen::ZERO {
                (button(words.pick("Refund", "全部退款"), &path("refund"), "{}")) " "
                (asking(
                    words.pick("Refund a part", "部分退款"),
                    &path("refund"),
                    "fen",
                    words.pick("How much, in fen?", "退款金额（分）："),
                    &left.to_string(),
                )) " "
            }
            (asking(
                words.pick("Complain", "投诉"),
                &path("complain"),
                "detail",
                words.pick("What does the user say?", "投诉内容："),
                words.pick("The goods did not arrive.", "没有收到商品"),
            ))
        }
    }
}

/// The refunds, and what can become of them.
pub(crate) fn refunds(refunds: &[Refund], words: Words) -> Markup {
    if refunds.is_empty() {
        return nothing(words.pick(
            "None yet. A paid order can be refunded by its button or by the client.",
            "还没有退款。已支付的订单可用按钮退款，也可由客户端申请。",
        ));
    }
    let names = words.pick(
        ["Number", "Order", "Amount", "State", "Notified at", ""],
        ["商户退款单号", "商户订单号", "金额", "状态", "通知地址", ""],
    );
    let rows = refunds.iter().map(|refund| {
        Row::of(
            &refund.out_refund_no,
            [
                cell(html! { (long(&refund.out_refund_no)) div.small { (long(&refund.refund_id)) } }),
                cell(long(&refund.out_trade_no)),
                amount(yuan(refund.refund)),
                cell(html! { (state(&refund.status)) div.small { (clock_time(refund.status_time)) } }),
                cell(html! { @if let Some(url) = &refund.notify_url { (long(url)) } }),
                act(ends(refund, words)),
            ],
        )
    });
    table("refunds", names, rows)
}

fn ends(refund: &Refund, words: Words) -> Markup {
    let path = format!("/v1/refunds/{}/status", encoded(&refund.out_refund_no));
    html! {
        @if matches!(&*refund.status, "PROCESSING" | "ABNORMAL") {
            (button(words.pick("Let it succeed", "成功"), &path, r#"{"status":"SUCCESS"}"#)) " "
            @if refund.status == "PROCESSING" {
                (button(words.pick("Let it go wrong", "异常"), &path, r#"{"status":"ABNORMAL"}"#)) " "
            }
            (button(words.pick("Close", "关闭"), &path, r#"{"status":"CLOSED"}"#))
        }
    }
}

fn is_paid(order: &Order) -> bool {
    matches!(&*order.trade_state, "SUCCESS" | "REFUND")
}
