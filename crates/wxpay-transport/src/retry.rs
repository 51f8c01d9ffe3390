use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode, header};
use wxpay_core::{Effect, TransportError};

#[cfg(feature = "tokio")]
use crate::TokioTimer;
#[cfg(feature = "upload")]
use crate::UploadBody;
use crate::backoff::Backoff;
use crate::budget::Budget;
use crate::rules;
use crate::{Attempt, Clock, Deadline, RunningClock, Timer, Transport};
#[cfg(feature = "download")]
use crate::{Download, DownloadLimits};

/// A [`Transport`] that sends again what only reads, and what provably was not sent.
///
/// - A write goes out again only while every attempt of it ended with
///   [`Sent::No`](crate::Sent::No). Any response ends it, and so does any doubt. A request without
///   [`Hints`](crate::Hints) is a write.
/// - A read also goes out again after any other error, and after a response with status 202 (taken,
///   not worked on yet), 429, 500, 501, 502, 503 or 504. For a download that holds until the
///   response begins.
///
/// The last response is returned, or if there was none an error: one after which the request may
/// have arrived, if any attempt ended with such a one.
///
/// Between attempts it waits for a random time of up to 200 ms, then 400 ms and so on up to 5 s
/// (full jitter). On top of that comes what the server asks for with `Retry-After` in seconds (not
/// as a date), and a second when it says that calls are too frequent: with status 429, or
/// `FREQUENCY_LIMITED` in the body. The body is not verified here and decides about the wait only.
/// If the wait would pass the time limit or the request's [`deadline`](crate::Hints::deadline), the
/// last result is returned at once. No attempt begins after either.
///
/// The request was signed before it comes here, and APIv3 refuses a signature that is older than
/// 300 s. The time limit keeps the last attempt well within.
///
/// Retries are paid from a budget that all clones share. A retry costs 5 tokens, a call that goes
/// well brings 5 back if it was retried and 1 if not. From 500 tokens, a hundred retries can fail
/// before calls become single attempts.
///
/// Each attempt carries its number as [`Attempt`] in the request's extensions.
#[derive(Clone, Debug)]
pub struct Retry<T> {
    inner: T,
    timer: Arc<dyn Timer>,
    running: Arc<dyn Clock>,
    max_attempts: NonZeroU32,
    backoff: Backoff,
    frequency_wait: Duration,
    time_limit: Duration,
    budget: Budget,
}

impl<T> Retry<T> {
    /// Around `inner`, by tokio's clock.
    #[cfg(feature = "tokio")]
    pub fn new(inner: T) -> Self {
        Self::with_timer(inner, TokioTimer::new())
    }

    /// The same with another timer.
    pub fn with_timer(inner: T, timer: impl Timer) -> Self {
        Self {
            inner,
            timer: Arc::new(timer),
            running: Arc::new(RunningClock::new()),
            max_attempts: THREE,
            backoff: Backoff {
                base: Duration::from_millis(200),
                cap: Duration::from_secs(5),
            },
            frequency_wait: Duration::from_secs(1),
            time_limit: Duration::from_secs(60),
            budget: Budget::new(500),
        }
    }

    /// How many attempts a call has at most, the first one counted. 3 by default.
    #[must_use]
    pub fn max_attempts(mut self, attempts: NonZeroU32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// The longest wait after the first attempt, which doubles with each further one. 200 ms by
    /// default.
    #[must_use]
    pub fn base_wait(mut self, wait: Duration) -> Self {
        self.backoff.base = wait;
        self
    }

    /// What the longest wait grows to. 5 s by default.
    #[must_use]
    pub fn longest_wait(mut self, wait: Duration) -> Self {
        self.backoff.cap = wait;
        self
    }

    /// The wait that is added when the server says that calls are too frequent (频率超限). 1 s by
    /// default.
    #[must_use]
    pub fn frequency_wait(mut self, wait: Duration) -> Self {
        self.frequency_wait = wait;
        self
    }

    /// The time from the start of a call after which no attempt begins. 60 s by default.
    ///
    /// An attempt that has begun is not cut short by it. Together with the time of one attempt it
    /// must stay under 300 s. It counts by the timer and by the [`RunningClock`], whichever is
    /// further: the timer may stand still while the machine sleeps.
    #[must_use]
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit;
        self
    }

    /// Another clock in the place of the [`RunningClock`].
    #[must_use]
    pub fn running_clock(mut self, clock: impl Clock) -> Self {
        self.running = Arc::new(clock);
        self
    }

    /// How many tokens the budget holds; a retry costs 5. 500 by default, and none means no retry
    /// ever.
    ///
    /// The budget is a new one. Clones that were made before keep the old one.
    #[must_use]
    pub fn budget(mut self, tokens: u32) -> Self {
        self.budget = Budget::new(tokens);
        self
    }

    async fn call<Q, B, F>(
        &self,
        request: Request<Q>,
        send: impl Fn(Request<Q>) -> F,
        body: impl Fn(&B) -> &[u8],
    ) -> Result<Response<B>, TransportError>
    where
        Q: Clone,
        F: Future<Output = Result<Response<B>, TransportError>>,
    {
        rules::in_time(&request)?;
        let effect = rules::effect(&request);
        let deadline = Deadline::of(&request);
        let start = (self.timer.now(), self.running.now());
        // The wait may be longer than asked for: a machine can sleep, too.
        let left = || {
            let by_timer = self.timer.now().saturating_sub(start.0);
            let by_running = self.running.now().saturating_sub(start.1);
            let left = self.time_limit.checked_sub(by_timer.max(by_running))?;
            match deadline.map(|deadline| deadline.time_left()) {
                Some(Duration::ZERO) => None,
                Some(until_deadline) => Some(left.min(until_deadline)),
                None => Some(left),
            }
        };
        let mut number = NonZeroU32::MIN;
        let mut result = send(numbered(&request, number)).await;
        loop {
            if !failed(&result) {
                self.budget.refill(number > NonZeroU32::MIN);
                return result;
            }
            if number >= self.max_attempts || !goes_on(effect, &result) {
                return result;
            }
            let wait = self.wait(number.get(), &result, &body);
            if left().is_none_or(|left| wait > left) || !self.budget.pay() {
                return result;
            }
            self.timer.sleep(wait).await;
            if left().is_none() {
                return result;
            }
            number = number.saturating_add(1);
            let newer = send(numbered(&request, number)).await;
            result = rules::both(result, newer);
        }
    }

    fn wait<B>(
        &self,
        attempt: u32,
        result: &Result<Response<B>, TransportError>,
        body: impl Fn(&B) -> &[u8],
    ) -> Duration {
        let jitter = self.backoff.wait(attempt);
        let Ok(answer) = result else {
            return jitter;
        };
        let too_frequent = answer.status() == StatusCode::TOO_MANY_REQUESTS
            || body(answer.body())
                .windows(TOO_FREQUENT.len())
                .any(|part| part == TOO_FREQUENT);
        let frequency = too_frequent.then_some(self.frequency_wait);
        let least = retry_after(answer.headers()).max(frequency);
        jitter.saturating_add(least.unwrap_or_default())
    }
}

#[async_trait]
impl<T: Transport> Transport for Retry<T> {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.call(request, |request| self.inner.send(request), |body| body)
            .await
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
        let send = |request| self.inner.download(request, limits);
        self.call(request, send, |_| &[]).await
    }

    #[cfg(feature = "upload")]
    async fn upload(
        &self,
        request: Request<UploadBody>,
    ) -> Result<Response<Bytes>, TransportError> {
        self.call(request, |request| self.inner.upload(request), |body| body)
            .await
    }
}

fn numbered<Q: Clone>(request: &Request<Q>, number: NonZeroU32) -> Request<Q> {
    let mut request = request.clone();
    request.extensions_mut().insert(Attempt::new(number));
    request
}

fn failed<B>(result: &Result<Response<B>, TransportError>) -> bool {
    match result {
        Ok(answer) => matches!(answer.status().as_u16(), 202 | 429 | 500..=504),
        Err(_) => true,
    }
}

fn goes_on<B>(effect: Effect, result: &Result<Response<B>, TransportError>) -> bool {
    let hopeless = matches!(result, Err(error) if rules::refused_here(error));
    !hopeless && rules::may_go_again(effect, result)
}

/// The longest `Retry-After` in seconds. One that is too large for any number of seconds is a very
/// long wait.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = |text: &str| {
        let text = text.trim();
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| text.parse().unwrap_or(u64::MAX))
    };
    headers
        .get_all(header::RETRY_AFTER)
        .iter()
        .filter_map(|value| value.to_str().ok().and_then(seconds))
        .max()
        .map(Duration::from_secs)
}

const THREE: NonZeroU32 = NonZeroU32::MIN.saturating_add(2);
const TOO_FREQUENT: &[u8] = b"FREQUENCY_LIMITED";
