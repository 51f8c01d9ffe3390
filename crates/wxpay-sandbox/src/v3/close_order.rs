//! 关闭订单.

use http::Method;

use crate::endpoint::{Endpoint, Reply};
use crate::state::{CloseRefusal, Shared};
use crate::v3::input::{Body, Object};
use crate::v3::{Answer, Request, query_order};

/// 关闭订单.
pub(crate) const ENDPOINT: Endpoint = Endpoint {
    reply: Reply {
        body: false,
        subject: false,
        ..Reply::SIGNED
    },
    ..Endpoint::v3(
        "v3.pay.close_order",
        &Method::POST,
        "/v3/pay/transactions/out-trade-no/{out_trade_no}/close",
        respond,
    )
};

fn respond(request: &Request<'_>) -> Result<Answer, Answer> {
    check(request)?;
    let number = query_order::path_number(request, "out_trade_no")?;
    perform(&number, request.shared, request.commit)
}

/// Checks all of a request that can be checked without the orders.
fn check(request: &Request<'_>) -> Result<(), Answer> {
    let shared = request.shared;
    let body = Body::read(request.call)?;
    let fields = Object::root(&body)?;
    fields.known(&["mchid"])?;
    query_order::check_mchid(fields.text("mchid", 32)?, shared)
}

/// Closes the order, if the request is to take effect.
fn perform(number: &str, shared: &Shared, commit: bool) -> Result<Answer, Answer> {
    let closed = shared.state().orders.close(number, commit);
    closed.map_err(|refusal| match refusal {
        CloseRefusal::Missing => query_order::not_found(),
        CloseRefusal::Paid => Answer::error(400, "INVALID_REQUEST", "该订单已支付，不能发起关单"),
        CloseRefusal::Closed => Answer::error(400, "ORDER_CLOSED", "订单已关闭，无法重复关闭"),
    })?;
    Ok(Answer::no_content())
}
