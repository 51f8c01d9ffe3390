//! Payouts by real processes over the real journal, which are killed, or four at once: what the
//! journal says in the end is held against the sandbox's own books.

pub mod bank;
pub mod cost;
pub mod judge;
pub mod kills;
pub mod observed;
pub mod processes;
#[cfg(unix)]
pub mod stops;
pub mod worker;
pub mod writes;
