//! APIv2: XML messages with `sign` (签名).

pub(crate) mod check;
mod close_order;
mod diagnose;
mod message;
pub(crate) mod notice;
mod order_query;
mod pay;
mod pay_limits;
mod payout_query;
mod refusal;
mod request;
pub(crate) mod sign;
mod unified_order;

pub(crate) use message::Message;
pub(crate) use refusal::{Refusal, return_fail};
pub(crate) use request::is_client_ip;

use crate::exchange::Call;
use crate::state::Shared;
use crate::{Api, SignatureCheck};

/// Checks a request and, if it is to take effect, carries it out.
pub(crate) fn respond(
    api: Api,
    call: &Call,
    shared: &Shared,
    commit: bool,
    signatures: &mut Vec<SignatureCheck>,
) -> Message {
    let (merchant, random) = (&shared.merchant, &shared.random);
    let done = match api {
        Api::PayEmployee => {
            pay::count(call, shared);
            pay::check(call, shared, signatures).and_then(|params| {
                if commit {
                    pay::perform(&params, shared, &mut shared.state())
                } else {
                    // The fault has an answer of its own, or none.
                    Ok(Message::default())
                }
            })
        }
        Api::PayoutQuery => payout_query::check(call, shared, signatures)
            .and_then(|params| payout_query::perform(&params, &shared.state())),
        Api::UnifiedOrder => unified_order::check(call, shared, signatures)
            .and_then(|asked| unified_order::perform(asked, shared, commit)),
        Api::CloseOrder => close_order::check(call, merchant, signatures)
            .and_then(|params| close_order::perform(&params, shared, commit)),
        _ => order_query::check(call, merchant, signatures)
            .and_then(|params| order_query::perform(&params, &shared.state(), random)),
    };
    done.unwrap_or_else(|refusal| refusal.message(call, api, random))
}
