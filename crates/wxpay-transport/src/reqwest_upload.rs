//! A request whose body is read while it is sent.

use std::error::Error as StdError;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use reqwest::Client;
use tokio::time::timeout;
use wxpay_core::{Sent, TransportError};

use crate::limits::Limits;
use crate::{Deadline, DeadlinePassed, UploadError, UploadPieces, reqwest_deadline};

/// What reqwest is given to send, and what is seen of it from outside.
pub(crate) struct Streamed {
    pub(crate) body: reqwest::Body,
    pub(crate) watch: Watch,
}

/// Reads the first piece, so that a file that is not there is known before anything has left.
pub(crate) async fn begin(
    mut pieces: UploadPieces,
    length: u64,
    deadline: Option<Deadline>,
) -> Result<Streamed, UploadError> {
    let first = pieces.next().await?;
    let watch = Watch::new();
    let body = match first {
        None => reqwest::Body::from(Bytes::new()),
        Some(first) => reqwest::Body::wrap(Reading {
            first: Some(first),
            rest: Mutex::new(Some(next(pieces))),
            left: length,
            deadline,
            watch: watch.clone(),
        }),
    };
    Ok(Streamed { body, watch })
}

/// Sends the request, and gives up when nothing of it was taken for too long.
pub(crate) async fn send(
    client: &Client,
    request: reqwest::Request,
    deadline: Option<Deadline>,
    watch: &Watch,
    limits: &Limits,
) -> Result<reqwest::Response, TransportError> {
    let mut sending = pin!(reqwest_deadline::execute(client, request, deadline));
    loop {
        let ended = timeout(watch.patience(limits), &mut sending).await;
        match (ended, watch.ran_out(limits)) {
            (Ok(Ok(response)), _) => return Ok(response),
            (Ok(Err(error)), _) => return Err(watch.judge(error)),
            (Err(_), Some(error)) => return Err(error),
            // A piece was taken while it was waited for.
            (Err(_), None) => {}
        }
    }
}

/// What a body tells while it is read.
#[derive(Clone)]
pub(crate) struct Watch {
    start: Instant,
    /// When the last piece was taken, in milliseconds from the start.
    taken: Arc<AtomicU64>,
    failed: Arc<Mutex<Option<UploadError>>>,
}

impl Watch {
    fn new() -> Self {
        Self {
            start: Instant::now(),
            taken: Arc::default(),
            failed: Arc::default(),
        }
    }

    /// How long the whole call may still take.
    pub(crate) fn left(&self, limits: &Limits) -> Duration {
        limits.upload_timeout.saturating_sub(self.start.elapsed())
    }

    /// How long to wait for the response, or for a piece to be taken.
    fn patience(&self, limits: &Limits) -> Duration {
        let stalled = limits.response_timeout.saturating_sub(self.idle());
        self.left(limits).min(stalled)
    }

    fn idle(&self) -> Duration {
        let taken = Duration::from_millis(self.taken.load(Ordering::Relaxed));
        self.start.elapsed().saturating_sub(taken)
    }

    fn ran_out(&self, limits: &Limits) -> Option<TransportError> {
        if self.left(limits).is_zero() {
            let limit = limits.upload_timeout;
            let problem = format!("the upload took longer than {limit:?} (upload_timeout)");
            return Some(TransportError::maybe_sent(problem));
        }
        let limit = limits.response_timeout;
        let problem =
            || format!("nothing was taken, and no response came, for {limit:?} (response_timeout)");
        (self.idle() >= limit).then(|| TransportError::maybe_sent(problem()))
    }

    /// The response did not come to its end.
    pub(crate) fn no_end(&self, limits: &Limits) -> TransportError {
        self.ran_out(limits).unwrap_or_else(|| {
            let limit = limits.total_timeout;
            let problem = format!("the response took longer than {limit:?} (total_timeout)");
            TransportError::maybe_sent(problem)
        })
    }

    fn took(&self) {
        let elapsed = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.taken.store(elapsed, Ordering::Relaxed);
    }

    /// The file as the reason, if it is the reason. The first piece has left by then.
    fn judge(&self, error: TransportError) -> TransportError {
        let failed = self.failed.lock();
        match failed.unwrap_or_else(PoisonError::into_inner).take() {
            Some(reason) if error.sent() == Sent::Maybe => TransportError::maybe_sent(reason),
            _ => error,
        }
    }
}

type Next =
    Pin<Box<dyn Future<Output = (UploadPieces, Result<Option<Bytes>, UploadError>)> + Send>>;

fn next(mut pieces: UploadPieces) -> Next {
    Box::pin(async move {
        let piece = pieces.next().await;
        (pieces, piece)
    })
}

/// A body whose first piece is there, and is not given out after the deadline.
struct Reading {
    first: Option<Bytes>,
    /// Never locked: reqwest wants a body that threads could share.
    rest: Mutex<Option<Next>>,
    left: u64,
    deadline: Option<Deadline>,
    watch: Watch,
}

impl Body for Reading {
    type Data = Bytes;
    type Error = Box<dyn StdError + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Some(first) = self.first.take() {
            if self.deadline.is_some_and(|deadline| deadline.is_past()) {
                return Poll::Ready(Some(Err(DeadlinePassed::new().into())));
            }
            return Poll::Ready(Some(Ok(self.give(first))));
        }
        let rest = self.rest.get_mut().unwrap_or_else(PoisonError::into_inner);
        let Some(reading) = rest else {
            return Poll::Ready(None);
        };
        let Poll::Ready((pieces, piece)) = reading.as_mut().poll(cx) else {
            return Poll::Pending;
        };
        *rest = None;
        match piece {
            Ok(None) => Poll::Ready(None),
            Ok(Some(piece)) => {
                *rest = Some(next(pieces));
                Poll::Ready(Some(Ok(self.give(piece))))
            }
            Err(error) => {
                let mut failed = self
                    .watch
                    .failed
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner);
                *failed = Some(error);
                Poll::Ready(Some(Err(UNREADABLE.into())))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

impl Reading {
    fn give(&mut self, piece: Bytes) -> Frame<Bytes> {
        self.left = self.left.saturating_sub(piece.len() as u64);
        self.watch.took();
        Frame::data(piece)
    }
}

const UNREADABLE: &str = "the body can't be read to its end";
