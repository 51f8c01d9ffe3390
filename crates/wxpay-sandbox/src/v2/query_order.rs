//! 查询订单.

use http::Method;
use wxpay_core::{Fen, Params, TimeFormat};

use crate::Order;
use crate::endpoint::{Endpoint, Handler, Reply};
use crate::random::Random;
use crate::state::State;
use crate::v2::sign::SignType;
use crate::v2::{Message, Refusal, Refusals, Request, check, request};

/// 查询订单.
pub(crate) const ENDPOINT: Endpoint = Endpoint {
    name: "v2.pay.query_order",
    method: &Method::POST,
    path: "/pay/orderquery",
    reply: Reply::SIGNED,
    handler: Handler::V2 {
        respond,
        refusals: Refusals::Signed,
    },
};

fn respond(request: &mut Request<'_>) -> Result<Message, Refusal> {
    let params = check(request)?;
    perform(&params, &request.shared.state(), &request.shared.random)
}

/// Checks all of a request that can be checked without the orders.
fn check(request: &mut Request<'_>) -> Result<Params, Refusal> {
    let params = read(request)?;
    check_numbers(&params)?;
    Ok(params)
}

/// Holds the two numbers of an order to their forms; one has to be there.
pub(crate) fn check_numbers(params: &Params) -> Result<(), Refusal> {
    let refuse = |message: &str| Err(Refusal::Return(message.to_owned()));
    match (params.get("transaction_id"), params.get("out_trade_no")) {
        (None, None) => refuse("缺少参数"),
        (Some(id), _) if !is_number(id, b"") => refuse("transaction_id格式错误"),
        (_, Some(number)) if !is_number(number, b"_-|*@") => refuse("out_trade_no格式错误"),
        _ => Ok(()),
    }
}

/// Reads a request about an order and checks what all of these check in the same way.
pub(crate) fn read(request: &mut Request<'_>) -> Result<Params, Refusal> {
    let (call, merchant) = (request.call, &request.shared.merchant);
    let refuse = |message: &str| Err(Refusal::Return(message.to_owned()));
    if call.method != Method::POST {
        return refuse("请使用post方法");
    }
    let Ok(params) = request::params(&call.body) else {
        return refuse("XML格式错误");
    };
    if params.get("mch_id") != Some(merchant.mch_id.as_str()) {
        return refuse("商户号mch_id或sub_mch_id不存在");
    }
    if params.get("appid") != Some(merchant.appid.as_str()) {
        return refuse("商户号mch_id与appid不匹配");
    }
    let Some(sign_type) = sign_type(&params) else {
        return refuse("签名类型sign_type错误");
    };
    if !check::sign(sign_type, &params, merchant, request.signatures) {
        return refuse("签名错误");
    }
    if params
        .get("nonce_str")
        .is_none_or(|nonce| nonce.chars().count() > 32)
    {
        return refuse("随机字符串nonce_str格式错误");
    }
    Ok(params)
}

/// Tells the state of an order.
fn perform(params: &Params, state: &State, random: &Random) -> Result<Message, Refusal> {
    let order = state
        .orders
        .find_single(params.get("transaction_id"), params.get("out_trade_no"))
        .filter(|order| order.is_of(params.get("sub_mch_id")))
        .ok_or_else(|| Refusal::code("ORDERNOTEXIST", "此交易订单号不存在"))?;
    let reply = Message::signed(sign_type(params).unwrap_or(SignType::Md5))
        .text("return_code", "SUCCESS")
        .text("return_msg", "OK")
        .optional("appid", params.get("appid"))
        .optional("mch_id", params.get("mch_id"))
        .optional("sub_mch_id", params.get("sub_mch_id"))
        .text("nonce_str", random.nonce())
        .text("result_code", "SUCCESS")
        .text("out_trade_no", &order.out_trade_no)
        .text("trade_state", &order.trade_state)
        .optional("trade_state_desc", order.trade_state_desc.as_deref())
        .optional("attach", order.attach.as_deref());
    Ok(match &*order.trade_state {
        "SUCCESS" => paid(reply, order, order.total_fee),
        _ => reply,
    })
}

/// Adds what only a paid order has. The `total_fee` is the order's, if it is to be right.
pub(crate) fn paid(reply: Message, order: &Order, total_fee: Fen) -> Message {
    let coupon_fee = order.coupon_fee();
    let sub_openid = order.sub_merchant.as_ref();
    let sub_openid = sub_openid.and_then(|sub| sub.sub_openid.as_deref());
    let cash_fee = total_fee.checked_sub(coupon_fee).unwrap_or_default();
    let mut reply = reply
        .optional("device_info", order.device_info.as_deref())
        .text("openid", &order.openid)
        .optional("sub_openid", sub_openid)
        .text("is_subscribe", if order.is_subscribe { "Y" } else { "N" })
        .text("trade_type", &order.trade_type)
        .text("bank_type", &order.bank_type)
        .fen("total_fee", total_fee)
        .text("fee_type", &order.fee_type)
        .text("transaction_id", &order.transaction_id)
        .text("time_end", order.time_end.format(TimeFormat::Compact))
        .fen("cash_fee", cash_fee)
        .text("cash_fee_type", &order.fee_type);
    if let Some(settlement) = order.settlement_total_fee {
        reply = reply.fen("settlement_total_fee", settlement);
    }
    if order.coupons.is_empty() {
        return reply;
    }
    reply = reply
        .fen("coupon_fee", coupon_fee)
        .plain("coupon_count", order.coupons.len().to_string());
    for (n, coupon) in order.coupons.iter().enumerate() {
        reply = reply
            .text(format!("coupon_type_{n}"), &coupon.coupon_type)
            .text(format!("coupon_id_{n}"), &coupon.coupon_id)
            .fen(format!("coupon_fee_{n}"), coupon.coupon_fee);
    }
    reply
}

/// The way the request is signed; the response is signed in the same one.
pub(crate) fn sign_type(params: &Params) -> Option<SignType> {
    params
        .get("sign_type")
        .map_or(Some(SignType::Md5), SignType::parse)
}

/// Whether it is a number of 32 letters, digits and these marks at most.
pub(crate) fn is_number(number: &str, marks: &[u8]) -> bool {
    number.len() <= 32
        && number
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || marks.contains(&b))
}
