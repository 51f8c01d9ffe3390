//! The command as its user meets it: the built program, a folder of files, and a local WeChat Pay.
#![cfg(unix)] // files have modes
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod call;
mod catalog;
mod chinese;
mod choices;
mod config;
mod demo;
mod doctor;
mod init;
mod ownership;
mod sandbox;
mod screens;
mod setup;
mod standing;
mod suites;
mod terminal;
