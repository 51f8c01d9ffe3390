//! 关闭订单.

use http::Method;

use crate::endpoint::{Endpoint, Reply};
use crate::state::CloseRefusal;
use crate::v3::input::{Body, Object};
use crate::v3::party::Party;
use crate::v3::{Answer, Request, query_order};

pub(crate) const ENDPOINT: Endpoint = close(
    "v3.pay.close_order",
    "/v3/pay/transactions/out-trade-no/{out_trade_no}/close",
    |request| respond(request, Party::Merchant),
);

pub(crate) const PARTNER: Endpoint = close(
    "v3.pay.partner_close_order",
    "/v3/pay/partner/transactions/out-trade-no/{out_trade_no}/close",
    |request| respond(request, Party::Partner),
);

const fn close(
    name: &'static str,
    path: &'static str,
    respond: fn(&Request<'_>) -> Result<Answer, Answer>,
) -> Endpoint {
    Endpoint {
        reply: Reply {
            body: false,
            subject: false,
            ..Reply::SIGNED
        },
        ..Endpoint::v3(name, &Method::POST, path, respond)
    }
}

/// Closes the order, if the request is to take effect.
fn respond(request: &Request<'_>, party: Party) -> Result<Answer, Answer> {
    let body = Body::read(request.call)?;
    let fields = Object::root(&body)?;
    fields.known(party.members())?;
    let sub_mchid = party.of_body(&fields, request.shared)?;
    let number = query_order::path_number(request, "out_trade_no")?;
    let mut state = request.shared.state();
    let order = state.orders.get(&number);
    if !order.is_some_and(|order| order.is_of(sub_mchid)) {
        return Err(query_order::not_found());
    }
    let closed = state.orders.close(&number, request.commit);
    closed.map_err(|refusal| match refusal {
        CloseRefusal::Missing => query_order::not_found(),
        CloseRefusal::Combined => {
            let message = "合单订单请使用关闭合单订单接口";
            Answer::error(400, "INVALID_REQUEST", message)
        }
        CloseRefusal::Paid => Answer::error(400, "INVALID_REQUEST", "该订单已支付，不能发起关单"),
        CloseRefusal::Closed => Answer::error(400, "ORDER_CLOSED", "订单已关闭，无法重复关闭"),
    })?;
    Ok(Answer::no_content())
}
