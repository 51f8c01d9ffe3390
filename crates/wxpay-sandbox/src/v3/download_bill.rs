//! 下载账单.

use http::Method;

use crate::bill;
use crate::endpoint::{Endpoint, Reply};
use crate::v3::query::Query;
use crate::v3::{Answer, Request, system_error};

pub(crate) const ENDPOINT: Endpoint = Endpoint {
    reply: Reply {
        subject: false,
        ..Reply::UNSIGNED
    },
    ..Endpoint::v3(
        "v3.billdownload.download_bill",
        &Method::GET,
        "/v3/billdownload/file",
        respond,
    )
};

/// Gives the file of a token, without a signature: its hash was told before.
fn respond(request: &Request<'_>) -> Result<Answer, Answer> {
    let token = Query(request.call.query()).required("token")?;
    let shared = request.shared;
    let state = shared.state();
    let now = state.now();
    let stale = || Answer::error(400, "INVALID_REQUEST", "下载地址无效或已过期");
    let (bill, gzip) = state.bills.find(token, now).ok_or_else(stale)?;
    let text = bill
        .text(&state, &shared.merchant, now)
        .map_err(|_| stale())?;
    let (kind, bytes) = bill::file(text, gzip).map_err(|_| system_error())?;
    Ok(Answer::file(kind, bytes))
}
