//! APIv3: JSON, signed by RSA over the exact bytes of request and response.
//!
//! Notifications and platform certificates need in-memory keys: the feature `aws-lc-rs` or `rust-crypto`.

#[cfg(all(feature = "axum", feature = "__keys"))]
mod axum;
mod call;
mod caller;
#[cfg(feature = "__keys")]
mod certificates;
mod client;
mod credentials;
#[cfg(feature = "download")]
mod download;
mod endpoint;
mod error_body;
mod front_end;
mod jump;
mod meta;
#[cfg(feature = "__keys")]
mod notice;
mod notice_kind;
mod notification;
#[cfg(feature = "tokio")]
mod offload;
mod path_and_query;
#[cfg(feature = "__keys")]
mod payment_notice;
mod reason;
mod reply;
mod signing;
mod unsigned;

pub use call::Call;
#[cfg(feature = "__keys")]
pub use certificates::{Certificates, CertificatesBuilder, RefreshError};
pub use client::{Client, ClientBuilder, Pending};
pub use credentials::Credentials;
#[cfg(feature = "download")]
pub use download::{File, FileDigest};
pub use endpoint::Endpoint;
pub use error_body::ErrorBody;
pub use jump::{PayscoreConfirmation, TransferConfirmation};
pub use meta::{Meta, Method};
#[cfg(feature = "__keys")]
pub use notice::{EventType, Notice, Notices, acknowledge, acknowledge_with_body, refuse};
pub use notice_kind::NoticeKind;
pub use notification::Notification;
#[cfg(feature = "__keys")]
pub use payment_notice::{Paid, PaymentNotice};
pub use reason::Reason;

pub use crate::json::{Body, Json, Object};
