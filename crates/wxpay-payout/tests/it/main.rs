//! The payout engine, through its public API.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod bank;
mod breaks;
mod codes;
mod detail;
mod early;
mod engine;
#[cfg(feature = "sqlite")]
mod journal;
mod late;
mod lost;
mod numbers;
mod run;
mod signing;
mod simulation;
mod world;
