//! Types and errors of WeChat Pay (微信支付), without HTTP, cryptography or async.
//!
//! - [`Params`] is the flat APIv2 message, read and written as strict XML, behind the feature
//!   `apiv2`.
//! - [`Fen`], [`Timestamp`], [`Secret`] and the identifiers ([`OutTradeNo`], [`PartnerTradeNo`], …)
//!   are checked when they are made and taken as they come when WeChat Pay sends them.
//! - [`Error`] tells what went wrong and, with [`Error::outcome`], what that says about the money.
//!
//! The endpoints themselves are in `wxpay-api`, which re-exports this crate as `wxpay_api::core`.
//!
//! # Amounts and numbers
//!
//! ```
//! use wxpay_core::{Fen, OutTradeNo};
//!
//! let amount = Fen::new(10_099); // always in fen (分)
//! assert_eq!(amount.to_yuan(), "100.99");
//!
//! let number: OutTradeNo = "20150806125346".parse()?;
//! let error = "20150806 125346".parse::<OutTradeNo>().expect_err("it has a space");
//! assert_eq!(error.field(), "out_trade_no");
//! # Ok::<(), wxpay_core::InvalidInput>(())
//! ```
//!
//! # What a failure says about the money
//!
//! It leans to [`Outcome::Unknown`]: a needless query costs a request, a wrong "not executed" costs
//! a payment.
//!
//! ```
//! use wxpay_core::{Effect, Error, Outcome, TransportError};
//!
//! let failed = |effect, cause| Error::new("an endpoint", effect, cause).outcome();
//! let refused = || TransportError::not_sent("connection refused");
//! let cut = || TransportError::maybe_sent("connection reset");
//!
//! assert_eq!(failed(Effect::Write, refused()), Outcome::NotExecuted);
//! assert_eq!(failed(Effect::Write, cut()), Outcome::Unknown);
//! assert_eq!(failed(Effect::Read, refused()), Outcome::ReadFailed);
//! ```
#![cfg_attr(docsrs, feature(doc_cfg))]

mod alphabet;
#[cfg(feature = "apiv2")]
mod ambiguity;
mod date;
mod decimal;
mod error;
mod id;
mod invalid_input;
mod kind;
mod money;
mod outcome;
#[cfg(feature = "apiv2")]
mod params;
mod secret;
#[cfg(feature = "serde")]
mod serialize;
mod time;
mod wire;
#[cfg(feature = "apiv2")]
mod xml;

pub use alphabet::Alphabet;
#[cfg(feature = "apiv2")]
pub use ambiguity::PAYMENT_NAMES;
pub use date::{Date, DateFormat};
pub use decimal::Decimal;
pub use error::{Error, ErrorKind, Result};
pub use id::{
    AppId, BatchId, BrandId, DetailId, Identifier, MchId, OpenId, OutBatchNo, OutDetailNo,
    OutRefundNo, OutTradeNo, PartnerTradeNo, PaymentNo, RefundId, TransactionId,
};
pub use invalid_input::InvalidInput;
pub use kind::{
    BusinessError, DecodeError, DecodeProblem, ProtocolError, SigningError, TransportError,
    VerificationError, VerificationFailure,
};
pub use money::Fen;
pub use outcome::{Certainty, Class, CodeFacts, Effect, Outcome, Progress, Resolve, Sent};
#[cfg(feature = "apiv2")]
pub use params::Params;
pub use secret::Secret;
pub use time::{TimeFormat, Timestamp, WireTime};
pub use wire::FromWire;
#[cfg(feature = "apiv2")]
pub use xml::{XmlError, XmlLimits};

/// The code in the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
