//! Every operation there is, typed and by its description, so that tests can hold one against the
//! other.

mod convert;
mod samples;
#[rustfmt::skip] // as the generator writes it
mod table;
mod typed;
mod values;

pub use convert::{request_of_sample, response_of_sample};
pub use samples::{Line, Outcome, check};
pub use table::OPERATIONS;
pub use typed::{Sent, Typed, by_description, facts_by_description, read_by_description, refusal};
pub use values::{Extent, request, response};
