//! The merchant's own payments and refunds, by their numbers.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::File;
use std::io::{Read, Write as _, stderr};
use std::path::Path;

use csv::{ByteRecord, ReaderBuilder, StringRecord};
use wxpay_api::core::{Fen, FromWire, OutRefundNo, OutTradeNo};

use super::columns::{Columns, Unit};
use crate::csv_text;
use crate::fail::{Fail, unreadable};
use crate::lang::{Lang, Text};

/// Which way an order's money went.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Kind {
    Pay,
    Refund,
}

/// The orders, some 150 bytes each.
#[derive(Default)]
pub(super) struct Orders(HashMap<(Kind, Box<str>), Order>);

struct Order {
    amount: Fen,
    line: u64,
    /// The order of a refund.
    out_trade_no: Option<Box<str>>,
    seen: bool,
}

/// An order that no row of the bill was about.
pub(super) struct Unseen {
    pub(super) kind: Kind,
    pub(super) out_trade_no: Box<str>,
    pub(super) out_refund_no: Option<Box<str>>,
    pub(super) amount: Fen,
    pub(super) line: u64,
}

/// What the orders have for a row of the bill.
pub(super) enum Met {
    Nothing,
    /// An earlier row of the bill was about the same.
    Again,
    /// The refund is of another order.
    OtherOrder {
        out_trade_no: Box<str>,
        line: u64,
    },
    Order {
        amount: Fen,
        line: u64,
    },
}

impl Orders {
    /// Looks for what a row of the bill is about, and remembers that it was.
    pub(super) fn meet(&mut self, kind: Kind, number: &str, out_trade_no: &str) -> Met {
        let Some(order) = self.0.get_mut(&(kind, number.into())) else {
            return Met::Nothing;
        };
        if std::mem::replace(&mut order.seen, true) {
            return Met::Again;
        }
        let (amount, line) = (order.amount, order.line);
        match &order.out_trade_no {
            Some(other) if **other != *out_trade_no => Met::OtherOrder {
                out_trade_no: other.clone(),
                line,
            },
            _ => Met::Order { amount, line },
        }
    }

    /// What no row of the bill was about, in the order of the file.
    pub(super) fn into_unseen(self) -> Vec<Unseen> {
        let mut unseen: Vec<Unseen> = self
            .0
            .into_iter()
            .filter(|(_, order)| !order.seen)
            .map(|((kind, number), order)| {
                let (out_trade_no, out_refund_no) = match order.out_trade_no {
                    Some(out_trade_no) => (out_trade_no, Some(number)),
                    None => (number, None),
                };
                Unseen {
                    kind,
                    out_trade_no,
                    out_refund_no,
                    amount: order.amount,
                    line: order.line,
                }
            })
            .collect();
        unseen.sort_unstable_by_key(|order| order.line);
        unseen
    }
}

/// Reads the orders. Each mistake is told, up to a hundred.
pub(super) fn read(path: &Path, lang: Lang) -> Result<Orders, Fail> {
    let file = File::open(path).map_err(|error| unreadable(path, error))?;
    let text = csv_text::text_of(file).map_err(|refused| refused.fail(path))?;
    let mut mistakes = Mistakes::default();
    let orders = read_text(path, text, &mut mistakes)?;
    if mistakes.count == 0 {
        return Ok(orders);
    }
    for (line, rule) in &mistakes.told {
        let rule = rule.in_lang(lang);
        let said = lang.pick(
            format!("line {line}: {rule}"),
            format!("第 {line} 行：{rule}"),
        );
        writeln!(stderr(), "{}: {said}", path.display())?;
    }
    let count = mistakes.count;
    let plural = if count == 1 { "mistake" } else { "mistakes" };
    let shown = path.display();
    Err(Fail::usage(
        format!("{count} {plural} in {shown}; nothing was compared"),
        format!("{shown} 共 {count} 处错误；没有进行核对"),
    ))
}

#[derive(Default)]
struct Mistakes {
    told: Vec<(u64, Text)>,
    count: u64,
}

impl Mistakes {
    fn push(&mut self, line: u64, rule: Text) {
        self.count += 1;
        if self.told.len() < MOST_TOLD {
            self.told.push((line, rule));
        }
    }
}

fn read_text(path: &Path, text: impl Read, mistakes: &mut Mistakes) -> Result<Orders, Fail> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text);
    let mut orders = Orders::default();
    let mut columns = None;
    let mut bytes = ByteRecord::new();
    loop {
        let read = reader.read_byte_record(&mut bytes);
        if !read.map_err(|error| unreadable(path, error.into()))? {
            break;
        }
        let line = bytes.position().map_or(0, csv::Position::line);
        let Ok(record) = StringRecord::from_byte_record(bytes.clone()) else {
            mistakes.push(line, not_utf8());
            break;
        };
        let Some(columns) = &columns else {
            match Columns::of(&record) {
                Ok(found) => columns = Some(found),
                Err(rule) => {
                    mistakes.push(line, rule);
                    break;
                }
            }
            continue;
        };
        match row(&record, columns, line) {
            Ok((key, order)) => match orders.0.entry(key) {
                Entry::Vacant(entry) => {
                    entry.insert(order);
                }
                Entry::Occupied(entry) => {
                    let first = entry.get().line;
                    mistakes.push(
                        line,
                        Text::new(
                            format!("duplicates line {first}"),
                            format!("与第 {first} 行重复"),
                        ),
                    );
                }
            },
            Err(rule) => mistakes.push(line, rule),
        }
    }
    if columns.is_none() && mistakes.count == 0 {
        mistakes.push(1, Text::new("the file is empty", "文件为空"));
    }
    Ok(orders)
}

/// One row, or the rule that it breaks.
fn row(
    record: &StringRecord,
    columns: &Columns,
    line: u64,
) -> Result<((Kind, Box<str>), Order), Text> {
    let field = |place: usize| record.get(place).unwrap_or_default().trim();
    let kind = match columns.kind.map_or("", field) {
        "" | "pay" | "支付" => Kind::Pay,
        "refund" | "退款" => Kind::Refund,
        _ => {
            return Err(Text::new(
                "kind must be pay or refund",
                "kind 必须是 pay（支付）或 refund（退款）",
            ));
        }
    };
    let out_trade_no = OutTradeNo::new(field(columns.out_trade_no)).map_err(|invalid| {
        Text::new(
            invalid.to_string(),
            format!("out_trade_no：{}", invalid.rule_zh()),
        )
    })?;
    let amount = amount(field(columns.amount.0), columns.amount.1)?;
    let mut order = Order {
        amount,
        line,
        out_trade_no: None,
        seen: false,
    };
    if kind == Kind::Pay {
        return Ok(((kind, out_trade_no.as_str().into()), order));
    }
    let out_refund_no =
        OutRefundNo::new(columns.out_refund_no.map_or("", field)).map_err(|invalid| {
            Text::new(
                invalid.to_string(),
                format!("out_refund_no：{}", invalid.rule_zh()),
            )
        })?;
    order.out_trade_no = Some(out_trade_no.as_str().into());
    Ok(((kind, out_refund_no.as_str().into()), order))
}

/// An amount that is not below 0, as people and their databases write it. Nothing is rounded.
fn amount(text: &str, unit: Unit) -> Result<Fen, Text> {
    let read = match unit {
        Unit::Fen => Fen::from_wire(text).filter(|_| !text.starts_with('-')),
        Unit::Yuan => yuan(text),
    };
    read.ok_or_else(|| match unit {
        Unit::Fen => Text::new(
            "amount_fen must be a whole number of fen, such as 1234",
            "amount_fen 必须是以分为单位的整数，例如 1234",
        ),
        Unit::Yuan => Text::new(
            "amount_yuan must be an amount in yuan with at most two decimals, such as 12.34",
            "amount_yuan 必须是以元为单位、最多两位小数的金额，例如 12.34",
        ),
    })
}

fn yuan(text: &str) -> Option<Fen> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let are_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !are_digits(whole) || !are_digits(fraction) || fraction.len() > 2 {
        return None;
    }
    format!("{whole}{fraction:0<2}").parse().ok().map(Fen::new)
}

fn not_utf8() -> Text {
    Text::new(
        "must be UTF-8, and is probably GBK, as Excel saves \"CSV\": save the file as \"CSV UTF-8\"",
        "编码必须是 UTF-8，当前很可能是 GBK（Excel 默认的 CSV 格式）：请另存为“CSV UTF-8（逗号分隔）”",
    )
}

const MOST_TOLD: usize = 100;
