//! What the extractors of both protocols have in common.

use axum_core::body::Body;
use axum_core::extract::{FromRequest, Request};
use axum_core::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::NoticeError;
use crate::notice::Refusal;

/// A body that did not come whole, and the status that tells one that is too long from a broken
/// one.
pub(crate) struct Unread {
    status: StatusCode,
    reason: String,
}

impl Unread {
    /// The refusal in the form of a protocol.
    pub(crate) fn refused(
        self,
        protocol: &'static str,
        refuse: fn(&NoticeError) -> http::Response<Bytes>,
    ) -> Refusal {
        let error = NoticeError::Body(self.reason);
        let mut response = refuse(&error);
        *response.status_mut() = self.status;
        Refusal::new(protocol, error, response)
    }
}

/// The headers and the whole body, up to the limit that the router sets.
pub(crate) async fn whole<S: Send + Sync>(
    request: Request,
    state: &S,
) -> Result<(HeaderMap, Bytes), Unread> {
    let headers = request.headers().clone();
    let body = Bytes::from_request(request, state)
        .await
        .map_err(|rejection| Unread {
            status: rejection.status(),
            reason: rejection.body_text(),
        })?;
    Ok((headers, body))
}

/// The response to the sender, which does not say why.
impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        Self::into_response(self).map(Body::from)
    }
}
