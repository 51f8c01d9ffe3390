//! 查询订单待分账金额.

use super::{Needs, endpoint, paid, read, reply};
use crate::endpoint::Endpoint;
use crate::v2::{Message, Refusal, Refusals, Request};

pub(crate) const ENDPOINT: Endpoint = endpoint(
    "v2.profit_sharing.query_unsplit_amount",
    "/pay/profitsharingorderamountquery",
    respond,
    Refusals::Words,
);

/// Tells what of an order can still be shared. Whose order it is, is not asked.
fn respond(request: &mut Request<'_>) -> Result<Message, Refusal> {
    let params = read(request, Needs::Nothing)?;
    let shared = request.shared;
    let state = shared.state();
    let order = paid(&params, &state, |_| true)?;
    if !order.profit_sharing || !order.was_paid() {
        return Err(Refusal::code("INVALID_REQUEST", "非分账订单"));
    }
    let left = state.unsplit(&order);
    Ok(reply(&params, shared, &["mch_id"], false)
        .text("transaction_id", &order.transaction_id)
        .fen("unsplit_amount", left))
}
