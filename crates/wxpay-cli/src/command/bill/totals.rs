//! `wxpay bill totals`: sums of the rows by their kind, beside the summary.

use std::collections::BTreeMap;
use std::io::{BufRead, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::{Value, json};
use wxpay_bill::{Bill, Comparison, Direction, FundBill, FundTotals, TradeBill, TradeTotals};

use super::open::{Step, open, step};
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
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments, lang: Lang) -> Result<ExitCode, Fail> {
    let path = &arguments.file;
    let sums = match open(path)? {
        Bill::Trade(bill) => trade(path, bill, lang)?,
        Bill::Fund(bill) => fund(path, bill, lang)?,
        Bill::Empty => Sums {
            kind: "empty".to_owned(),
            title: empty(lang).to_owned(),
            ..Sums::default()
        },
        _ => return Err(other(path)),
    };
    sums.print(arguments.json, lang)?;
    Ok(if sums.comparison.agrees() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The sums of a bill.
#[derive(Default)]
struct Sums {
    kind: String,
    title: String,
    /// The table of groups, and the same in JSON.
    table: Option<comfy_table::Table>,
    groups: Vec<Value>,
    comparison: Comparison,
}

impl Sums {
    fn print(&self, json: bool, lang: Lang) -> Result<(), Fail> {
        let mut out = stdout();
        let agrees = self.comparison.agrees();
        if json {
            let value = json!({
                "kind": self.kind,
                "groups": self.groups,
                "comparison": self.comparison,
                "agrees": agrees,
            });
            writeln!(out, "{value:#}")?;
            return Ok(());
        }
        writeln!(out, "{}", self.title)?;
        if let Some(table) = &self.table {
            writeln!(
                out,
                "{table}\n{}",
                words::comparison(&self.comparison, lang)
            )?;
            writeln!(out, "{}", verdict(agrees, lang))?;
        }
        Ok(())
    }
}

/// The rows of each trade state.
fn trade<R: BufRead>(path: &Path, mut bill: TradeBill<R>, lang: Lang) -> Result<Sums, Fail> {
    let mut groups = Groups::<TradeTotals>::default();
    while let Step::Row(row) = step(path, bill.next())? {
        let group = groups.of(row.trade_state.as_str(), || {
            words::state(&row.trade_state, lang)
        });
        group
            .add(&row)
            .map_err(|error| super::open::broken(path, error))?;
    }
    let names = lang.pick(
        [
            "state",
            "rows",
            "orders, yuan",
            "settled, yuan",
            "asked back, yuan",
            "back settled, yuan",
            "fee, yuan",
        ],
        [
            "交易状态",
            "笔数",
            "订单金额（元）",
            "应结订单金额（元）",
            "申请退款金额（元）",
            "退款金额（元）",
            "手续费（元）",
        ],
    );
    let mut table = words::table(&names, 6);
    let mut values = Vec::new();
    for (key, (name, totals)) in &groups.0 {
        table.add_row([
            name.clone(),
            totals.count.to_string(),
            totals.total.to_yuan(),
            totals.settlement_total.to_yuan(),
            totals.refund.to_yuan(),
            totals.settlement_refund.to_yuan(),
            words::fee(totals.fee),
        ]);
        values.push(json!({ "trade_state": key, "totals": totals }));
    }
    Ok(Sums {
        kind: words::kind(bill.kind()),
        title: words::title(bill.kind(), lang),
        table: Some(table),
        groups: values,
        comparison: bill.comparison().cloned().unwrap_or_default(),
    })
}

/// The rows of each way and type of business.
fn fund<R: BufRead>(path: &Path, mut bill: FundBill<R>, lang: Lang) -> Result<Sums, Fail> {
    let mut groups = Groups::<FundTotals>::default();
    while let Step::Row(row) = step(path, bill.next())? {
        let way = words::direction(row.direction, lang);
        let key = match row.direction {
            Direction::In => "in",
            Direction::Out => "out",
        };
        let key = format!("{key}/{}", row.business_type);
        let name = || format!("{way} {}", visible(&row.business_type));
        let group = groups.of(&key, name);
        group
            .add(&row)
            .map_err(|error| super::open::broken(path, error))?;
    }
    let names = lang.pick(
        ["way and type", "rows", "in, yuan", "out, yuan"],
        ["收支和业务类型", "笔数", "收入金额（元）", "支出金额（元）"],
    );
    let mut table = words::table(&names, 3);
    let mut values = Vec::new();
    for (key, (name, totals)) in &groups.0 {
        table.add_row([
            name.clone(),
            totals.count.to_string(),
            totals.in_amount.to_yuan(),
            totals.out_amount.to_yuan(),
        ]);
        let (way, business_type) = key.split_once('/').unwrap_or(("", key));
        values.push(json!({
            "direction": way,
            "business_type": business_type,
            "totals": totals,
        }));
    }
    Ok(Sums {
        kind: "fund".to_owned(),
        title: lang.pick("Fund flow bill", "资金账单").to_owned(),
        table: Some(table),
        groups: values,
        comparison: bill.comparison().cloned().unwrap_or_default(),
    })
}

/// Sums by a name of the file. A bill has a few; what is beyond a hundred is added up together,
/// whatever the file says.
struct Groups<T>(BTreeMap<String, (String, T)>);

impl<T> Default for Groups<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T: Default> Groups<T> {
    fn of(&mut self, key: &str, name: impl FnOnce() -> String) -> &mut T {
        let key = if self.0.len() < MAX_KEPT || self.0.contains_key(key) {
            key
        } else {
            REST
        };
        // Most rows are of a group that is there.
        if !self.0.contains_key(key) {
            let name = if key == REST { REST.to_owned() } else { name() };
            self.0.insert(key.to_owned(), (name, T::default()));
        }
        &mut self.0.entry(key.to_owned()).or_default().1
    }
}

pub(super) fn verdict(agrees: bool, lang: Lang) -> &'static str {
    if agrees {
        lang.pick("The summary agrees with the rows.", "汇总与明细一致。")
    } else {
        lang.pick(
            "THE SUMMARY DOES NOT AGREE WITH THE ROWS: download the bill again.",
            "汇总与明细不一致：请重新下载账单。",
        )
    }
}

pub(super) fn empty(lang: Lang) -> &'static str {
    lang.pick(
        "The file is empty: a bill without rows.",
        "文件为空：没有明细的账单。",
    )
}

fn other(path: &Path) -> Fail {
    let shown = path.display();
    Fail::usage(
        format!("{shown} is a bill of another kind, whose sums no public document describes"),
        format!("{shown} 是其他类型的账单，没有公开文档说明如何汇总"),
    )
}

const MAX_KEPT: usize = 100;
const REST: &str = "…";
