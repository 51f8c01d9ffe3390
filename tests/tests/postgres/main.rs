//! The journal in PostgreSQL, on servers of Debian's package that the tests start:
//! `cargo xtask ci --only postgres`.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // panicking is fine in tests

mod clocks;
mod crashes;
mod failover;
mod late;
mod lost;
mod opening;
mod pooler;
mod road;
mod roles;
mod rules;
mod silent;
mod slow;
mod tls;
mod world;
