//! APIv2: flat XML, signed by a digest with the merchant's APIv2 key.

mod client;
mod credentials;
#[cfg(feature = "download")]
mod download;
mod endpoint;
mod fields;
mod form;
mod meta;
mod notice;
mod page;
mod reply;

pub use client::{Client, ClientBuilder, Pending};
pub use credentials::{Credentials, Merchant};
pub use endpoint::Endpoint;
pub use fields::Fields;
pub use form::Form;
pub use meta::{Meta, SignTypes};
pub use notice::{Notices, Paid, PaymentNotice, acknowledge, refuse};
pub use page::Page;
