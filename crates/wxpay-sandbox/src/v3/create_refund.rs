//! 退款申请.

use http::Method;
use serde_json::json;
use wxpay_core::Fen;

use crate::endpoint::Endpoint;
use crate::notice::is_notify_url;
use crate::state::AskedRefund;
use crate::v3::input::{Body, Object};
use crate::v3::refund_report::{self, RefundReport};
use crate::v3::{Answer, Request, query_order};
use crate::{Protocol, RefundError};

pub(crate) const ENDPOINT: Endpoint = Endpoint::v3(
    "v3.refund.create_refund",
    &Method::POST,
    "/v3/refund/domestic/refunds",
    respond,
);

/// The order that a request names.
struct Named<'a> {
    transaction_id: Option<&'a str>,
    out_trade_no: Option<&'a str>,
    sub_mchid: Option<&'a str>,
}

/// Accepts the refund if the request is to take effect, or tells what has become of it.
fn respond(request: &Request<'_>) -> Result<Answer, Answer> {
    let body = Body::read(request.call)?;
    let fields = Object::root(&body)?;
    fields.known(MEMBERS)?;
    let named = Named::read(&fields)?;
    let asked = read(&fields)?;
    let (shared, commit) = (request.shared, request.commit);
    let mut state = shared.state();
    let order = state.orders.find(named.transaction_id, named.out_trade_no);
    let order = order
        .filter(|order| order.is_of(named.sub_mchid))
        .cloned()
        .ok_or_else(no_order)?;
    let refund = state
        .refund(&order, asked, &shared.random, commit)
        .map_err(refuse)?;
    if commit && refund.requests == 1 && refund.status == "PROCESSING" {
        let end = state.refund_end;
        shared.settle_refund_later(&mut state, &refund, end);
    }
    Ok(Answer::ok(RefundReport::new(&refund, &order)))
}

impl<'a> Named<'a> {
    fn read(fields: &Object<'a>) -> Result<Self, Answer> {
        let sub_mchid = match fields.optional_text("sub_mchid", 32)? {
            None => None,
            Some(_) => Some(fields.digits("sub_mchid", 32)?),
        };
        let transaction_id = fields.optional_text("transaction_id", 32)?;
        let out_trade_no = fields.optional_text("out_trade_no", 32)?;
        if transaction_id.is_none() && out_trade_no.is_none() {
            let issue = "transaction_id和out_trade_no须二选一";
            return Err(fields.refuse("out_trade_no", issue));
        }
        if out_trade_no.is_some_and(|number| !query_order::is_number(number)) {
            return Err(fields.refuse("out_trade_no", "不是有效的单号"));
        }
        Ok(Self {
            transaction_id,
            out_trade_no,
            sub_mchid,
        })
    }
}

fn read(fields: &Object<'_>) -> Result<AskedRefund, Answer> {
    let number = fields.text("out_refund_no", 64)?;
    if !refund_report::is_number(number) {
        return Err(fields.refuse("out_refund_no", "只能由数字、大小写字母和_-|*@组成"));
    }
    let reason = fields.optional_text("reason", 80)?;
    if reason.is_some_and(|reason| reason.len() > 80) {
        return Err(fields.refuse("reason", "长度超过限制，最多80个字节"));
    }
    let notify_url = fields.optional_text("notify_url", 256)?;
    if notify_url.is_some_and(|url| !is_notify_url(url)) {
        return Err(fields.refuse("notify_url", "须为不带参数的完整URL"));
    }
    let account = fields
        .optional_choice("funds_account", &["AVAILABLE", "UNSETTLED"])?
        .unwrap_or("UNSETTLED");
    fields.optional_text("refund_account", 64)?;
    let (refund, total) = amount(&fields.object("amount")?)?;
    for goods in fields.optional_list("goods_detail", 6000)? {
        goods.text("merchant_goods_id", 32)?;
        goods.optional_text("wechatpay_goods_id", 32)?;
        goods.optional_text("goods_name", 256)?;
        goods.integer("unit_price")?;
        goods.integer("refund_amount")?;
        goods.positive("refund_quantity")?;
    }
    Ok(AskedRefund {
        out_refund_no: number.to_owned(),
        refund,
        total: Some(total),
        reason: reason.map(str::to_owned),
        notify_url: notify_url.map(str::to_owned),
        funds_account: account.to_owned(),
        protocol: Protocol::V3,
        terms: json!({
            "amount": fields.value("amount"),
            "goods_detail": fields.value("goods_detail"),
            "funds_account": account,
        }),
    })
}

/// What is to go back, and the order's amount.
fn amount(fields: &Object<'_>) -> Result<(Fen, Fen), Answer> {
    let (refund, total) = (fields.positive("refund")?, fields.positive("total")?);
    fields.choice("currency", &["CNY"])?;
    let from = fields.optional_list("from", 2)?;
    let mut sum = 0_i64;
    for account in &from {
        account.choice("account", &["AVAILABLE", "UNAVAILABLE"])?;
        sum = sum.saturating_add(account.positive("amount")?);
    }
    if !from.is_empty() && sum != refund {
        return Err(fields.refuse("from", "各账户出资金额之和须等于退款金额"));
    }
    Ok((Fen::new(refund), Fen::new(total)))
}

fn refuse(error: RefundError) -> Answer {
    let message = match error {
        RefundError::NotPaid(_) => return no_order(),
        RefundError::OtherTerms(_) => "订单金额或退款金额与之前请求不一致，请核实后再试",
        RefundError::Amount { .. } => "申请退款金额大于订单的可退金额",
        RefundError::Total(_) => "订单金额与原支付交易的订单总金额不一致",
        RefundError::TooMany(_) => "一笔订单最多支持50次退款",
        RefundError::TooOld(_) => "订单已超过可退款的最大期限",
    };
    Answer::error(400, "INVALID_REQUEST", message)
}

/// An order that is not paid is refused in the same way.
fn no_order() -> Answer {
    Answer::error(404, "RESOURCE_NOT_EXISTS", "订单不存在或未支付")
}

const MEMBERS: &[&str] = &[
    "sub_mchid",
    "transaction_id",
    "out_trade_no",
    "out_refund_no",
    "reason",
    "notify_url",
    "funds_account",
    "amount",
    "goods_detail",
    "refund_account",
];
