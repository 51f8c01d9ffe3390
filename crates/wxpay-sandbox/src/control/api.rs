//! The paths under `/v1`.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::routing::{delete, get, post};
use serde::Deserialize;
use serde_json::json;

use crate::control::body::{Clock, Moment, Name, Nothing, Status, parse};
use crate::control::fault::{Asked, NewFault};
use crate::control::respond::{Answer, Json, Problem};
use crate::control::{
    codes, complaints, orders, payouts, red_packets, sharing, transfer_bills, view, withdrawals,
};
use crate::{RotateError, Sandbox};

type Here = State<Arc<Sandbox>>;

pub(crate) fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/status", get(status))
        .route("/merchant", get(merchant))
        .route("/requests", get(requests))
        .route("/requests/{number}", get(request))
        .route("/batches", get(batches))
        .route("/batches/{out_batch_no}/settle", post(settle))
        .route(
            "/batches/{out_batch_no}/transfers/{out_detail_no}/status",
            post(transfer_status),
        )
        .route("/transfers", get(transfers))
        .route("/deliveries", get(deliveries))
        .route("/uploads", get(uploads))
        .route("/clock", get(clock).post(set_clock))
        .route("/faults", get(faults).post(add_fault).delete(clear_faults))
        .route("/faults/{id}", delete(remove_fault))
        .route("/names", post(register_name))
        .route("/certificates/rotate", post(rotate))
        .route("/reset", post(reset))
        .merge(orders::routes())
        .merge(codes::routes())
        .merge(complaints::routes())
        .merge(payouts::routes())
        .merge(red_packets::routes())
        .merge(sharing::routes())
        .merge(transfer_bills::routes())
        .merge(withdrawals::routes())
}

/// Which of the requests.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Window {
    after: Option<u64>,
    #[serde(default = "hundred")]
    limit: usize,
}

fn hundred() -> usize {
    100
}

async fn status(State(sandbox): Here) -> Json {
    Json(view::status(&sandbox))
}

async fn merchant(State(sandbox): Here) -> Json {
    Json(view::merchant(&sandbox))
}

async fn requests(State(sandbox): Here, window: Result<Query<Window>, QueryRejection>) -> Answer {
    let Query(window) = window.map_err(|error| Problem::bad_request(error.body_text()))?;
    let limit = u64::try_from(window.limit).unwrap_or(u64::MAX);
    let latest = sandbox.last_request().saturating_sub(limit);
    let mut seen = sandbox.requests_after(window.after.unwrap_or(latest));
    seen.truncate(window.limit);
    Ok(Json(json!({"requests": view::list(&seen, view::request)})))
}

async fn request(State(sandbox): Here, Path(number): Path<String>) -> Answer {
    let number: u64 = number
        .parse()
        .map_err(|_| Problem::bad_request("the number of a request has digits only"))?;
    let seen = sandbox
        .request(number)
        .ok_or_else(|| Problem::not_found(format!("there is no request {number}")))?;
    Ok(Json(view::request(&seen)))
}

async fn batches(State(sandbox): Here) -> Json {
    Json(json!({"batches": view::list(&sandbox.batches(), view::batch)}))
}

async fn settle(State(sandbox): Here, Path(number): Path<String>, body: Bytes) -> Answer {
    let Nothing {} = parse(&body)?;
    if !sandbox.settle_batch(&number) {
        return Err(Problem::not_found(format!("there is no batch {number}")));
    }
    done()
}

async fn transfer_status(
    State(sandbox): Here,
    Path((batch, detail)): Path<(String, String)>,
    body: Bytes,
) -> Answer {
    let asked: Status = parse(&body)?;
    let reason = asked.reason.as_deref();
    if !sandbox.set_transfer_status(&batch, &detail, &asked.status, reason) {
        let message = format!("there is no transfer {detail} in batch {batch}");
        return Err(Problem::not_found(message));
    }
    done()
}

async fn transfers(State(sandbox): Here) -> Json {
    Json(json!({"transfers": view::list(&sandbox.transfers(), view::transfer)}))
}

async fn uploads(State(sandbox): Here) -> Json {
    Json(json!({"uploads": view::list(&sandbox.uploads(), view::media)}))
}

async fn deliveries(State(sandbox): Here) -> Json {
    Json(view::deliveries(&sandbox))
}

async fn clock(State(sandbox): Here) -> Json {
    Json(view::clock(&sandbox))
}

async fn set_clock(State(sandbox): Here, body: Bytes) -> Answer {
    match parse(&body)? {
        Clock {
            advance_seconds: Some(seconds),
            freeze: None,
            run: None,
        } => {
            if seconds > MOST_SECONDS {
                let message = format!("advance_seconds has to be {MOST_SECONDS} at most");
                return Err(Problem::bad_request(message));
            }
            sandbox.advance(Duration::from_secs(seconds)).await;
        }
        Clock {
            advance_seconds: None,
            freeze: Some(moment),
            run: None,
        } => sandbox.freeze_clock(match moment {
            Moment::Now => sandbox.now(),
            Moment::At(time) => time,
        }),
        Clock {
            advance_seconds: None,
            freeze: None,
            run: Some(true),
        } => sandbox.run_clock(),
        _ => {
            let message = "the body needs one of advance_seconds, freeze and run: true";
            return Err(Problem::bad_request(message));
        }
    }
    Ok(Json(view::clock(&sandbox)))
}

async fn faults(State(sandbox): Here) -> Json {
    Json(view::faults(&sandbox))
}

async fn add_fault(State(sandbox): Here, body: Bytes) -> Answer {
    let asked = parse::<NewFault>(&body)?.asked()?;
    match asked {
        Asked::Once(api, fault) => sandbox.inject(api, fault),
        Asked::Rule(rule) => sandbox.add_fault_rule(rule).map(drop),
    }
    .map_err(|error| Problem::bad_request(error.to_string()))?;
    Ok(Json(view::faults(&sandbox)))
}

async fn remove_fault(State(sandbox): Here, Path(id): Path<String>) -> Answer {
    let removed = id.parse().is_ok_and(|id| sandbox.remove_fault_rule(id));
    if !removed {
        return Err(Problem::not_found(format!("there is no fault rule {id}")));
    }
    done()
}

async fn clear_faults(State(sandbox): Here) -> Answer {
    sandbox.clear_faults();
    done()
}

async fn register_name(State(sandbox): Here, body: Bytes) -> Answer {
    let Name { openid, name } = parse(&body)?;
    sandbox.register_name(&openid, &name);
    done()
}

async fn rotate(State(sandbox): Here, body: Bytes) -> Answer {
    let Nothing {} = parse(&body)?;
    let serial_no = sandbox
        .rotate_certificate()
        .await
        .map_err(|error| match error {
            RotateError::NoCertificates => Problem::conflict(error.to_string()),
            _ => Problem::internal(error.to_string()),
        })?;
    Ok(Json(json!({"serial_no": serial_no})))
}

async fn reset(State(sandbox): Here, body: Bytes) -> Answer {
    let Nothing {} = parse(&body)?;
    sandbox.reset();
    done()
}

/// The response of what has no other.
pub(crate) fn done() -> Answer {
    Ok(Json(json!({"done": true})))
}

/// Ten years.
const MOST_SECONDS: u64 = 10 * 365 * 24 * 3600;
