//! 查询分账结果.

use http::Method;

use super::report::Report;
use super::{not_found, path_number};
use crate::endpoint::Endpoint;
use crate::v3::query::Query;
use crate::v3::{Answer, Request};

pub(crate) const ENDPOINT: Endpoint = Endpoint::v3(
    "v3.profitsharing.query_order",
    &Method::GET,
    "/v3/profitsharing/orders/{out_order_no}",
    respond,
);

/// Tells what each receiver got.
fn respond(request: &Request<'_>) -> Result<Answer, Answer> {
    let number = path_number(request, "out_order_no")?;
    let query = Query(request.call.query());
    let transaction_id = query.required("transaction_id")?;
    let shared = request.shared;
    let state = shared.state();
    let made = state
        .sharing
        .get(&number)
        .filter(|made| {
            made.transaction_id == transaction_id
                && made.sub_mchid.as_deref() == query.get("sub_mchid")
        })
        .ok_or_else(not_found)?;
    Ok(Answer::ok(Report::new(made, &shared.merchant)))
}
