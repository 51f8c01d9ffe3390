//! `wxpay bill show`: the rows of a bill as a table, or all of their fields as JSON.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use comfy_table::Table;
use serde::Serialize;
use serde_json::json;
use wxpay_api::core::TimeFormat;
use wxpay_bill::{Bill, BillError, Comparison, FundRow, OtherRow, TradeRow};

use super::open::{Step, open, step};
use super::totals::{empty, verdict};
use super::words;
use crate::fail::Fail;
use crate::lang::Lang;
use crate::out::stdout;
use crate::visible::visible;

/// The bill.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The bill as it was downloaded, packed with gzip or not
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Print every field as JSON: an object with `kind`, `rows` and `comparison`
    #[arg(long)]
    json: bool,
    /// Show at most this many rows; the sums are of all rows
    #[arg(long, value_name = "NUMBER")]
    limit: Option<u64>,
}

pub(super) fn run(arguments: &Arguments, lang: Lang) -> Result<ExitCode, Fail> {
    let mut shown = Shown {
        arguments,
        lang,
        rows: 0,
        block: None,
    };
    let agrees = match open(&arguments.file)? {
        Bill::Trade(mut bill) => {
            let (kind, title) = (words::kind(bill.kind()), words::title(bill.kind(), lang));
            shown.all(
                &kind,
                &title,
                &mut bill,
                trade_names(lang).map(str::to_owned),
                trade,
            )?;
            shown.end(bill.comparison())?
        }
        Bill::Fund(mut bill) => {
            let title = lang.pick("Fund flow bill", "资金账单");
            shown.all(
                "fund",
                title,
                &mut bill,
                fund_names(lang).map(str::to_owned),
                fund,
            )?;
            shown.end(bill.comparison())?
        }
        Bill::Other(mut bill) => {
            let title = lang.pick("Bill of another kind", "其他类型的账单");
            let names: Vec<String> = bill.columns().map(visible).collect();
            let width = names.len();
            let fields = |row: &OtherRow, _| padded(row, width);
            shown.all("other", title, &mut bill, names, fields)?;
            shown.end(None)?
        }
        _ => {
            shown.nothing()?;
            true
        }
    };
    Ok(if agrees {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// What was shown so far.
struct Shown<'a> {
    arguments: &'a Arguments,
    lang: Lang,
    rows: u64,
    /// The rows that are shown next, in columns of one width.
    block: Option<Table>,
}

impl Shown<'_> {
    /// Shows the rows of a bill, some hundred in memory at a time.
    fn all<T: Serialize>(
        &mut self,
        kind: &str,
        title: &str,
        bill: &mut impl Iterator<Item = Result<T, BillError>>,
        names: impl IntoIterator<Item = String>,
        fields: impl Fn(&T, Lang) -> Vec<String>,
    ) -> Result<(), Fail> {
        let names: Vec<String> = names.into_iter().collect();
        let mut out = stdout().lock();
        if self.arguments.json {
            write!(out, "{{\n  \"kind\": {},\n  \"rows\": [", json!(kind))?;
        } else {
            writeln!(out, "{title}")?;
        }
        while let Step::Row(row) = step(&self.arguments.file, bill.next())? {
            if self.arguments.limit.is_some_and(|limit| self.rows >= limit) {
                continue;
            }
            let comma = if self.rows == 0 { "" } else { "," };
            self.rows += 1;
            if self.arguments.json {
                let text = serde_json::to_string(&row)
                    .map_err(|error| unwritable(&self.arguments.file, error))?;
                write!(out, "{comma}\n    {text}")?;
                continue;
            }
            let block = self.block.get_or_insert_with(|| block(&names));
            block.add_row(fields(&row, self.lang));
            if self.rows.is_multiple_of(BLOCK) {
                writeln!(out, "{block}")?;
                self.block = None;
            }
        }
        if let Some(block) = self.block.take() {
            writeln!(out, "{block}")?;
        }
        if self.arguments.json {
            writeln!(out, "\n  ],")?;
        }
        out.flush()?;
        Ok(())
    }

    /// Shows the sums, and says whether they agree.
    fn end(&self, comparison: Option<&Comparison>) -> Result<bool, Fail> {
        let mut out = stdout();
        let agrees = comparison.is_none_or(Comparison::agrees);
        if self.arguments.json {
            writeln!(out, "  \"comparison\": {}\n}}", json!(comparison))?;
        } else if let Some(comparison) = comparison {
            writeln!(out, "{}", words::comparison(comparison, self.lang))?;
            writeln!(out, "{}", verdict(agrees, self.lang))?;
        }
        Ok(agrees)
    }

    fn nothing(&self) -> Result<(), Fail> {
        let mut out = stdout();
        if self.arguments.json {
            let value = json!({ "kind": "empty", "rows": [], "comparison": null });
            writeln!(out, "{value:#}")?;
        } else {
            writeln!(out, "{}", empty(self.lang))?;
        }
        Ok(())
    }
}

fn block(names: &[String]) -> Table {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    words::table(&names, 0)
}

fn trade_names(lang: Lang) -> [&'static str; 7] {
    lang.pick(
        [
            "time",
            "state",
            "merchant order number",
            "merchant refund number",
            "amount, yuan",
            "fee, yuan",
            "type",
        ],
        [
            "交易时间",
            "交易状态",
            "商户订单号",
            "商户退款单号",
            "金额（元）",
            "手续费（元）",
            "交易类型",
        ],
    )
}

/// What people look for; JSON has the rest.
fn trade(row: &TradeRow, lang: Lang) -> Vec<String> {
    let refund = row.out_refund_no.as_ref();
    vec![
        row.trade_time.format(TimeFormat::DateTime),
        words::state(&row.trade_state, lang),
        visible(row.out_trade_no.as_str()),
        refund.map_or_else(String::new, |number| visible(number.as_str())),
        row.amount().to_yuan(),
        words::fee(row.fee),
        visible(&row.trade_type),
    ]
}

fn fund_names(lang: Lang) -> [&'static str; 6] {
    lang.pick(
        [
            "time",
            "way",
            "type",
            "amount, yuan",
            "balance, yuan",
            "voucher",
        ],
        [
            "记账时间",
            "收支类型",
            "业务类型",
            "金额（元）",
            "账户结余（元）",
            "业务凭证号",
        ],
    )
}

fn fund(row: &FundRow, lang: Lang) -> Vec<String> {
    vec![
        row.booked_time.format(TimeFormat::DateTime),
        words::direction(row.direction, lang).to_owned(),
        visible(&row.business_type),
        row.amount.to_yuan(),
        row.balance.to_yuan(),
        visible(row.voucher.raw()),
    ]
}

/// As many fields as there are names: the lines of a summary have fewer, and none is dropped.
fn padded(row: &OtherRow, width: usize) -> Vec<String> {
    let mut fields: Vec<String> = row.fields.iter().map(|field| visible(field)).collect();
    if fields.len() > width && width > 0 {
        let rest = fields.split_off(width - 1);
        fields.push(rest.join(", "));
    }
    fields
}

fn unwritable(path: &Path, error: serde_json::Error) -> Fail {
    let shown = path.display();
    Fail::new(
        format!("a row of {shown} can't be written as JSON"),
        format!("{shown} 中有一行无法输出为 JSON"),
    )
    .because(error)
}

/// Rows in one table.
const BLOCK: u64 = 500;
