//! The bills (账单) of a day. Their texts follow from the books.

mod flows;
mod fund;
mod outflows;
mod trade;
mod trade_columns;

use std::io::{self, Write};

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use wxpay_core::{Fen, Timestamp};

use crate::Merchant;
use crate::clock::hour;
use crate::state::State;

pub(crate) use flows::{Account, Deposit};
pub(crate) use fund::{Brackets, FundBill};
pub(crate) use trade::{BillKind, TradeBill};

/// Which bill it is.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Bill {
    /// 交易账单.
    Trade(TradeBill),
    /// 资金账单.
    Fund(FundBill),
}

/// Why there is no text.
#[derive(Clone, Copy, Debug)]
pub(crate) enum NoBill {
    /// It is too early.
    Creating,
    /// There is nothing to list.
    Empty,
}

impl Bill {
    /// The text, if it is there by now.
    pub(crate) fn text(
        &self,
        state: &State,
        merchant: &Merchant,
        now: Timestamp,
    ) -> Result<String, NoBill> {
        let (day, text): (_, &dyn Fn() -> Option<String>) = match self {
            Self::Trade(bill) => (bill.day, &|| bill.text(state, merchant)),
            Self::Fund(bill) => (bill.day, &|| bill.text(state, merchant)),
        };
        // It is made from nine o'clock of the next day on, and is there at ten.
        if now < hour(day.saturating_add(1), 10) {
            return Err(NoBill::Creating);
        }
        text().ok_or(NoBill::Empty)
    }
}

/// The SHA-1 of a text, in hex.
pub(crate) fn hash(text: &str) -> String {
    let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes());
    let digits = hash.as_ref().iter().map(|byte| format!("{byte:02x}"));
    digits.collect()
}

/// The file of a text, packed or as it is, and its kind.
pub(crate) fn file(text: String, gzip: bool) -> io::Result<(&'static str, Vec<u8>)> {
    if !gzip {
        return Ok(("text/plain; charset=utf-8", text.into_bytes()));
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes())?;
    Ok(("application/x-gzip", encoder.finish()?))
}

/// The fee (手续费) of an amount, in fen and rounded.
fn fee(amount: Fen) -> i64 {
    let fee = (i128::from(amount.get()) * RATE + 5_000) / 10_000;
    i64::try_from(fee).unwrap_or(i64::MAX)
}

/// Writes the names of the columns, the rows, the names of the sums and the sums.
fn write_table(
    names: &[&str],
    rows: impl Iterator<Item = Vec<String>>,
    sums: &[&str],
    summary: &[String],
) -> String {
    let mut text = format!("\u{FEFF}{}\r\n", names.join(","));
    for row in rows {
        write_row(&mut text, &row);
    }
    text += &sums.join(",");
    text += "\r\n";
    write_row(&mut text, summary);
    text
}

/// Each field begins with a back-quote.
fn write_row(text: &mut String, fields: &[String]) {
    for (n, field) in fields.iter().enumerate() {
        *text += if n == 0 { "`" } else { ",`" };
        *text += field;
    }
    *text += "\r\n";
}

/// The fee (费率), in ten-thousandths.
const RATE: i128 = 60;
