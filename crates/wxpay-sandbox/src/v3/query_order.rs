//! 商户订单号查询订单, and 微信支付订单号查询订单.

use std::borrow::Cow;

use http::Method;
use percent_encoding::percent_decode_str;

use crate::Order;
use crate::endpoint::Endpoint;
use crate::state::Orders;
use crate::v3::party::Party;
use crate::v3::query::Query;
use crate::v3::transaction::Transaction;
use crate::v3::{Answer, Request};

pub(crate) const BY_OUT_TRADE_NO: Endpoint = Endpoint::v3(
    "v3.pay.query_order_by_out_trade_no",
    &Method::GET,
    "/v3/pay/transactions/out-trade-no/{out_trade_no}",
    |request| by_out_trade_no(request, Party::Merchant),
);

pub(crate) const BY_ID: Endpoint = Endpoint::v3(
    "v3.pay.query_order_by_id",
    &Method::GET,
    "/v3/pay/transactions/id/{transaction_id}",
    |request| by_id(request, Party::Merchant),
);

pub(crate) const PARTNER_BY_OUT_TRADE_NO: Endpoint = Endpoint::v3(
    "v3.pay.partner_query_order_by_out_trade_no",
    &Method::GET,
    "/v3/pay/partner/transactions/out-trade-no/{out_trade_no}",
    |request| by_out_trade_no(request, Party::Partner),
);

pub(crate) const PARTNER_BY_ID: Endpoint = Endpoint::v3(
    "v3.pay.partner_query_order_by_id",
    &Method::GET,
    "/v3/pay/partner/transactions/id/{transaction_id}",
    |request| by_id(request, Party::Partner),
);

/// A number in the path, decoded.
pub(crate) fn path_number<'a>(request: &Request<'a>, name: &str) -> Result<Cow<'a, str>, Answer> {
    let number = request.route.part(name);
    let decoded = percent_decode_str(number)
        .decode_utf8()
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

/// Tells the state of the order with this number of the merchant's.
fn by_out_trade_no(request: &Request<'_>, party: Party) -> Result<Answer, Answer> {
    let number = path_number(request, "out_trade_no")?;
    report(request, party, |orders| {
        orders.find_single(None, Some(&number))
    })
}

/// Tells the state of the order with this number of WeChat Pay's.
fn by_id(request: &Request<'_>, party: Party) -> Result<Answer, Answer> {
    let number = path_number(request, "transaction_id")?;
    report(request, party, |orders| {
        orders.find_single(Some(&number), None)
    })
}

fn report(
    request: &Request<'_>,
    party: Party,
    find: impl FnOnce(&Orders) -> Option<&Order>,
) -> Result<Answer, Answer> {
    let shared = request.shared;
    let sub_mchid = party.of_query(&Query(request.call.query()), shared)?;
    let state = shared.state();
    let order = find(&state.orders)
        .filter(|order| order.is_of(sub_mchid))
        .ok_or_else(not_found)?;
    Ok(Answer::ok(Transaction::new(order, &shared.merchant)))
}

/// Orders that APIv2 made may have an `@`.
fn of_number(number: &str) -> bool {
    let marks = b"_-|*@";
    let mut bytes = number.bytes();
    bytes.all(|b| b.is_ascii_alphanumeric() || marks.contains(&b))
}
