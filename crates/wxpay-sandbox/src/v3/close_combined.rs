//! 关闭合单订单.

use std::collections::BTreeSet;

use http::Method;

use crate::endpoint::{Endpoint, Reply};
use crate::state::CloseRefusal;
use crate::v3::input::{Body, Object};
use crate::v3::prepay_combined::{check_appid, check_mchid};
use crate::v3::{Answer, Request, query_combined, query_order};

pub(crate) const ENDPOINT: Endpoint = Endpoint {
    reply: Reply {
        body: false,
        subject: false,
        ..Reply::SIGNED
    },
    ..Endpoint::v3(
        "v3.combine_transactions.close_order",
        &Method::POST,
        "/v3/combine-transactions/out-trade-no/{combine_out_trade_no}/close",
        respond,
    )
};

/// Closes all orders of a combined one, if the request is to take effect.
fn respond(request: &Request<'_>) -> Result<Answer, Answer> {
    let shared = request.shared;
    let body = Body::read(request.call)?;
    let fields = Object::root(&body)?;
    fields.known(&["combine_appid", "sub_orders"])?;
    check_appid(&fields, shared)?;
    let mut asked = BTreeSet::new();
    for order in fields.list("sub_orders", 50)? {
        order.known(&["mchid", "out_trade_no", "sub_mchid", "sub_appid"])?;
        check_mchid(&order, shared)?;
        order.optional_text("sub_appid", 32)?;
        asked.insert((
            order.text("out_trade_no", 32)?,
            order.optional_text("sub_mchid", 32)?,
        ));
    }
    let number = query_order::path_number(request, "combine_out_trade_no")?;
    let mut state = shared.state();
    let combined = state
        .combined
        .get(&number)
        .ok_or_else(query_combined::not_found)?;
    let placed = combined.orders(&state.orders).map(|order| {
        let sub = order.sub_merchant.as_ref();
        (&*order.out_trade_no, sub.map(|sub| &*sub.sub_mchid))
    });
    if placed.collect::<BTreeSet<_>>() != asked {
        let message = "输入的请求非法，请求关单的子单信息与下单时的子单信息不一致";
        return Err(Answer::error(400, "INVALID_REQUEST", message));
    }
    let closed = state.close_combined(&number, request.commit);
    closed.map_err(|refusal| match refusal {
        CloseRefusal::Closed => Answer::error(400, "ORDER_CLOSED", "订单已关闭"),
        CloseRefusal::Paid => Answer::error(400, "INVALID_REQUEST", "该订单已支付，不能发起关单"),
        CloseRefusal::Missing | CloseRefusal::Combined => query_combined::not_found(),
    })?;
    Ok(Answer::no_content())
}
