//! APIv3: JSON, signed by RSA over the exact bytes of request and reply.
//!
//! Notifications and platform certificates need in-memory keys: the feature `aws-lc-rs` or `rust-crypto`.

#[cfg(all(feature = "axum", any(feature = "aws-lc-rs", feature = "rust-crypto")))]
mod axum;
mod body;
#[cfg(all(
    feature = "v3-certificates",
    any(feature = "aws-lc-rs", feature = "rust-crypto")
))]
mod bootstrap;
mod call;
mod caller;
#[cfg(all(
    feature = "v3-certificates",
    any(feature = "aws-lc-rs", feature = "rust-crypto")
))]
mod certificates_builder;
mod client;
mod credentials;
#[cfg(feature = "tokio")]
mod crowd;
mod endpoint;
mod error_body;
mod json;
#[cfg(all(
    feature = "v3-certificates",
    any(feature = "aws-lc-rs", feature = "rust-crypto")
))]
mod listed;
mod meta;
#[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto"))]
mod notice;
mod notice_kind;
mod object;
#[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto"))]
mod payment_notice;
#[cfg(all(
    feature = "v3-certificates",
    any(feature = "aws-lc-rs", feature = "rust-crypto")
))]
mod platform;
mod reason;
mod reply;

pub use body::Body;
#[cfg(all(
    feature = "v3-certificates",
    any(feature = "aws-lc-rs", feature = "rust-crypto")
))]
pub use bootstrap::RefreshError;
pub use call::Call;
#[cfg(all(
    feature = "v3-certificates",
    any(feature = "aws-lc-rs", feature = "rust-crypto")
))]
pub use certificates_builder::CertificatesBuilder;
pub use client::{Client, ClientBuilder, Pending};
pub use credentials::Credentials;
pub use endpoint::Endpoint;
pub use error_body::ErrorBody;
pub use json::Json;
pub use meta::{Meta, Method};
#[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto"))]
pub use notice::{EventType, Notice, Notices, acknowledge, acknowledge_with_body, refuse};
pub use notice_kind::NoticeKind;
pub use object::Object;
#[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto"))]
pub use payment_notice::{Paid, PaymentNotice};
#[cfg(all(
    feature = "v3-certificates",
    any(feature = "aws-lc-rs", feature = "rust-crypto")
))]
pub use platform::Certificates;
pub use reason::Reason;

#[allow(unreachable_pub, unused_imports)] // nothing is there without a product's feature
pub use crate::generated::v3::*;
