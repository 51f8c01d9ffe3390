//! The signatures of WeChat Pay (微信支付), without I/O: no HTTP client, no runtime, no files.
//!
//! - [`v2`]: MD5 and HMAC-SHA256 over the flat message of APIv2, refund notifications, and what a
//!   front end needs to pay or to open WeChat Pay's own pages ([`v2::jump`]).
//! - [`workwx`]: the second signature of WeCom payments (企业微信), over a fixed list of fields.
//! - [`v3`]: RSA, or SM2 (国密), over the exact request and response of APIv3, encrypted fields
//!   (敏感信息), notifications and certificates.
//!
//! A [`Verified`] value can be made only here, so holding one is the proof that a check was made
//! and held.
//!
//! # APIv2
//!
//! One key, set on the merchant platform, signs and verifies.
//!
//! ```
//! use wxpay_core::Params;
//! use wxpay_sign::v2::{Key, SignType};
//!
//! let key = Key::new("192006250b4c09247ec02edce69f6a2d")?;
//! let mut request: Params = [
//!     ("appid", "wxd930ea5d5a258f4f"),
//!     ("mch_id", "10000100"),
//!     ("device_info", "1000"),
//!     ("body", "test"),
//!     ("nonce_str", "ibuaiVcKdpRxkhJA"),
//! ]
//! .into_iter()
//! .collect();
//! let sign = key.sign(&request, SignType::Md5);
//! assert_eq!(sign, "9A0A8659F005D6984697E2CA0A9CF3B7");
//! request.set("sign", sign);
//!
//! // A response is verified with the algorithm of the request, never with one that the response names.
//! let reply = key.verify(request, SignType::Md5).expect("it was signed with this key");
//! assert_eq!(reply.get().get("mch_id"), Some("10000100"));
//! # Ok::<(), wxpay_core::InvalidInput>(())
//! ```
//!
//! # APIv3
//!
//! The merchant's private key signs requests; WeChat Pay's public keys verify responses and
//! notifications.
//!
//! ```
//! # #[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto"))]
//! # mod example {
//! use bytes::Bytes;
//! use http::{HeaderMap, Uri};
//! use wxpay_core::{MchId, Timestamp};
//! use wxpay_sign::v3::{self, PrivateKey, PublicKeys, RequestToSign};
//!
//! type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;
//!
//! /// The `Authorization` header of a query.
//! async fn authorize(url: &Uri, key_pem: &str, certificate_pem: &str) -> Result<String> {
//!     let key = PrivateKey::from_pem_for_certificate(key_pem, certificate_pem)?;
//!     let request = RequestToSign {
//!         method: "GET",
//!         target: v3::target(url),
//!         timestamp: Timestamp::now(),
//!         nonce_str: &wxpay_sign::nonce()?,
//!         body: b"",
//!     };
//!     Ok(v3::authorize(&key, &MchId::new("1900009191")?, &request).await?)
//! }
//!
//! /// The body of the response, once it is proven to be WeChat Pay's.
//! async fn verify(headers: &HeaderMap, body: Bytes, id: &str, public_key_pem: &str) -> Result<Bytes> {
//!     let keys = PublicKeys::new().with_public_key(id, public_key_pem)?;
//!     let reply = v3::verify(headers, body, &keys, Timestamp::now()).await?;
//!     Ok(reply.into_inner())
//! }
//! # }
//! ```
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `aws-lc-rs` | yes | keys in memory by aws-lc: fast, constant-time; needs a C compiler |
//! | `rust-crypto` | no | keys in memory in pure Rust; `rsa` is listed in RUSTSEC-2023-0071 (a timing side channel) |
//! | `apiv2` | no | [`v2`] and [`workwx`] |
//! | `p12` | no | reading `apiclient_cert.p12`; drags in pre-releases of `cms` and `pkcs12` |
//! | `file` | no | `v3::FileKey`: encrypted files, decrypted as they arrive |
//! | `sm` | no | the national algorithms (国密) SM2, SM3 and SM4 in pure Rust, for the merchants who use them with APIv3 |
//! | `serde` | no | what front ends need as JSON, by the names that they want; encrypted strings as they came |
//!
//! RSA and AES-GCM come from a [`Provider`](provider::Provider), which is aws-lc when both are on.
//! With neither, bring your own [`v3::MerchantKey`] and [`v3::PlatformKeys`], such as an HSM.
//!
//! # The national algorithms (国密)
//!
//! A merchant whom WeChat Pay has enabled for them has an SM2 key and certificate.
//! [`v3::PrivateKey`] reads it as it reads an RSA key, and its [`suite`](v3::MerchantKey::suite)
//! decides how requests are signed. `PublicKeys::for_suite` holds WeChat Pay's SM2 certificates,
//! and takes no response in another suite. Front ends and brands (品牌) stay with RSA.
//!
//! SM2 and SM4 come from RustCrypto with either provider, and like keys in memory need one of the
//! two. `sm4` looks up its S-box in a table, which is not constant-time: what else runs on the
//! processor can learn from its cache.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod handed_over;
mod nonce;
mod payment;
// Without a provider, certificates are read and keys are not.
#[cfg_attr(
    not(any(feature = "aws-lc-rs", feature = "rust-crypto")),
    allow(dead_code)
)]
mod pem;
#[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto"))]
pub mod provider;
#[cfg(feature = "sm")]
mod sm3;
#[cfg(feature = "apiv2")]
pub mod v2;
pub mod v3;
mod verified;
#[cfg(feature = "apiv2")]
pub mod workwx;

pub use nonce::nonce;
#[cfg(feature = "sm")]
pub use sm3::sm3;
pub use verified::{Proof, Verified};
pub use wxpay_core::{SigningError, VerificationError, VerificationFailure};

/// The code in the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
