//! The books: what was paid, refunded, shared, complained of and told.

use std::sync::Arc;

use axum::extract::State;
use axum::response::IntoResponse;
use maud::{Markup, html};
use percent_encoding::{NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};

use crate::Sandbox;
use crate::control::page::layout::{Place, live, page, yuan};
use crate::control::page::words::Words;
use crate::control::page::{
    notices, orders, payouts, red_packets, shop, transfer_bills, withdrawals,
};

/// A part of the books.
struct Section {
    id: &'static str,
    title: &'static str,
    count: usize,
    form: Option<Markup>,
    list: Markup,
}

pub(crate) async fn show(State(sandbox): State<Arc<Sandbox>>, words: Words) -> impl IntoResponse {
    let sections = sections(&sandbox, words);
    let main = html! {
        (live("jump", html! {
            nav.jump aria-label=(words.pick("Parts of the books", "账目的各部分")) {
                @for section in &sections {
                    a href={ "#" (section.id) } { (section.title) " " span.count { (section.count) } }
                }
            }
        }))
        @for section in &sections {
            section id=(section.id) {
                h1 { (section.title) }
                @if let Some(form) = &section.form { (form) }
                (live(&format!("{}-list", section.id), section.list.clone()))
            }
        }
    };
    page(
        &sandbox,
        words,
        Place::Books,
        words.pick("Books", "账目"),
        &main,
    )
}

fn sections(sandbox: &Sandbox, words: Words) -> Vec<Section> {
    let section = |id, title: (&'static str, &'static str), count, list| Section {
        id,
        title: words.pick(title.0, title.1),
        count,
        form: None,
        list,
    };
    let (orders, refunds) = (sandbox.orders(), sandbox.refunds());
    let (made, to_come) = (sandbox.deliveries(), sandbox.pending_deliveries());
    let (codes, complaints) = (sandbox.payment_codes(), sandbox.complaints());
    let (uploads, payouts) = (sandbox.uploads(), sandbox.payouts());
    let (transfers, bills) = (sandbox.transfers(), sandbox.transfer_bills());
    let withdrawn = sandbox.withdrawals();
    let packets = sandbox.red_packets();
    let allowed = sandbox.transfer_authorizations();
    let shared = sandbox.profit_sharings().len() + sandbox.profit_returns().len();
    let balance = sandbox.balance();
    vec![
        Section {
            form: Some(new_order(words)),
            ..section("orders", ("Orders", "订单"), orders.len(), {
                orders::orders(&latest(&orders), &refunds, words)
            })
        },
        section("refunds", ("Refunds", "退款"), refunds.len(), {
            orders::refunds(&latest(&refunds), words)
        }),
        section("notices", ("Notifications", "回调通知"), made.len(), {
            notices::notices(&latest(&made), &to_come, words)
        }),
        Section {
            form: Some(new_code(words)),
            ..section("codes", ("Payment codes", "付款码"), codes.len(), {
                shop::codes(&latest(&codes), words)
            })
        },
        section("complaints", ("Complaints", "投诉"), complaints.len(), {
            shop::complaints(&latest(&complaints), words)
        }),
        section("sharing", ("Profit sharing", "分账"), shared, {
            shop::sharing(sandbox, words)
        }),
        section(
            "payouts",
            ("Payments to employees", "向员工付款"),
            payouts.len(),
            html! {
                @if let Some(balance) = balance {
                    p { (words.pick("Balance: ", "余额：")) b { (yuan(balance)) } }
                }
                (payouts::payouts(&latest(&payouts), words))
            },
        ),
        section(
            "transfers",
            ("Batch transfers", "批量转账"),
            transfers.len(),
            payouts::transfers(&latest(&transfers), words),
        ),
        section(
            "transfer_bills",
            ("Transfers to users", "商家转账"),
            bills.len(),
            transfer_bills::transfer_bills(&latest(&bills), words),
        ),
        section(
            "transfer_authorizations",
            ("Transfer authorizations", "免确认收款授权"),
            allowed.len(),
            transfer_bills::authorizations(&latest(&allowed), words),
        ),
        section(
            "red_packets",
            ("Red packets", "现金红包"),
            packets.len(),
            red_packets::red_packets(&latest(&packets), words),
        ),
        section(
            "withdrawals",
            ("Withdrawals", "提现"),
            withdrawn.len(),
            withdrawals::withdrawals(&latest(&withdrawn), words),
        ),
        section("uploads", ("Uploads", "上传文件"), uploads.len(), {
            shop::uploads(&latest(&uploads), words)
        }),
    ]
}

fn new_order(words: Words) -> Markup {
    html! {
        form.card data-post="/v1/orders" {
            label {
                (words.pick("New order", "新订单"))
                input name="out_trade_no" required placeholder="ORDER-0001" size="16";
            }
            label {
                (words.pick("Amount, in fen", "金额（分）"))
                input name="total_fee" type="number" min="1" value="100" required data-number;
            }
            label {
                (words.pick("State", "状态"))
                select name="trade_state" {
                    option value="SUCCESS" { (words.pick("paid", "已支付")) }
                    option value="NOTPAY" { (words.pick("not paid", "未支付")) }
                }
            }
            button type="submit" { (words.pick("Add", "添加")) }
        }
    }
}

fn new_code(words: Words) -> Markup {
    html! {
        form.card data-post="/v1/payment_codes" {
            label {
                (words.pick("New payment code", "新付款码"))
                select name="behaviour" {
                    option value="pays" { (words.pick("pays at once", "直接支付")) }
                    option value="asks_password" { (words.pick("asks for the password", "需输入密码")) }
                    option value="fails" { (words.pick("fails", "失败")) }
                }
            }
            label {
                (words.pick("Code, if it fails", "失败时的错误码"))
                input name="code" placeholder="NOTENOUGH" size="16";
            }
            button type="submit" { (words.pick("Make", "生成")) }
        }
    }
}

/// The newest first, and no more than can be read.
fn latest<T: Clone>(all: &[T]) -> Vec<T> {
    all.iter().rev().take(200).cloned().collect()
}

/// A part of a path.
pub(crate) fn encoded(part: &str) -> PercentEncode<'_> {
    utf8_percent_encode(part, NON_ALPHANUMERIC)
}
