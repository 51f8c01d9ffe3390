//! The signatures of APIv3: RSA with SHA-256 over the exact bytes of a request or reply.
//!
//! <https://pay.weixin.qq.com/doc/v3/merchant/4012365342>

mod keys;
#[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto"))]
mod memory;
mod reply;
mod request;
mod sealed;
mod serial;

pub use keys::{MerchantKey, PlatformKeys};
#[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto"))]
pub use memory::{PrivateKey, PublicKeys};
pub use reply::{WINDOW_SECONDS, verify};
pub use request::{RequestToSign, authorize};
pub use sealed::Sealed;
pub use serial::same_serial;
