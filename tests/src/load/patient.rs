use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::uri::Authority;
use http::{Request, Response};
use wxpay_api::transport::{ReqwestTransport, Transport, TransportError};

/// A transport that waits as long as a busy machine takes, but for one host that never answers.
#[derive(Clone, Debug)]
pub(super) struct Patient {
    silent: Option<Authority>,
    short: ReqwestTransport,
    long: ReqwestTransport,
}

impl Patient {
    pub(super) fn but_for(silent: Option<Authority>, patience: Duration) -> Self {
        Self {
            silent,
            short: plain(patience),
            long: plain(LONG),
        }
    }
}

#[async_trait]
impl Transport for Patient {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        match self.silent.as_ref() == request.uri().authority() {
            true => self.short.send(request).await,
            false => self.long.send(request).await,
        }
    }
}

/// A transport that waits so long for a response, and a third of that for a connection.
fn plain(patience: Duration) -> ReqwestTransport {
    ReqwestTransport::builder()
        .allow_plain_http_to_loopback()
        .connect_timeout(patience / 3)
        .response_timeout(patience)
        .total_timeout(patience * 2)
        .build()
        .unwrap()
}

/// Far more than any answer of a host takes that gives one.
const LONG: Duration = Duration::from_secs(60);
