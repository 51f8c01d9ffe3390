//! 查询合单订单.

use http::Method;

use crate::endpoint::Endpoint;
use crate::v3::combined_transaction::CombinedTransaction;
use crate::v3::{Answer, Request, query_order};

pub(crate) const ENDPOINT: Endpoint = Endpoint::v3(
    "v3.combine_transactions.query_order_by_out_trade_no",
    &Method::GET,
    "/v3/combine-transactions/out-trade-no/{combine_out_trade_no}",
    respond,
);

/// Tells the states of all orders of a combined one.
fn respond(request: &Request<'_>) -> Result<Answer, Answer> {
    let number = query_order::path_number(request, "combine_out_trade_no")?;
    let shared = request.shared;
    let state = shared.state();
    let combined = state.combined.get(&number).ok_or_else(not_found)?;
    let orders: Vec<_> = combined.orders(&state.orders).collect();
    Ok(Answer::ok(CombinedTransaction::new(
        combined,
        orders.into_iter(),
        &shared.merchant,
    )))
}

pub(crate) fn not_found() -> Answer {
    Answer::error(404, "ORDERNOTEXIST", "订单不存在")
}
