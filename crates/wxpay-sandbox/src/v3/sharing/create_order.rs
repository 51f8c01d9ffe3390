//! 请求分账.

use std::collections::HashSet;

use http::Method;
use serde_json::{Value, json};
use wxpay_core::Fen;

use super::report::Report;
use super::{KINDS, not_found, number, refuse};
use crate::endpoint::Endpoint;
use crate::platform::PlatformKey;
use crate::state::{AskedShare, AskedSharing};
use crate::v3::input::{Body, Object};
use crate::v3::{Answer, Request, authorization};

pub(crate) const ENDPOINT: Endpoint = Endpoint::v3(
    "v3.profitsharing.create_order",
    &Method::POST,
    "/v3/profitsharing/orders",
    respond,
);

fn respond(request: &Request<'_>) -> Result<Answer, Answer> {
    let key = request
        .key
        .as_deref()
        .ok_or_else(authorization::no_serial)?;
    let body = Body::read(request.call)?;
    let fields = Object::root(&body)?;
    fields.known(MEMBERS)?;
    let asked = read(&fields, key, request)?;
    perform(&fields, asked, request)
}

/// Checks all of a request that can be checked without the books.
fn read(
    fields: &Object<'_>,
    key: &PlatformKey,
    request: &Request<'_>,
) -> Result<AskedSharing, Answer> {
    let appid = fields.optional_text("appid", 32)?;
    if appid.is_some_and(|appid| appid != request.shared.merchant.appid.as_str()) {
        return Err(fields.refuse("appid", "与商户号没有绑定关系"));
    }
    let sub_appid = fields.optional_text("sub_appid", 32)?;
    let mut accounts = HashSet::new();
    let mut shares = Vec::new();
    for receiver in fields.list("receivers", 50)? {
        receiver.known(&["type", "account", "name", "amount", "description"])?;
        let kind = receiver.choice("type", KINDS)?;
        let needs = match kind {
            "PERSONAL_OPENID" if appid.is_none() => Some("appid"),
            "PERSONAL_SUB_OPENID" if sub_appid.is_none() => Some("sub_appid"),
            _ => None,
        };
        if let Some(name) = needs {
            return Err(fields.refuse(name, &format!("含{kind}接收方时必填")));
        }
        let account = receiver.text("account", 64)?;
        if !accounts.insert((kind, account)) {
            return Err(receiver.refuse("account", "分账接收方重复"));
        }
        let name = receiver.optional_sealed("name", key)?;
        if kind == "MERCHANT_ID" && name.is_none() {
            return Err(receiver.refuse("name", "接收方类型是MERCHANT_ID时必填"));
        }
        shares.push(AskedShare {
            kind: kind.to_owned(),
            account: account.to_owned(),
            name,
            amount: Fen::new(receiver.positive("amount")?),
            description: receiver.text("description", 80)?.to_owned(),
        });
    }
    let unfreeze = fields
        .optional_boolean("unfreeze_unsplit")?
        .ok_or_else(|| fields.refuse("unfreeze_unsplit", "缺少参数"))?;
    Ok(AskedSharing {
        out_order_no: number(fields, "out_order_no")?.to_owned(),
        terms: terms(&shares, unfreeze),
        shares,
        unfreeze,
        description: None,
    })
}

/// Shares the money if the request is to take effect, or tells what became of it.
pub(super) fn perform(
    fields: &Object<'_>,
    asked: AskedSharing,
    request: &Request<'_>,
) -> Result<Answer, Answer> {
    let shared = request.shared;
    let transaction_id = fields.text("transaction_id", 32)?;
    let sub_mchid = fields.optional_text("sub_mchid", 32)?;
    let mut state = shared.state();
    let order = state.orders.find(Some(transaction_id), None);
    let order = order
        .filter(|order| order.is_of(sub_mchid))
        .cloned()
        .ok_or_else(not_found)?;
    let made = state
        .share(&order, asked, &shared.random, request.commit)
        .map_err(refuse)?;
    if request.commit && made.requests == 1 && !made.is_finished() {
        shared.settle_sharing_later(&mut state, &made);
    }
    Ok(Answer::ok(Report::new(&made, &shared.merchant)))
}

/// What has to be the same when it is asked for again, the names decrypted.
fn terms(shares: &[AskedShare], unfreeze: bool) -> Value {
    let shares = shares.iter().map(|share| {
        json!({
            "type": share.kind,
            "account": share.account,
            "name": share.name,
            "amount": share.amount.get(),
            "description": share.description,
        })
    });
    json!({
        "receivers": shares.collect::<Vec<_>>(),
        "unfreeze_unsplit": unfreeze,
    })
}

const MEMBERS: &[&str] = &[
    "sub_mchid",
    "appid",
    "sub_appid",
    "transaction_id",
    "out_order_no",
    "receivers",
    "unfreeze_unsplit",
];
