//! APIv3: JSON, signed by RSA over the exact bytes of request and response.
//!
//! Notifications and platform certificates need in-memory keys: the feature `aws-lc-rs` or
//! `rust-crypto`.

#[cfg(all(feature = "axum", feature = "__keys"))]
mod axum;
mod call;
mod caller;
#[cfg(all(feature = "certificates", feature = "__keys"))]
mod certificates;
mod client;
#[cfg(feature = "__keys")]
mod combined_payment_notice;
mod credentials;
#[cfg(feature = "download")]
mod download;
mod endpoint;
mod error_body;
#[cfg(feature = "__keys")]
mod event_type;
mod front_end;
#[cfg(feature = "download")]
mod invoice_file;
mod jump;
mod meta;
#[cfg(feature = "__keys")]
mod notice;
#[cfg(feature = "__keys")]
mod notice_answer;
mod notice_kind;
mod notification;
#[cfg(feature = "tokio")]
mod offload;
mod outgoing;
#[cfg(feature = "__keys")]
mod partner_payment_notice;
mod path_and_query;
#[cfg(feature = "__keys")]
mod payment_notice;
#[cfg(feature = "__keys")]
mod profit_sharing_notice;
mod reason;
#[cfg(feature = "__keys")]
mod refund_notice;
mod reply;
mod signing;
#[cfg(feature = "tokio")]
mod threads;
#[cfg(feature = "tokio")]
mod turns;
mod unsigned;

pub use call::Call;
#[cfg(all(feature = "certificates", feature = "__keys"))]
pub use certificates::{Certificates, CertificatesBuilder, RefreshError};
pub use client::{Client, ClientBuilder, Pending};
#[cfg(feature = "__keys")]
pub use combined_payment_notice::{CombinedPaid, CombinedPaymentNotice, PaidSubOrder};
pub use credentials::Credentials;
pub use endpoint::Endpoint;
pub use error_body::ErrorBody;
#[cfg(feature = "__keys")]
pub use event_type::EventType;
#[cfg(feature = "download")]
pub use invoice_file::InvoiceFile;
pub use jump::{
    CouponAuthState, MemberCardOpening, ParkingServiceOpening, PayscoreConfirmation, PlateColor,
    ProductCouponReceipt, ProductCouponUse, TransferConfirmation,
};
pub use meta::{Meta, Method};
#[cfg(feature = "__keys")]
pub use notice::{Notice, Notices};
#[cfg(feature = "__keys")]
pub use notice_answer::{acknowledge, acknowledge_with_body, refuse};
pub use notice_kind::NoticeKind;
pub use notification::Notification;
#[cfg(feature = "__keys")]
pub use partner_payment_notice::{PartnerPaid, PartnerPaymentNotice};
#[cfg(feature = "__keys")]
pub use payment_notice::{Paid, PaymentNotice};
#[cfg(feature = "__keys")]
pub use profit_sharing_notice::{MovedShare, ProfitSharingNotice};
pub use reason::Reason;
#[cfg(feature = "__keys")]
pub use refund_notice::{EndedRefund, RefundNotice};

pub use crate::json::{Body, Json, JsonText, Object};

pub(crate) use outgoing::Outgoing;
