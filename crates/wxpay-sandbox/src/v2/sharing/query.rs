//! 查询分账结果.

use super::report::{self, Form};
use super::{Needs, WITHOUT_APP, endpoint, number, order, read, reply};
use crate::endpoint::Endpoint;
use crate::v2::{Message, Refusal, Refusals, Request};

pub(crate) const ENDPOINT: Endpoint = endpoint(
    "v2.profit_sharing.query_profit_sharing",
    "/pay/profitsharingquery",
    respond,
    Refusals::Signed,
);

/// Tells what has become of a request that shared or released money.
fn respond(request: &mut Request<'_>) -> Result<Message, Refusal> {
    let params = read(request, Needs::Nothing)?;
    let shared = request.shared;
    let state = shared.state();
    let order = order(&params, &state)?;
    let number = number(&params, "out_order_no")?;
    let made = state.sharing.get(number);
    let made = made
        .filter(|made| made.out_trade_no == order.out_trade_no)
        .ok_or_else(|| Refusal::code("ORDERNOTEXIST", "分账单不存在"))?;
    let reply = report::numbers(reply(&params, shared, WITHOUT_APP, true), made);
    let reply = report::state(reply, made, Form::Found);
    Ok(match &made.description {
        None => reply,
        Some(description) => reply
            .fen("amount", made.unfrozen)
            .text("description", description),
    })
}
