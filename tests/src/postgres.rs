//! The journal in PostgreSQL: a server of its own for each test, and what is tried with it.

pub mod certificate;
pub mod cluster;
pub mod crash;
pub mod figures;
pub mod hosts;
