//! The paths about orders (订单) and refunds (退款).

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};
use wxpay_core::Fen;

use crate::control::api::done;
use crate::control::body::{NewOrder, Nothing, Pay, parse};
use crate::control::respond::{Answer, Json, Problem};
use crate::control::view;
use crate::{CloseOrderError, Order, PayOrderError, Refund, RefundEnd, RefundError, Sandbox};

type Here = State<Arc<Sandbox>>;

pub(crate) fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/orders", get(orders).post(add_order))
        .route("/orders/{out_trade_no}/pay", post(pay_order))
        .route("/orders/{out_trade_no}/close", post(close_order))
        .route("/orders/{out_trade_no}/refund", post(refund_order))
        .route("/combined_orders", get(combined_orders))
        .route("/refunds", get(refunds))
        .route("/refunds/{out_refund_no}/status", post(refund_status))
        .route("/refund_delay", post(refund_delay))
        .route("/refund_end", post(refund_end))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewRefund {
    fen: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewStatus {
    status: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Delay {
    seconds: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    end: RefundEnd,
}

/// What is left of an order to be refunded.
pub(crate) fn left(order: &Order, refunds: &[Refund]) -> Fen {
    let of_order = refunds
        .iter()
        .filter(|refund| refund.out_trade_no == order.out_trade_no && refund.status != "CLOSED");
    let back = of_order.fold(0_i64, |sum, refund| sum.saturating_add(refund.refund.get()));
    let left = order.total_fee.checked_sub(Fen::new(back));
    left.unwrap_or_default()
}

async fn orders(State(sandbox): Here) -> Json {
    Json(json!({"orders": view::list(&sandbox.orders(), view::order)}))
}

async fn combined_orders(State(sandbox): Here) -> Json {
    Json(json!({"combined_orders": view::list(&sandbox.combined_orders(), view::combined)}))
}

async fn add_order(State(sandbox): Here, body: Bytes) -> Answer {
    let new: NewOrder = parse(&body)?;
    if new.out_trade_no.is_empty() || new.total_fee < 0 {
        let message = "out_trade_no must not be empty, and total_fee not below 0";
        return Err(Problem::bad_request(message));
    }
    let mut order = Order::paid(&new.out_trade_no, new.total_fee);
    if let Some(state) = new.trade_state.filter(|state| state != "SUCCESS") {
        let desc = new.trade_state_desc.as_deref().unwrap_or(&state);
        order = Order::unpaid(&new.out_trade_no, &state, desc);
        order.total_fee = Fen::new(new.total_fee);
    }
    order.time_end = sandbox.now();
    let added = view::order(&order);
    sandbox.add_order(order);
    Ok(Json(added))
}

async fn pay_order(State(sandbox): Here, Path(number): Path<String>, body: Bytes) -> Answer {
    let Pay { payer } = parse(&body)?;
    let find = || {
        let mut orders = sandbox.orders().into_iter();
        orders.find(|order| order.out_trade_no == number)
    };
    let mut combined = sandbox.combined_orders().into_iter();
    let combined = combined.find(|combined| {
        combined.combine_out_trade_no == number || combined.out_trade_nos.contains(&number)
    });
    let made_for = match &combined {
        Some(combined) => combined.prepay.openid.clone(),
        None => find().and_then(|order| order.payer().map(str::to_owned)),
    };
    let payer = payer.or(made_for);
    let payer = payer.as_deref().unwrap_or(SOMEBODY);
    sandbox.pay_order(&number, payer).map_err(not_paid)?;
    Ok(Json(match (find(), &combined) {
        (Some(order), _) => view::order(&order),
        (None, Some(combined)) => view::combined(combined),
        (None, None) => Value::Null,
    }))
}

pub(crate) fn not_paid(error: PayOrderError) -> Problem {
    match error {
        PayOrderError::NoOrder(_) => Problem::not_found(error.to_string()),
        _ => Problem::conflict(error.to_string()),
    }
}

async fn close_order(State(sandbox): Here, Path(number): Path<String>, body: Bytes) -> Answer {
    let Nothing {} = parse(&body)?;
    sandbox.close_order(&number).map_err(|error| match error {
        CloseOrderError::NoOrder(_) => Problem::not_found(error.to_string()),
        _ => Problem::conflict(error.to_string()),
    })?;
    done()
}

async fn refund_order(State(sandbox): Here, Path(number): Path<String>, body: Bytes) -> Answer {
    let NewRefund { fen } = parse(&body)?;
    let mut orders = sandbox.orders().into_iter();
    let order = orders.find(|order| order.out_trade_no == number);
    let all = || order.map(|order| left(&order, &sandbox.refunds()));
    let refund = fen.map(Fen::new).or_else(all).unwrap_or_default();
    let refund = sandbox.refund_order(&number, refund);
    let refund = refund.map_err(|error| match error {
        RefundError::NotPaid(_) => Problem::not_found(error.to_string()),
        _ => Problem::conflict(error.to_string()),
    })?;
    Ok(Json(view::refund(&refund)))
}

async fn refunds(State(sandbox): Here) -> Json {
    Json(json!({
        "refunds": view::list(&sandbox.refunds(), view::refund),
        "delay_seconds": sandbox.refund_delay().as_secs(),
        "end": sandbox.refund_end(),
    }))
}

async fn refund_status(State(sandbox): Here, Path(number): Path<String>, body: Bytes) -> Answer {
    let NewStatus { status } = parse(&body)?;
    if !sandbox.set_refund_status(&number, &status) {
        return Err(Problem::not_found(format!("there is no refund {number}")));
    }
    done()
}

async fn refund_delay(State(sandbox): Here, body: Bytes) -> Answer {
    let Delay { seconds } = parse(&body)?;
    sandbox.set_refund_delay(Duration::from_secs(seconds));
    done()
}

async fn refund_end(State(sandbox): Here, body: Bytes) -> Answer {
    let End { end } = parse(&body)?;
    sandbox.set_refund_end(end);
    done()
}

/// Who pays when nobody is named.
const SOMEBODY: &str = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o";
