use std::sync::Arc;

use axum_core::body::Body;
use axum_core::extract::{FromRef, FromRequest, Request};
use axum_core::response::{IntoResponse, Response};
use bytes::Bytes;

use super::{Notice, Notices, refuse};
use crate::NoticeError;

/// A handler that takes a [`Notice`] runs only for notifications that are proven and decrypted. The router's state must hold
/// an `Arc<Notices>`; a body is read up to the limit that the router sets (2 MB by default).
impl<S> FromRequest<S> for Notice
where
    S: Send + Sync,
    Arc<Notices>: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let notices = Arc::<Notices>::from_ref(state);
        let headers = request.headers().clone();
        let body = Bytes::from_request(request, state)
            .await
            .map_err(IntoResponse::into_response)?;
        notices
            .open(&headers, body)
            .await
            .map_err(IntoResponse::into_response)
    }
}

impl IntoResponse for NoticeError {
    fn into_response(self) -> Response {
        refuse(&self).map(Body::from)
    }
}
