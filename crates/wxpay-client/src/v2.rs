//! APIv2: flat XML, signed by a digest with the merchant's APIv2 key.

#[cfg(feature = "axum")]
mod axum;
mod client;
mod combined_payment_notice;
mod contract;
mod credentials;
#[cfg(feature = "download")]
mod download;
mod endpoint;
mod fields;
mod form;
mod front_end;
mod meta;
mod notice;
mod page;
mod payment_notice;
mod refund_notice;
mod reply;

pub use client::{Client, ClientBuilder, Pending};
pub use combined_payment_notice::{CombinedPaid, CombinedPaymentNotice, PaidSubOrder};
pub use contract::{ContractExtraData, MiniProgramContract};
pub use credentials::{Credentials, Merchant};
pub use endpoint::Endpoint;
pub use fields::Fields;
pub use form::Form;
pub use meta::{Meta, SignTypes};
pub use notice::{Notices, acknowledge, refuse};
pub use page::Page;
pub use payment_notice::{Paid, PaymentNotice};
pub use refund_notice::{EndedRefund, RefundNotice};
