//! How WeChat Pay (微信支付) requests leave the process.
//!
//! - [`Transport`] is one HTTP attempt. Implement it over any HTTP client; nothing else in wxpay
//!   does I/O.
#![cfg_attr(
    feature = "reqwest",
    doc = "- [`ReqwestTransport`] is the implementation for production, over reqwest and rustls."
)]
//! - [`TransportError`] holds the one bit that decides about money: [`Sent`], whether the server
//!   can have seen the request.
//! - [`Transport::download`] and [`Transport::upload`] move files of any size in pieces:
//!   [`Download`], [`UploadBody`].
//! - [`Deadline`] is the moment from which a request must not leave any more. It travels with the
//!   request, in its [`Hints`].
//! - [`Failover`], `Retry`, `RateLimit` and `Trace` wrap a transport: see
//!   [below](#wrappers-and-their-order).
//!
//! A client of `wxpay-api`, which re-exports this crate as `wxpay_api::transport`, is given one
//! transport for the whole program.
#![cfg_attr(
    feature = "rustls",
    doc = r#"
```no_run
use wxpay_transport::ReqwestTransport;

# fn transport() -> Result<ReqwestTransport, Box<dyn std::error::Error>> {
// For APIv3, and for endpoints of APIv2 that need no certificate:
let plain = ReqwestTransport::new()?;
// With the merchant's certificate (双向证书), as payments to employees and refunds need it:
let transport = ReqwestTransport::builder()
    .identity_pem(&std::fs::read("apiclient_cert.pem")?, &std::fs::read("apiclient_key.pem")?)
    .build()?;
# Ok(transport)
# }
```
"#
)]
//!
//! # The contract
//!
//! One call of [`Transport::send`] is one attempt: no retry, no redirect. Every status is a
//! response, 500 too. An error says [`Sent::No`] only if no byte of the request can have left; in
//! doubt it is [`Sent::Maybe`], which costs a query, where a wrong `No` costs a payment. A request
//! whose [`Deadline`] has passed is not sent: the transport looks just before it writes. The
//! feature `conformance` checks this against real servers.
//!
//! # Features
//!
//! - `reqwest` (default): `ReqwestTransport`. By itself it has no TLS and reaches only a simulator
//!   on loopback.
//! - `rustls` (default): TLS for it.
//! - `p12`: the client certificate from `apiclient_cert.p12`. It drags in pre-releases of `cms` and
//!   `pkcs12`.
//! - `conformance`: the contract of [`Transport`] as a test suite.
//! - `download`, `upload`: files in pieces, [`Transport::download`] and [`Transport::upload`].
//! - `retry`, `rate-limit`, `tracing`: the wrappers `Retry`, `RateLimit` and `Trace`.
//! - `tokio`: `TokioTimer`, by which `Retry` and `RateLimit` wait unless they are given a
//!   [`Timer`]. `reqwest` turns it on.
//!
//! Without features this crate is the trait and [`Failover`] alone, and brings no HTTP client and
//! no async runtime.
#![doc = include_str!("wrappers.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(any(feature = "retry", feature = "tracing"))]
mod attempt;
#[cfg(feature = "retry")]
mod backoff;
#[cfg(feature = "retry")]
mod budget;
#[cfg(feature = "reqwest")]
mod build_error;
#[cfg(feature = "reqwest")]
mod builder;
mod clock;
#[cfg(feature = "conformance")]
pub mod conformance;
mod deadline;
#[cfg(feature = "download")]
mod download;
mod failover;
mod health;
mod hints;
#[cfg(feature = "rustls")]
mod identity;
#[cfg(feature = "p12")]
mod identity_p12;
#[cfg(feature = "reqwest")]
mod limits;
#[cfg(feature = "rate-limit")]
mod pace;
#[cfg(feature = "reqwest")]
mod proxy;
#[cfg(feature = "rate-limit")]
mod rate_limit;
#[cfg(feature = "reqwest")]
mod reqwest_deadline;
#[cfg(all(feature = "download", feature = "reqwest"))]
mod reqwest_download;
#[cfg(feature = "reqwest")]
mod reqwest_transport;
#[cfg(all(feature = "reqwest", feature = "upload"))]
mod reqwest_upload;
#[cfg(feature = "retry")]
mod retry;
#[cfg(feature = "rustls")]
mod roots;
mod rules;
mod running_clock;
mod share;
#[cfg(feature = "reqwest")]
mod target;
#[cfg(feature = "rustls")]
mod tls;
#[cfg(feature = "tracing")]
mod trace;
mod transport;
#[cfg(feature = "upload")]
mod upload;
#[cfg(feature = "upload")]
mod upload_error;

#[cfg(any(feature = "retry", feature = "tracing"))]
pub use attempt::Attempt;
#[cfg(feature = "reqwest")]
pub use build_error::BuildError;
#[cfg(feature = "reqwest")]
pub use builder::ReqwestTransportBuilder;
#[cfg(feature = "tokio")]
pub use clock::TokioTimer;
pub use clock::{Clock, SystemClock, Timer};
pub use deadline::{Deadline, DeadlinePassed};
#[cfg(feature = "download")]
pub use download::{Chunks, Download, DownloadLimits};
pub use failover::Failover;
pub use hints::Hints;
#[cfg(feature = "rate-limit")]
pub use rate_limit::{RateLimit, RateLimited};
#[cfg(feature = "reqwest")]
pub use reqwest_transport::ReqwestTransport;
#[cfg(feature = "retry")]
pub use retry::Retry;
#[cfg(feature = "rustls")]
pub use roots::Roots;
pub use running_clock::RunningClock;
pub use share::Share;
#[cfg(feature = "tracing")]
pub use trace::Trace;
pub use transport::Transport;
#[cfg(feature = "upload")]
pub use upload::{UploadBody, UploadPieces, UploadReader, UploadSource};
#[cfg(feature = "upload")]
pub use upload_error::UploadError;
pub use wxpay_core::{Sent, TransportError};
pub use {bytes, http};

/// The code in the README.
#[cfg(all(doctest, feature = "reqwest", feature = "rustls"))]
#[doc = include_str!("../README.md")]
struct Readme;
