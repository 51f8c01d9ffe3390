//! `ReqwestTransport` against servers on loopback that misbehave in every way we know.
//!
//! What counts in each test is the pair of what the transport said and what the server saw.

#![cfg(feature = "reqwest")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod answers;
#[cfg(feature = "rustls")]
mod conformance;
mod connecting;
mod deadline;
mod download;
#[cfg(feature = "rustls")]
mod environment;
mod faults;
#[cfg(feature = "rustls")]
mod identity;
mod pool;
#[cfg(feature = "rustls")]
mod proxy;
mod server;
mod settings;
#[cfg(feature = "rustls")]
mod tls;
#[cfg(feature = "rustls")]
mod tls_server;
mod upload;

use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use wxpay_core::{Effect, Sent, TransportError};
use wxpay_transport::{Hints, ReqwestTransport, ReqwestTransportBuilder};

type Answer = Result<Response<Bytes>, TransportError>;

/// The defaults with timeouts that no machine is too busy for.
fn builder() -> ReqwestTransportBuilder {
    ReqwestTransport::builder()
        .connect_timeout(Duration::from_secs(20))
        .response_timeout(MINUTE)
        .total_timeout(MINUTE)
}

/// The same for servers to which no connection comes about.
fn hasty() -> ReqwestTransportBuilder {
    builder().connect_timeout(Duration::from_millis(300))
}

/// A transport to the plain HTTP servers of these tests.
fn plain() -> ReqwestTransport {
    builder().allow_plain_http_to_loopback().build().unwrap()
}

fn post(url: impl AsRef<str>, hints: Option<Effect>) -> Request<Bytes> {
    let mut request = Request::post(url.as_ref())
        .header("content-type", "text/xml")
        .body(Bytes::from_static(b"<xml>pay</xml>"))
        .unwrap();
    if let Some(effect) = hints {
        let hints = Hints::new("test.endpoint", effect, false);
        request.extensions_mut().insert(hints);
    }
    request
}

#[track_caller]
fn assert_sent(answer: Answer, expected: Sent, context: &str) -> TransportError {
    match answer {
        Ok(answer) => panic!("{context}: answered {}", answer.status()),
        Err(error) => {
            assert_eq!(error.sent(), expected, "{context}: {}", chain(&error));
            error
        }
    }
}

/// All that an error says: its text, its sources' texts, and their `Debug`.
fn chain(error: &dyn Error) -> String {
    let mut text = format!("{error:?}: {error}");
    let mut source = error.source();
    while let Some(error) = source {
        text += &format!(": {error}");
        source = error.source();
    }
    text
}

const MINUTE: Duration = Duration::from_secs(60);
/// What a busy machine may take beyond a limit of time. Less than any other limit, so that who is
/// through by then was ended by the limit that the test is about.
const BUSY: Duration = Duration::from_secs(30);
/// How often the limits of a test are multiplied, one after the other, on a machine so slow that
/// nothing arrives within them.
const PATIENCE: [u32; 3] = [1, 4, 16];
