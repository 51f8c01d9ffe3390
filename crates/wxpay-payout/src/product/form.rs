//! How a request to APIv2 is sent as it was kept: the whole form, nonce and signature in it.

use wxpay_client::v2::{Client, Endpoint};
use wxpay_core::{Error, ErrorKind, Outcome};
use wxpay_transport::{Hints, Transport as _};

use crate::described;
use crate::evidence::{Message, PayEnd, QueryEnd, Refusal};
use crate::fence::Fence;

/// Sends the stored bytes instead of those that the client has just written, and reads the response
/// as of any call.
pub(super) async fn send<E: Endpoint>(
    client: &Client,
    endpoint: &E,
    message: &Message,
    fence: &Fence,
) -> Result<E::Response, Error> {
    let (mut request, pending) = client.prepare(endpoint)?;
    *request.body_mut() = message.bytes().clone();
    if let Some(hints) = request.extensions_mut().get_mut::<Hints>() {
        *hints = hints.deadline(Some(fence.deadline()));
    }
    // The transport looks at it too, later still, if it keeps to its contract.
    if let Err(error) = fence.deadline().check() {
        return Err(pending.failed(error));
    }
    match client.transport().send(request).await {
        Ok(answer) => pending.finish(answer),
        Err(error) => Err(pending.failed(error)),
    }
}

/// Asks once.
pub(super) async fn ask<E: Endpoint>(client: &Client, endpoint: &E) -> Result<E::Response, Error> {
    let (request, pending) = client.prepare(endpoint)?;
    match client.transport().send(request).await {
        Ok(answer) => pending.finish(answer),
        Err(error) => Err(pending.failed(error)),
    }
}

/// How a failed try to pay ended.
pub(super) fn not_paid(error: Error) -> PayEnd {
    if error.outcome() == Outcome::NotExecuted {
        return PayEnd::NotSent(error);
    }
    match refusal(&error) {
        Some(refusal) => PayEnd::Refused(refusal),
        None if is_declined(&error) => PayEnd::Declined(described(&error)),
        None => PayEnd::Unclear(described(&error)),
    }
}

/// How a failed query ended. `NOT_FOUND` is the code of a number that WeChat Pay does not know.
pub(super) fn not_found(error: &Error) -> QueryEnd {
    match refusal(error) {
        Some(refusal) if refusal.code == "NOT_FOUND" => QueryEnd::NotFound,
        Some(refusal) => QueryEnd::Refused(refusal),
        None => QueryEnd::Unclear(described(error)),
    }
}

fn is_declined(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Protocol(protocol) if protocol.is_return_code_fail())
}

fn refusal(error: &Error) -> Option<Refusal> {
    match error.kind() {
        ErrorKind::Business(business) => Some(Refusal::new(
            business.code(),
            business.class(),
            business.message(),
        )),
        _ => None,
    }
}
