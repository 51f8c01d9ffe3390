//! 关闭订单.

use http::Method;
use wxpay_core::Params;

use crate::endpoint::{Endpoint, Handler, Reply};
use crate::state::{CloseRefusal, Shared};
use crate::v2::query_order::{self, is_number};
use crate::v2::sign::SignType;
use crate::v2::{Message, Refusal, Refusals, Request};

/// 关闭订单.
pub(crate) const ENDPOINT: Endpoint = Endpoint {
    name: "v2.pay.close_order",
    method: &Method::POST,
    path: "/pay/closeorder",
    reply: Reply {
        // It names no order.
        subject: false,
        ..Reply::SIGNED
    },
    handler: Handler::V2 {
        respond,
        refusals: Refusals::Signed,
    },
};

fn respond(request: &mut Request<'_>) -> Result<Message, Refusal> {
    let params = check(request)?;
    perform(&params, request.shared, request.commit)
}

/// Checks all of a request that can be checked without the orders.
fn check(request: &mut Request<'_>) -> Result<Params, Refusal> {
    let params = query_order::read(request)?;
    match params.get("out_trade_no") {
        None => Err(Refusal::Return("缺少参数out_trade_no".to_owned())),
        Some(number) if !is_number(number, b"_-|*@") => {
            Err(Refusal::Return("out_trade_no格式错误".to_owned()))
        }
        Some(_) => Ok(params),
    }
}

/// Closes the order, if the request is to take effect.
fn perform(params: &Params, shared: &Shared, commit: bool) -> Result<Message, Refusal> {
    let number = params.get("out_trade_no").unwrap_or_default();
    let mut state = shared.state();
    let order = state.orders.get(number);
    let own = order.is_some_and(|order| order.is_of(params.get("sub_mch_id")));
    let closed = match own {
        true => state.orders.close(number, commit),
        false => Err(CloseRefusal::Missing),
    };
    closed.map_err(|refusal| match refusal {
        CloseRefusal::Missing | CloseRefusal::Combined => {
            Refusal::code("ORDERNOTEXIST", "订单不存在")
        }
        CloseRefusal::Paid => Refusal::code("ORDERPAID", "订单已支付，不能发起关单"),
        CloseRefusal::Closed => Refusal::code("ORDERCLOSED", "订单已关闭，无法重复关闭"),
    })?;
    let sign_type = query_order::sign_type(params).unwrap_or(SignType::Md5);
    Ok(Message::signed(sign_type)
        .text("return_code", "SUCCESS")
        .text("return_msg", "OK")
        .optional("appid", params.get("appid"))
        .optional("mch_id", params.get("mch_id"))
        .optional("sub_mch_id", params.get("sub_mch_id"))
        .text("nonce_str", shared.random.nonce())
        .text("result_code", "SUCCESS"))
}
