//! 分账: the money of an order, shared among several.

pub(crate) mod add_receiver;
pub(crate) mod create_return;
pub(crate) mod finish;
pub(crate) mod max_ratio;
pub(crate) mod query;
pub(crate) mod query_return;
pub(crate) mod remove_receiver;
mod report;
mod return_report;
pub(crate) mod share;
pub(crate) mod unsplit;

use http::Method;
use serde::de::DeserializeOwned;
use wxpay_core::Params;

use crate::Order;
use crate::endpoint::{Endpoint, Handler, Reply};
use crate::state::{Shared, SharingRefusal, State};
use crate::v2::sign::SignType;
use crate::v2::{Message, Refusal, Refusals, Request, check, request};

/// What a request has to have, besides its signature.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Needs {
    Nothing,
    App,
    AppAndCertificate,
}

const fn endpoint(
    name: &'static str,
    path: &'static str,
    respond: fn(&mut Request<'_>) -> Result<Message, Refusal>,
    refusals: Refusals,
) -> Endpoint {
    Endpoint {
        name,
        method: &Method::POST,
        path,
        reply: Reply::SIGNED,
        handler: Handler::V2 { respond, refusals },
    }
}

/// Reads a request and checks what all of these check. They are signed with HMAC-SHA256 alone.
fn read(request: &mut Request<'_>, needs: Needs) -> Result<Params, Refusal> {
    let (call, merchant) = (request.call, &request.shared.merchant);
    let refuse = |message: &str| Err(Refusal::Return(message.to_owned()));
    if needs == Needs::AppAndCertificate && !call.client_certificate {
        return refuse("证书验证失败");
    }
    if call.method != Method::POST {
        return refuse("请使用post方法");
    }
    let Ok(params) = request::params(&call.body) else {
        return refuse("XML格式错误");
    };
    if params.get("mch_id") != Some(merchant.mch_id.as_str()) {
        return refuse("商户号mch_id不存在");
    }
    if needs != Needs::Nothing && params.get("appid") != Some(merchant.appid.as_str()) {
        return refuse("商户号mch_id与appid不匹配");
    }
    // A request that says nothing is signed with MD5.
    let sign_type = params
        .get("sign_type")
        .and_then(SignType::parse)
        .unwrap_or(SignType::Md5);
    if !check::sign(sign_type, &params, merchant, request.signatures) {
        return refuse("签名错误");
    }
    if sign_type != SignType::HmacSha256 {
        return refuse("签名类型sign_type仅支持HMAC-SHA256");
    }
    let nonce = params.get("nonce_str");
    if nonce.is_none_or(|nonce| nonce.chars().count() > 32) {
        return refuse("随机字符串nonce_str格式错误");
    }
    Ok(params)
}

/// The beginning of a response, with what the operation's document has of the request;
/// `result_code` is not in all of them.
fn reply(params: &Params, shared: &Shared, named: &[&'static str], result_code: bool) -> Message {
    let reply = Message::signed(SignType::HmacSha256).text("return_code", "SUCCESS");
    let reply = named
        .iter()
        .fold(reply, |reply, name| reply.optional(name, params.get(name)))
        .text("nonce_str", shared.random.nonce());
    if result_code {
        reply
            .text("return_msg", "OK")
            .text("result_code", "SUCCESS")
    } else {
        reply
    }
}

/// The merchant and the app.
const WITH_APP: &[&str] = &["mch_id", "appid", "sub_mch_id", "sub_appid"];

/// The merchant alone, where no app is asked for.
const WITHOUT_APP: &[&str] = &["mch_id", "sub_mch_id"];

/// A text that has to be there.
fn text<'a>(params: &'a Params, name: &str, most: usize) -> Result<&'a str, Refusal> {
    let text = params.get(name).ok_or_else(|| wrong(name, "缺少参数"))?;
    if text.chars().count() > most {
        return Err(wrong(name, "长度超过限制"));
    }
    Ok(text)
}

/// A number of the merchant's for a share or a return.
fn number<'a>(params: &'a Params, name: &str) -> Result<&'a str, Refusal> {
    let number = text(params, name, 64)?;
    let mut bytes = number.bytes();
    if bytes.all(|b| b.is_ascii_alphanumeric() || b"_-|*@".contains(&b)) {
        Ok(number)
    } else {
        Err(wrong(name, "格式错误"))
    }
}

/// A field that is JSON.
fn json<T: DeserializeOwned>(params: &Params, name: &str, most: usize) -> Result<T, Refusal> {
    let text = text(params, name, most)?;
    serde_json::from_str(text).map_err(|error| wrong(name, &format!("JSON格式错误：{error}")))
}

/// The paid order whose money is shared, of the sub-merchant that is named.
fn order(params: &Params, state: &State) -> Result<Order, Refusal> {
    paid(params, state, |order| order.is_of(params.get("sub_mch_id")))
}

/// The order of `transaction_id`, if it may be had.
fn paid(params: &Params, state: &State, may: impl Fn(&Order) -> bool) -> Result<Order, Refusal> {
    let id = text(params, "transaction_id", 32)?;
    let order = state.orders.find(Some(id), None);
    let none = || Refusal::code("INVALID_TRANSACTIONID", "无效transaction_id");
    order.filter(|order| may(order)).cloned().ok_or_else(none)
}

/// `PARAM_ERROR` about one field.
fn wrong(name: &str, what: &str) -> Refusal {
    Refusal::code("PARAM_ERROR", format!("参数错误：{name}{what}"))
}

fn refuse(refusal: SharingRefusal) -> Refusal {
    let (code, message) = match refusal {
        SharingRefusal::NotEnough => ("AMOUNT_OVERDUE", "分账金额超过订单剩余待分金额"),
        SharingRefusal::Ratio => ("AMOUNT_OVERDUE", "分账金额超过最大分账比例"),
        SharingRefusal::OtherTerms => {
            let message = "商户单号已存在，且本次请求的参数与首次请求不一致";
            ("INVALID_REQUEST", message)
        }
        SharingRefusal::NoSharing => ("NOT_SHARE_ORDER", "非分账订单"),
        SharingRefusal::NoReceiver => ("RECEIVER_INVALID", "分账接收方未添加"),
        SharingRefusal::OtherName => ("INVALID_REQUEST", "分账接收方姓名不匹配"),
        SharingRefusal::TooMany => ("INVALID_REQUEST", "一笔订单最多支持50次分账"),
    };
    Refusal::code(code, message)
}

/// The kinds of receivers (接收方类型).
const KINDS: &[&str] = &["MERCHANT_ID", "PERSONAL_OPENID", "PERSONAL_SUB_OPENID"];
