//! The signing layer against golden vectors, and against what must be refused.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

#[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto"))]
mod api_key;
mod certificate;
mod charset;
#[cfg(feature = "file")]
mod file_key;
mod jump;
mod keys;
mod nonce;
mod notice;
#[cfg(feature = "p12")]
mod p12;
mod payment;
#[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto"))]
mod pem;
#[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto"))]
mod private_key;
mod properties;
#[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto"))]
mod public_keys;
mod reply;
mod request;
#[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto"))]
mod seal;
mod serial;
#[cfg(all(feature = "sm", any(feature = "aws-lc-rs", feature = "rust-crypto")))]
mod sm;
mod statement;
mod target;
#[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto"))]
mod trusted_issuers;
mod v2;
mod vectors;
mod workwx;
