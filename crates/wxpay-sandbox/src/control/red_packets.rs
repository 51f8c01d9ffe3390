//! The paths about red packets (现金红包).

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::control::api::done;
use crate::control::body::{Status, parse};
use crate::control::respond::{Answer, Json, Problem};
use crate::control::view;
use crate::{ReceiveError, RedPacket, RedPacketClaim, Sandbox};

type Here = State<Arc<Sandbox>>;

pub(crate) fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/red_packets", get(red_packets))
        .route("/red_packets/{mch_billno}/receive", post(receive))
        .route("/red_packets/{mch_billno}/status", post(set_status))
        .route("/red_packet_step", post(set_step))
}

/// The body of `POST /v1/red_packets/{mch_billno}/receive`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Receiver {
    openid: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    seconds: u64,
}

async fn red_packets(State(sandbox): Here) -> Json {
    Json(json!({"red_packets": view::list(&sandbox.red_packets(), red_packet)}))
}

async fn receive(State(sandbox): Here, Path(number): Path<String>, body: Bytes) -> Answer {
    let Receiver { openid } = parse(&body)?;
    let received = sandbox
        .receive_red_packet(&number, openid.as_deref())
        .map_err(|error| match error {
            ReceiveError::NoRedPacket(_) => Problem::not_found(error.to_string()),
            _ => Problem::conflict(error.to_string()),
        })?;
    Ok(Json(red_packet(&received)))
}

async fn set_status(State(sandbox): Here, Path(number): Path<String>, body: Bytes) -> Answer {
    let asked: Status = parse(&body)?;
    let reason = asked.reason.as_deref();
    if !sandbox.set_red_packet_status(&number, &asked.status, reason) {
        return Err(Problem::not_found(format!(
            "there is no red packet {number}"
        )));
    }
    done()
}

async fn set_step(State(sandbox): Here, body: Bytes) -> Answer {
    let Step { seconds } = parse(&body)?;
    sandbox.set_red_packet_step(Duration::from_secs(seconds));
    done()
}

fn red_packet(packet: &RedPacket) -> Value {
    json!({
        "mch_billno": packet.mch_billno,
        "send_listid": packet.send_listid,
        "kind": packet.kind,
        "re_openid": packet.re_openid,
        "total_amount": packet.total_amount.get(),
        "total_num": packet.total_num,
        "send_name": packet.send_name,
        "act_name": packet.act_name,
        "status": packet.status,
        "reason": packet.reason,
        "send_time": view::time(packet.send_time),
        "claims": view::list(&packet.claims, claim),
        "refund_time": packet.refund_time.map(view::time),
        "refund_amount": packet.refund_amount.get(),
        "requests": packet.requests,
    })
}

fn claim(claim: &RedPacketClaim) -> Value {
    json!({
        "openid": claim.openid,
        "amount": claim.amount.get(),
        "rcv_time": view::time(claim.rcv_time),
    })
}
