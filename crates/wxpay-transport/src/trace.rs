use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use tracing::field::Empty;
use tracing::{Instrument, Span};
use wxpay_core::{Effect, Sent, TransportError};

#[cfg(feature = "upload")]
use crate::UploadBody;
use crate::rules;
use crate::{Attempt, Clock, Hints, SystemClock, Transport};
#[cfg(feature = "download")]
use crate::{Download, DownloadLimits};

/// A [`Transport`] that reports each attempt to [`tracing`].
///
/// An attempt is a span `wxpay.attempt` with the fields `endpoint`, `effect` (`read`, `write`),
/// `attempt` (counted from
/// 1) and `host`. When it ends, it gets these fields, and an event in it has them too:
///
/// - `outcome`: `answered` by an HTTP response of any kind; `not_executed` if nothing was sent;
///   `unknown` for a write that may have been executed; `read_failed` for a read.
/// - `status`, and `request_id` from the header `Request-ID` (唯一请求ID), if there was a response.
/// - `elapsed_ms`, in milliseconds. A download ends here when its response begins.
///
/// A response is an event of level `DEBUG`, all else of `WARN`, also an attempt that was dropped
/// before its end. The span's level is `WARN`, so that no warning is without it.
///
/// URLs beyond the host, headers, bodies and the texts of errors are never reported.
#[derive(Clone, Debug)]
pub struct Trace<T> {
    inner: T,
    clock: Arc<dyn Clock>,
}

impl<T> Trace<T> {
    /// Around `inner`, by the process's clock.
    pub fn new(inner: T) -> Self {
        Self::with_clock(inner, SystemClock::new())
    }

    /// The same with another clock.
    pub fn with_clock(inner: T, clock: impl Clock) -> Self {
        Self {
            inner,
            clock: Arc::new(clock),
        }
    }
}

#[async_trait]
impl<T: Transport> Transport for Trace<T> {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let report = Report::new(&*self.clock, &request);
        let span = report.span.clone();
        let result = self.inner.send(request).instrument(span).await;
        report.end(&result);
        result
    }

    fn check(&self, request: &Request<Bytes>) -> Result<(), TransportError> {
        self.inner.check(request)
    }

    #[cfg(feature = "download")]
    async fn download(
        &self,
        request: Request<Bytes>,
        limits: DownloadLimits,
    ) -> Result<Response<Download>, TransportError> {
        let report = Report::new(&*self.clock, &request);
        let span = report.span.clone();
        let result = self.inner.download(request, limits).instrument(span).await;
        report.end(&result);
        result
    }

    #[cfg(feature = "upload")]
    async fn upload(
        &self,
        request: Request<UploadBody>,
    ) -> Result<Response<Bytes>, TransportError> {
        let report = Report::new(&*self.clock, &request);
        let span = report.span.clone();
        let result = self.inner.upload(request).instrument(span).await;
        report.end(&result);
        result
    }
}

/// One attempt's report, which is made in every case: if the attempt is dropped, by `Drop`.
struct Report<'a> {
    span: Span,
    effect: Effect,
    clock: &'a dyn Clock,
    start: Duration,
    ended: bool,
}

impl<'a> Report<'a> {
    fn new<B>(clock: &'a dyn Clock, request: &Request<B>) -> Self {
        let hints = request.extensions().get::<Hints>();
        let attempt = request.extensions().get().copied();
        let effect = rules::effect(request);
        let span = tracing::warn_span!(
            "wxpay.attempt",
            endpoint = hints.map(|hints| hints.endpoint),
            effect = match effect {
                Effect::Read => "read",
                Effect::Write => "write",
            },
            attempt = attempt.unwrap_or(Attempt::FIRST).number(),
            host = request.uri().host(),
            outcome = Empty,
            status = Empty,
            request_id = Empty,
            elapsed_ms = Empty,
        );
        Self {
            span,
            effect,
            clock,
            start: clock.now(),
            ended: false,
        }
    }

    fn end<B>(mut self, result: &Result<Response<B>, TransportError>) {
        self.ended = true;
        match result {
            Ok(answer) => self.answered(answer.status().as_u16(), request_id(answer.headers())),
            Err(error) => self.failed(error.sent()),
        }
    }

    fn answered(&self, status: u16, request_id: Option<&str>) {
        let outcome = "answered";
        let elapsed_ms = self.elapsed_ms();
        self.span.record("outcome", outcome);
        self.span.record("status", status);
        self.span.record("request_id", request_id);
        self.span.record("elapsed_ms", elapsed_ms);
        tracing::debug!(parent: &self.span, outcome, status, request_id, elapsed_ms);
    }

    fn failed(&self, sent: Sent) {
        let outcome = match (self.effect, sent) {
            (Effect::Read, _) => "read_failed",
            (Effect::Write, Sent::No) => "not_executed",
            (Effect::Write, Sent::Maybe) => "unknown",
        };
        let elapsed_ms = self.elapsed_ms();
        self.span.record("outcome", outcome);
        self.span.record("elapsed_ms", elapsed_ms);
        tracing::warn!(parent: &self.span, outcome, elapsed_ms);
    }

    fn elapsed_ms(&self) -> u64 {
        let elapsed = self.clock.now().saturating_sub(self.start);
        u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
    }
}

impl Drop for Report<'_> {
    fn drop(&mut self) {
        if !self.ended {
            self.failed(Sent::Maybe);
        }
    }
}

/// The response's id, if it looks like one: the other side chooses it.
fn request_id(headers: &HeaderMap) -> Option<&str> {
    let id = headers.get("request-id")?.to_str().ok()?;
    let is_id = (1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic());
    is_id.then_some(id)
}

const LONGEST_ID: usize = 64;
