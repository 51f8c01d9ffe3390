//! 向员工付款.

use http::Method;
use wxpay_core::{Fen, Params, TimeFormat};

use crate::clock::later;
use crate::endpoint::{Endpoint, Handler, Reply};
use crate::exchange::Call;
use crate::payout_rules::{FAILURE, NOT_ENOUGH};
use crate::random::{DIGITS, Random};
use crate::state::{Event, PayoutEntry, Shared, State};
use crate::v2::request::{self, EMPLOYEES, Need, Rule, Words, wrong};
use crate::v2::sign::WORKWX_FIELDS;
use crate::v2::{Message, Refusal, Refusals, Request, check, employee_limits};
use crate::{Payout, PayoutStatus};

/// 向员工付款.
pub(crate) const ENDPOINT: Endpoint = Endpoint {
    name: "v2.wecom.pay_employee",
    method: &Method::POST,
    path: "/mmpaymkttransfers/promotion/paywwsptrans2pocket",
    reply: Reply::UNSIGNED,
    handler: Handler::V2 {
        respond,
        refusals: Refusals::Unsigned,
    },
};

fn respond(request: &mut Request<'_>) -> Result<Message, Refusal> {
    count(request.call, request.shared);
    let params = check(request)?;
    if request.commit {
        perform(&params, request.shared, &mut request.shared.state())
    } else {
        // The fault has a response of its own, or none.
        Ok(Message::default())
    }
}

/// Checks all of a request that can be checked without the ledger.
fn check(request: &mut Request<'_>) -> Result<Params, Refusal> {
    let params = request::read(request, &WORDS)?;
    let shared = request.shared;
    let signed = check::workwx_sign(
        &params,
        &shared.merchant,
        &WORKWX_FIELDS,
        request.signatures,
    );
    if !signed {
        let (code, message) = ("WORKWX_SIGN_ERROR", "企业微信签名错误");
        return Err(request::wrong_signature(shared, code, message));
    }
    request::check_fields(&params, RULES)?;
    check_forms(&params)?;
    Ok(params)
}

/// Counts a request by the number that it names, before anything about it is checked.
fn count(call: &Call, shared: &Shared) {
    let params = request::params(&call.body).unwrap_or_default();
    let number = params.get("partner_trade_no").unwrap_or_default();
    if (1..=LONGEST).contains(&number.len()) {
        shared.state().payouts.count_send(number);
    }
}

/// Pays, or says once more what was paid under this number.
fn perform(params: &Params, shared: &Shared, state: &mut State) -> Result<Message, Refusal> {
    let random = &shared.random;
    let number = params.get("partner_trade_no").unwrap_or_default();
    let mut parameters = params.clone();
    for name in ["nonce_str", "sign", "workwx_sign"] {
        parameters.remove(name);
    }
    let pay_again = state.payouts.rules.failed_numbers_pay_again;
    let mut failed = None;
    if let Some(earlier) = state.payouts.get_mut(number) {
        if earlier.parameters != parameters {
            return Err(Refusal::code("FATAL_ERROR", "两次请求参数不一致"));
        }
        earlier.payout.requests = earlier.payout.requests.saturating_add(1);
        if !pay_again || !matches!(earlier.payout.status, PayoutStatus::Failed { .. }) {
            return answer(params, &earlier.payout, random);
        }
        failed = Some(earlier.payout.clone());
    }

    let amount = amount(params)?;
    if amount < MINIMUM {
        return Err(Refusal::code("AMOUNT_LIMIT", "付款金额不能小于最低限额"));
    }
    check_payee(params, state)?;
    let (now, text) = (state.now(), |name| {
        params.get(name).unwrap_or_default().to_owned()
    });
    let openid = text("openid");
    employee_limits::check(&state.payouts, &openid, amount, now)?;
    let taken = take(amount, state);
    let at_once = state.payouts.rules.settle_after.is_zero();
    let (payment_no, requests) = match failed {
        Some(payout) => (payout.payment_no, payout.requests),
        None => (format!("10000183{}", random.text(DIGITS, 20)), 1),
    };
    let mut payout = Payout {
        partner_trade_no: number.to_owned(),
        payment_no,
        transfer_time: now,
        payment_time: now,
        openid,
        amount,
        re_user_name: params.get("re_user_name").map(str::to_owned),
        desc: text("desc"),
        status: match at_once {
            true => PayoutStatus::Success,
            false => PayoutStatus::Processing,
        },
        requests,
    };
    if let Err(refusal) = taken {
        if pay_again {
            let reason = NOT_ENOUGH.to_owned();
            payout.status = PayoutStatus::Failed { reason };
            state.payouts.add(PayoutEntry { payout, parameters });
        }
        return Err(refusal);
    }
    let reply = answer(params, &payout, random);
    state.payouts.add(PayoutEntry { payout, parameters });
    if !at_once {
        let fails = random.about(number).f64() < state.payouts.rules.failure_chance;
        let settlement = Event::SettlePayout {
            partner_trade_no: number.to_owned(),
            failure: fails.then(|| FAILURE.to_owned()),
        };
        let due = later(now, state.payouts.rules.settle_after);
        shared.plan(state, due, settlement);
    }
    reply
}

/// Takes the money, if there is a limit to it.
fn take(amount: Fen, state: &mut State) -> Result<(), Refusal> {
    if let Some(balance) = state.balance {
        let left = balance
            .checked_sub(amount)
            .filter(|left| *left >= Fen::ZERO)
            .ok_or_else(|| Refusal::code("NOTENOUGH", NOT_ENOUGH))?;
        state.balance = Some(left);
    }
    Ok(())
}

fn check_forms(params: &Params) -> Result<(), Refusal> {
    let is = |name, check: fn(&str) -> bool| match params.get(name) {
        Some(value) if !check(value) => Err(wrong(name, "格式错误")),
        _ => Ok(()),
    };
    is("partner_trade_no", |number| {
        number.bytes().all(|b| b.is_ascii_alphanumeric())
    })?;
    is("check_name", |check| {
        ["NO_CHECK", "FORCE_CHECK"].contains(&check)
    })?;
    is("ww_msg_type", |kind| {
        ["NORMAL_MSG", "APPROVAL_MSG"].contains(&kind)
    })?;
    if !params
        .get("spbill_create_ip")
        .is_none_or(request::is_client_ip)
    {
        return Err(Refusal::code("PARAM_ERROR", request::INVALID_IP));
    }
    is("agentid", |id| id.parse::<u32>().is_ok())?;
    is("approval_type", |kind| kind == "1")?;
    amount(params)?;
    let needs = |name: &'static str| {
        params
            .get(name)
            .map(drop)
            .ok_or_else(|| wrong(name, "缺少参数"))
    };
    if params.get("check_name") == Some("FORCE_CHECK") {
        needs("re_user_name")?;
    }
    if params.get("ww_msg_type") == Some("APPROVAL_MSG") {
        needs("approval_number")?;
        needs("approval_type")?;
    }
    Ok(())
}

fn amount(params: &Params) -> Result<Fen, Refusal> {
    let amount = params.optional("amount").ok().flatten();
    let amount = amount.filter(|amount| *amount >= Fen::ZERO);
    amount.ok_or_else(|| wrong("amount", "格式错误"))
}

fn check_payee(params: &Params, state: &State) -> Result<(), Refusal> {
    let openid = params.get("openid").unwrap_or_default();
    let known = |b: u8| b.is_ascii_alphanumeric() || b"_-".contains(&b);
    if !openid.bytes().all(known) {
        return Err(Refusal::code("OPENID_ERROR", "Openid错误"));
    }
    let forced = params.get("check_name") == Some("FORCE_CHECK");
    match state.name(openid) {
        Some(name) if forced && params.get("re_user_name") != Some(name) => {
            Err(Refusal::code("NAME_MISMATCH", "姓名校验出错"))
        }
        _ => Ok(()),
    }
}

/// How a payment is answered, now and whenever it is asked for again.
fn answer(params: &Params, payout: &Payout, random: &Random) -> Result<Message, Refusal> {
    match &payout.status {
        PayoutStatus::Success => Ok(success(params, payout, random)),
        PayoutStatus::Failed { reason } => Err(Refusal::code("SEND_FAILED", reason.as_str())),
        _ => Err(Refusal::code("SYSTEMERROR", "系统繁忙，请稍后再试")),
    }
}

fn success(params: &Params, payout: &Payout, random: &Random) -> Message {
    Message::default()
        .text("return_code", "SUCCESS")
        .text("return_msg", "ok")
        .optional("appid", params.get("appid"))
        .optional("mch_id", params.get("mch_id"))
        .optional("device_info", params.get("device_info"))
        .text("nonce_str", random.nonce())
        .text("result_code", "SUCCESS")
        .text("partner_trade_no", &payout.partner_trade_no)
        .text("payment_no", &payout.payment_no)
        .text(
            "payment_time",
            payout.payment_time.format(TimeFormat::DateTime),
        )
}

/// One yuan.
const MINIMUM: Fen = Fen::new(100);

/// The most bytes of a number that is counted.
const LONGEST: usize = 32;

const WORDS: Words = Words {
    no_auth: "NOAUTH",
    ca_error: "证书出错",
    ..EMPLOYEES
};

const RULES: &[Rule] = &[
    Rule("appid", 128, Need::Required),
    Rule("mch_id", 32, Need::Required),
    Rule("device_info", 32, Need::Optional),
    Rule("nonce_str", 32, Need::Required),
    Rule("partner_trade_no", 32, Need::Required),
    Rule("openid", 64, Need::Required),
    Rule("check_name", 16, Need::Required),
    Rule("re_user_name", 64, Need::Optional),
    Rule("amount", 18, Need::Required),
    Rule("desc", 81, Need::Required),
    Rule("spbill_create_ip", 32, Need::Required),
    Rule("ww_msg_type", 32, Need::Required),
    Rule("approval_number", 128, Need::Optional),
    Rule("approval_type", 1, Need::Optional),
    Rule("act_name", 50, Need::Required),
    Rule("agentid", 10, Need::Optional),
];
