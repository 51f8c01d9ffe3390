//! `wxpay sign`, `verify`, `open` and `explain`, run as a user runs them: on files, with keys from
//! files and the environment.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod bench;
mod explain;
mod open;
mod sign;
mod verify;
