use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};
use hyper::body::{Body, Frame, SizeHint};
use thiserror::Error;
use tokio::time::Sleep;

/// The body of a response: whole, or cut off before its announced end.
#[derive(Default)]
pub(crate) struct Payload {
    bytes: Option<Bytes>,
    cut: Option<Pin<Box<Sleep>>>,
}

/// Ends a connection without a response.
#[derive(Debug, Error)]
#[error("closed on purpose")]
pub(crate) struct Closed;

/// A response with a whole body.
pub(crate) fn whole(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Bytes>,
) -> Response<Payload> {
    let mut response = empty(status);
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.body_mut().bytes = Some(body.into());
    response
}

/// A response without a body.
pub(crate) fn empty(status: StatusCode) -> Response<Payload> {
    let mut response = Response::new(Payload::default());
    *response.status_mut() = status;
    response
}

/// The same response, announcing its whole length but ending in the middle.
pub(crate) fn cut(mut response: Response<Payload>) -> Response<Payload> {
    let body = response.body_mut();
    let bytes = body.bytes.take().unwrap_or_default();
    body.bytes = Some(bytes.slice(..bytes.len() / 2));
    body.cut = Some(Box::pin(tokio::time::sleep(FLUSH)));
    response
        .headers_mut()
        .insert(CONTENT_LENGTH, HeaderValue::from(bytes.len().max(1)));
    response
}

impl Payload {
    /// What is to be sent.
    pub(crate) fn bytes(&self) -> Bytes {
        self.bytes.clone().unwrap_or_default()
    }
}

impl Body for Payload {
    type Data = Bytes;
    type Error = Closed;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Closed>>> {
        if let Some(bytes) = self.bytes.take() {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        let Some(cut) = &mut self.cut else {
            return Poll::Ready(None);
        };
        ready!(cut.as_mut().poll(context));
        Poll::Ready(Some(Err(Closed)))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none() && self.cut.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        if self.cut.is_some() {
            return SizeHint::default();
        }
        let length = self.bytes.as_ref().map_or(0, Bytes::len);
        SizeHint::with_exact(u64::try_from(length).unwrap_or(u64::MAX))
    }
}

/// How long the first half of a cut body has to leave before the connection ends.
const FLUSH: Duration = Duration::from_millis(50);
