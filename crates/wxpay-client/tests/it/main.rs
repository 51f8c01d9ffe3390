//! The clients without any operation: what is written, read, refused and shown.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod addresses;
mod answers_v2;
mod answers_v3;
mod asked;
mod bounds;
#[cfg(feature = "catalog")]
mod dynamic;
#[cfg(feature = "download")]
mod fetched;
mod front_ends;
mod meta;
mod notices;
mod query;
mod read_json;
mod texts;
mod uploads;
mod written_body;
mod written_form;
