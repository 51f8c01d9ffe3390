//! Every operation and notification of WeChat Pay (微信支付) as data: name, method, path, titles in
//! English and Chinese, fields with their types and limits, and what each error code says of the
//! outcome.
//!
//! ```
//! let operation = wxpay_catalog::find("v2.pay.query_order").expect("it is there");
//! assert_eq!(operation.path.as_deref(), Some("/pay/orderquery"));
//! assert_eq!(operation.title_zh, "查询订单");
//!
//! let found = wxpay_catalog::search("查询订单");
//! assert!(found.iter().any(|found| found.name() == "v2.pay.query_order"));
//! ```
//!
//! The data are compressed in the binary. They are unpacked when something is first asked for, and
//! an operation is read when it is first used.

mod catalog;
mod field;
mod operation;
mod packed;

pub use catalog::{Entry, entries, find, find_route, search};
pub use field::{Condition, EnumValue, Field, Is, Place, Written};
pub use operation::{Certainty, ErrorCode, Operation, Reply, Role, Version};

/// The code in the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
