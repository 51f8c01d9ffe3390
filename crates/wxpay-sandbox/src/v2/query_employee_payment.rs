//! 查询付款记录.

use http::Method;
use wxpay_core::{Params, TimeFormat};

use crate::clock::later;
use crate::endpoint::{Endpoint, Handler, Reply};
use crate::state::State;
use crate::v2::request::{self, EMPLOYEES, Need, Rule, Words};
use crate::v2::{Message, Refusal, Refusals, Request};

/// 查询付款记录.
pub(crate) const ENDPOINT: Endpoint = Endpoint {
    name: "v2.wecom.query_employee_payment",
    method: &Method::POST,
    path: "/mmpaymkttransfers/promotion/querywwsptrans2pocket",
    reply: Reply::UNSIGNED,
    handler: Handler::V2 {
        respond,
        refusals: Refusals::Bare,
    },
};

fn respond(request: &mut Request<'_>) -> Result<Message, Refusal> {
    let params = request::read(request, &WORDS)?;
    request::check_fields(&params, RULES)?;
    perform(&params, &request.shared.state())
}

/// Tells what has become of a payment.
fn perform(params: &Params, state: &State) -> Result<Message, Refusal> {
    let now = state.now();
    let lag = state.payouts.rules.visible_after;
    let payout = state
        .payouts
        .get(params.get("partner_trade_no").unwrap_or_default())
        .filter(|payout| lag.is_zero() || now >= later(payout.transfer_time, lag))
        .filter(|payout| now.unix() - payout.transfer_time.unix() <= MAX_AGE)
        .ok_or_else(|| Refusal::code("NOT_FOUND", "指定单号数据不存在"))?;
    Ok(Message::default()
        .text("return_code", "SUCCESS")
        .text("return_msg", "获取成功")
        .text("result_code", "SUCCESS")
        .plain("mch_id", params.get("mch_id").unwrap_or_default())
        .optional("appid", params.get("appid"))
        .text("detail_id", &payout.payment_no)
        .text("partner_trade_no", &payout.partner_trade_no)
        .text("status", payout.status.as_str())
        .optional("reason", payout.status.reason())
        .fen("payment_amount", payout.amount)
        .text("openid", &payout.openid)
        .text(
            "transfer_time",
            payout.transfer_time.format(TimeFormat::DateTime),
        )
        .optional("transfer_name", payout.re_user_name.as_deref())
        .text("desc", &payout.desc))
}

/// Thirty days, in seconds.
const MAX_AGE: i64 = 30 * 24 * 3600;

const WORDS: Words = Words {
    ca_error: "请求未携带证书，或请求携带的证书出错",
    ..EMPLOYEES
};

const RULES: &[Rule] = &[
    Rule("nonce_str", 32, Need::Required),
    Rule("partner_trade_no", 28, Need::Required),
];
