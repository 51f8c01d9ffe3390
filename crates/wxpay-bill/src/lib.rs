//! Bills of WeChat Pay (微信支付账单) as typed rows, in flat memory, with their sums compared.
//!
//! [`Bill::open`] reads the first line and tells which bill it is: a [`TradeBill`] (交易账单), a
//! [`FundBill`] (资金账单), or an [`OtherBill`] whose columns no public document lists. Each is an
//! iterator of rows, and no more than one row is in memory.
//!
//! ```
//! use wxpay_bill::Bill;
//!
//! fn refunds(bill: impl std::io::BufRead) -> Result<i64, Box<dyn std::error::Error>> {
//!     let Bill::Trade(rows) = Bill::open(bill)? else {
//!         return Err("no trade bill (交易账单)".into());
//!     };
//!     let mut fen = 0;
//!     for row in rows {
//!         // The last one is an error if the summary does not agree with the rows.
//!         let row = row?;
//!         if row.is_refund() {
//!             fen += row.amount().get();
//!         }
//!     }
//!     Ok(fen)
//! }
//! ```
//!
//! # What is strict, and what is not
//!
//! - **Amounts** are whole numbers of fen, fees whole thousandths of a fen ([`MilliFen`]); both are
//!   read from the decimal text, without floating-point numbers. What would have to be rounded is
//!   an error.
//! - **Columns** are found by their names, those of before 2018 among them, in any order. One that
//!   is missing is an error; further ones are kept ([`TradeRow::further`]).
//! - **A row** has as many fields as there are names, and each begins with a back-quote. A bill
//!   that a spreadsheet has saved does not, and is refused: its long numbers are spoilt.
//! - **The summary** must be there, and is compared with the rows: their number, and every sum. A
//!   bill that was cut short has none.
//! - A mark (BOM) at the beginning and CR LF at the line ends may be missing. A file without
//!   anything is [`Bill::Empty`].
//!
//! An error names the line and the column, in English and in Chinese ([`BillError::zh`]), and shows
//! no value.
//!
//! # Features
//!
//! | feature | what it brings |
//! | --- | --- |
//! | `serde` | `Serialize` for rows and sums: amounts as integers of fen, fees as integers in `fee_millifen` |
#![cfg_attr(
    feature = "gzip",
    doc = "| `gzip` | [`Unpacked`]: bills that are packed with gzip |"
)]
#![cfg_attr(
    not(feature = "gzip"),
    doc = "| `gzip` | `Unpacked`: bills that are packed with gzip |"
)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod amount;
mod bill;
mod comparison;
mod error;
mod escaped;
mod fields;
mod fund;
mod lines;
mod names;
mod other;
mod table;
mod trade;
#[cfg(feature = "gzip")]
mod unpacked;

pub use amount::MilliFen;
pub use bill::Bill;
pub use comparison::{Compared, Comparison, Sum};
pub use error::{BillError, Problem};
pub use escaped::Escaped;
pub use fund::{Direction, FundBill, FundRow, FundTotals};
pub use other::{OtherBill, OtherRow};
pub use trade::{TradeBill, TradeKind, TradeRow, TradeScope, TradeState, TradeTotals};
#[cfg(feature = "gzip")]
pub use unpacked::Unpacked;

/// The code in the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
