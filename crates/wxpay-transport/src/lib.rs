//! How WeChat Pay (微信支付) requests leave the process.
//!
//! - [`Transport`] is one HTTP attempt. Implement it over any HTTP client; nothing else in wxpay does I/O.
#![cfg_attr(
    feature = "reqwest",
    doc = "- [`ReqwestTransport`] is the implementation for production, over reqwest and rustls."
)]
//! - [`TransportError`] holds the one bit that decides about money: [`Sent`], whether the server can have seen the
//!   request.
//!
//! # Features
//!
//! - `reqwest` (default): `ReqwestTransport`. By itself it has no TLS and reaches only a simulator on loopback.
//! - `rustls` (default): TLS for it.
//! - `p12`: the client certificate from `apiclient_cert.p12`. It drags in pre-releases of `cms` and `pkcs12`.
//! - `conformance`: the contract of [`Transport`] as a test suite.
//!
//! Without features this crate is the trait alone, and brings no HTTP client and no async runtime.

#[cfg(feature = "reqwest")]
mod build_error;
#[cfg(feature = "reqwest")]
mod builder;
#[cfg(feature = "conformance")]
pub mod conformance;
mod download;
mod hints;
#[cfg(feature = "rustls")]
mod identity;
#[cfg(feature = "p12")]
mod identity_p12;
#[cfg(feature = "reqwest")]
mod limits;
#[cfg(feature = "reqwest")]
mod proxy;
#[cfg(feature = "reqwest")]
mod reqwest_download;
#[cfg(feature = "reqwest")]
mod reqwest_transport;
#[cfg(feature = "rustls")]
mod roots;
#[cfg(feature = "reqwest")]
mod target;
#[cfg(feature = "rustls")]
mod tls;
mod transport;

#[cfg(feature = "reqwest")]
pub use build_error::BuildError;
#[cfg(feature = "reqwest")]
pub use builder::ReqwestTransportBuilder;
pub use download::{Chunks, Download, DownloadLimits};
pub use hints::Hints;
#[cfg(feature = "reqwest")]
pub use reqwest_transport::ReqwestTransport;
#[cfg(feature = "rustls")]
pub use roots::Roots;
pub use transport::Transport;
pub use wxpay_core::{Sent, TransportError};
pub use {bytes, http};
