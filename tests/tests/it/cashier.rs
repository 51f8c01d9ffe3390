//! Payments by scanned code over the clients of both protocols: every code of every operation, and
//! every response that proves nothing.

mod codes;
mod front;
mod requests;
mod responses;
