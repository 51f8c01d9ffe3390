//! The paths about complaints (投诉).

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};
use wxpay_core::Fen;

use crate::control::body::parse;
use crate::control::respond::{Answer, Json, Problem};
use crate::control::view;
use crate::{ComplainError, Complaint, ComplaintEntry, ComplaintTerms, Sandbox};

type Here = State<Arc<Sandbox>>;

pub(crate) fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/complaints", get(complaints))
        .route("/orders/{out_trade_no}/complain", post(complain))
        .route("/complaints/{complaint_id}/write", post(write))
        .route("/complaints/{complaint_id}/again", post(again))
}

/// The body of `POST /v1/orders/{out_trade_no}/complain`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewComplaint {
    detail: Option<String>,
    problem_type: Option<String>,
    payer_phone: Option<String>,
    refund_fen: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    text: String,
}

async fn complaints(State(sandbox): Here) -> Json {
    Json(json!({
        "complaints": view::list(&sandbox.complaints(), complaint),
        "notify_url": sandbox.complaint_notify_url(),
    }))
}

async fn complain(State(sandbox): Here, Path(number): Path<String>, body: Bytes) -> Answer {
    let new: NewComplaint = parse(&body)?;
    let detail = new.detail.as_deref().unwrap_or("不满意商家服务");
    let mut terms = match new.refund_fen {
        Some(fen) => ComplaintTerms::refund(detail, fen),
        None => ComplaintTerms::new(detail),
    };
    if let Some(kind) = new.problem_type {
        terms.problem_type = kind;
    }
    if let Some(phone) = new.payer_phone {
        terms.payer_phone = Some(phone).filter(|phone| !phone.is_empty());
    }
    let made = sandbox.complain(&number, terms).map_err(problem)?;
    Ok(Json(complaint(&made)))
}

async fn write(State(sandbox): Here, Path(id): Path<String>, body: Bytes) -> Answer {
    let Text { text } = parse(&body)?;
    let made = sandbox.write_in_complaint(&id, &text).map_err(problem)?;
    Ok(Json(complaint(&made)))
}

async fn again(State(sandbox): Here, Path(id): Path<String>, body: Bytes) -> Answer {
    let Text { text } = parse(&body)?;
    let made = sandbox.complain_again(&id, &text).map_err(problem)?;
    Ok(Json(complaint(&made)))
}

fn problem(error: ComplainError) -> Problem {
    Problem::not_found(error.to_string())
}

fn complaint(complaint: &Complaint) -> Value {
    json!({
        "complaint_id": complaint.complaint_id,
        "out_trade_no": complaint.out_trade_no,
        "complaint_time": view::time(complaint.complaint_time),
        "state": complaint.state,
        "detail": complaint.detail,
        "problem_type": complaint.problem_type,
        "apply_refund_amount": complaint.apply_refund_amount.map(Fen::get),
        "user_complaint_times": complaint.user_complaint_times,
        "incoming_user_response": complaint.incoming_user_response,
        "history": view::list(&complaint.history, entry),
    })
}

fn entry(entry: &ComplaintEntry) -> Value {
    json!({
        "operate_type": entry.operate_type,
        "operator": entry.operator,
        "time": view::time(entry.operate_time),
        "details": entry.details,
    })
}
