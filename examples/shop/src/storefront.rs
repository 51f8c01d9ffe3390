//! The customers' side: the goods, the page of an order with its QR code, and the route that WeChat
//! Pay tells.

use axum::Router;
use axum::extract::{Form, Path, State};
use axum::response::{Html, Redirect};
use axum::routing::{get, post};
use maud::{Markup, html};
use serde::Deserialize;
use wxpay_api::{OutTradeNo, Timestamp};

use crate::book::orders::Order;
use crate::book::refunds::Refund;
use crate::book::states::{OrderState, RefundState};
use crate::checkout::{self, GOODS};
use crate::notified::notified;
use crate::page::{self, Problem, Words, moment, page, qr_code, yuan};
use crate::shop::Shop;

pub(crate) fn routes(shop: &Shop) -> Router {
    Router::new()
        .route("/", get(goods))
        .route("/orders", post(buy))
        .route("/orders/{number}", get(order))
        .route("/orders/{number}/seen", get(seen))
        .route("/wxpay/notify", post(notified))
        .route("/shop.css", get(page::css))
        .route("/shop.js", get(page::js))
        .with_state(shop.clone())
}

async fn goods(words: Words) -> Result<Html<String>, Problem> {
    let mut cards = Vec::new();
    for (place, goods) in GOODS.iter().enumerate() {
        let basket = checkout::random()?;
        cards.push(html! {
            section.card {
                b { (checkout::shown(goods.zh, words)) }
                span.price { (yuan(goods.fen)) }
                form method="post" action="/orders" {
                    input type="hidden" name="basket" value=(basket);
                    input type="hidden" name="goods" value=(place);
                    button type="submit" { (words.pick("Buy", "购买")) }
                }
            }
        });
    }
    let main = html! { div.goods { @for card in cards { (card) } } };
    Ok(page(words, words.pick("Tea shop", "茶叶店"), None, &main))
}

/// What the form sends. It names no price.
#[derive(Deserialize)]
struct Bought {
    basket: String,
    goods: usize,
}

async fn buy(State(shop): State<Shop>, Form(bought): Form<Bought>) -> Result<Redirect, Problem> {
    let goods = GOODS.get(bought.goods).ok_or(Problem::NotFound)?;
    if bought.basket.len() != 16 {
        return Err(Problem::Form("The form is not the shop's. 表单无效。"));
    }
    let order = checkout::place(&shop, bought.basket, goods).await?;
    Ok(Redirect::to(&format!("/orders/{}", order.number)))
}

async fn order(
    State(shop): State<Shop>,
    Path(number): Path<String>,
    words: Words,
) -> Result<Html<String>, Problem> {
    let (order, refunds) = find(&shop, number)?;
    let main = html! {
        section.card {
            div.row {
                b { (checkout::shown(&order.goods, words)) }
                span.price { (yuan(order.fen)) }
            }
            div.row {
                span.number { (order.number) }
                span.soft { (moment(order.made_at)) }
            }
            (standing(&order, shop.clock.now(), words)?)
            @if !refunds.is_empty() {
                ul.plain { @for refund in &refunds { li.refund { (refunded(refund, words)) } } }
            }
        }
        p { a href="/" { (words.pick("Back to the goods", "返回商品列表")) } }
    };
    let title = words.pick("Your order", "您的订单");
    Ok(page(words, title, Some(&shown(&order, &refunds)), &main))
}

/// What the customer can do now. An order whose outcome is unknown is being settled, and never
/// failed.
fn standing(order: &Order, now: Timestamp, words: Words) -> Result<Markup, Problem> {
    let says =
        |text: &str| html! { p.state { span class={ "tag " (order.state.as_str()) } { (text) } } };
    Ok(match (order.state, &order.code_url) {
        (OrderState::Waiting, _) if now > order.pay_until => html! {
            (says(words.pick("The time to pay is over", "支付时间已过")))
            p.soft { (words.pick(
                "WeChat Pay is asked whether a payment came in before.",
                "正在向微信支付确认此前是否已支付，请稍候。",
            )) }
        },
        (OrderState::Waiting, Some(code_url)) => html! {
            div.qr {
                (qr_code(code_url)?)
                span { (words.pick("Scan the code with WeChat to pay.", "请使用微信扫一扫完成支付。")) }
                span.soft { (words.pick("To be paid by ", "请在此时间前支付：")) (moment(order.pay_until)) }
            }
            (says(words.pick("Waiting for the payment", "等待支付")))
        },
        (OrderState::Placing | OrderState::Waiting, _) => html! {
            (says(words.pick("Being placed", "下单处理中")))
            p.soft { (words.pick(
                "WeChat Pay has not confirmed the order yet. The page goes on by itself.",
                "微信支付尚未确认订单，页面会自动更新，请稍候。",
            )) }
        },
        (OrderState::Paid, _) => says(words.pick("Paid", "已支付")),
        (OrderState::Closed, _) => {
            says(words.pick("Closed without a payment", "订单已关闭，未支付"))
        }
        (OrderState::NotSent, _) => html! {
            (says(words.pick("Not placed", "未能下单")))
            p.soft { (words.pick(
                "The order never reached WeChat Pay, and nothing can be paid for it. Please order again.",
                "订单未到达微信支付，不会产生扣款，请重新下单。",
            )) }
        },
    })
}

fn refunded(refund: &Refund, words: Words) -> Markup {
    let says = match refund.state {
        RefundState::Done => words.pick("Refunded", "已退款"),
        RefundState::Closed | RefundState::NotSent => words.pick("Refund closed", "退款已关闭"),
        RefundState::Abnormal => words.pick(
            "Your bank did not take the refund; we are looking after it",
            "退款未能入账，我们正在处理",
        ),
        RefundState::Asking | RefundState::Processing => {
            words.pick("Refund under way", "退款处理中")
        }
    };
    html! {
        span class={ "tag " (refund.state.as_str()) } { (says) " " (yuan(refund.fen)) }
    }
}

async fn seen(State(shop): State<Shop>, Path(number): Path<String>) -> Result<String, Problem> {
    let (order, refunds) = find(&shop, number)?;
    Ok(shown(&order, &refunds))
}

fn find(shop: &Shop, number: String) -> Result<(Order, Vec<Refund>), Problem> {
    let number = OutTradeNo::new(number).map_err(|_| Problem::NotFound)?;
    let order = shop.book.order(&number)?.ok_or(Problem::NotFound)?;
    let refunds = shop.book.refunds_of(&number)?;
    Ok((order, refunds))
}

/// What the page shows, in short.
fn shown(order: &Order, refunds: &[Refund]) -> String {
    let code = if order.code_url.is_some() { "code" } else { "" };
    let mut shown = format!("{} {code}", order.state.as_str());
    for refund in refunds {
        shown += " ";
        shown += refund.state.as_str();
    }
    shown
}
