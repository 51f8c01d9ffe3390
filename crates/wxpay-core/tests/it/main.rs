//! The message of APIv2, the values in it, and what an error says about the money.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod ambiguity;
mod malformed;
mod outcome;
mod params;
mod reference;
#[cfg(feature = "serde")]
mod serialize;
mod time;
mod values;
mod xml;
