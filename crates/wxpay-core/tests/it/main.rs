//! The message of APIv2: how its XML is read and written, and what it does with its fields.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod malformed;
mod params;
mod xml;
