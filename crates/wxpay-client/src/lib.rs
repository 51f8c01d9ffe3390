//! Clients of WeChat Pay (微信支付): what is sent is checked and signed, what comes back is verified
//! before it is read.
//!
//! The two protocols have a client each, since neither's keys can sign for the other:
//! [`v2::Client`] (XML, MD5 or HMAC-SHA256) and [`v3::Client`] (JSON, RSA). Both send over a
//! [`Transport`](transport::Transport). A client is built once from a merchant, its credentials and
//! a transport, and is cheap to clone.
//!
//! This crate has no operations of its own. `wxpay-api` has them typed and re-exports everything
//! from here; depend on this crate alone for operations that you describe yourself
//! ([`v2::Endpoint`], [`v3::Endpoint`]).
//!
//! # What to do when a call fails
//!
//! | [`Error::outcome`](core::Error::outcome) | meaning | what to do |
//! | --- | --- | --- |
//! | [`NotExecuted`](core::Outcome::NotExecuted) | proven: this call had no effect | correct the cause; calling again under the same merchant order number is safe, and an earlier call under it keeps its own outcome |
//! | [`Unknown`](core::Outcome::Unknown) | the money may have moved, now or in an earlier call under this number | query; call again only with the same number and the same parameters |
//! | [`ReadFailed`](core::Outcome::ReadFailed) | a query failed: it says nothing, `NOT_FOUND` included | query again, some minutes later |
//!
//! A dropped future and a dead process leave no error to ask. Write the merchant order number down
//! before you send, and set the timeout in the transport rather than around the call.
//!
//! A wrong key makes a payment look unknown, since WeChat Pay's refusal of it is unsigned. So make
//! one query at the start of a program, to prove its keys.
//!
//! # The protocols side by side
//!
//! | | [`v2`] | [`v3`] |
//! | --- | --- | --- |
//! | message | flat XML | JSON |
//! | signed with | the APIv2 key | the merchant's private key ([`MerchantKey`](sign::v3::MerchantKey)) |
//! | verified with | the same key, or TLS alone where responses carry no signature | WeChat Pay's public key ([`PlatformKeys`](sign::v3::PlatformKeys)) |
//! | client certificate | for some endpoints, as TLS: `ReqwestTransport::builder().identity_pem(..)` | never |
//!
//! # Notifications
//!
//! [`v2::Notices`] and [`v3::Notices`] verify a notification (回调通知) before anything of it is read,
//! and each kind that moves money yields it only against what the shop expects: payments of a
//! merchant, of a sub-merchant ([`SubMerchant`]) and combined ones ([`ExpectedCombined`]), refunds,
//! and profit sharing. Whole requests go in, and what is refused is a [`Refusal`]: why, for the
//! log, and a response that does not say it. With the feature `axum`, handlers take the
//! notifications themselves.
//!
//! # Front ends
//!
//! Both clients sign what a page, a mini program or an app needs to pay (调起支付), such as
//! [`v3::Client::jsapi_payment`]; [`PayingApp`] says in whose app an order of a service provider is
//! paid, and [`h5_payment_url`] adds the way back. They also make what WeChat Pay's own pages need,
//! such as [`v3::Client::transfer_confirmation`].
//!
//! # Your own way of sending
//!
//! `prepare` and `finish` ([`v2::Client::prepare`], [`v3::Client::prepare`]) do everything but the
//! sending. With a file on disk ([`Upload::open`]), [`v3::Client::prepare_upload`] leaves its body
//! to be read in pieces. The layers are re-exported: [`core`], [`sign`], [`transport`].
//!
//! # Features
//!
//! | feature | what it brings |
//! | --- | --- |
//! | `reqwest`, `rustls` (default) | a transport and its TLS |
//! | `aws-lc-rs` (default) | RSA of keys in memory |
//! | `rust-crypto` | the same in pure Rust |
//! | `sm` | the national algorithms (国密) of APIv3: SM2, SM3 and SM4 |
//! | `p12` | keys and the client certificate from `apiclient_cert.p12` |
//! | `apiv2` | the client of APIv2 (`v2`), with its notifications and front ends |
//! | `upload` | files that are uploaded (上传文件), from memory or from disk: `Upload` |
//! | `certificates` | platform certificates (平台证书) that are fetched and renewed: `v3::Certificates`. WeChat Pay's public key (微信支付公钥) does without |
//! | `retry`, `rate-limit` | wrappers of a transport |
//! | `tracing` | a wrapper of a transport, and an event for each notification that is refused |
//! | `tokio` (with `reqwest`) | lets sockets and timers have their turn between the signatures of many calls ([`v3::Client`]) |
//! | `axum` | notifications as extractors: [`v3::Notice`], [`v2::PaymentNotice`], [`v2::CombinedPaymentNotice`], [`v2::RefundNotice`] |
//! | `download` | files, such as bills (账单), in pieces: from the URL that a response of APIv3 named, or as the response of APIv2 |
//! | `catalog` | calls of operations by their description |
//! | `serde` | values as JSON: amounts as integers, secrets as `[redacted]`, encrypted strings as they came; what front ends need, by their names |
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(all(feature = "axum", any(feature = "apiv2", feature = "__keys")))]
mod axum;
mod base_url;
#[cfg(feature = "catalog")]
pub mod dynamic;
mod extra;
#[cfg(feature = "download")]
mod file;
mod front_end;
mod identity;
pub mod json;
mod limits;
#[cfg(any(feature = "apiv2", feature = "__keys"))]
mod notice;
mod notify_url;
mod source;
#[cfg(feature = "upload")]
mod upload;
#[cfg(feature = "apiv2")]
pub mod v2;
pub mod v3;
mod value;

pub use base_url::check_base_url;
pub use extra::Extra;
#[cfg(feature = "download")]
pub use file::{File, FileDigest, FileError, FileProgress};
pub use front_end::{PayingApp, h5_payment_url};
pub use limits::{Max, check_text};
#[cfg(any(feature = "apiv2", feature = "__keys"))]
pub use notice::{
    ExpectedCombined, ExpectedSubOrder, NoticeError, RefundEnd, Refusal, SeenNotices, SubMerchant,
    Unexpected,
};
pub use notify_url::{NOTICE_SENDERS, check_notify_url};
#[cfg(feature = "upload")]
pub use upload::Upload;
pub use {wxpay_core as core, wxpay_sign as sign, wxpay_transport as transport};

/// Sent with every request: WeChat Pay refuses those without.
const USER_AGENT: &str = concat!("wxpay-rs/", env!("CARGO_PKG_VERSION"));

/// The code in the README.
#[cfg(all(doctest, feature = "apiv2", feature = "reqwest", feature = "rustls"))]
#[doc = include_str!("../README.md")]
struct Readme;
