//! The command as its user meets it: the built program, a folder of files, and a local WeChat Pay.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod call;
mod config;
mod demo;
mod doctor;
mod setup;
