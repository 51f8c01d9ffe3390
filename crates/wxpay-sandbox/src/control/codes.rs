//! The paths about payment codes (付款码).

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::control::api::done;
use crate::control::body::{Nothing, parse};
use crate::control::orders::not_paid;
use crate::control::respond::{Answer, Json, Problem};
use crate::control::view;
use crate::{CodeBehaviour, PaymentCode, Sandbox};

type Here = State<Arc<Sandbox>>;

pub(crate) fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/payment_codes", get(codes).post(make))
        .route("/orders/{out_trade_no}/cancel", post(cancel))
}

/// The body of `POST /v1/payment_codes`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewCode {
    #[serde(default)]
    behaviour: Kind,
    code: Option<String>,
    seconds: Option<u64>,
    pays: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    #[default]
    Pays,
    AsksPassword,
    Fails,
}

async fn codes(State(sandbox): Here) -> Json {
    Json(json!({"payment_codes": view::list(&sandbox.payment_codes(), payment_code)}))
}

async fn make(State(sandbox): Here, body: Bytes) -> Answer {
    let behaviour = match parse(&body)? {
        NewCode {
            behaviour: Kind::Pays,
            code: None,
            seconds: None,
            pays: None,
        } => CodeBehaviour::Pays,
        NewCode {
            behaviour: Kind::AsksPassword,
            code: None,
            seconds,
            pays,
        } => CodeBehaviour::AsksPassword {
            ends_after: Duration::from_secs(seconds.unwrap_or(60)),
            pays: pays.unwrap_or_default(),
        },
        NewCode {
            behaviour: Kind::Fails,
            code: Some(code),
            seconds: None,
            pays: None,
        } if !code.is_empty() => CodeBehaviour::Fails { code },
        _ => {
            let message =
                "pays stands alone, asks_password takes seconds and pays, and fails needs a code";
            return Err(Problem::bad_request(message));
        }
    };
    Ok(Json(payment_code(&sandbox.make_payment_code(behaviour))))
}

async fn cancel(State(sandbox): Here, Path(number): Path<String>, body: Bytes) -> Answer {
    let Nothing {} = parse(&body)?;
    sandbox.cancel_payment(&number).map_err(not_paid)?;
    done()
}

fn payment_code(code: &PaymentCode) -> Value {
    let (behaviour, failure) = match &code.behaviour {
        CodeBehaviour::Pays => ("pays", None),
        CodeBehaviour::AsksPassword { .. } => ("asks_password", None),
        CodeBehaviour::Fails { code } => ("fails", Some(code)),
    };
    json!({
        "auth_code": code.auth_code,
        "behaviour": behaviour,
        "code": failure,
        "openid": code.openid,
        "used_by": code.used_by,
    })
}
