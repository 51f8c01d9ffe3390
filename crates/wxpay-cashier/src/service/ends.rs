//! What errors mean, alike for both protocols.

use wxpay_core::{Error, ErrorKind, Sent, TransportError};
use wxpay_transport::DeadlinePassed;

use crate::described::described;
use crate::evidence::{PayEnd, QueryEnd, Refusal, ReverseEnd};

pub(super) fn pay_end(error: Error) -> PayEnd {
    if is_not_sent(&error) {
        return PayEnd::NotSent(error);
    }
    match refusal(&error) {
        Some(refusal) if refusal.code == "USERPAYING" => PayEnd::Paying,
        Some(refusal) => PayEnd::Refused(refusal),
        None => PayEnd::Unclear(described(&error)),
    }
}

pub(super) fn query_end(error: &Error) -> QueryEnd {
    match refusal(error) {
        Some(refusal) if NOT_FOUND.contains(&&*refusal.code) => QueryEnd::NotFound,
        Some(refusal) => QueryEnd::Refused(refusal),
        None => QueryEnd::Unclear(described(error)),
    }
}

pub(super) fn reverse_end(error: Error) -> ReverseEnd {
    if is_not_sent(&error) {
        return ReverseEnd::NotSent(error);
    }
    match refusal(&error) {
        Some(refusal) if NOT_FOUND.contains(&&*refusal.code) => ReverseEnd::NotFound,
        Some(refusal) => ReverseEnd::Refused(refusal),
        None => ReverseEnd::Unclear(described(&error)),
    }
}

/// A state that the documents do not have may be that of a payment.
pub(super) fn unknown_state(state: &str) -> QueryEnd {
    QueryEnd::Unclear(format!(
        "the order has a state that is not known here: {state}"
    ))
}

pub(super) fn too_late() -> TransportError {
    TransportError::not_sent(DeadlinePassed::new())
}

/// Whether nothing left this machine. No code of a response proves that here.
fn is_not_sent(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Invalid(_) | ErrorKind::Signing(_) => true,
        ErrorKind::Transport(transport) => transport.sent() == Sent::No,
        _ => false,
    }
}

fn refusal(error: &Error) -> Option<Refusal> {
    let business = error.business()?;
    let (code, message) = (business.code(), business.message());
    Some(Refusal::new(code, business.class(), message))
}

pub(super) const OTHER_MERCHANT: &str = "the response is about another merchant's order";

const NOT_FOUND: [&str; 2] = ["ORDERNOTEXIST", "ORDER_NOT_EXIST"];
