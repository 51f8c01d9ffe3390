//! The payout engine, through its public API.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod again;
mod around;
mod attest;
mod bank;
mod breaks;
mod codes;
mod correct;
mod deadline;
mod detail;
mod early;
mod engine;
mod events;
#[cfg(feature = "sqlite")]
mod journal;
mod late;
mod lost;
mod numbers;
mod paid_late;
mod recover;
mod run;
mod signing;
mod simulation;
mod stalls;
mod stopped;
mod waiting;
mod world;
mod wrong_clock;
mod wrong_journals;
