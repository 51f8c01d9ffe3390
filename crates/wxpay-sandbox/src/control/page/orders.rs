//! Orders and refunds.

use maud::{Markup, html};
use wxpay_core::Fen;

use crate::control::orders::left;
use crate::control::page::books::encoded;
use crate::control::page::layout::{button, clock_time, head, long, nothing, state, yuan};
use crate::control::page::words::Words;
use crate::{Order, Refund};

/// The orders, and what a user or the merchant can do with them.
pub(crate) fn table(orders: &[Order], refunds: &[Refund], words: Words) -> Markup {
    if orders.is_empty() {
        return nothing(words.pick(
            "None. Make one by unifiedorder, by /v3/pay/transactions, or by POST /v1/orders.",
            "没有订单。可用 unifiedorder、/v3/pay/transactions 下单，或用 POST /v1/orders 添加。",
        ));
    }
    let names = words.pick(
        ["Number", "Amount", "Kind", "State", "Notified at", ""],
        ["商户订单号", "金额", "类型", "状态", "通知地址", ""],
    );
    html! {
        table {
            (head(&names))
            tbody {
                @for order in orders {
                    tr data-order=(order.out_trade_no) {
                        td {
                            (long(&order.out_trade_no))
                            @if !order.transaction_id.is_empty() { div.small { (long(&order.transaction_id)) } }
                        }
                        td.amount { (yuan(order.total_fee)) }
                        td { (order.trade_type) }
                        td {
                            (state(&order.trade_state))
                            @if is_paid(order) { div.small { (clock_time(order.time_end)) } }
                        }
                        td { @if let Some(prepay) = &order.prepay { (long(&prepay.notify_url)) } }
                        td.act {
                            @if matches!(&*order.trade_state, "NOTPAY" | "USERPAYING") {
                                (button(
                                    words.pick("Pay", "支付"),
                                    &format!("/v1/orders/{}/pay", encoded(&order.out_trade_no)),
                                    "{}",
                                )) " "
                                (button(
                                    words.pick("Close", "关闭"),
                                    &format!("/v1/orders/{}/close", encoded(&order.out_trade_no)),
                                    "{}",
                                ))
                            }
                            @if is_paid(order) && left(order, refunds) > Fen::ZERO {
                                (button(
                                    words.pick("Refund what is left", "全部退款"),
                                    &format!("/v1/orders/{}/refund", encoded(&order.out_trade_no)),
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

/// The refunds, and what can become of them.
pub(crate) fn refunds(refunds: &[Refund], words: Words) -> Markup {
    if refunds.is_empty() {
        return nothing(words.pick("None.", "没有退款。"));
    }
    let names = words.pick(
        ["Number", "Order", "Amount", "State", "Notified at", ""],
        ["商户退款单号", "商户订单号", "金额", "状态", "通知地址", ""],
    );
    html! {
        table {
            (head(&names))
            tbody {
                @for refund in refunds {
                    tr data-refund=(refund.out_refund_no) {
                        td { (long(&refund.out_refund_no)) div.small { (long(&refund.refund_id)) } }
                        td { (long(&refund.out_trade_no)) }
                        td.amount { (yuan(refund.refund)) }
                        td { (state(&refund.status)) div.small { (clock_time(refund.status_time)) } }
                        td { @if let Some(url) = &refund.notify_url { (long(url)) } }
                        td.act {
                            @if matches!(&*refund.status, "PROCESSING" | "ABNORMAL") {
                                @let path = format!("/v1/refunds/{}/status", encoded(&refund.out_refund_no));
                                (button(words.pick("Let it succeed", "成功"), &path, r#"{"status":"SUCCESS"}"#)) " "
                                @if refund.status == "PROCESSING" {
                                    (button(words.pick("Let it go wrong", "异常"), &path, r#"{"status":"ABNORMAL"}"#)) " "
                                }
                                (button(words.pick("Close", "关闭"), &path, r#"{"status":"CLOSED"}"#))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn is_paid(order: &Order) -> bool {
    matches!(&*order.trade_state, "SUCCESS" | "REFUND")
}
