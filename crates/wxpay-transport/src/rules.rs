//! The rules about money that every wrapper which sends more than once keeps to.

use std::error::Error as StdError;

use http::{Request, Response};
use wxpay_core::{Effect, Sent, TransportError};

#[cfg(feature = "rate-limit")]
use crate::RateLimited;
#[cfg(feature = "upload")]
use crate::UploadError;
use crate::{Deadline, DeadlinePassed, Hints};

/// What the request can do. One that says nothing may write.
pub(crate) fn effect<B>(request: &Request<B>) -> Effect {
    let hints = request.extensions().get::<Hints>();
    hints.map_or(Effect::Write, |hints| hints.effect)
}

/// Whether the same request may go out again after this, as far as money is concerned.
///
/// For a write that is so only if nothing of it can have arrived. No response, whatever it says,
/// allows another attempt: here it isn't even verified.
pub(crate) fn may_go_again<B>(
    effect: Effect,
    result: &Result<Response<B>, TransportError>,
) -> bool {
    match (effect, result) {
        (Effect::Read, _) => true,
        (Effect::Write, Ok(_)) => false,
        (Effect::Write, Err(error)) => error.sent() == Sent::No,
    }
}

/// What two attempts say together: the newer one, unless the older one says more.
///
/// A response says more than an error. Once a request may have arrived, no later attempt can deny
/// it.
pub(crate) fn both<B>(
    older: Result<Response<B>, TransportError>,
    newer: Result<Response<B>, TransportError>,
) -> Result<Response<B>, TransportError> {
    match (&older, &newer) {
        (_, Ok(_)) => newer,
        (Ok(_), Err(_)) => older,
        (Err(before), Err(now)) if before.sent() == Sent::Maybe && now.sent() == Sent::No => older,
        (Err(_), Err(_)) => newer,
    }
}

/// Whether an attempt may begin, as far as the request's deadline is concerned.
///
/// # Errors
///
/// It has passed. The attempt that was asked about is the one that was not sent.
pub(crate) fn in_time<B>(request: &Request<B>) -> Result<(), TransportError> {
    Deadline::of(request).map_or(Ok(()), |deadline| deadline.check())
}

/// Whether the attempt was refused on this side: a [`RateLimit`](crate::RateLimit) further in has
/// too many calls waiting, the request's deadline has passed, or the file to upload can't be sent.
/// No host has failed then, and another attempt would be refused too.
pub(crate) fn refused_here(error: &TransportError) -> bool {
    let Some(source) = error.source() else {
        return false;
    };
    #[cfg(feature = "rate-limit")]
    if source.is::<RateLimited>() {
        return true;
    }
    #[cfg(feature = "upload")]
    if source.is::<UploadError>() {
        return true;
    }
    source.is::<DeadlinePassed>()
}
