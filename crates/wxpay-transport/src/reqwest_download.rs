use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use http::Response;
use reqwest::Client;
use tokio::time::timeout;
use wxpay_core::TransportError;

use crate::download::too_long;
use crate::reqwest_deadline;
use crate::{Chunks, Deadline, Download, DownloadLimits};

/// Sends `request` and reads of its response no more than the head.
pub(crate) async fn begin(
    client: &Client,
    request: reqwest::Request,
    deadline: Option<Deadline>,
    limits: DownloadLimits,
) -> Result<Response<Download>, TransportError> {
    let clock = Clock {
        start: Instant::now(),
        limits,
    };
    let beginning = reqwest_deadline::execute(client, request, deadline);
    let mut answer = match timeout(clock.next(), beginning).await {
        Ok(answer) => answer?,
        Err(_) => return Err(clock.ran_out()),
    };
    if answer
        .content_length()
        .is_some_and(|length| length > limits.max_bytes)
    {
        return Err(too_long(limits.max_bytes));
    }
    let (status, version) = (answer.status(), answer.version());
    let headers = std::mem::take(answer.headers_mut());
    let mut begun = Response::new(Download::new(Body { answer, clock }, limits));
    *begun.status_mut() = status;
    *begun.version_mut() = version;
    *begun.headers_mut() = headers;
    Ok(begun)
}

struct Body {
    answer: reqwest::Response,
    clock: Clock,
}

#[async_trait]
impl Chunks for Body {
    async fn next(&mut self) -> Result<Option<Bytes>, TransportError> {
        match timeout(self.clock.next(), self.answer.chunk()).await {
            Ok(chunk) => chunk.map_err(|error| TransportError::maybe_sent(error.without_url())),
            Err(_) => Err(self.clock.ran_out()),
        }
    }
}

struct Clock {
    start: Instant,
    limits: DownloadLimits,
}

impl Clock {
    /// How long to wait for what comes next.
    fn next(&self) -> Duration {
        let left = self
            .limits
            .total_timeout
            .saturating_sub(self.start.elapsed());
        left.min(self.limits.stall_timeout)
    }

    fn ran_out(&self) -> TransportError {
        if self.start.elapsed() >= self.limits.total_timeout {
            let limit = self.limits.total_timeout;
            TransportError::maybe_sent(format!(
                "the download took longer than {limit:?} (total_timeout)"
            ))
        } else {
            let limit = self.limits.stall_timeout;
            TransportError::maybe_sent(format!("nothing came for {limit:?} (stall_timeout)"))
        }
    }
}
