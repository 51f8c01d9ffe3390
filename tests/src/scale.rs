//! Many merchants in one process, and many callbacks.

pub mod callbacks;
pub mod merchants;
