//! 单次分账 and 多次分账, which differ in whether the rest of the order is released.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::json as value;
use wxpay_core::{Fen, Params};

use super::report::{self, Form};
use super::{KINDS, Needs, WITH_APP, endpoint, json, number, order, read, refuse, reply, wrong};
use crate::endpoint::Endpoint;
use crate::state::{AskedShare, AskedSharing};
use crate::v2::{Message, Refusal, Refusals, Request};

pub(crate) const SINGLE: Endpoint = endpoint(
    "v2.profit_sharing.create_single_profit_sharing",
    "/secapi/pay/profitsharing",
    |request| respond(request, true),
    Refusals::Signed,
);

pub(crate) const MULTI: Endpoint = endpoint(
    "v2.profit_sharing.create_multi_profit_sharing",
    "/secapi/pay/multiprofitsharing",
    |request| respond(request, false),
    Refusals::Signed,
);

/// One of `receivers`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Receiver {
    #[serde(rename = "type")]
    kind: String,
    account: String,
    amount: i64,
    description: String,
    name: Option<String>,
}

/// Shares the money if the request is to take effect, or tells what became of it.
fn respond(request: &mut Request<'_>, single: bool) -> Result<Message, Refusal> {
    let params = read(request, Needs::AppAndCertificate)?;
    let shared = request.shared;
    let asked = asked(&params, single, shared.merchant.mch_id.as_str())?;
    let mut state = shared.state();
    let order = order(&params, &state)?;
    let made = state
        .share(&order, asked, &shared.random, request.commit)
        .map_err(refuse)?;
    if request.commit && made.requests == 1 && !made.is_finished() {
        shared.settle_sharing_later(&mut state, &made);
    }
    let reply = report::numbers(reply(&params, shared, WITH_APP, true), &made);
    Ok(report::state(reply, &made, Form::Accepted))
}

/// Checks all of a request that can be checked without the books.
fn asked(params: &Params, single: bool, own: &str) -> Result<AskedSharing, Refusal> {
    let receivers: Vec<Receiver> = json(params, "receivers", 10_240)?;
    if receivers.is_empty() || receivers.len() > 50 {
        return Err(wrong("receivers", "数量须为1至50个"));
    }
    let mut known = HashSet::new();
    for receiver in &receivers {
        check(receiver)?;
        let (kind, account) = (&*receiver.kind, &*receiver.account);
        if single && kind == "MERCHANT_ID" && account == own {
            return Err(wrong("receivers.account", "不能是分账方"));
        }
        if !known.insert((kind, account)) {
            return Err(wrong("receivers.account", "重复"));
        }
    }
    let terms = receivers.iter().map(|receiver| {
        value!({
            "type": receiver.kind,
            "account": receiver.account,
            "name": receiver.name,
            "amount": receiver.amount,
            "description": receiver.description,
        })
    });
    let terms = value!({
        "receivers": terms.collect::<Vec<_>>(),
        "unfreeze_unsplit": single,
    });
    let shares = receivers.into_iter().map(|receiver| AskedShare {
        kind: receiver.kind,
        account: receiver.account,
        name: receiver.name,
        amount: Fen::new(receiver.amount),
        description: receiver.description,
    });
    Ok(AskedSharing {
        out_order_no: number(params, "out_order_no")?.to_owned(),
        shares: shares.collect(),
        unfreeze: single,
        description: None,
        terms,
    })
}

fn check(receiver: &Receiver) -> Result<(), Refusal> {
    let length = |text: &str| text.chars().count();
    if !KINDS.contains(&&*receiver.kind) {
        return Err(wrong("receivers.type", "不是有效的取值"));
    }
    if !(1..=64).contains(&length(&receiver.account)) {
        return Err(wrong("receivers.account", "格式错误"));
    }
    if receiver.amount < 1 {
        return Err(wrong("receivers.amount", "须为正整数"));
    }
    if !(1..=80).contains(&length(&receiver.description)) {
        return Err(wrong("receivers.description", "长度有误"));
    }
    Ok(())
}
