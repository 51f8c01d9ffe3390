//! 资金账单: what moved in an account on a day.

use serde::{Deserialize, Serialize};
use wxpay_core::{Fen, TimeFormat};

use crate::Merchant;
use crate::bill::flows::{Account, Flow};
use crate::bill::write_table;
use crate::clock::day;
use crate::state::State;

/// Which bill it is.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FundBill {
    /// The calendar day in China, counted from 1970.
    pub(crate) day: i64,
    pub(crate) account: Account,
    pub(crate) brackets: Brackets,
}

/// How the two amounts name their unit.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Brackets {
    /// `(元)`, as files of APIv3 have it.
    Narrow,
    /// `（元）`, as files of APIv2 have it.
    Wide,
}

impl FundBill {
    /// The text, unless nothing moved.
    pub(crate) fn text(&self, state: &State, merchant: &Merchant) -> Option<String> {
        let mut balance = 0_i64;
        let mut rows = Vec::new();
        let (mut income, mut expense) = (Sum::default(), Sum::default());
        for flow in self.account.flows(state, merchant) {
            let at = day(flow.time);
            if at > self.day {
                break;
            }
            balance = balance.saturating_add(flow.change);
            if at < self.day {
                continue;
            }
            let sum = if flow.change < 0 {
                &mut expense
            } else {
                &mut income
            };
            sum.add(flow.change);
            rows.push(row(&flow, balance, merchant));
        }
        if rows.is_empty() {
            return None;
        }
        let summary = [
            rows.len().to_string(),
            income.count.to_string(),
            yuan(income.amount),
            expense.count.to_string(),
            yuan(expense.amount),
        ];
        let names = match self.brackets {
            Brackets::Narrow => NAMES,
            Brackets::Wide => NAMES.map(|name| match name {
                AMOUNT => "收支金额（元）",
                BALANCE => "账户结余（元）",
                other => other,
            }),
        };
        Some(write_table(&names, rows.into_iter(), &SUMS, &summary))
    }
}

/// How much moved in one direction.
#[derive(Default)]
struct Sum {
    count: u64,
    amount: i64,
}

impl Sum {
    fn add(&mut self, change: i64) {
        self.count = self.count.saturating_add(1);
        self.amount = self.amount.saturating_add(change.saturating_abs());
    }
}

fn row(flow: &Flow, balance: i64, merchant: &Merchant) -> Vec<String> {
    let direction = if flow.change < 0 { "支出" } else { "收入" };
    vec![
        flow.time.format(TimeFormat::DateTime),
        flow.business_id.clone(),
        flow.id(merchant),
        flow.name.to_owned(),
        flow.kind.to_owned(),
        direction.to_owned(),
        yuan(flow.change.saturating_abs()),
        yuan(balance),
        flow.applicant.clone(),
        escaped(&flow.remark),
        escaped(&flow.voucher),
    ]
}

/// A text of the merchant's, without the characters that would break the row.
fn escaped(text: &str) -> String {
    text.replace('\n', r"\n")
        .replace('\r', r"\r")
        .replace('\u{1}', " ")
}

fn yuan(fen: i64) -> String {
    Fen::new(fen).to_yuan()
}

const AMOUNT: &str = "收支金额(元)";
const BALANCE: &str = "账户结余(元)";

const NAMES: [&str; 11] = [
    "记账时间",
    "微信支付业务单号",
    "资金流水单号",
    "业务名称",
    "业务类型",
    "收支类型",
    AMOUNT,
    BALANCE,
    "资金变更提交申请人",
    "备注",
    "业务凭证号",
];

const SUMS: [&str; 5] = [
    "资金流水总笔数",
    "收入笔数",
    "收入金额",
    "支出笔数",
    "支出金额",
];
