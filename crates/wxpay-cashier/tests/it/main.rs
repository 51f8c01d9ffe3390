//! The cashier, through its public API.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod advice;
mod again;
mod breaks;
mod cancel;
mod charge;
mod refusals;
mod reversal;
#[cfg(feature = "v2")]
mod simulation;
mod stores;
mod world;
