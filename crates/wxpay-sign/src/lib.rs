//! The signatures of WeChat Pay (微信支付), without I/O: no HTTP client, no runtime, no files.
//!
//! - [`v2`]: MD5 and HMAC-SHA256 over the flat message of APIv2.
//! - [`workwx`]: the second signature of WeCom payments (企业微信), over a fixed list of fields.
//! - [`v3`]: RSA over the exact request and reply of APIv3, and sealed fields (敏感信息).
//!
//! A [`Verified`] value can be made only here, so holding one is the proof that a check was made and held.
//!
//! RSA comes from a [`Provider`](provider::Provider): `aws-lc-rs` (default) or `rust-crypto`. With neither feature, bring
//! your own [`v3::MerchantKey`] and [`v3::PlatformKeys`], such as an HSM.

mod nonce;
#[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto"))]
pub mod provider;
pub mod v2;
pub mod v3;
mod verified;
pub mod workwx;

pub use nonce::nonce;
pub use verified::{Proof, Verified};
pub use wxpay_core::{SigningError, VerificationError, VerificationFailure};
