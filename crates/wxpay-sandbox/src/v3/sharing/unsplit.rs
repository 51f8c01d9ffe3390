//! 查询剩余待分金额.

use http::Method;
use serde::Serialize;

use super::not_found;
use crate::endpoint::Endpoint;
use crate::random::another;
use crate::v3::answer::to_json;
use crate::v3::{Answer, Content, Request};

/// The body of the response.
#[derive(Serialize)]
struct Left {
    transaction_id: String,
    unsplit_amount: i64,
}

pub(crate) const ENDPOINT: Endpoint = Endpoint::v3(
    "v3.profitsharing.query_unsplit_amount",
    &Method::GET,
    "/v3/profitsharing/transactions/{transaction_id}/amounts",
    respond,
);

/// Tells what of an order can still be shared.
fn respond(request: &Request<'_>) -> Result<Answer, Answer> {
    let id = request.route.part("transaction_id");
    let state = request.shared.state();
    let order = state.orders.find(Some(id), None);
    let order = order
        .filter(|order| order.profit_sharing && order.was_paid())
        .ok_or_else(not_found)?;
    Ok(Answer::ok(Left {
        transaction_id: order.transaction_id.clone(),
        unsplit_amount: state.unsplit(order).get(),
    }))
}

impl Content for Left {
    fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }

    fn become_another(&mut self) {
        self.transaction_id = another(&self.transaction_id);
    }

    fn tamper(&mut self) {
        self.unsplit_amount = self.unsplit_amount.wrapping_add(1);
    }
}
