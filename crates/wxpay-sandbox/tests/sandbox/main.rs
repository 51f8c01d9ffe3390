//! The sandbox over real TLS, asked by a raw client that signs by hand.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod client;
mod faults;
mod orders;
mod payouts;
mod transfers;
