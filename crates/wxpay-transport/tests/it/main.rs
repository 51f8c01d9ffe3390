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

/// The defaults with timeouts for tests.
fn builder() -> ReqwestTransportBuilder {
    ReqwestTransport::builder()
        .connect_timeout(Duration::from_millis(300))
        .response_timeout(Duration::from_millis(900))
        .total_timeout(Duration::from_millis(1500))
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
