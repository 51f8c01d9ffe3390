//! 查询单笔退款.

use http::Method;
use percent_encoding::percent_decode_str;

use crate::endpoint::Endpoint;
use crate::v3::query::Query;
use crate::v3::refund_report::{self, RefundReport};
use crate::v3::{Answer, Request};

pub(crate) const ENDPOINT: Endpoint = Endpoint::v3(
    "v3.refund.query_refund",
    &Method::GET,
    "/v3/refund/domestic/refunds/{out_refund_no}",
    respond,
);

/// Tells what has become of a refund.
fn respond(request: &Request<'_>) -> Result<Answer, Answer> {
    let part = request.route.part("out_refund_no");
    let number = percent_decode_str(part).decode_utf8();
    let number = number
        .ok()
        .filter(|number| number.len() <= 64 && refund_report::is_number(number))
        .ok_or_else(|| {
            Answer::param_error("url", "out_refund_no", part.into(), "不是有效的单号")
        })?;
    let sub_mchid = Query(request.call.query()).get("sub_mchid");
    let state = request.shared.state();
    let refund = state.refunds.get(&number).ok_or_else(not_found)?;
    let order = state.orders.get(&refund.out_trade_no);
    let order = order
        .filter(|order| order.is_of(sub_mchid))
        .ok_or_else(not_found)?;
    Ok(Answer::ok(RefundReport::new(refund, order)))
}

fn not_found() -> Answer {
    Answer::error(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
}
