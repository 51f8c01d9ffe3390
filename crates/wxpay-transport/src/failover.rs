use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::uri::Authority;
use http::{HeaderValue, Request, Response, StatusCode, Uri, header};
use wxpay_core::{Effect, Sent, TransportError};

#[cfg(feature = "upload")]
use crate::UploadBody;
use crate::health::{Health, Policy, Turn};
use crate::rules;
use crate::{Clock, Deadline, Hints, Share, SystemClock, Transport};
#[cfg(feature = "download")]
use crate::{Download, DownloadLimits};

/// A [`Transport`] that turns to WeChat Pay's backup host (备用域名) when the main one fails (跨城冗灾).
///
/// It concerns requests to the main host whose [`Hints`] say that the endpoint's document names the
/// backup host. All others pass through, once and unaltered: payouts of WeCom (企业微信) are among
/// them, and requests without hints. The second request is the first one with another host; no
/// signature of WeChat Pay's covers the host.
///
/// - A write goes to the second host only after [`Sent::No`]. Any response ends it, and so does any
///   doubt.
/// - A read also goes there after any other error, and after a 502, 503 or 504 that carries no
///   `Wechatpay-Signature` and so is a gateway's.
/// - A call is at most two attempts, one after the other. Neither begins after the request's
///   [`deadline`](Hints::deadline).
///
/// When both hosts fail, a response is preferred to an error, and an error after which the request
/// may have arrived to one after which it can't.
///
/// Three failures in a row of the main host, counting writes, make it count as down: for 30 s calls
/// go to the backup first, and then one at a time tries whether the main one is back. A response of
/// any other kind shows that it is up. A connection that neither host accepts says nothing of the
/// main one, and neither does an attempt that is dropped.
///
/// The hosts are in different cities. A query at the backup may not find yet what the main host has
/// just taken, so a `NOT_FOUND` counts for nothing, as always.
///
/// Clones share what they know of the hosts.
#[derive(Clone, Debug)]
pub struct Failover<T> {
    inner: T,
    main: Authority,
    backup: Authority,
    policy: Policy,
    health: Arc<Health>,
    clock: Arc<dyn Clock>,
}

impl<T> Failover<T> {
    /// Between `api.mch.weixin.qq.com` and `api2.mch.weixin.qq.com`, by the process's clock.
    pub fn new(inner: T) -> Self {
        Self::with_clock(inner, SystemClock::new())
    }

    /// The same with another clock.
    pub fn with_clock(inner: T, clock: impl Clock) -> Self {
        Self {
            inner,
            main: Authority::from_static(MAIN),
            backup: Authority::from_static(BACKUP),
            policy: Policy {
                failures: 3,
                cool_down: Duration::from_secs(30),
                main_share: Share::ONE_PERCENT,
                backup_share: Share::NONE,
            },
            health: Arc::new(Health::new()),
            clock: Arc::new(clock),
        }
    }

    /// Between two other hosts, each `host` or `host:port`. Scheme, path and query of a request are
    /// kept.
    ///
    /// Only requests to exactly `main` can go to `backup`. The same host twice turns failover off.
    #[must_use]
    pub fn hosts(mut self, main: Authority, backup: Authority) -> Self {
        self.main = main;
        self.backup = backup;
        self
    }

    /// After how many failures in a row the main host counts as down. 3 by default.
    #[must_use]
    pub fn failures(mut self, failures: NonZeroU32) -> Self {
        self.policy.failures = failures.get();
        self
    }

    /// For how long it then counts as down before one call tries it again. 30 s by default.
    #[must_use]
    pub fn cool_down(mut self, time: Duration) -> Self {
        self.policy.cool_down = time;
        self
    }

    /// The share of reads that go to the main host first even while it counts as down, to notice
    /// early that it is back. 1 % by default.
    #[must_use]
    pub fn main_share(mut self, share: Share) -> Self {
        self.policy.main_share = share;
        self
    }

    /// The share of reads that go to the backup first while all is well. None by default; WeChat
    /// Pay asks for 1 % at most.
    #[must_use]
    pub fn backup_share(mut self, share: Share) -> Self {
        self.policy.backup_share = share;
        self
    }

    async fn call<Q, B, F>(
        &self,
        request: Request<Q>,
        send: impl Fn(Request<Q>) -> F,
    ) -> Result<Response<B>, TransportError>
    where
        Q: Clone,
        F: Future<Output = Result<Response<B>, TransportError>>,
    {
        rules::in_time(&request)?;
        let Some(at_backup) = self.at_backup(&request) else {
            return send(request).await;
        };
        let effect = rules::effect(&request);
        let deadline = Deadline::of(&request);
        let turn = self.health.turn(effect, self.clock.now(), &self.policy);
        let main_first = turn.main_first;
        let (first, second) = if main_first {
            (request, at_backup)
        } else {
            (at_backup, request)
        };

        let first = send(first).await;
        let too_late = deadline.is_some_and(|deadline| deadline.is_past());
        let unreached = matches!(&first, Err(error) if error.sent() == Sent::No);
        if main_first && !unreached {
            self.learn(&turn, &first);
        }
        if too_late || !goes_on(effect, &first) {
            return first;
        }
        let second = send(second).await;
        let both_unreached = unreached && matches!(&second, Err(error) if error.sent() == Sent::No);
        // If neither host can be reached, it is this side of the network, or a setting here.
        if !both_unreached {
            if !main_first {
                self.learn(&turn, &second);
            } else if unreached {
                self.learn(&turn, &first);
            }
        }
        rules::both(first, second)
    }

    /// What an attempt at the main host says about it.
    fn learn<B>(&self, turn: &Turn<'_>, result: &Result<Response<B>, TransportError>) {
        match result {
            Ok(answer) if !is_gateways(answer) => turn.main_answered(),
            Err(error) if rules::refused_here(error) => {}
            Ok(_) | Err(_) => turn.main_failed(self.clock.now(), &self.policy),
        }
    }

    /// The same request to the backup host, if it may go there at all.
    fn at_backup<Q: Clone>(&self, request: &Request<Q>) -> Option<Request<Q>> {
        let hints = request.extensions().get::<Hints>()?;
        if !hints.backup_host
            || request.uri().authority() != Some(&self.main)
            || self.main == self.backup
        {
            return None;
        }
        let mut parts = request.uri().clone().into_parts();
        parts.authority = Some(self.backup.clone());
        let mut request = request.clone();
        *request.uri_mut() = Uri::from_parts(parts).ok()?;
        if request.headers().contains_key(header::HOST) {
            let host = HeaderValue::from_str(self.backup.as_str()).ok()?;
            request.headers_mut().insert(header::HOST, host);
        }
        Some(request)
    }
}

#[async_trait]
impl<T: Transport> Transport for Failover<T> {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.call(request, |request| self.inner.send(request)).await
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
        self.call(request, |request| self.inner.download(request, limits))
            .await
    }

    #[cfg(feature = "upload")]
    async fn upload(
        &self,
        request: Request<UploadBody>,
    ) -> Result<Response<Bytes>, TransportError> {
        self.call(request, |request| self.inner.upload(request))
            .await
    }
}

/// Whether the second host is asked after this.
fn goes_on<B>(effect: Effect, first: &Result<Response<B>, TransportError>) -> bool {
    let failed = match first {
        Ok(answer) => is_gateways(answer),
        Err(error) => !rules::refused_here(error),
    };
    failed && rules::may_go_again(effect, first)
}

/// Whether a gateway answered in the place of WeChat Pay. APIv2 has no header to tell them apart.
fn is_gateways<B>(answer: &Response<B>) -> bool {
    let status = matches!(
        answer.status(),
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT
    );
    status && !answer.headers().contains_key("wechatpay-signature")
}

const MAIN: &str = "api.mch.weixin.qq.com";
const BACKUP: &str = "api2.mch.weixin.qq.com";
