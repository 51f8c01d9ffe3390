//! APIv3: JSON messages, signed in HTTP headers.

pub(crate) mod aead;
mod answer;
pub(crate) mod apply_abnormal_refund;
mod apply_bill;
pub(crate) mod apply_fund_bill;
pub(crate) mod apply_trade_bill;
pub(crate) mod authorization;
pub(crate) mod brand_upload;
pub(crate) mod caller;
pub(crate) mod certificates;
pub(crate) mod close_combined;
pub(crate) mod close_order;
mod combined_transaction;
pub(crate) mod complaints;
pub(crate) mod create_batch;
pub(crate) mod create_own_batch;
pub(crate) mod create_refund;
mod diagnose;
pub(crate) mod download_bill;
pub(crate) mod download_image;
pub(crate) mod echo;
mod input;
pub(crate) mod invoices;
pub(crate) mod mch_transfer;
pub(crate) mod notice;
mod order_fields;
mod party;
pub(crate) mod pay_by_code;
pub(crate) mod prepay;
pub(crate) mod prepay_combined;
mod query;
pub(crate) mod query_batch;
pub(crate) mod query_combined;
pub(crate) mod query_detail;
pub(crate) mod query_order;
pub(crate) mod query_own_batch;
pub(crate) mod query_own_detail;
pub(crate) mod query_refund;
mod refund_report;
pub(crate) mod reverse_order;
pub(crate) mod sharing;
mod signature;
#[cfg(feature = "sm")]
pub(crate) mod sm4;
mod transaction;
pub(crate) mod upload;
pub(crate) mod withdrawals;

pub(crate) use answer::{Answer, Content};
pub(crate) use authorization::no_serial;
pub(crate) use caller::Caller;
pub(crate) use input::Body;

use std::sync::Arc;

use wxpay_core::{TimeFormat, Timestamp};

use crate::SignatureCheck;
use crate::exchange::Call;
use crate::platform::PlatformKey;
use crate::route::Route;
use crate::state::Shared;

/// What an endpoint answers.
pub(crate) struct Request<'a> {
    pub(crate) call: &'a Call,
    pub(crate) route: &'a Route<'a>,
    pub(crate) shared: &'a Shared,
    pub(crate) caller: Caller<'a>,
    /// The platform key that it names.
    pub(crate) key: Option<Arc<PlatformKey>>,
    /// Whether it is to take effect.
    pub(crate) commit: bool,
}

/// Checks the signature of a request, and then has it answered.
pub(crate) fn respond(
    respond: impl FnOnce(&Request<'_>) -> Result<Answer, Answer>,
    route: &Route<'_>,
    call: &Call,
    shared: &Shared,
    now: Timestamp,
    commit: bool,
    signatures: &mut Vec<SignatureCheck>,
) -> Answer {
    let done = Caller::of(call, shared).and_then(|caller| {
        authorization::check(&caller, call, shared, now, signatures)?;
        let key = authorization::named_key(&caller, call, shared)?;
        respond(&Request {
            call,
            route,
            shared,
            caller,
            key,
            commit,
        })
    });
    done.unwrap_or_else(|refusal| refusal)
}

/// Answers a request that nobody signs, without a signature.
pub(crate) fn respond_to_anyone(
    respond: impl FnOnce(&Request<'_>) -> Result<Answer, Answer>,
    route: &Route<'_>,
    call: &Call,
    shared: &Shared,
    commit: bool,
) -> Answer {
    let done = respond(&Request {
        call,
        route,
        shared,
        caller: Caller::merchant(shared),
        key: None,
        commit,
    });
    done.unwrap_or_else(|refusal| refusal).unsigned()
}

/// `yyyy-MM-DDTHH:mm:ss.sss+08:00`.
pub(crate) fn with_millis(time: Timestamp) -> String {
    let mut text = time.format(TimeFormat::Rfc3339);
    let millis = time.unix_millis().rem_euclid(1000);
    if let Some(offset) = text.rfind('+') {
        text.insert_str(offset, &format!(".{millis:03}"));
    }
    text
}

/// The response to an upload whose parts can't be separated.
pub(crate) fn no_form(wrong: &str) -> Answer {
    Answer::error(400, "INVALID_REQUEST", wrong).unsigned()
}

fn not_found() -> Answer {
    Answer::error(404, "NOT_FOUND", "记录不存在")
}

fn system_error() -> Answer {
    Answer::error(500, "SYSTEM_ERROR", "系统异常，请稍后重试")
}
