//! 请求分账回退.

use http::Method;
use serde_json::json;
use wxpay_core::Fen;

use super::return_report::ReturnReport;
use super::{not_found, number, refuse};
use crate::endpoint::Endpoint;
use crate::state::{AskedReturn, SharingRefusal};
use crate::v3::input::{Body, Object};
use crate::v3::{Answer, Request};

pub(crate) const ENDPOINT: Endpoint = Endpoint::v3(
    "v3.profitsharing.create_return",
    &Method::POST,
    "/v3/profitsharing/return-orders",
    respond,
);

/// Takes a share back if the request is to take effect, or tells what became of it.
fn respond(request: &Request<'_>) -> Result<Answer, Answer> {
    let shared = request.shared;
    let body = Body::read(request.call)?;
    let fields = Object::root(&body)?;
    fields.known(MEMBERS)?;
    let sub_mchid = fields.optional_text("sub_mchid", 32)?;
    let order_id = fields.optional_text("order_id", 64)?;
    let out_order_no = fields.optional_text("out_order_no", 64)?;
    let return_mchid = fields.text("return_mchid", 32)?;
    let amount = Fen::new(fields.positive("amount")?);
    let description = fields.text("description", 80)?;
    let asked = AskedReturn {
        out_return_no: number(&fields, "out_return_no")?.to_owned(),
        return_mchid: return_mchid.to_owned(),
        amount,
        description: description.to_owned(),
        terms: json!({
            "return_mchid": return_mchid,
            "amount": amount.get(),
            "description": description,
        }),
    };
    let mut state = shared.state();
    let sharing = match (order_id, out_order_no) {
        (Some(id), None) => state.sharing.by_id(id),
        (None, Some(number)) => state.sharing.get(number),
        _ => {
            let issue = "order_id和out_order_no须二选一";
            return Err(fields.refuse("out_order_no", issue));
        }
    };
    let sharing = sharing
        .filter(|made| made.sub_mchid.as_deref() == sub_mchid)
        .cloned()
        .ok_or_else(not_found)?;
    let made = state
        .take_back(&sharing, asked, &shared.random, request.commit)
        .map_err(|refusal| {
            let message = match refusal {
                SharingRefusal::NotEnough => "回退金额超出该接收方的可回退金额",
                SharingRefusal::NoReceiver => "该分账单没有分给回退商户的资金",
                SharingRefusal::TooMany => "已超过180天的回退期限，或回退次数已达上限",
                other => return refuse(other),
            };
            Answer::error(400, "INVALID_REQUEST", message)
        })?;
    if request.commit && made.requests == 1 {
        shared.settle_return_later(&mut state, &made);
    }
    Ok(Answer::ok(ReturnReport::new(&made, &sharing)))
}

const MEMBERS: &[&str] = &[
    "sub_mchid",
    "order_id",
    "out_order_no",
    "out_return_no",
    "return_mchid",
    "amount",
    "description",
];
