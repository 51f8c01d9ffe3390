//! The paths about withdrawals (预约提现).

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use serde_json::{Value, json};

use crate::control::api::done;
use crate::control::body::{Status, parse};
use crate::control::respond::{Answer, Json, Problem};
use crate::control::view;
use crate::{Sandbox, Withdrawal};

type Here = State<Arc<Sandbox>>;

pub(crate) fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/withdrawals", get(withdrawals))
        .route("/withdrawals/{withdraw_id}/status", post(set_status))
}

async fn withdrawals(State(sandbox): Here) -> Json {
    Json(json!({"withdrawals": view::list(&sandbox.withdrawals(), withdrawal)}))
}

async fn set_status(State(sandbox): Here, Path(id): Path<String>, body: Bytes) -> Answer {
    let asked: Status = parse(&body)?;
    let reason = asked.reason.as_deref();
    if !sandbox.set_withdrawal_status(&id, &asked.status, reason) {
        return Err(Problem::not_found(format!("there is no withdrawal {id}")));
    }
    done()
}

fn withdrawal(made: &Withdrawal) -> Value {
    let terms = &made.terms;
    json!({
        "out_request_no": made.out_request_no,
        "withdraw_id": made.withdraw_id,
        "sub_mchid": terms.sub_mchid,
        "amount": terms.amount.get(),
        "account_type": terms.account_type,
        "notify_url": terms.notify_url,
        "status": made.status,
        "reason": made.reason,
        "create_time": view::time(made.create_time),
        "update_time": view::time(made.update_time),
        "returned_time": made.returned_time.map(view::time),
        "requests": made.requests,
    })
}
