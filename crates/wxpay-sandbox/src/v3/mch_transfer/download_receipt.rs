//! 下载电子回单.

use http::Method;

use super::{invalid, receipt};
use crate::endpoint::{Endpoint, Reply};
use crate::v3::query::Query;
use crate::v3::{Answer, Request};

pub(crate) const ENDPOINT: Endpoint = Endpoint {
    reply: Reply {
        subject: false,
        ..Reply::UNSIGNED
    },
    ..Endpoint::v3(
        "v3.transferdownload.download_sign_file",
        &Method::GET,
        "/v3/transferdownload/signfile",
        respond,
    )
};

/// Gives the file of a token, without a signature: its hash was told before.
fn respond(request: &Request<'_>) -> Result<Answer, Answer> {
    let token = Query(request.call.query()).required("token")?;
    let shared = request.shared;
    let state = shared.state();
    let bill = state
        .linked_receipt(token)
        .ok_or_else(|| invalid("下载地址无效或已过期"))?;
    let file = receipt::file(bill, &shared.merchant);
    Ok(Answer::file("application/pdf", file))
}
