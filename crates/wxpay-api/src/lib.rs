//! Endpoints of WeChat Pay (微信支付): requests typed and signed, replies verified before they are read.
//!
//! The two protocols have a client each, since neither's keys can sign for the other: [`v2::Client`] (XML, MD5 or
//! HMAC-SHA256) and [`v3::Client`] (JSON, RSA). Both send over a [`Transport`](transport::Transport). A client is made once,
//! from who asks, what proves it and how bytes leave, and is cheap to clone:
#![cfg_attr(
    all(feature = "v2-pay", feature = "reqwest"),
    doc = r#"
```no_run
use wxpay_api::sign::v2::Key;
use wxpay_api::transport::ReqwestTransport;
use wxpay_api::v2::{Client, Credentials, Merchant, pay};

# async fn example() -> Result<(), Box<dyn std::error::Error>> {
let merchant = Merchant::new("1900000109".parse()?, "wxd678efh567hg6787".parse()?);
let credentials = Credentials::new(Key::new(std::env::var("WXPAY_V2_KEY")?)?);
let client = Client::builder(merchant, credentials, ReqwestTransport::new()?).build()?;

let order = pay::OrderQueryOrder::OutTradeNo("20150806125346".parse()?);
let found = client.send(&pay::OrderQuery { order }).await?;
match found.paid {
    Some(paid) => println!("paid {} fen", paid.total_fee),
    None => println!("not paid: {}", found.trade_state.as_str()),
}
# Ok(())
# }
```
"#
)]
//!
//! # What to do when a call fails
//!
//! | [`Error::outcome`](core::Error::outcome) | meaning | what to do |
//! | --- | --- | --- |
//! | [`NotExecuted`](core::Outcome::NotExecuted) | proven: this call had no effect | correct the cause; calling again under the same number is safe, and an earlier call under it keeps its own outcome |
//! | [`Unknown`](core::Outcome::Unknown) | the money may have moved, now or in an earlier call under this number | query; call again only with the same number and the same parameters |
//! | [`ReadFailed`](core::Outcome::ReadFailed) | a query failed: it says nothing, `NOT_FOUND` included | query again, some minutes later |
//!
//! A dropped future and a dead process leave no error to ask. Write the merchant's number down before you send, and set
//! the timeout in the transport rather than around the call.
//!
//! A wrong key makes a payment look unknown, since WeChat Pay's refusal of it is unsigned. So make one query at the start
//! of a program, to prove its keys.
//!
//! # The protocols side by side
//!
//! | | [`v2`] | [`v3`] |
//! | --- | --- | --- |
//! | message | flat XML | JSON |
//! | signed with | the APIv2 key | the merchant's private key ([`MerchantKey`](sign::v3::MerchantKey)) |
//! | verified with | the same key, or TLS alone where replies carry no signature | WeChat Pay's public key ([`PlatformKeys`](sign::v3::PlatformKeys)) |
//! | client certificate | for some endpoints, as TLS: `ReqwestTransport::builder().identity_pem(..)` | never |
//!
//! # Trying it
//!
//! The crate `wxpay-sandbox` is a WeChat Pay on this machine, with a merchant of its own: give its address to
//! [`base_url`](v2::ClientBuilder::base_url) and its authority to the transport. The guide of the repository begins with
//! that.
//!
//! # Notifications
//!
//! [`v2::Notices`] and [`v3::Notices`] verify a notification (回调通知) before anything of it is read, and a payment
//! notification yields a payment only against the order, amount, merchant and app that the shop expects. With the feature
//! `axum`, a handler takes a [`v3::Notice`].
//!
//! # Below the endpoints
//!
//! - `prepare` and `finish` ([`v2::Client::prepare`], [`v3::Client::prepare`]) do everything but the sending, for programs
//!   that have their own way of it.
//! - [`v2::Endpoint`] and [`v3::Endpoint`] can be implemented for an endpoint that is missing here.
//! - The layers are re-exported: [`core`], [`sign`], [`transport`].
//!
//! # Features
//!
//! `reqwest`, `rustls` and `aws-lc-rs` (default) bring a transport, its TLS and the RSA of in-memory keys; `rust-crypto`
//! is RSA in pure Rust; `p12` reads `apiclient_cert.p12`; `retry`, `rate-limit` and `tracing` bring wrappers of a transport;
//! `axum` brings the extractor; `tokio`, which `reqwest` turns on, keeps the signatures of many calls off the runtime's threads
//! ([`v3::Client`]); `serde` makes replies `Serialize`: values as on the wire, amounts as integers, secrets as `[redacted]`,
//! sealed texts as they came. Each product has a feature (`v2-pay`, `v3-partner-transfer`, …); `v2`, `v3` and `full` (default)
//! are groups of them.

mod base_url;
mod generated;
mod notice;
mod notify_url;
mod source;
mod text;
pub mod v2;
pub mod v3;

pub use base_url::check_base_url;
pub use notice::{NoticeError, SeenNotices, Unexpected};
pub use notify_url::{NOTICE_SENDERS, check_notify_url};
pub use text::Max;
pub use {wxpay_core as core, wxpay_sign as sign, wxpay_transport as transport};

/// Sent with every request: WeChat Pay refuses those without.
const USER_AGENT: &str = concat!("wxpay-rs/", env!("CARGO_PKG_VERSION"));
