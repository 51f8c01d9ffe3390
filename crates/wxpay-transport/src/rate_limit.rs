use std::collections::HashMap;
use std::error::Error as StdError;
use std::fmt;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use wxpay_core::TransportError;

#[cfg(feature = "tokio")]
use crate::TokioTimer;
#[cfg(feature = "upload")]
use crate::UploadBody;
use crate::pace::Pace;
use crate::rules;
#[cfg(feature = "download")]
use crate::{Download, DownloadLimits};
use crate::{Hints, Timer, Transport};

/// A [`Transport`] that keeps to the rates (频率限制) which the endpoints' documents grant.
///
/// Each endpoint has the rate of its [`Hints`], or the one that is set here. Its calls begin at
/// even distances, at 50 a second 20 ms apart, so that no second holds more calls than granted;
/// there are no bursts. Calls wait in the order in which they came. A call that is dropped while it
/// waits leaves its place empty.
///
/// A rate belongs to one merchant. Clones share their paces, so have one `RateLimit` and its clones
/// for each merchant; other processes of the same merchant are not seen.
///
/// No call waits past its request's [`deadline`](Hints::deadline).
///
/// A request without hints passes through at once, and so does one to an endpoint without a rate. A
/// rate of zero in the hints is none.
#[derive(Clone, Debug)]
pub struct RateLimit<T> {
    inner: T,
    timer: Arc<dyn Timer>,
    max_wait: Duration,
    default_rate: Option<NonZeroU32>,
    rates: HashMap<String, NonZeroU32>,
    paces: Arc<Mutex<HashMap<&'static str, Arc<Pace>>>>,
}

impl<T> RateLimit<T> {
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
            max_wait: Duration::from_secs(10),
            default_rate: None,
            rates: HashMap::new(),
            paces: Arc::default(),
        }
    }

    /// The calls a second of one endpoint, such as `v2.wecom.pay_employee`, whatever its hints say.
    ///
    /// From here on the paces are new ones. Clones that were made before keep the old ones.
    #[must_use]
    pub fn rate(mut self, endpoint: impl Into<String>, per_second: NonZeroU32) -> Self {
        self.rates.insert(endpoint.into(), per_second);
        self.paces = Arc::default();
        self
    }

    /// The calls a second of each endpoint that has no rate otherwise. None by default.
    ///
    /// From here on the paces are new ones. Clones that were made before keep the old ones.
    #[must_use]
    pub fn default_rate(mut self, per_second: NonZeroU32) -> Self {
        self.default_rate = Some(per_second);
        self.paces = Arc::default();
        self
    }

    /// The longest wait. 10 s by default; a signature gets stale.
    ///
    /// A call that would wait longer, or past its deadline, ends at once with [`RateLimited`], and
    /// was not sent.
    #[must_use]
    pub fn max_wait(mut self, wait: Duration) -> Self {
        self.max_wait = wait;
        self
    }

    /// Waits for the request's turn, which must come before its deadline.
    async fn wait<B: Sync>(&self, request: &Request<B>) -> Result<(), TransportError> {
        let Some(hints) = request.extensions().get::<Hints>().copied() else {
            return Ok(());
        };
        rules::in_time(request)?;
        let Some(rate) = self.rate_of(&hints) else {
            return Ok(());
        };
        let until_deadline = hints.deadline.map(|deadline| deadline.time_left());
        let max_wait = self.max_wait.min(until_deadline.unwrap_or(Duration::MAX));
        let now = self.timer.now();
        let refused = |wait| RateLimited {
            endpoint: hints.endpoint,
            wait,
        };
        let wait = self
            .pace(hints.endpoint, rate, now)
            .reserve(now, max_wait)
            .map_err(|wait| TransportError::not_sent(refused(wait)))?;
        if !wait.is_zero() {
            self.timer.sleep(wait).await;
        }
        rules::in_time(request)
    }

    fn rate_of(&self, hints: &Hints) -> Option<NonZeroU32> {
        let set = self.rates.get(hints.endpoint).copied();
        let hinted = || hints.per_second.and_then(NonZeroU32::new);
        set.or_else(hinted).or(self.default_rate)
    }

    fn pace(&self, endpoint: &'static str, rate: NonZeroU32, now: Duration) -> Arc<Pace> {
        let mut paces = self.paces.lock().unwrap_or_else(PoisonError::into_inner);
        let pace = paces
            .entry(endpoint)
            .or_insert_with(|| Arc::new(Pace::new(rate, now)));
        Arc::clone(pace)
    }
}

#[async_trait]
impl<T: Transport> Transport for RateLimit<T> {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.wait(&request).await?;
        self.inner.send(request).await
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
        self.wait(&request).await?;
        self.inner.download(request, limits).await
    }

    #[cfg(feature = "upload")]
    async fn upload(
        &self,
        request: Request<UploadBody>,
    ) -> Result<Response<Bytes>, TransportError> {
        self.wait(&request).await?;
        self.inner.upload(request).await
    }
}

/// Too many calls are waiting for an endpoint's rate, so the request's turn would come too late. It
/// was not sent.
///
/// It is the source of the [`TransportError`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RateLimited {
    endpoint: &'static str,
    wait: Duration,
}

impl RateLimited {
    /// The endpoint's name.
    pub fn endpoint(&self) -> &'static str {
        self.endpoint
    }

    /// The wait that would have been needed.
    pub fn wait(&self) -> Duration {
        self.wait
    }
}

impl fmt::Display for RateLimited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { endpoint, wait } = self;
        write!(
            f,
            "too many calls to {endpoint} are waiting: the next is in {wait:?}"
        )
    }
}

impl StdError for RateLimited {}
