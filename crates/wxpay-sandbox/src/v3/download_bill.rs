//! 下载账单.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use http::Method;

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
    let found = state.bills.find(token, state.now());
    let stale = || Answer::error(400, "INVALID_REQUEST", "下载地址无效或已过期");
    let (bill, gzip) = found.ok_or_else(stale)?;
    let text = bill.text(&state, &shared.merchant).ok_or_else(stale)?;
    if !gzip {
        return Ok(Answer::file("text/plain; charset=utf-8", text.into_bytes()));
    }
    let packed = pack(text.as_bytes()).map_err(|_| system_error())?;
    Ok(Answer::file("application/x-gzip", packed))
}

fn pack(text: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text)?;
    encoder.finish()
}
