//! APIv3: JSON messages, signed with RSA in HTTP headers.

pub(crate) mod aead;
mod answer;
pub(crate) mod authorization;
mod batch_query;
mod certificates;
mod close;
mod create_batch;
mod detail;
mod diagnose;
mod echo;
mod input;
pub(crate) mod notice;
mod prepay;
mod signature;
mod transaction;

pub(crate) use answer::{Answer, Content};

use wxpay_core::{TimeFormat, Timestamp};

use crate::SignatureCheck;
use crate::exchange::Call;
use crate::route::Resource;
use crate::state::Shared;

/// Checks a request and, if it is to take effect, carries it out.
pub(crate) fn respond(
    resource: Resource<'_>,
    call: &Call,
    shared: &Shared,
    now: Timestamp,
    commit: bool,
    signatures: &mut Vec<SignatureCheck>,
) -> Answer {
    let done = authorization::check(call, shared, now, signatures).and_then(|()| {
        let key = authorization::named_key(call, &shared.platform)?;
        match resource {
            Resource::Certificates => certificates::list(call.query(), shared),
            Resource::Echo => echo::answer(call, shared, key.as_deref()),
            Resource::Prepay { api } => {
                let asked = prepay::check(api, call, shared)?;
                prepay::perform(asked, shared, commit)
            }
            Resource::TransactionByOutNo { out_trade_no } => {
                transaction::by_out_no(out_trade_no, call.query(), shared)
            }
            Resource::TransactionById { transaction_id } => {
                transaction::by_id(transaction_id, call.query(), shared)
            }
            Resource::CloseTransaction { out_trade_no } => {
                close::check(call, shared)?;
                close::perform(out_trade_no, shared, commit)
            }
            Resource::CreateBatch => {
                let asked = create_batch::check(call, key.as_deref())?;
                create_batch::perform(asked, &mut shared.state(), &shared.random, commit)
            }
            Resource::BatchByOutNo { out_batch_no } => {
                batch_query::by_out_no(out_batch_no, call.query(), shared)
            }
            Resource::BatchById { batch_id } => batch_query::by_id(batch_id, call.query(), shared),
            Resource::DetailByOutNo {
                out_batch_no,
                out_detail_no,
            } => detail::by_out_no(out_batch_no, out_detail_no, shared),
            Resource::DetailById {
                batch_id,
                detail_id,
            } => detail::by_id(batch_id, detail_id, shared),
        }
    });
    done.unwrap_or_else(|refusal| refusal)
}

/// `yyyy-MM-DDTHH:mm:ss.sss+08:00`.
fn with_millis(time: Timestamp) -> String {
    let mut text = time.format(TimeFormat::Rfc3339);
    let millis = time.unix_millis().rem_euclid(1000);
    if let Some(offset) = text.rfind('+') {
        text.insert_str(offset, &format!(".{millis:03}"));
    }
    text
}

fn not_found() -> Answer {
    Answer::error(404, "NOT_FOUND", "记录不存在")
}

fn system_error() -> Answer {
    Answer::error(500, "SYSTEM_ERROR", "系统异常，请稍后重试")
}
