//! `wxpay bill`: bills of the sandbox fetched, shown, added up and reconciled, and files that are
//! no bills.
#![cfg(unix)] // files have modes
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod day;
mod download;
mod meddler;
mod reconcile;
#[allow(dead_code)] // another test has it too
#[path = "../it/setup.rs"]
mod setup;
mod totals;
