//! Bills as files: what is read of them, what is refused, and what the sums say.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod amounts;
mod escapes;
mod kinds;
mod other;
mod properties;
mod refusals;
#[cfg(feature = "serde")]
mod serialize;
mod summaries;
mod texts;
