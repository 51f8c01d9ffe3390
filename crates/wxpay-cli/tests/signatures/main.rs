//! `wxpay sign`, `verify`, `open` and `explain`, run as a user runs them: on files, with keys from files and the environment.

mod bench;
mod explain;
mod open;
mod sign;
mod verify;
