//! Endpoints of WeChat Pay (微信支付): typed, signed and verified.

mod base_url;
mod generated;
mod source;
mod text;
pub mod v2;
pub mod v3;

pub use text::Max;
pub use {wxpay_core as core, wxpay_sign as sign, wxpay_transport as transport};

/// Sent with every request: WeChat Pay refuses those without.
const USER_AGENT: &str = concat!("wxpay-rs/", env!("CARGO_PKG_VERSION"));
