//! The paths about transfers to users (商家转账).

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::control::api::done;
use crate::control::body::{Nothing, Status, parse};
use crate::control::respond::{Answer, Json, Problem};
use crate::control::view;
use crate::{
    AuthorizationError, ConfirmTransferError, Sandbox, TransferAuthorization, TransferBill,
    TransferReceipt,
};

type Here = State<Arc<Sandbox>>;

pub(crate) fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/transfer_bills", get(bills))
        .route("/transfer_bills/{out_bill_no}/confirm", post(confirm))
        .route("/transfer_bills/{out_bill_no}/status", post(set_status))
        .route(
            "/transfer_bills/{out_bill_no}/receipt/status",
            post(set_receipt),
        )
        .route("/transfer_step", post(set_step))
        .route("/transfer_authorizations", get(authorizations))
        .route(
            "/transfer_authorizations/{out_authorization_no}/confirm",
            post(confirm_authorization),
        )
        .route(
            "/transfer_authorizations/{out_authorization_no}/close",
            post(close_authorization),
        )
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    seconds: u64,
}

/// The body of `POST /v1/transfer_bills/{out_bill_no}/confirm`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Confirmation {
    agrees: Option<bool>,
}

/// The body of `POST /v1/transfer_authorizations/{out_authorization_no}/close`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Closing {
    reason: Option<String>,
}

async fn bills(State(sandbox): Here) -> Json {
    Json(json!({"transfer_bills": view::list(&sandbox.transfer_bills(), bill)}))
}

async fn confirm(State(sandbox): Here, Path(number): Path<String>, body: Bytes) -> Answer {
    let Confirmation { agrees } = parse(&body)?;
    let confirmed = match agrees {
        Some(false) => sandbox.confirm_transfer_bill_only(&number),
        _ => sandbox.confirm_transfer_bill(&number),
    };
    let confirmed = confirmed.map_err(|error| match error {
        ConfirmTransferError::NoTransfer(_) => Problem::not_found(error.to_string()),
        ConfirmTransferError::NotWaiting { .. } => Problem::conflict(error.to_string()),
    })?;
    Ok(Json(bill(&confirmed)))
}

async fn set_status(State(sandbox): Here, Path(number): Path<String>, body: Bytes) -> Answer {
    let asked: Status = parse(&body)?;
    let reason = asked.reason.as_deref();
    if !sandbox.set_transfer_bill_state(&number, &asked.status, reason) {
        return Err(Problem::not_found(format!("there is no transfer {number}")));
    }
    done()
}

async fn set_receipt(State(sandbox): Here, Path(number): Path<String>, body: Bytes) -> Answer {
    let asked: Status = parse(&body)?;
    let reason = asked.reason.as_deref();
    if !sandbox.set_transfer_receipt_state(&number, &asked.status, reason) {
        let message = format!("no receipt of transfer {number} was applied for");
        return Err(Problem::not_found(message));
    }
    done()
}

async fn set_step(State(sandbox): Here, body: Bytes) -> Answer {
    let Step { seconds } = parse(&body)?;
    sandbox.set_transfer_step(Duration::from_secs(seconds));
    done()
}

async fn authorizations(State(sandbox): Here) -> Json {
    let all = sandbox.transfer_authorizations();
    Json(json!({"transfer_authorizations": view::list(&all, authorization)}))
}

async fn confirm_authorization(
    State(sandbox): Here,
    Path(number): Path<String>,
    body: Bytes,
) -> Answer {
    let Nothing {} = parse(&body)?;
    let confirmed = sandbox.confirm_transfer_authorization(&number);
    Ok(Json(authorization(&confirmed.map_err(problem)?)))
}

async fn close_authorization(
    State(sandbox): Here,
    Path(number): Path<String>,
    body: Bytes,
) -> Answer {
    let Closing { reason } = parse(&body)?;
    let reason = reason.as_deref().unwrap_or("USER_CLOSE");
    let closed = sandbox.close_transfer_authorization(&number, reason);
    Ok(Json(authorization(&closed.map_err(problem)?)))
}

fn problem(error: AuthorizationError) -> Problem {
    match error {
        AuthorizationError::NoAuthorization(_) => Problem::not_found(error.to_string()),
        AuthorizationError::State { .. } => Problem::conflict(error.to_string()),
    }
}

fn authorization(about: &TransferAuthorization) -> Value {
    json!({
        "out_authorization_no": about.out_authorization_no,
        "authorization_id": about.authorization_id,
        "state": about.state,
        "openid": about.terms.openid,
        "user_display_name": about.terms.user_display_name,
        "transfer_scene_id": about.terms.transfer_scene_id,
        "authorization_notify_url": about.terms.authorization_notify_url,
        "package_info": about.package_info,
        "create_time": view::time(about.create_time),
        "authorize_time": about.authorize_time.map(view::time),
        "close_time": about.close_time.map(view::time),
        "close_reason": about.close_reason,
        "requests": about.requests,
    })
}

fn bill(bill: &TransferBill) -> Value {
    let terms = &bill.terms;
    json!({
        "out_bill_no": bill.out_bill_no,
        "transfer_bill_no": bill.transfer_bill_no,
        "state": bill.state,
        "fail_reason": bill.fail_reason,
        "sub_mchid": terms.sub_mchid,
        "transfer_scene_id": terms.transfer_scene_id,
        "openid": terms.openid,
        "user_name": terms.user_name,
        "transfer_amount": terms.transfer_amount.get(),
        "transfer_remark": terms.transfer_remark,
        "notify_url": terms.notify_url,
        "package_info": bill.package_info,
        "authorization_id": terms.authorization_id,
        "agreed": bill.agreed,
        "create_time": view::time(bill.create_time),
        "update_time": view::time(bill.update_time),
        "locked_time": bill.locked_time.map(view::time),
        "released_time": bill.released_time.map(view::time),
        "receipt": bill.receipt.as_ref().map(receipt),
        "requests": bill.requests,
    })
}

fn receipt(receipt: &TransferReceipt) -> Value {
    json!({
        "state": receipt.state,
        "fail_reason": receipt.fail_reason,
        "create_time": view::time(receipt.create_time),
        "update_time": view::time(receipt.update_time),
    })
}
