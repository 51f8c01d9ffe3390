//! The signatures of APIv3: RSA with SHA-256, or SM2 with SM3 (国密, feature `sm`), over the exact
//! bytes of a request or response.
//!
//! <https://pay.weixin.qq.com/doc/v3/merchant/4012365342>

#[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto"))]
mod api_key;
mod certificate;
mod charset;
#[cfg(feature = "file")]
mod file_key;
mod keys;
#[cfg(feature = "p12")]
mod p12;
pub mod payment;
#[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto"))]
mod private_key;
#[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto"))]
mod public_keys;
mod reply;
mod request;
mod sealed;
mod serial;
mod suite;
#[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto"))]
mod trusted_issuers;

#[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto"))]
pub use api_key::{ApiKey, Encrypted, Opened};
pub use certificate::Certificate;
pub use charset::check_charset;
#[cfg(feature = "file")]
pub use file_key::{FileKey, FileOpening};
pub use keys::{MerchantKey, PlatformKeys, SealedTexts};
#[cfg(feature = "p12")]
pub use p12::P12;
#[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto"))]
pub use private_key::PrivateKey;
#[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto"))]
pub use public_keys::PublicKeys;
pub use reply::{WINDOW_SECONDS, danger_accept_unsigned, verify, verify_brand, verify_file};
pub use request::{RequestToSign, authorize, authorize_brand, target};
pub use sealed::Sealed;
pub use serial::same_serial;
pub use suite::Suite;
#[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto"))]
pub use trusted_issuers::TrustedIssuers;
