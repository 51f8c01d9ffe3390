//! The paths about shared money (分账).

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::control::api::done;
use crate::control::body::parse;
use crate::control::respond::{Answer, Json, Problem};
use crate::control::view;
use crate::{ProfitReturn, ProfitSharing, Sandbox, Share, SharingReceiver};

type Here = State<Arc<Sandbox>>;

pub(crate) fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/profit_sharing", get(show).post(set))
        .route(
            "/profit_sharing/orders/{out_order_no}/receivers/{account}/end",
            post(end_share),
        )
        .route(
            "/profit_sharing/returns/{out_return_no}/end",
            post(end_return),
        )
}

/// The members of `POST /v1/profit_sharing`. What is not there stays as it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewRules {
    max_ratio: Option<u32>,
    delay_seconds: Option<u64>,
    notify_url: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    fail_reason: Option<String>,
}

async fn show(State(sandbox): Here) -> Json {
    Json(json!({
        "receivers": view::list(&sandbox.sharing_receivers(), receiver),
        "orders": view::list(&sandbox.profit_sharings(), order),
        "returns": view::list(&sandbox.profit_returns(), profit_return),
    }))
}

async fn set(State(sandbox): Here, body: Bytes) -> Answer {
    let new: NewRules = parse(&body)?;
    if let Some(ratio) = new.max_ratio {
        if ratio > 10_000 {
            let message = "max_ratio is in ten-thousandths: it has to be 10000 at most";
            return Err(Problem::bad_request(message));
        }
        sandbox.set_max_sharing_ratio(ratio);
    }
    if let Some(seconds) = new.delay_seconds {
        sandbox.set_sharing_delay(Duration::from_secs(seconds));
    }
    if let Some(url) = new.notify_url {
        sandbox.set_sharing_notify_url(Some(&*url).filter(|url| !url.is_empty()));
    }
    done()
}

async fn end_share(
    State(sandbox): Here,
    Path((number, account)): Path<(String, String)>,
    body: Bytes,
) -> Answer {
    let End { fail_reason } = parse(&body)?;
    if !sandbox.end_share(&number, &account, fail_reason.as_deref()) {
        let message = format!("there is no share of {account} in {number}");
        return Err(Problem::not_found(message));
    }
    done()
}

async fn end_return(State(sandbox): Here, Path(number): Path<String>, body: Bytes) -> Answer {
    let End { fail_reason } = parse(&body)?;
    if !sandbox.end_profit_return(&number, fail_reason.as_deref()) {
        return Err(Problem::not_found(format!("there is no return {number}")));
    }
    done()
}

fn receiver(receiver: &SharingReceiver) -> Value {
    json!({
        "sub_mchid": receiver.sub_mchid,
        "type": receiver.kind,
        "account": receiver.account,
        "relation_type": receiver.relation_type,
    })
}

fn order(made: &ProfitSharing) -> Value {
    json!({
        "out_order_no": made.out_order_no,
        "order_id": made.order_id,
        "out_trade_no": made.out_trade_no,
        "receivers": view::list(&made.shares, share),
        "unfrozen": made.unfrozen.get(),
        "create_time": view::time(made.create_time),
        "requests": made.requests,
    })
}

fn share(share: &Share) -> Value {
    json!({
        "type": share.kind,
        "account": share.account,
        "amount": share.amount.get(),
        "result": share.result,
        "fail_reason": share.fail_reason,
    })
}

fn profit_return(made: &ProfitReturn) -> Value {
    json!({
        "out_return_no": made.out_return_no,
        "return_id": made.return_id,
        "out_order_no": made.out_order_no,
        "return_mchid": made.return_mchid,
        "amount": made.amount.get(),
        "result": made.result,
        "fail_reason": made.fail_reason,
        "requests": made.requests,
    })
}
