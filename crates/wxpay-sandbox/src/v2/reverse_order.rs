//! 撤销订单.

use http::Method;
use wxpay_core::Params;

use crate::endpoint::{Endpoint, Handler, Reply};
use crate::state::{ReverseRefusal, Shared};
use crate::v2::query_order;
use crate::v2::sign::SignType;
use crate::v2::{Message, Refusal, Refusals, Request};

pub(crate) const ENDPOINT: Endpoint = Endpoint {
    name: "v2.pay.reverse_order",
    method: &Method::POST,
    path: "/secapi/pay/reverse",
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
    if !request.call.client_certificate {
        let message = "证书错误：请求未携带商户证书";
        return Err(Refusal::code("INVALID_REQUEST", message));
    }
    let params = query_order::read(request)?;
    query_order::check_numbers(&params)?;
    perform(&params, request.shared, request.commit)
}

/// Reverses the order, if the request is to take effect.
fn perform(params: &Params, shared: &Shared, commit: bool) -> Result<Message, Refusal> {
    let mut state = shared.state();
    let id = params.get("transaction_id");
    let order = state.orders.find(id, params.get("out_trade_no"));
    let order = order
        .filter(|order| order.is_of(params.get("sub_mch_id")))
        .cloned();
    let order = order.ok_or_else(|| match id {
        Some(_) => Refusal::code("INVALID_TRANSACTIONID", "无效transaction_id"),
        // No page says how this is answered. Of the codes that it lists, this one leaves most to
        // find out.
        None => Refusal::code("TRADE_ERROR", "订单不存在"),
    })?;
    let reversed = state.reverse(&order, &shared.random, commit);
    let (code, message, recall) = match reversed {
        // What is done is answered like what was just done.
        Ok(()) | Err(ReverseRefusal::Reversed | ReverseRefusal::Closed) => ("", "", "N"),
        Err(ReverseRefusal::UserPaying) => {
            ("USERPAYING", "用户支付中的订单不允许撤销，请稍后再试", "Y")
        }
        Err(ReverseRefusal::TooOld) => ("REVERSE_EXPIRE", "订单已超过7天的撤销有效期", "N"),
        Err(ReverseRefusal::Refunded) => ("TRADE_ERROR", "订单已转入退款，无法撤销", "N"),
        Err(ReverseRefusal::NotByCode) => (
            "INVALID_REQUEST",
            "不是付款码支付的订单，请使用申请退款",
            "N",
        ),
    };
    let sign_type = query_order::sign_type(params).unwrap_or(SignType::Md5);
    let reply = Message::signed(sign_type)
        .text("return_code", "SUCCESS")
        .text("return_msg", "OK")
        .optional("appid", params.get("appid"))
        .optional("mch_id", params.get("mch_id"))
        .optional("sub_mch_id", params.get("sub_mch_id"))
        .text("nonce_str", shared.random.nonce());
    let reply = match code {
        "" => reply.text("result_code", "SUCCESS"),
        code => reply
            .text("result_code", "FAIL")
            .text("err_code", code)
            .text("err_code_des", message),
    };
    Ok(reply.text("recall", recall))
}
