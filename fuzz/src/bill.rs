//! Any bytes as a bill: what is accepted adds up by a second reckoning too, and nothing that is cut
//! short is accepted.

use std::collections::HashMap;

use wxpay_bill::{Bill, BillError, Comparison, OtherBill};

/// Reads the input as a bill. When it starts with a small number, the columns of a kind come before
/// it.
pub fn run(data: &[u8]) {
    let text = match data.split_first() {
        Some((kind, rows)) if usize::from(*kind) < COLUMNS.len() => {
            [COLUMNS[usize::from(*kind)].as_bytes(), b"\n", rows].concat()
        }
        _ => data.to_vec(),
    };
    if let Ok(bill) = OtherBill::open(&text[..]) {
        let _ = bill.map(|row| row.map(|row| row.fields)).count();
    }
    match read(&text) {
        Ok(Some((rows, comparison))) => {
            assert!(comparison.agrees());
            let sums = check(&text, rows);
            // A sum that the rows don't have is not compared.
            if sums == comparison.sums.len() {
                cut(&text);
            }
        }
        Ok(None) => {}
        Err(error) => {
            assert!(error.line() > 0);
            assert!(!error.to_string().is_empty() && !error.zh().is_empty());
        }
    }
}

/// The number of rows and the sums of a bill that is accepted, if its kind has a summary.
fn read(text: &[u8]) -> Result<Option<(usize, Comparison)>, BillError> {
    let mut rows = 0;
    let comparison = match Bill::open(text)? {
        Bill::Trade(mut bill) => {
            for row in bill.by_ref() {
                let row = row?;
                let _ = (
                    row.amount(),
                    row.body.text(),
                    row.attach.text(),
                    format!("{row:?}"),
                );
                rows += 1;
            }
            bill.comparison().cloned()
        }
        Bill::Fund(mut bill) => {
            for row in bill.by_ref() {
                let row = row?;
                let _ = (row.remark.text(), format!("{row:?}"));
                rows += 1;
            }
            bill.comparison().cloned()
        }
        Bill::Other(bill) => {
            for row in bill {
                row?;
            }
            return Ok(None);
        }
        _ => return Ok(None),
    };
    Ok(Some((rows, comparison.expect("the end was reached"))))
}

/// Adds the bill up without the library, and gives the number of its sums.
fn check(text: &[u8], rows: usize) -> usize {
    let text = std::str::from_utf8(text).expect("it was accepted");
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines: Vec<&str> = text
        .split('\n')
        .map(|line| line.strip_suffix('\r').unwrap_or(line))
        .collect();
    let fold = |name: &str| name.trim().replace('（', "(").replace('）', ")");
    let names: Vec<String> = lines[0].split(',').map(fold).collect();
    let table: Vec<Vec<&str>> = lines[1..=rows].iter().map(|row| fields(row)).collect();
    assert!(table.iter().all(|row| row.len() == names.len()));
    let sums: Vec<String> = lines[1 + rows].split(',').map(fold).collect();
    let values: HashMap<&str, &str> = sums
        .iter()
        .map(String::as_str)
        .zip(fields(lines[2 + rows]))
        .collect();
    for (sum, columns) in SUMS {
        let (Some(value), Some(column)) = (
            values.get(sum),
            columns
                .iter()
                .find_map(|name| names.iter().position(|other| other == name)),
        ) else {
            continue;
        };
        let total: i128 = table.iter().map(|row| amount(row[column])).sum();
        let difference = (total - amount(value)).abs();
        let is_rounded = *sum == "手续费总金额" && difference < 1000;
        assert!(difference == 0 || is_rounded, "{sum}");
    }
    let count = values
        .get("总交易单数")
        .or_else(|| values.get("资金流水总笔数"));
    assert_eq!(
        amount(count.expect("every summary has it")),
        rows as i128 * 100_000
    );
    sums.len()
}

/// A bill without its end is none, unless the end is zeros of the last sum, parts of a fen of the
/// last sum that is a fee, or line ends.
fn cut(text: &[u8]) {
    let is_fee_last = text
        .split(|byte| *byte == b'\n')
        .any(|line| line.trim_ascii_end().ends_with("手续费总金额".as_bytes()));
    let same: &[u8] = if is_fee_last {
        b"0123456789.\r\n"
    } else {
        b"0.\r\n"
    };
    for length in text.len().saturating_sub(64)..text.len() {
        if text[length..].iter().any(|byte| !same.contains(byte)) {
            assert!(read(&text[..length]).is_err(), "cut at {length}");
        }
    }
}

fn fields(row: &str) -> Vec<&str> {
    let row = row.strip_prefix('`').expect("it was accepted");
    row.split(",`").collect()
}

/// An amount in thousandths of a fen, for texts that were accepted.
fn amount(text: &str) -> i128 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits: String = fraction.chars().chain("00000".chars()).take(5).collect();
    let whole = whole.strip_prefix('-').map_or(whole, |whole| whole);
    let number: i128 = format!("{whole}{digits}").parse().expect("it was accepted");
    if text.starts_with('-') {
        -number
    } else {
        number
    }
}

const SUMS: &[(&str, &[&str])] = &[
    ("应结订单总金额", &["应结订单金额", "总金额"]),
    ("总交易额", &["应结订单金额", "总金额"]),
    ("退款总金额", &["退款金额"]),
    ("总退款金额", &["退款金额"]),
    ("手续费总金额", &["手续费"]),
    ("订单总金额", &["订单金额"]),
    ("申请退款总金额", &["申请退款金额"]),
];

const COLUMNS: [&str; 4] = [
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注",
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,商品名称,商户数据包,手续费,费率,订单金额,费率备注",
    "交易时间,公众账号ID,商户号,子商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,总金额,代金券或立减优惠金额,微信退款单号,商户退款单号,退款金额,代金券或立减优惠退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率",
    "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号",
];
