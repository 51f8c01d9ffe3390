//! Operations of WeChat Pay (微信支付): requests typed and signed, responses verified before they are
//! read.
//!
//! The two protocols have a client each, since neither's keys can sign for the other:
//! [`v2::Client`] (XML, MD5 or HMAC-SHA256) and [`v3::Client`] (JSON, RSA). Both send over a
//! [`Transport`](transport::Transport). A client is built once from a merchant, its credentials and
//! a transport, and is cheap to clone:
#![cfg_attr(
    all(feature = "v2-pay", feature = "reqwest"),
    doc = r#"
```no_run
use wxpay_api::sign::v2::Key;
use wxpay_api::transport::ReqwestTransport;
use wxpay_api::v2::pay::{QueryOrder, query_order::Order};
use wxpay_api::v2::{Client, Credentials, Merchant};

# async fn example() -> Result<(), Box<dyn std::error::Error>> {
let merchant = Merchant::new("1900000109".parse()?, "wxd678efh567hg6787".parse()?);
let credentials = Credentials::new(Key::new(std::env::var("WXPAY_V2_KEY")?)?);
let client = Client::builder(merchant, credentials, ReqwestTransport::new()?).build()?;

let found = client
    .send(&QueryOrder {
        order: Order::OutTradeNo("20150806125346".parse()?),
        options: Default::default(),
    })
    .await?;
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
//! Each product has a module and a feature, none of which is on by default: `v2::pay` is behind
//! `v2-pay`. A product's module has its functions, requests and responses; what else an operation
//! has stands in the operation's own module, such as `v2::pay::query_order::Order`.
//!
//! Clients, front ends, notifications, certificates, transports and what to do when a call fails:
//! [`wxpay_client`], all of which is re-exported here.
//!
//! # Features
//!
//! | feature | what it brings |
//! | --- | --- |
//! | `v2-pay`, `v3-partner-transfer`, … | the operations of one product |
//! | `v2`, `v3`, `full` | those of a protocol, or all |
//! | `apiv2` (with any product of APIv2) | the client of APIv2, with its notifications and front ends |
//! | `upload` (with any product that takes files) | files that are uploaded (上传文件), from memory or from disk |
//! | `certificates` | platform certificates (平台证书) that are fetched and renewed: `v3::Certificates`. WeChat Pay's public key (微信支付公钥) does without |
//! | `reqwest`, `rustls` (default) | a transport and its TLS |
//! | `aws-lc-rs` (default) | RSA of keys in memory |
//! | `rust-crypto` | the same in pure Rust |
//! | `sm` | the national algorithms (国密) of APIv3: SM2, SM3 and SM4 |
//! | `p12` | keys and the client certificate from `apiclient_cert.p12` |
//! | `retry`, `rate-limit` | wrappers of a transport |
//! | `tracing` | a wrapper of a transport, and an event for each notification that is refused |
//! | `tokio` (with `reqwest`) | lets sockets and timers have their turn between the signatures of many calls |
//! | `axum` | notifications as extractors: `v3::Notice`, `v2::PaymentNotice`, `v2::CombinedPaymentNotice`, `v2::RefundNotice` |
//! | `download` | files, such as bills (账单), in pieces |
//! | `serde` | requests from JSON, and responses as JSON: amounts as integers, secrets as `[redacted]` |
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "apiv2")]
pub mod v2;
pub mod v3;

#[cfg(feature = "upload")]
pub use wxpay_client::Upload;
pub use wxpay_client::core::{
    AppId, Effect, Error, Fen, MchId, OpenId, OutRefundNo, OutTradeNo, Outcome, Result, Secret,
    Timestamp, TransactionId,
};
#[cfg(any(feature = "apiv2", feature = "aws-lc-rs", feature = "rust-crypto"))]
pub use wxpay_client::{
    ExpectedCombined, ExpectedSubOrder, NoticeError, RefundEnd, Refusal, SeenNotices, SubMerchant,
    Unexpected,
};
pub use wxpay_client::{
    Extra, Max, NOTICE_SENDERS, PayingApp, check_base_url, check_notify_url, core, h5_payment_url,
    json, sign, transport,
};
#[cfg(feature = "download")]
pub use wxpay_client::{File, FileDigest, FileError, FileProgress};

/// The code in the README.
#[cfg(all(doctest, feature = "v2-pay", feature = "reqwest", feature = "rustls"))]
#[doc = include_str!("../README.md")]
struct Readme;
