//! The wrappers around a transport that keeps to a script, in a time of our own.
//!
//! What counts in each test is what reached the inner transport, and what the caller was told about
//! it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[cfg(all(feature = "retry", feature = "rate-limit", feature = "tracing"))]
mod any_order;
#[cfg(all(feature = "retry", feature = "rate-limit", feature = "tracing"))]
mod deadlines;
#[cfg(all(feature = "retry", feature = "rate-limit", feature = "tracing"))]
mod downloads;
mod failover;
mod health;
mod probes;
#[cfg(feature = "rate-limit")]
mod rate_limit;
#[cfg(feature = "retry")]
mod retry;
#[cfg(feature = "retry")]
mod retry_waits;
#[allow(dead_code)] // the tests of a single feature don't need all of it
mod script;
#[allow(dead_code)]
mod time;
#[cfg(feature = "tracing")]
mod trace;
#[cfg(all(feature = "retry", feature = "rate-limit", feature = "tracing"))]
mod uploads;
