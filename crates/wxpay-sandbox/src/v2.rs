//! APIv2: XML messages with `sign` (签名).

pub(crate) mod check;
pub(crate) mod close_order;
pub(crate) mod create_order;
pub(crate) mod create_refund;
mod diagnose;
pub(crate) mod download_bill;
pub(crate) mod download_fund_bill;
mod employee_limits;
mod file;
mod forms;
mod message;
pub(crate) mod notice;
pub(crate) mod pay_by_code;
pub(crate) mod pay_employee;
pub(crate) mod query_employee_payment;
pub(crate) mod query_order;
pub(crate) mod query_refund;
pub(crate) mod red_packet;
mod refusal;
pub(crate) mod request;
pub(crate) mod reverse_order;
pub(crate) mod sharing;
pub(crate) mod sign;

pub(crate) use file::File;
pub(crate) use message::Message;
pub(crate) use refusal::{Refusal, Refusals, return_fail};
pub(crate) use request::is_client_ip;

use crate::SignatureCheck;
use crate::exchange::Call;
use crate::state::Shared;

/// What an endpoint answers.
pub(crate) struct Request<'a> {
    pub(crate) call: &'a Call,
    pub(crate) shared: &'a Shared,
    /// Whether it is to take effect.
    pub(crate) commit: bool,
    pub(crate) signatures: &'a mut Vec<SignatureCheck>,
}
