//! 查询退款.

use http::Method;
use wxpay_core::{Fen, Params, TimeFormat};

use crate::endpoint::{Endpoint, Handler, Reply};
use crate::refund::Shares;
use crate::state::{Shared, State};
use crate::v2::create_refund::{RECHARGE, UNSETTLED, is_refund_number};
use crate::v2::query_order::{self, is_number};
use crate::v2::sign::SignType;
use crate::v2::{Message, Refusal, Refusals, Request, forms};
use crate::{Order, Refund};

pub(crate) const ENDPOINT: Endpoint = Endpoint {
    name: "v2.pay.query_refund",
    method: &Method::POST,
    path: "/pay/refundquery",
    reply: Reply::SIGNED,
    handler: Handler::V2 {
        respond,
        refusals: Refusals::Signed,
    },
};

/// The refunds that are told.
struct Found<'a> {
    order: &'a Order,
    refunds: Vec<&'a Refund>,
    /// How many there are of the order.
    all: usize,
}

fn respond(request: &mut Request<'_>) -> Result<Message, Refusal> {
    let params = query_order::read(request)?;
    for name in ["transaction_id", "refund_id"] {
        forms::is(&params, name, |id| is_number(id, b""))?;
    }
    forms::is(&params, "out_trade_no", |number| {
        is_number(number, b"_-|*@")
    })?;
    forms::is(&params, "out_refund_no", |number| {
        number.len() <= 64 && is_refund_number(number)
    })?;
    let shared = request.shared;
    let state = shared.state();
    let found = find(&params, &state)?;
    Ok(tell(&params, &found, shared))
}

/// The refunds by the first of the four numbers that is there: the refund's, then the order's,
/// WeChat Pay's before the merchant's.
fn find<'a>(params: &Params, state: &'a State) -> Result<Found<'a>, Refusal> {
    let missing = || Refusal::code("REFUNDNOTEXIST", "退款订单查询失败");
    let own = |order: &&Order| order.is_of(params.get("sub_mch_id"));
    let by_id = params.get("refund_id").map(|id| state.refunds.by_id(id));
    let by_number = params
        .get("out_refund_no")
        .map(|number| state.refunds.get(number));
    if let Some(one) = by_id.or(by_number) {
        let refund = one.ok_or_else(missing)?;
        let order = state
            .orders
            .get(&refund.out_trade_no)
            .filter(own)
            .ok_or_else(missing)?;
        return Ok(Found {
            order,
            refunds: vec![refund],
            all: 1,
        });
    }
    let (id, number) = (params.get("transaction_id"), params.get("out_trade_no"));
    if id.is_none() && number.is_none() {
        return Err(Refusal::Return("缺少参数".to_owned()));
    }
    let order = state
        .orders
        .find(id, number)
        .filter(own)
        .ok_or_else(missing)?;
    let refunds: Vec<_> = state.refunds.all_of(&order.out_trade_no).collect();
    let all = refunds.len();
    if all == 0 {
        return Err(missing());
    }
    let offset = params.get("offset").map(str::parse::<usize>);
    let offset = match offset {
        None => 0,
        Some(Ok(offset)) if offset < all => offset,
        Some(_) => return Err(Refusal::code("PARAM_ERROR", "offset超过总退款次数")),
    };
    let refunds = refunds.into_iter().skip(offset).take(AT_ONCE).collect();
    Ok(Found {
        order,
        refunds,
        all,
    })
}

fn tell(params: &Params, found: &Found<'_>, shared: &Shared) -> Message {
    let order = found.order;
    let sign_type = query_order::sign_type(params).unwrap_or(SignType::Md5);
    let shares: Vec<_> = found
        .refunds
        .iter()
        .map(|refund| Shares::of(refund.refund, order))
        .collect();
    let payer_total = Shares::of(Fen::ZERO, order).payer_total;
    let mut reply = Message::signed(sign_type)
        .text("return_code", "SUCCESS")
        .text("return_msg", "OK")
        .optional("appid", params.get("appid"))
        .optional("mch_id", params.get("mch_id"))
        .optional("sub_mch_id", params.get("sub_mch_id"))
        .text("nonce_str", shared.random.nonce())
        .text("result_code", "SUCCESS")
        .text("transaction_id", &order.transaction_id)
        .text("out_trade_no", &order.out_trade_no)
        .fen("total_fee", order.total_fee)
        .text("fee_type", &order.fee_type)
        .fen("cash_fee", payer_total)
        .plain("refund_count", found.refunds.len().to_string());
    if let Some(settlement) = order.settlement_total_fee {
        reply = reply.fen("settlement_total_fee", settlement);
    }
    if params.get("offset").is_some() || found.all > AT_ONCE {
        reply = reply.plain("total_refund_count", found.all.to_string());
    }
    let (mut sum, mut coupons, mut cash) = (0_i64, 0_i64, 0_i64);
    for (n, (refund, shares)) in found.refunds.iter().zip(&shares).enumerate() {
        let coupon = shares.coupon_refund(refund.refund);
        sum = sum.saturating_add(refund.refund.get());
        coupons = coupons.saturating_add(coupon.get());
        cash = cash.saturating_add(shares.payer_refund.get());
        reply = one(reply, n, refund, shares, order);
        if !order.coupons.is_empty() {
            reply = reply.fen(format!("coupon_refund_fee_{n}"), coupon);
        }
    }
    reply
        .fen("refund_fee", Fen::new(sum))
        .fen("coupon_refund_fee", Fen::new(coupons))
        .fen("cash_refund_fee", Fen::new(cash))
}

fn one(reply: Message, n: usize, refund: &Refund, shares: &Shares, order: &Order) -> Message {
    let mut reply = reply
        .text(format!("out_refund_no_{n}"), &refund.out_refund_no)
        .text(format!("refund_id_{n}"), &refund.refund_id)
        .text(format!("refund_channel_{n}"), &refund.channel)
        .fen(format!("refund_fee_{n}"), refund.refund)
        .text(format!("refund_status_{n}"), refund_status(&refund.status))
        .text(
            format!("refund_account_{n}"),
            refund_account(&refund.funds_account),
        )
        .text(format!("refund_recv_accout_{n}"), &refund.received_account)
        .fen(format!("cash_refund_fee_{n}"), shares.payer_refund);
    if order.settlement_total_fee.is_some() {
        let settlement = shares.settlement_refund;
        reply = reply.fen(format!("settlement_refund_fee_{n}"), settlement);
    }
    match refund.success_time() {
        Some(time) => reply.text(
            format!("refund_success_time_{n}"),
            time.format(TimeFormat::DateTime),
        ),
        None => reply,
    }
}

/// What APIv2 calls a state of APIv3.
pub(crate) fn refund_status(status: &str) -> &str {
    match status {
        "ABNORMAL" => "CHANGE",
        "CLOSED" => "REFUNDCLOSE",
        status => status,
    }
}

/// What APIv2 calls an account of APIv3.
pub(crate) fn refund_account(account: &str) -> &'static str {
    match account {
        "UNSETTLED" => UNSETTLED,
        _ => RECHARGE,
    }
}

/// How many refunds are told at once.
const AT_ONCE: usize = 10;
