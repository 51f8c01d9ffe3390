//! Payments by scanned code.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod advice;
mod cashier;
mod described;
mod evidence;
mod fence;
mod hear;
mod next;
mod outcome;
mod progress;
mod reason;
mod record;
mod rules;
mod sale;
mod service;
mod snapshot;
mod store;

pub use advice::Advice;
pub use cashier::{CancelError, Cashier, CashierBuilder, ChargeError, Unsettled};
pub use evidence::{PayEnd, Payment, QueryEnd, Refusal, ReverseEnd};
pub use fence::Fence;
pub use outcome::{NotPaid, Open, Outcome, Paid, Proof, Refunded};
pub use progress::{Progress, Step};
pub use reason::Reason;
pub use rules::Rules;
pub use sale::SaleId;
pub use service::Service;
#[cfg(feature = "v2")]
pub use service::V2;
#[cfg(feature = "v3")]
pub use service::{V3, V3Partner};
pub use store::{MemoryStore, SaleStore, Snapshot, StoreError};

/// The code in the README.
#[cfg(all(doctest, feature = "v2"))]
#[doc = include_str!("../README.md")]
struct Readme;
