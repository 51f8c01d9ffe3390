//! APIv2: XML messages with `sign` (签名).

mod message;
pub(crate) mod order_query;
pub(crate) mod pay;
pub(crate) mod payout_query;
mod refusal;
mod request;
pub(crate) mod sign;

pub(crate) use message::Message;
pub(crate) use refusal::{Refusal, return_fail};
