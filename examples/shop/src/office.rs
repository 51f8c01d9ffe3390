//! The back office: the orders, their refunds and the bills. It listens on a port of its own, which
//! customers do not reach; a real one also asks who comes in.

mod bills;

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::Router;
use axum::extract::{Form, Path, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use maud::{Markup, html};
use serde::Deserialize;
use wxpay_api::core::{Date, DateFormat};
use wxpay_api::{Fen, OutTradeNo};

use crate::book::days::Day;
use crate::book::orders::Order;
use crate::book::refunds::{Begun, Refund};
use crate::book::states::{OrderState, RefundState};
use crate::page::{self, Problem, Words, moment, page, yuan};
use crate::shop::Shop;
use crate::{checkout, nightly, refunding, yuan as amounts};

pub(crate) fn routes(shop: &Shop) -> Router {
    Router::new()
        .route("/", get(show))
        .route("/seen", get(seen))
        .route("/orders/{number}/refunds", post(refund))
        .route("/days/{day}", post(reconcile))
        .route("/shop.css", get(page::css))
        .route("/shop.js", get(page::js))
        .layer(middleware::from_fn(from_here))
        .with_state(shop.clone())
}

/// Refuses forms of other sites: they would refund in the name of who is logged in.
async fn from_here(request: Request, next: Next) -> Response {
    let site = request.headers().get("Sec-Fetch-Site");
    let is_own = site.is_none_or(|site| site == "same-origin" || site == "none");
    if request.method() == Method::GET || is_own {
        next.run(request).await
    } else {
        StatusCode::FORBIDDEN.into_response()
    }
}

async fn show(State(shop): State<Shop>, words: Words) -> Result<Html<String>, Problem> {
    let shown = Shown::of(&shop)?;
    let (seen, Shown { orders, days }) = (shown.in_short(), shown);
    let main = html! {
        p.soft { (words.pick("It is ", "当前时间：")) (moment(shop.clock.now())) }
        h2 { (words.pick("Bills", "对账")) }
        @if days.is_empty() {
            p.soft { (words.pick(
                "The bill of a day is fetched at half past ten of the next one.",
                "每日账单在次日 10:30 后自动下载并核对。",
            )) }
        }
        @for day in &days { (bills::of_day(day, words)) }
        h2 { (words.pick("Orders", "订单")) }
        @if orders.is_empty() { p.soft { (words.pick("None yet.", "还没有订单。")) } }
        @for (order, refunds, left) in &orders { (card(order, refunds, *left, words)) }
    };
    Ok(page(
        words,
        words.pick("Back office", "后台管理"),
        Some(&seen),
        &main,
    ))
}

async fn seen(State(shop): State<Shop>) -> Result<String, Problem> {
    Ok(Shown::of(&shop)?.in_short())
}

/// What the page shows of the book.
#[derive(Debug)]
struct Shown {
    orders: Vec<(Order, Vec<Refund>, Fen)>,
    days: Vec<Day>,
}

impl Shown {
    fn of(shop: &Shop) -> Result<Self, Problem> {
        let mut orders = Vec::new();
        for order in shop.book.orders()? {
            let refunds = shop.book.refunds_of(&order.number)?;
            let left = shop.book.left_of(&order.number)?;
            orders.push((order, refunds, left));
        }
        let days = shop.book.days()?;
        Ok(Self { orders, days })
    }

    /// Another text as soon as anything of it is another.
    fn in_short(&self) -> String {
        let mut hasher = DefaultHasher::new();
        format!("{self:?}").hash(&mut hasher);
        hasher.finish().to_string()
    }
}

fn card(order: &Order, refunds: &[Refund], left: Fen, words: Words) -> Markup {
    let state = match order.state {
        OrderState::Placing => words.pick("being placed", "下单处理中"),
        OrderState::Waiting => words.pick("not paid yet", "待支付"),
        OrderState::Paid => words.pick("paid", "已支付"),
        OrderState::Closed => words.pick("closed", "已关闭"),
        OrderState::NotSent => words.pick("not sent", "未发送"),
    };
    html! {
        section.card data-number=(order.number) {
            div.row {
                span { b { (checkout::shown(&order.goods, words)) } " " span class={ "tag " (order.state.as_str()) } { (state) } }
                span.price { (yuan(order.fen)) }
            }
            div.row {
                span.number { (order.number) }
                @if let Some(at) = order.paid_at { span.soft { (moment(at)) } }
                @if let Some(heard) = &order.heard { span.soft.heard { (by(heard, words)) } }
            }
            @if let Some(note) = &order.note { p.note { (note) } }
            @if !refunds.is_empty() {
                ul.plain { @for refund in refunds { li.refund data-number=(refund.number) { (line(refund, words)) } } }
            }
            @if left > Fen::ZERO { (refund_form(order, refunds.len(), left, words)) }
        }
    }
}

fn by(heard: &str, words: Words) -> &'static str {
    match heard {
        "notification" => words.pick("by notification", "来自回调通知"),
        _ => words.pick("by query", "来自查询"),
    }
}

fn line(refund: &Refund, words: Words) -> Markup {
    let state = match refund.state {
        RefundState::Asking => words.pick("being asked for", "申请处理中"),
        RefundState::Processing => words.pick("under way", "退款中"),
        RefundState::Done => words.pick("refunded", "已退款"),
        RefundState::Closed => words.pick("closed", "已关闭"),
        RefundState::Abnormal => words.pick("not taken by the bank", "退款异常"),
        RefundState::NotSent => words.pick("not sent", "未发送"),
    };
    html! {
        div.row {
            span { span class={ "tag " (refund.state.as_str()) } { (state) } " " (yuan(refund.fen)) " · " (refund.reason) }
            span {
                span.number { (refund.number) }
                @if let Some(at) = refund.accepted_at { " " span.soft { (moment(at)) } }
                @if let Some(heard) = &refund.heard { " " span.soft.heard { (by(heard, words)) } }
            }
        }
        @if let Some(note) = &refund.note { p.note { (note) } }
    }
}

fn refund_form(order: &Order, made: usize, left: Fen, words: Words) -> Markup {
    html! {
        form method="post" action={ "/orders/" (order.number) "/refunds" } {
            input type="hidden" name="count" value=(made + 1);
            label {
                (words.pick("Refund, in yuan", "退款金额（元）"))
                input name="yuan" required inputmode="decimal" pattern=r"\d+(\.\d{1,2})?" placeholder=(left.to_yuan());
            }
            label {
                (words.pick("Reason", "退款原因"))
                input name="reason" required maxlength="20";
            }
            button type="submit" { (words.pick("Refund", "退款")) }
        }
    }
}

/// What the form sends.
#[derive(Deserialize)]
struct Asked {
    count: u32,
    yuan: String,
    reason: String,
}

async fn refund(
    State(shop): State<Shop>,
    Path(number): Path<String>,
    Form(asked): Form<Asked>,
) -> Result<Redirect, Problem> {
    let number = OutTradeNo::new(number).map_err(|_| Problem::NotFound)?;
    let fen = amounts::read(&asked.yuan);
    let fen = fen.ok_or(Problem::Form(
        "The amount is yuan with at most two decimals. 金额须为元，最多两位小数。",
    ))?;
    match refunding::ask(&shop, &number, asked.count, fen, &asked.reason).await? {
        Begun::New(_) | Begun::Again => Ok(Redirect::to("/")),
        Begun::NotSoMuch => Err(Problem::Form(
            "More than is left of the order, or nothing. Nothing was sent. 金额为零或超过可退金额，未发送任何请求。",
        )),
        Begun::OutOfDate => Err(Problem::Form(
            "Another refund was asked for meanwhile. Load the page again. 期间已有其他退款申请，请刷新页面。",
        )),
    }
}

async fn reconcile(State(shop): State<Shop>, Path(day): Path<String>) -> Result<Redirect, Problem> {
    let day = Date::parse(&day, DateFormat::Dashed).ok_or(Problem::NotFound)?;
    nightly::reconcile_day(&shop, day).await?;
    Ok(Redirect::to("/"))
}
