use std::sync::Arc;

use axum_core::body::Body;
use axum_core::extract::{FromRef, FromRequest, Request};
use axum_core::response::{IntoResponse, Response};

use super::notice_answer::refused;
use super::{Notice, Notices, refuse};
use crate::notice::Refusal;
use crate::{NoticeError, axum};

/// A handler that takes a [`Notice`] runs only for notifications that are proven and decrypted. The
/// router's state must hold an `Arc<Notices>`; a body is read up to the limit that the router sets
/// (2 MB by default).
///
/// One that takes a `Result<Notice, Refusal>` learns why a notification was refused, and answers
/// with the [`Refusal`].
impl<S> FromRequest<S> for Notice
where
    S: Send + Sync,
    Arc<Notices>: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let notices = Arc::<Notices>::from_ref(state);
        let whole = axum::whole(request, state).await;
        let (headers, body) = whole.map_err(|unread| unread.refused("APIv3", refuse))?;
        notices.open(&headers, body).await.map_err(refused)
    }
}

/// The response that APIv3 wants. APIv2 takes it for a no, too.
impl IntoResponse for NoticeError {
    fn into_response(self) -> Response {
        refused(self).into_response().map(Body::from)
    }
}
