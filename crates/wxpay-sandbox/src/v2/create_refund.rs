//! 申请退款.

use http::Method;
use serde_json::json;
use wxpay_core::{Fen, Params};

use crate::endpoint::{Endpoint, Handler, Reply};
use crate::notice::is_notify_url;
use crate::refund::Shares;
use crate::state::{AskedRefund, Shared};
use crate::v2::query_order;
use crate::v2::request::{Need, Rule};
use crate::v2::sign::SignType;
use crate::v2::{Message, Refusal, Refusals, Request, forms};
use crate::{Order, Protocol, Refund, RefundError};

pub(crate) const ENDPOINT: Endpoint = Endpoint {
    name: "v2.pay.create_refund",
    method: &Method::POST,
    path: "/secapi/pay/refund",
    reply: Reply::SIGNED,
    handler: Handler::V2 {
        respond,
        refusals: Refusals::Signed,
    },
};

fn respond(request: &mut Request<'_>) -> Result<Message, Refusal> {
    if !request.call.client_certificate {
        return Err(Refusal::code("CERT_ERROR", "证书校验错误"));
    }
    let params = query_order::read(request)?;
    let asked = read(&params)?;
    perform(&params, asked, request.shared, request.commit)
}

/// Checks all of a request that can be checked without the orders.
fn read(params: &Params) -> Result<AskedRefund, Refusal> {
    forms::check_rules(params, RULES)?;
    query_order::check_numbers(params)?;
    forms::is(params, "out_refund_no", is_refund_number)?;
    forms::is(params, "refund_fee_type", |currency| currency == "CNY")?;
    forms::is(params, "refund_account", |account| {
        [UNSETTLED, RECHARGE].contains(&account)
    })?;
    forms::is(params, "notify_url", is_notify_url)?;
    let (total, refund) = (
        forms::amount(params, "total_fee")?,
        forms::amount(params, "refund_fee")?,
    );
    let own = |name| params.get(name).map(str::to_owned);
    let funds_account = match params.get("refund_account") {
        Some(RECHARGE) => "AVAILABLE",
        _ => "UNSETTLED",
    };
    Ok(AskedRefund {
        out_refund_no: own("out_refund_no").unwrap_or_default(),
        refund,
        total: Some(total),
        reason: own("refund_desc"),
        notify_url: own("notify_url"),
        funds_account: funds_account.to_owned(),
        protocol: Protocol::V2,
        terms: json!({
            "refund_fee": refund.get(),
            "total_fee": total.get(),
            "refund_account": funds_account,
        }),
    })
}

/// Accepts the refund if the request is to take effect, or says once more what was accepted under
/// this number.
fn perform(
    params: &Params,
    asked: AskedRefund,
    shared: &Shared,
    commit: bool,
) -> Result<Message, Refusal> {
    let mut state = shared.state();
    let id = params.get("transaction_id");
    let order = state.orders.find(id, params.get("out_trade_no"));
    let order = order
        .filter(|order| order.is_of(params.get("sub_mch_id")))
        .cloned()
        .ok_or_else(|| match id {
            Some(_) => Refusal::code("INVALID_TRANSACTIONID", "无效transaction_id"),
            None => no_order(),
        })?;
    if order.trade_state == "USERPAYING" {
        let message = "订单处理中，暂时无法退款，请稍后再试";
        return Err(Refusal::code("ORDER_NOT_READY", message));
    }
    let refund = state
        .refund(&order, asked, &shared.random, commit)
        .map_err(refuse)?;
    if commit && refund.requests == 1 && refund.status == "PROCESSING" {
        let end = state.refund_end;
        shared.settle_refund_later(&mut state, &refund, end);
    }
    let sign_type = query_order::sign_type(params).unwrap_or(SignType::Md5);
    let reply = Message::signed(sign_type)
        .text("return_code", "SUCCESS")
        .text("return_msg", "OK")
        .optional("appid", params.get("appid"))
        .optional("mch_id", params.get("mch_id"))
        .optional("sub_mch_id", params.get("sub_mch_id"))
        .text("nonce_str", shared.random.nonce())
        .text("result_code", "SUCCESS");
    Ok(accepted(reply, &refund, &order))
}

fn accepted(reply: Message, refund: &Refund, order: &Order) -> Message {
    let shares = Shares::of(refund.refund, order);
    let mut reply = reply
        .text("transaction_id", &order.transaction_id)
        .text("out_trade_no", &order.out_trade_no)
        .text("out_refund_no", &refund.out_refund_no)
        .text("refund_id", &refund.refund_id)
        .fen("refund_fee", refund.refund)
        .fen("total_fee", order.total_fee)
        .text("fee_type", &order.fee_type)
        .fen("cash_fee", shares.payer_total)
        .text("cash_fee_type", &order.fee_type)
        .fen("cash_refund_fee", shares.payer_refund);
    if order.settlement_total_fee.is_some() {
        reply = reply
            .fen("settlement_refund_fee", shares.settlement_refund)
            .fen("settlement_total_fee", shares.settlement_total);
    }
    if !order.coupons.is_empty() {
        reply = reply.fen("coupon_refund_fee", shares.coupon_refund(refund.refund));
    }
    reply
}

fn refuse(error: RefundError) -> Refusal {
    match error {
        RefundError::NotPaid(_) => no_order(),
        RefundError::OtherTerms(_) | RefundError::Total(_) => Refusal::code(
            "REFUND_FEE_MISMATCH",
            "订单金额或退款金额与之前请求不一致，请核实后再试",
        ),
        RefundError::Amount {
            left: Fen::ZERO, ..
        } => Refusal::code("ERROR", "订单已全额退款"),
        RefundError::Amount { .. } => {
            Refusal::code("INVALID_REQUEST", "申请退款金额大于订单的可退金额")
        }
        RefundError::TooMany(_) => Refusal::code("INVALID_REQUEST", "一笔订单最多支持50次退款"),
        RefundError::TooOld(_) => Refusal::code("TRADE_OVERDUE", "订单已经超过退款期限"),
    }
}

/// An order that is not paid is refused in the same way.
fn no_order() -> Refusal {
    Refusal::code("ORDERNOTEXIST", "订单号不存在或未支付")
}

/// Whether it is a number of 64 letters, digits and marks at most.
pub(crate) fn is_refund_number(number: &str) -> bool {
    let mut bytes = number.bytes();
    bytes.all(|b| b.is_ascii_alphanumeric() || b"_-|*@".contains(&b))
}

/// Funds not settled yet (未结算资金).
pub(crate) const UNSETTLED: &str = "REFUND_SOURCE_UNSETTLED_FUNDS";

/// The available balance (可用余额).
pub(crate) const RECHARGE: &str = "REFUND_SOURCE_RECHARGE_FUNDS";

const RULES: &[Rule] = &[
    Rule("transaction_id", 32, Need::Optional),
    Rule("out_trade_no", 32, Need::Optional),
    Rule("out_refund_no", 64, Need::Required),
    Rule("total_fee", 10, Need::Required),
    Rule("refund_fee", 10, Need::Required),
    Rule("refund_fee_type", 8, Need::Optional),
    Rule("refund_desc", 80, Need::Optional),
    Rule("refund_account", 30, Need::Optional),
    Rule("notify_url", 256, Need::Optional),
];
