use std::sync::Arc;

use axum_core::extract::{FromRef, FromRequest, Request};
use bytes::Bytes;

use super::notice::refused;
use super::{CombinedPaymentNotice, Notices, PaymentNotice, RefundNotice, refuse};
use crate::axum;
use crate::notice::Refusal;

/// A handler that takes a [`PaymentNotice`] runs only for payment notifications that are proven.
/// The router's state must hold an `Arc<Notices>`; a body is read up to the limit that the router
/// sets (2 MB by default).
///
/// One that takes a `Result<PaymentNotice, Refusal>` learns why a notification was refused, and
/// answers with the [`Refusal`].
impl<S> FromRequest<S> for PaymentNotice
where
    S: Send + Sync,
    Arc<Notices>: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let (notices, body) = received(request, state).await?;
        notices.payment(&body).map_err(refused)
    }
}

/// The same for notifications of combined payments.
impl<S> FromRequest<S> for CombinedPaymentNotice
where
    S: Send + Sync,
    Arc<Notices>: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let (notices, body) = received(request, state).await?;
        notices.combined_payment(&body).map_err(refused)
    }
}

/// The same for refund notifications, which are decrypted. Query the refund before you act on one.
impl<S> FromRequest<S> for RefundNotice
where
    S: Send + Sync,
    Arc<Notices>: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let (notices, body) = received(request, state).await?;
        notices.refund(&body).map_err(refused)
    }
}

async fn received<S>(request: Request, state: &S) -> Result<(Arc<Notices>, Bytes), Refusal>
where
    S: Send + Sync,
    Arc<Notices>: FromRef<S>,
{
    let whole = axum::whole(request, state).await;
    let (_, body) = whole.map_err(|unread| unread.refused("APIv2", refuse))?;
    Ok((Arc::<Notices>::from_ref(state), body))
}
