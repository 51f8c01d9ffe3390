//! `wxpay bill reconcile`: a trade bill against the merchant's own orders.

mod columns;
mod difference;
mod differences;
mod orders;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use wxpay_bill::{Bill, TradeRow, TradeScope};

use self::difference::Difference;
use self::differences::Differences;
use self::orders::{Kind, Met, Orders};
use super::open::{Step, open, step};
use crate::fail::Fail;
use crate::lang::Lang;

/// The bill and the orders.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The trade bill (交易账单) as it was downloaded, packed with gzip or not
    #[arg(value_name = "BILL")]
    bill: PathBuf,
    /// Your own payments and refunds of that day, one a row; the first line names the columns
    #[arg(long, value_name = "FILE.csv")]
    orders: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments, lang: Lang) -> Result<ExitCode, Fail> {
    let bill = open(&arguments.bill)?;
    if !matches!(bill, Bill::Trade(_) | Bill::Empty) {
        return Err(no_trade_bill(&arguments.bill));
    }
    let mut orders = orders::read(&arguments.orders, lang)?;
    let mut differences = Differences::begin(arguments.json, lang)?;
    let mut scope = TradeScope::All;
    if let Bill::Trade(mut bill) = bill {
        scope = bill.kind().scope;
        loop {
            match step(&arguments.bill, bill.next())? {
                Step::Row(row) => compare(&row, &mut orders, &mut differences)?,
                Step::End { agrees } => {
                    differences.summary_agrees = agrees;
                    break;
                }
            }
        }
    }
    for order in orders.into_unseen() {
        let is_listed = match order.kind {
            Kind::Pay => scope != TradeScope::Refund,
            Kind::Refund => scope != TradeScope::Success,
        };
        if is_listed {
            differences.tell(&Difference::OnlyInOrders(&order))?;
        } else {
            differences.not_compared += 1;
        }
    }
    differences.end()
}

fn compare(row: &TradeRow, orders: &mut Orders, differences: &mut Differences) -> Result<(), Fail> {
    let kind = if row.is_refund() {
        Kind::Refund
    } else {
        Kind::Pay
    };
    let number = match (kind, &row.out_refund_no) {
        (Kind::Pay, _) => row.out_trade_no.as_str(),
        (Kind::Refund, Some(number)) => number.as_str(),
        (Kind::Refund, None) => "",
    };
    match orders.meet(kind, number, row.out_trade_no.as_str()) {
        Met::Nothing => differences.tell(&Difference::OnlyInBill(row)),
        Met::Again => differences.tell(&Difference::TwiceInBill(row)),
        Met::OtherOrder { out_trade_no, line } => differences.tell(&Difference::OtherOrder {
            row,
            out_trade_no: &out_trade_no,
            line,
        }),
        Met::Order { amount, line } if amount != row.amount() => {
            differences.tell(&Difference::OtherAmount { row, amount, line })
        }
        Met::Order { line, .. } if NOT_DONE.contains(&row.refund_state.as_str()) => {
            differences.tell(&Difference::RefundNotDone { row, line })
        }
        Met::Order { .. } => {
            differences.agreed(row.amount(), kind);
            Ok(())
        }
    }
}

/// The refund failed (退款失败), or the user's account can't take the money (退款异常).
const NOT_DONE: [&str; 2] = ["FAIL", "CHANGE"];

fn no_trade_bill(path: &Path) -> Fail {
    let shown = path.display();
    Fail::usage(
        format!("{shown} is not a trade bill (交易账单): orders are reconciled with that one"),
        format!("{shown} 不是交易账单：订单只能与交易账单核对"),
    )
}

pub(super) const COLUMNS: &str = "\
Columns of FILE.csv, in any order; further ones are ignored. The file is UTF-8.

  out_trade_no   merchant order number (商户订单号)
  amount_fen     the amount in fen, a whole number; or amount_yuan in its place, such as 12.34
  kind           pay or refund (支付 or 退款); every row is a payment if the column is missing
  out_refund_no  merchant refund number (商户退款单号), which each refund must have

A payment is compared with the order amount (订单金额) of the bill, a refund with the amount that was asked back (申请退款金额). A
bill lists orders on the day on which they were paid, and refunds on the day on which they were accepted. A reversal (撤销) is
a refund in the bill. A refund that had failed when the bill was made is told, whatever its amount.";
