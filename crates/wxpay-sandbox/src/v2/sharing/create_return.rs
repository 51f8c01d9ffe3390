//! 分账回退.

use serde_json::json;
use wxpay_core::{Fen, Params};

use super::{Needs, WITH_APP, endpoint, number, read, reply, return_report, text, wrong};
use crate::ProfitSharing;
use crate::endpoint::Endpoint;
use crate::state::{AskedReturn, SharingRefusal, State};
use crate::v2::{Message, Refusal, Refusals, Request};

pub(crate) const ENDPOINT: Endpoint = endpoint(
    "v2.profit_sharing.create_return",
    "/secapi/pay/profitsharingreturn",
    respond,
    Refusals::Words,
);

/// Takes a share back if the request is to take effect, or tells what became of it.
fn respond(request: &mut Request<'_>) -> Result<Message, Refusal> {
    let params = read(request, Needs::AppAndCertificate)?;
    let shared = request.shared;
    let account = text(&params, "return_account", 64)?;
    if text(&params, "return_account_type", 32)? != "MERCHANT_ID" {
        return Err(wrong("return_account_type", "仅支持MERCHANT_ID"));
    }
    if account == shared.merchant.mch_id.as_str() && params.get("sub_mch_id").is_none() {
        return Err(wrong("return_account", "与mch_id不能填写为相同的商户号"));
    }
    let amount: Option<Fen> = params.optional("return_amount").ok().flatten();
    let amount = amount
        .filter(|amount| *amount > Fen::ZERO)
        .ok_or_else(|| wrong("return_amount", "须为正整数"))?;
    let description = text(&params, "description", 80)?;
    let asked = AskedReturn {
        out_return_no: number(&params, "out_return_no")?.to_owned(),
        return_mchid: account.to_owned(),
        amount,
        description: description.to_owned(),
        terms: json!({
            "return_mchid": account,
            "amount": amount.get(),
            "description": description,
        }),
    };
    let mut state = shared.state();
    let sharing = sharing(&params, &state)?;
    let made = state
        .take_back(&sharing, asked, &shared.random, request.commit)
        .map_err(refuse)?;
    if request.commit && made.requests == 1 {
        shared.settle_return_later(&mut state, &made);
    }
    let reply = reply(&params, shared, WITH_APP, false);
    Ok(return_report::write(reply, &made, &sharing))
}

/// What was shared, by one of its two numbers.
pub(super) fn sharing(params: &Params, state: &State) -> Result<ProfitSharing, Refusal> {
    let found = match (params.get("order_id"), params.get("out_order_no")) {
        (Some(id), None) => state.sharing.by_id(id),
        (None, Some(number)) => state.sharing.get(number),
        _ => return Err(wrong("out_order_no", "与order_id须二选一")),
    };
    let sub = params.get("sub_mch_id");
    let found = found.filter(|made| made.sub_mchid.as_deref() == sub);
    let none = || Refusal::code("ORDERNOTEXIST", "分账指令不存在");
    found.cloned().ok_or_else(none)
}

fn refuse(refusal: SharingRefusal) -> Refusal {
    let (code, message) = match refusal {
        SharingRefusal::NotEnough => ("AMOUNT_OVERDUE", "回退金额大于剩余可从接收方回退的金额"),
        SharingRefusal::NoReceiver => ("INVALID_REQUEST", "该分账单没有分给回退方的资金"),
        SharingRefusal::TooMany => {
            let message = "已超过180天的回退期限，或回退次数已达上限";
            ("INVALID_REQUEST", message)
        }
        other => return super::refuse(other),
    };
    Refusal::code(code, message)
}
