//! The sandbox over real TLS, asked by a raw client that signs by hand.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod batch_rules;
mod batches;
mod callback;
mod certificates;
mod client;
mod faults;
mod notices;
mod notices_v2;
mod orders;
mod payouts;
mod transfers;
mod v3;
mod x509;
