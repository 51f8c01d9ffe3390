//! What a request was about, and the code that answered it.

use serde_json::Value;
use wxpay_core::Params;

use crate::route::Route;
use crate::{Protocol, SeenRequest};

/// Whether something went wrong: a signature, the request, or the response.
pub(crate) fn failed(seen: &SeenRequest) -> bool {
    let signature = seen.signatures.iter().any(|check| !check.held);
    let status = seen.status.is_none_or(|status| status >= 400);
    signature || seen.ended && status || refused_v2(seen)
}

/// The error code of the response, or what stands there in place of one.
pub(crate) fn code(seen: &SeenRequest) -> Option<String> {
    if let Some(reply) = json(&seen.reply) {
        return reply.get("code")?.as_str().map(str::to_owned);
    }
    let reply = xml(&seen.reply)?;
    let mut named = ["err_code", "error_code"]
        .iter()
        .filter_map(|name| reply.get(name));
    if reply.get("return_code") == Some("FAIL") {
        let said = named.next().or_else(|| reply.get("return_msg"));
        return said.map(str::to_owned);
    }
    named.next().map(str::to_owned)
}

/// The number that the request names, of the path or of the body.
pub(crate) fn number(seen: &SeenRequest) -> Option<String> {
    let route = Route::of(&seen.method, &seen.target).ok()?;
    let in_path = NUMBERS.iter().map(|name| route.part(name));
    if let Some(number) = in_path.into_iter().find(|part| !part.is_empty()) {
        return Some(number.to_owned());
    }
    match seen.api?.protocol() {
        Protocol::V2 => {
            let body = xml(&seen.body)?;
            let number = NUMBERS.iter().find_map(|name| body.get(name));
            number.map(str::to_owned)
        }
        Protocol::V3 => {
            let body = json(&seen.body)?;
            let number = NUMBERS.iter().find_map(|name| body.get(name)?.as_str());
            number.map(str::to_owned)
        }
    }
}

/// Whether a response of APIv2 says no, which has the status 200.
fn refused_v2(seen: &SeenRequest) -> bool {
    let failed = |reply: Params| {
        let codes = ["return_code", "result_code"];
        codes.iter().any(|name| reply.get(name) == Some("FAIL"))
    };
    seen.api.is_none_or(|api| api.protocol() == Protocol::V2)
        && xml(&seen.reply).is_some_and(failed)
}

fn json(body: &[u8]) -> Option<Value> {
    let short = body.len() <= MAX_BODY_READ && body.starts_with(b"{");
    short.then(|| serde_json::from_slice(body).ok()).flatten()
}

fn xml(body: &[u8]) -> Option<Params> {
    let short = body.len() <= MAX_BODY_READ && body.starts_with(b"<xml");
    short.then(|| Params::from_xml(body).ok()).flatten()
}

/// The most telling first.
const NUMBERS: &[&str] = &[
    "out_refund_no",
    "out_return_no",
    "out_order_no",
    "combine_out_trade_no",
    "out_detail_no",
    "out_batch_no",
    "partner_trade_no",
    "complaint_id",
    "out_trade_no",
    "transaction_id",
    "refund_id",
    "media_id",
];

/// Bodies that are longer are not looked into.
const MAX_BODY_READ: usize = 1 << 16;
