//! 回退结果查询.

use super::create_return::sharing;
use super::{Needs, WITH_APP, endpoint, number, read, reply, return_report};
use crate::endpoint::Endpoint;
use crate::v2::{Message, Refusal, Refusals, Request};

pub(crate) const ENDPOINT: Endpoint = endpoint(
    "v2.profit_sharing.query_return",
    "/pay/profitsharingreturnquery",
    respond,
    Refusals::Words,
);

/// Tells what has become of a return.
fn respond(request: &mut Request<'_>) -> Result<Message, Refusal> {
    let params = read(request, Needs::App)?;
    let shared = request.shared;
    let number = number(&params, "out_return_no")?;
    let state = shared.state();
    let sharing = sharing(&params, &state)?;
    let made = state.sharing.returns.get(number).map(|entry| &entry.made);
    let made = made
        .filter(|made| made.out_order_no == sharing.out_order_no)
        .ok_or_else(|| Refusal::code("ORDERNOTEXIST", "回退单不存在"))?;
    let reply = reply(&params, shared, WITH_APP, false);
    Ok(return_report::write(reply, made, &sharing))
}
