//! 商户订单号查询订单, and 微信支付订单号查询订单.

use std::borrow::Cow;

use http::Method;
use percent_encoding::percent_decode_str;
use serde::Serialize;
use wxpay_core::{Fen, TimeFormat};

use crate::endpoint::Endpoint;
use crate::random::another;
use crate::state::{Orders, Shared};
use crate::v3::answer::to_json;
use crate::v3::input::Query;
use crate::v3::{Answer, Content, Request};
use crate::{Merchant, Order};

/// The body of the reply, its members in the document's order.
#[derive(Serialize)]
struct Transaction {
    appid: String,
    mchid: String,
    out_trade_no: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trade_type: Option<String>,
    trade_state: String,
    trade_state_desc: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    bank_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attach: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    success_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payer: Option<Payer>,
    amount: Amount,
}

#[derive(Serialize)]
struct Payer {
    openid: String,
}

#[derive(Serialize)]
struct Amount {
    total: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    payer_total: Option<i64>,
    currency: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    payer_currency: Option<String>,
}

/// 商户订单号查询订单.
pub(crate) const BY_OUT_TRADE_NO: Endpoint = Endpoint::v3(
    "v3.pay.query_order_by_out_trade_no",
    &Method::GET,
    "/v3/pay/transactions/out-trade-no/{out_trade_no}",
    by_out_trade_no,
);

/// 微信支付订单号查询订单.
pub(crate) const BY_ID: Endpoint = Endpoint::v3(
    "v3.pay.query_order_by_id",
    &Method::GET,
    "/v3/pay/transactions/id/{transaction_id}",
    by_id,
);

/// Tells the state of the order with this number of the merchant's.
fn by_out_trade_no(request: &Request<'_>) -> Result<Answer, Answer> {
    let shared = request.shared;
    let number = path_number(request, "out_trade_no")?;
    check_query(request.call.query(), shared)?;
    report(shared, |orders| orders.find(None, Some(&number)).cloned())
}

/// Tells the state of the order with this number of WeChat Pay's.
fn by_id(request: &Request<'_>) -> Result<Answer, Answer> {
    let shared = request.shared;
    let number = path_number(request, "transaction_id")?;
    check_query(request.call.query(), shared)?;
    report(shared, |orders| orders.find(Some(&number), None).cloned())
}

/// Checks that a request is about the merchant who signed it.
pub(crate) fn check_mchid(mchid: &str, shared: &Shared) -> Result<(), Answer> {
    if mchid == shared.merchant.mch_id.as_str() {
        return Ok(());
    }
    let message = "请求中的mchid与签名的商户号不一致";
    Err(Answer::error(400, "INVALID_REQUEST", message))
}

/// A number in the path, decoded.
pub(crate) fn path_number<'a>(request: &Request<'a>, name: &str) -> Result<Cow<'a, str>, Answer> {
    let number = request.route.part(name);
    let decoded = percent_decode_str(number).decode_utf8();
    let decoded = decoded
        .ok()
        .filter(|number| number.len() <= 32 && of_number(number));
    let wrong = || Answer::param_error("url", name, number.into(), "不是有效的单号");
    decoded.ok_or_else(wrong)
}

/// Whether an order can have this number.
pub(crate) fn is_number(number: &str) -> bool {
    (6..=32).contains(&number.len()) && of_number(number)
}

pub(crate) fn not_found() -> Answer {
    Answer::error(404, "ORDER_NOT_EXIST", "订单不存在")
}

/// Orders that APIv2 made may have an `@`.
fn of_number(number: &str) -> bool {
    let marks = b"_-|*@";
    let mut bytes = number.bytes();
    bytes.all(|b| b.is_ascii_alphanumeric() || marks.contains(&b))
}

fn check_query(query: &str, shared: &Shared) -> Result<(), Answer> {
    let mchid = Query(query).get("mchid");
    let missing = || Answer::param_error("query", "mchid", "".into(), "缺少参数");
    check_mchid(mchid.ok_or_else(missing)?, shared)
}

fn report(shared: &Shared, find: impl FnOnce(&Orders) -> Option<Order>) -> Result<Answer, Answer> {
    let order = find(&shared.state().orders).ok_or_else(not_found)?;
    Ok(Answer::ok(Transaction::new(order, &shared.merchant)))
}

impl Transaction {
    fn new(order: Order, merchant: &Merchant) -> Self {
        let paid = matches!(&*order.trade_state, "SUCCESS" | "REFUND");
        let payer_total = order.total_fee.checked_sub(order.coupon_fee());
        Self {
            appid: merchant.appid.to_string(),
            mchid: merchant.mch_id.to_string(),
            transaction_id: paid.then_some(order.transaction_id),
            trade_type: paid.then_some(order.trade_type),
            trade_state_desc: order.trade_state_desc.unwrap_or_default(),
            trade_state: order.trade_state,
            bank_type: paid.then_some(order.bank_type),
            attach: order.attach,
            success_time: paid.then(|| order.time_end.format(TimeFormat::Rfc3339)),
            payer: paid.then_some(Payer {
                openid: order.openid,
            }),
            amount: Amount {
                total: order.total_fee.get(),
                payer_total: payer_total.filter(|_| paid).map(Fen::get),
                payer_currency: paid.then(|| order.fee_type.clone()),
                currency: order.fee_type,
            },
            out_trade_no: order.out_trade_no,
        }
    }
}

impl Content for Transaction {
    fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }

    fn become_another(&mut self) {
        self.out_trade_no = another(&self.out_trade_no);
        self.transaction_id = self.transaction_id.as_deref().map(another);
    }

    fn tamper(&mut self) {
        let state = match &*self.trade_state {
            "SUCCESS" => "NOTPAY",
            _ => "SUCCESS",
        };
        state.clone_into(&mut self.trade_state);
    }
}
