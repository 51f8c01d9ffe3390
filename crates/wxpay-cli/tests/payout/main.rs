//! `wxpay payout`, by the command itself: against a sandbox that lives in the test, so that it
//! outlives every process.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout
)]

mod batch_transfers;
mod columns;
mod killed;
mod kills;
mod lines;
mod lost;
mod mistakes;
mod office;
mod postgres;
mod red_packets;
mod refunds;
mod refunds_under_kills;
mod runs;
mod settings;
mod transfers;
