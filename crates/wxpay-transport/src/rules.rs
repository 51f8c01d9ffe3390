//! The rules about money that every wrapper which sends more than once keeps to.

use http::{Request, Response};
use wxpay_core::{Effect, Sent, TransportError};

use crate::Hints;
#[cfg(feature = "rate-limit")]
use crate::RateLimited;

/// What the request can do. One that says nothing may write.
pub(crate) fn effect<B>(request: &Request<B>) -> Effect {
    let hints = request.extensions().get::<Hints>();
    hints.map_or(Effect::Write, |hints| hints.effect)
}

/// Whether the same request may go out again after this, as far as money is concerned.
///
/// For a write that is so only if nothing of it can have arrived. No answer, whatever it says, allows another attempt:
/// here it isn't even verified.
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
/// An answer says more than an error. Once a request may have arrived, no later attempt can deny it.
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

/// Whether a [`RateLimit`](crate::RateLimit) further in refused the call. No host has failed then, and another attempt
/// would only make the queue longer.
pub(crate) fn refused_for_pace(error: &TransportError) -> bool {
    #[cfg(feature = "rate-limit")]
    {
        std::error::Error::source(error).is_some_and(|source| source.is::<RateLimited>())
    }
    #[cfg(not(feature = "rate-limit"))]
    {
        let _ = error;
        false
    }
}
