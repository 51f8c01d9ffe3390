//! The places where reqwest lets a request be held back whose deadline has passed.
//!
//! They are three: before it is given to reqwest, when its connection is ready, and when hyper asks
//! for its body. hyper asks for that before it writes the head, so nothing but the writing itself
//! lies after it. A request without a body on a kept connection has the first place alone; only
//! reads keep connections.

use std::error::Error as StdError;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use reqwest::Client;
use tokio::task_local;
use tower_layer::Layer;
use tower_service::Service;
use wxpay_core::TransportError;

use crate::reqwest_transport::classify;
use crate::{Deadline, DeadlinePassed};

/// Gives the request to reqwest, unless its deadline has passed.
pub(crate) async fn execute(
    client: &Client,
    request: reqwest::Request,
    deadline: Option<Deadline>,
) -> Result<reqwest::Response, TransportError> {
    let Some(deadline) = deadline else {
        return client.execute(request).await.map_err(classify);
    };
    deadline.check()?;
    let call = DEADLINE.scope(deadline, client.execute(request));
    call.await.map_err(classify)
}

/// A body that does not come after the deadline.
pub(crate) fn body(bytes: Bytes, deadline: Option<Deadline>) -> reqwest::Body {
    match deadline {
        Some(deadline) if !bytes.is_empty() => reqwest::Body::wrap(Guarded {
            bytes: Some(bytes),
            deadline,
        }),
        _ => bytes.into(),
    }
}

/// The deadline as the reason of an error of reqwest's: then nothing was sent.
///
/// The places above are the only ones that it can come from, and all three come before the first
/// byte.
pub(crate) fn reason(error: &reqwest::Error) -> Option<DeadlinePassed> {
    let mut source = error.source();
    while let Some(error) = source {
        if let Some(passed) = error.downcast_ref::<DeadlinePassed>() {
            return Some(passed.clone());
        }
        source = error.source();
    }
    None
}

task_local! {
    /// That of the call in whose future reqwest connects. A connection that goes on in a task of
    /// its own, for later calls, has none.
    static DEADLINE: Deadline;
}

/// Looks at the deadline again when name, connection, proxy and TLS handshake are done, each of
/// which takes time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AfterConnecting;

impl<S> Layer<S> for AfterConnecting {
    type Service = Connecting<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Connecting(inner)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Connecting<S>(S);

impl<S, R> Service<R> for Connecting<S>
where
    S: Service<R, Error = BoxError>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, target: R) -> Self::Future {
        let connecting = self.0.call(target);
        Box::pin(async move {
            let connection = connecting.await?;
            match DEADLINE.try_with(Deadline::is_past) {
                Ok(true) => Err(DeadlinePassed::new().into()),
                Ok(false) | Err(_) => Ok(connection),
            }
        })
    }
}

/// A body in one piece, which is not given out after the deadline.
struct Guarded {
    bytes: Option<Bytes>,
    deadline: Deadline,
}

impl Body for Guarded {
    type Data = Bytes;
    type Error = DeadlinePassed;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, DeadlinePassed>>> {
        let Some(bytes) = self.bytes.take() else {
            return Poll::Ready(None);
        };
        let piece = if self.deadline.is_past() {
            Err(DeadlinePassed::new())
        } else {
            Ok(Frame::data(bytes))
        };
        Poll::Ready(Some(piece))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        let left = self.bytes.as_ref().map_or(0, Bytes::len);
        SizeHint::with_exact(left as u64)
    }
}

type BoxError = Box<dyn StdError + Send + Sync>;
