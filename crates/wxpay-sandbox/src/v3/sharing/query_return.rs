//! 查询分账回退结果.

use http::Method;

use super::return_report::ReturnReport;
use super::{not_found, path_number};
use crate::endpoint::Endpoint;
use crate::v3::query::Query;
use crate::v3::{Answer, Request};

pub(crate) const ENDPOINT: Endpoint = Endpoint::v3(
    "v3.profitsharing.query_return",
    &Method::GET,
    "/v3/profitsharing/return-orders/{out_return_no}",
    respond,
);

/// Tells what has become of a return.
fn respond(request: &Request<'_>) -> Result<Answer, Answer> {
    let number = path_number(request, "out_return_no")?;
    let query = Query(request.call.query());
    let out_order_no = query.decoded("out_order_no")?;
    let state = request.shared.state();
    let made = state.sharing.returns.get(&*number).map(|entry| &entry.made);
    let made = made
        .filter(|made| made.out_order_no == out_order_no)
        .ok_or_else(not_found)?;
    let sharing = state
        .sharing
        .get(&made.out_order_no)
        .filter(|made| made.sub_mchid.as_deref() == query.get("sub_mchid"))
        .ok_or_else(not_found)?;
    Ok(Answer::ok(ReturnReport::new(made, sharing)))
}
