//! Types and errors of WeChat Pay (微信支付), without HTTP, cryptography or async.
//!
//! - [`Params`] is the flat APIv2 message, read and written as strict XML.
//! - [`Fen`], [`Timestamp`], [`Secret`] and the identifiers ([`OutTradeNo`], [`PartnerTradeNo`], …) are checked when they
//!   are made and taken as they come when WeChat Pay sends them.
//! - [`Error`] tells what went wrong and, with [`Error::outcome`], what that says about the money.
//!
//! The endpoints themselves are in `wxpay-api`.

mod error;
mod id;
mod kind;
mod money;
mod outcome;
mod params;
mod secret;
mod time;
mod wire;
mod xml;

pub use error::{Error, ErrorKind, Result};
pub use id::{
    AppId, BatchId, BrandId, DetailId, Identifier, MchId, OpenId, OutBatchNo, OutDetailNo,
    OutTradeNo, PartnerTradeNo, PaymentNo, TransactionId,
};
pub use kind::{
    BusinessError, DecodeError, DecodeProblem, InvalidInput, ProtocolError, SigningError,
    TransportError, VerificationError, VerificationFailure,
};
pub use money::Fen;
pub use outcome::{Certainty, Class, CodeFacts, Effect, Outcome, Progress, Sent};
pub use params::Params;
pub use secret::Secret;
pub use time::{TimeFormat, Timestamp, WireTime};
pub use wire::FromWire;
pub use xml::{XmlError, XmlLimits};
