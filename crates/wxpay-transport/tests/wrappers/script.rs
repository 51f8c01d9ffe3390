//! An inner transport that does what a test says, and remembers what it was asked.

use std::fmt;
use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use tokio::sync::Semaphore;
use wxpay_core::{Effect, Sent, TransportError};
use wxpay_transport::{
    Chunks, Clock, Deadline, DeadlinePassed, Download, DownloadLimits, Hints, Transport, UploadBody,
};

use crate::time::{Hand, stand_still};

pub(crate) const MAIN: &str = "api.mch.weixin.qq.com";
pub(crate) const BACKUP: &str = "api2.mch.weixin.qq.com";
/// Occurs in URLs, headers, bodies and errors, and must not occur anywhere else.
pub(crate) const CANARY: &str = "canary7Q4z";

/// What becomes of one attempt.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    Status(u16),
    /// With headers and a body.
    Reply(u16, Vec<(&'static str, &'static str)>, &'static str),
    Fail(Sent),
    /// So much time passes first.
    After(Duration, Box<Self>),
    /// Somebody gives a permit first.
    Until(Arc<Semaphore>, Box<Self>),
    /// The program stands still first, until the deadline has passed.
    Past(Deadline, Box<Self>),
    /// Not sent, because the deadline had passed when it came to that.
    TooLate,
    /// Nothing comes until the attempt is dropped.
    Hang,
}

impl Act {
    pub(crate) const NO: Self = Self::Fail(Sent::No);
    pub(crate) const MAYBE: Self = Self::Fail(Sent::Maybe);

    /// Every kind of end.
    pub(crate) fn all() -> Vec<Self> {
        let statuses = [
            200, 202, 204, 302, 400, 401, 403, 404, 409, 429, 500, 501, 502, 503, 504, 599,
        ];
        let mut all = vec![Self::NO, Self::MAYBE];
        all.extend(statuses.map(Self::Status));
        all
    }
}

/// What one attempt looked like.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) request: Request<Bytes>,
    pub(crate) host: String,
    pub(crate) at: Duration,
    pub(crate) is_download: bool,
    /// How long the pieces of an upload were.
    pub(crate) uploaded: Option<Vec<usize>>,
}

type Rule = dyn Fn(&Seen, usize) -> Act + Send + Sync;

pub(crate) struct Script {
    rule: Box<Rule>,
    clock: Arc<Hand>,
    seen: Mutex<Vec<Seen>>,
}

impl Script {
    /// Decides by the request and by how many there were before.
    pub(crate) fn new(rule: impl Fn(&Seen, usize) -> Act + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self {
            rule: Box::new(rule),
            clock: Arc::default(),
            seen: Mutex::default(),
        })
    }

    /// One after the other, the last one for ever.
    pub(crate) fn of(acts: impl Into<Vec<Act>>) -> Arc<Self> {
        let acts = acts.into();
        Self::new(move |_, n| acts[n.min(acts.len() - 1)].clone())
    }

    /// By the host alone.
    pub(crate) fn hosts(main: Act, backup: Act) -> Arc<Self> {
        Self::new(move |seen, _| match seen.host.as_str() {
            MAIN => main.clone(),
            BACKUP => backup.clone(),
            host => panic!("{host}"),
        })
    }

    pub(crate) fn clock(&self) -> Arc<Hand> {
        Arc::clone(&self.clock)
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    /// The hosts that were asked since this was called last, `m` for main and `b` for backup.
    pub(crate) fn asked(&self) -> String {
        let seen = std::mem::take(&mut *self.seen.lock().unwrap());
        let letter = |seen: Seen| match seen.host.as_str() {
            MAIN => 'm',
            BACKUP => 'b',
            _ => '?',
        };
        seen.into_iter().map(letter).collect()
    }

    async fn act(
        &self,
        request: Request<Bytes>,
        is_download: bool,
    ) -> Result<Response<Bytes>, TransportError> {
        let seen = Seen {
            host: request.uri().host().unwrap().to_owned(),
            at: self.clock.now(),
            is_download,
            uploaded: request
                .extensions()
                .get::<Pieces>()
                .map(|Pieces(them)| them.clone()),
            request,
        };
        let mut act = {
            let mut all = self.seen.lock().unwrap();
            all.push(seen.clone());
            (self.rule)(&seen, all.len() - 1)
        };
        loop {
            let (status, headers, body) = match act {
                Act::Status(status) => (status, Vec::new(), ""),
                Act::Reply(status, headers, body) => (status, headers, body),
                Act::Fail(Sent::No) => return Err(TransportError::not_sent(CANARY)),
                Act::Fail(Sent::Maybe) => return Err(TransportError::maybe_sent(CANARY)),
                Act::After(time, then) => {
                    self.clock.advance(time);
                    act = *then;
                    continue;
                }
                Act::Until(permits, then) => {
                    permits.acquire().await.unwrap().forget();
                    act = *then;
                    continue;
                }
                Act::Past(deadline, then) => {
                    stand_still(deadline);
                    act = *then;
                    continue;
                }
                Act::TooLate => return Err(TransportError::not_sent(DeadlinePassed::new())),
                Act::Hang => pending().await,
            };
            let mut answer = Response::builder().status(status);
            for (name, value) in headers {
                answer = answer.header(name, value);
            }
            return Ok(answer.body(Bytes::from_static(body.as_bytes())).unwrap());
        }
    }
}

#[async_trait]
impl Transport for Script {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.act(request, false).await
    }

    /// Refuses what needs a client certificate.
    fn check(&self, request: &Request<Bytes>) -> Result<(), TransportError> {
        match request.extensions().get::<Hints>() {
            Some(hints) if hints.client_cert => Err(TransportError::not_sent(CANARY)),
            _ => Ok(()),
        }
    }

    async fn download(
        &self,
        request: Request<Bytes>,
        limits: DownloadLimits,
    ) -> Result<Response<Download>, TransportError> {
        let answer = self.act(request, true).await?;
        Ok(answer.map(|body| Download::new(Bytewise(body), limits)))
    }

    async fn upload(
        &self,
        request: Request<UploadBody>,
    ) -> Result<Response<Bytes>, TransportError> {
        let (mut head, body) = request.into_parts();
        let (mut lengths, mut all) = (Vec::new(), Vec::new());
        let mut pieces = body.open().await.map_err(TransportError::not_sent)?;
        while let Some(piece) = pieces.next().await.map_err(TransportError::maybe_sent)? {
            lengths.push(piece.len());
            all.extend_from_slice(&piece);
        }
        head.extensions.insert(Pieces(lengths));
        self.act(Request::from_parts(head, all.into()), false).await
    }
}

#[derive(Clone)]
struct Pieces(Vec<usize>);

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Script")
    }
}

/// A body in pieces of one byte, which shows that nobody has put them together.
struct Bytewise(Bytes);

#[async_trait]
impl Chunks for Bytewise {
    async fn next(&mut self) -> Result<Option<Bytes>, TransportError> {
        Ok((!self.0.is_empty()).then(|| self.0.split_to(1)))
    }
}

/// A request to the main host, to an endpoint that has a backup.
pub(crate) fn request(effect: Effect) -> Request<Bytes> {
    hinted(Hints::new("test.endpoint", effect, false).backup_host(true))
}

pub(crate) fn hinted(hints: Hints) -> Request<Bytes> {
    let mut request = bare();
    request.extensions_mut().insert(hints);
    request
}

/// Without hints.
pub(crate) fn bare() -> Request<Bytes> {
    Request::post(format!("https://{MAIN}/v3/a%20b/{CANARY}?x={CANARY}"))
        .header("authorization", CANARY)
        .body(Bytes::from_static(CANARY.as_bytes()))
        .unwrap()
}

/// A status, or whether it was sent.
pub(crate) fn told(result: &Result<Response<Bytes>, TransportError>) -> Result<u16, Sent> {
    match result {
        Ok(answer) => Ok(answer.status().as_u16()),
        Err(error) => Err(error.sent()),
    }
}
