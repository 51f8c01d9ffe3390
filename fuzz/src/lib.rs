//! What the fuzz targets check. Each target is a function of bytes that panics when a promise is
//! broken.
//!
//! The targets under `fuzz_targets/` hand libFuzzer's inputs to these functions and do nothing
//! else.

#![forbid(unsafe_code)]

pub mod bill;
pub mod json_error;
pub mod notify_v2;
pub mod notify_v3;
pub mod pem_p12;
pub mod sm;
pub mod upload;
pub mod v3_headers;
pub mod xml_bytes;
pub mod xml_fields;

mod fixtures;
mod message;
mod xml_model;
