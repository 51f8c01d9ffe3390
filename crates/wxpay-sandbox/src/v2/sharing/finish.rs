//! 完结分账.

use serde_json::json;

use super::{Needs, WITH_APP, endpoint, number, order, read, refuse, reply, report, text};
use crate::endpoint::Endpoint;
use crate::state::AskedSharing;
use crate::v2::{Message, Refusal, Refusals, Request};

pub(crate) const ENDPOINT: Endpoint = endpoint(
    "v2.profit_sharing.finish_profit_sharing",
    "/secapi/pay/profitsharingfinish",
    respond,
    Refusals::Signed,
);

/// Releases what is left of an order, if the request is to take effect.
fn respond(request: &mut Request<'_>) -> Result<Message, Refusal> {
    let params = read(request, Needs::AppAndCertificate)?;
    let description = text(&params, "description", 80)?;
    let asked = AskedSharing {
        out_order_no: number(&params, "out_order_no")?.to_owned(),
        shares: Vec::new(),
        unfreeze: true,
        description: Some(description.to_owned()),
        terms: json!({ "description": description }),
    };
    let shared = request.shared;
    let mut state = shared.state();
    let order = order(&params, &state)?;
    let made = state
        .share(&order, asked, &shared.random, request.commit)
        .map_err(refuse)?;
    Ok(report::numbers(
        reply(&params, shared, WITH_APP, true),
        &made,
    ))
}
