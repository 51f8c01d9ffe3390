//! The first line of the orders: where each column is.

use csv::StringRecord;

use crate::lang::Text;

/// Where the columns are.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) out_trade_no: usize,
    pub(super) out_refund_no: Option<usize>,
    pub(super) kind: Option<usize>,
    pub(super) amount: (usize, Unit),
}

/// What an amount is written in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Unit {
    Fen,
    Yuan,
}

impl Columns {
    pub(super) fn of(names: &StringRecord) -> Result<Self, Text> {
        let place = |wanted: &str, chinese: &str| {
            let mut found = names.iter().enumerate().filter(|(_, name)| {
                let name = name.trim();
                name == wanted || name == chinese
            });
            match (found.next(), found.next()) {
                (place, None) => Ok(place.map(|(place, _)| place)),
                _ => Err(Text::new(
                    format!("the column {wanted} is there twice"),
                    format!("{wanted} 列重复出现"),
                )),
            }
        };
        if let (Some(first), 1) = (names.get(0), names.len())
            && first.contains([';', '\t'])
        {
            return Err(Text::new(
                "columns must be separated by commas: save the file as CSV UTF-8",
                "各列必须用逗号分隔：请将文件另存为“CSV UTF-8（逗号分隔）”",
            ));
        }
        let fen = place("amount_fen", "金额(分)")?;
        let yuan = place("amount_yuan", "金额(元)")?;
        let amount = match (fen, yuan) {
            (Some(place), None) => (place, Unit::Fen),
            (None, Some(place)) => (place, Unit::Yuan),
            (None, None) => {
                return Err(Text::new(
                    "the column of the amount is missing: name it amount_fen or amount_yuan by its unit",
                    "缺少金额列：请按单位命名为 amount_fen（分）或 amount_yuan（元）",
                ));
            }
            (Some(_), Some(_)) => {
                return Err(Text::new(
                    "there must be only one of the columns amount_fen and amount_yuan",
                    "amount_fen 和 amount_yuan 只能有一列",
                ));
            }
        };
        let out_trade_no = place("out_trade_no", "商户订单号")?;
        Ok(Self {
            out_trade_no: out_trade_no.ok_or_else(|| {
                Text::new(
                    "the column out_trade_no is missing",
                    "缺少 out_trade_no（商户订单号）列",
                )
            })?,
            out_refund_no: place("out_refund_no", "商户退款单号")?,
            kind: place("kind", "类型")?,
            amount,
        })
    }
}
