//! 消费者投诉.

pub(crate) mod complete;
pub(crate) mod decide_refund;
pub(crate) mod history;
pub(crate) mod list;
pub(crate) mod notify_url;
pub(crate) mod query;
pub(crate) mod reply;
mod report;

use http::header::HOST;

use crate::state::State;
use crate::v3::input::Object;
use crate::v3::{Answer, Request};
use crate::{Complaint, Merchant};

/// The complaint of the path.
fn of_path<'a>(request: &Request<'_>, state: &'a State) -> Result<&'a Complaint, Answer> {
    let id = request.route.part("complaint_id");
    let unknown = || Answer::param_error("url", "complaint_id", id.into(), "投诉单不存在");
    state.complaints.entries.get(id).ok_or_else(unknown)
}

/// Whom a complaint is about (被诉商户号).
fn complainted(complaint: &Complaint, state: &State, merchant: &Merchant) -> String {
    let order = state.orders.get(&complaint.out_trade_no);
    let sub = order.and_then(|order| order.sub_merchant.as_ref());
    sub.map_or_else(|| merchant.mch_id.to_string(), |sub| sub.sub_mchid.clone())
}

/// Checks that a request names whom the complaint is about.
fn check_complainted(
    fields: &Object<'_>,
    complaint: &Complaint,
    state: &State,
    merchant: &Merchant,
) -> Result<(), Answer> {
    let named = fields.text("complainted_mchid", 64)?;
    if named == complainted(complaint, state, merchant) {
        return Ok(());
    }
    Err(fields.refuse("complainted_mchid", "不是该投诉单的被诉商户号"))
}

/// Images that were uploaded, of which a request may name four.
fn images(fields: &Object<'_>, name: &str, state: &State) -> Result<Vec<String>, Answer> {
    let ids = fields.optional_texts(name, 4, 256)?;
    if ids.iter().all(|id| {
        state
            .uploads
            .get(id)
            .is_some_and(|media| media.content.is_some())
    }) {
        return Ok(ids);
    }
    Err(fields.refuse(name, "图片不存在，请先上传"))
}

/// Where an image can be had, by whatever name the client knows the sandbox.
fn media_url(request: &Request<'_>, media_id: &str) -> String {
    let host = request.call.headers.get(HOST);
    let host = host.and_then(|host| host.to_str().ok()).unwrap_or_default();
    format!("https://{host}/v3/merchant-service/images/{media_id}")
}

fn refuse(message: &str) -> Answer {
    Answer::error(400, "INVALID_REQUEST", message)
}
