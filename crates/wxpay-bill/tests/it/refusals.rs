//! The corpus of what is no bill: each is refused with its line, its column, and words in both
//! languages.

use std::io::{self, BufReader, Read};

use wxpay_bill::{Bill, BillError, Problem};

use crate::texts::*;

/// The first error of a bill.
fn refusal(text: &[u8]) -> BillError {
    let bill = match Bill::open(text) {
        Ok(bill) => bill,
        Err(error) => return error,
    };
    let error = match bill {
        Bill::Trade(bill) => bill.filter_map(Result::err).next(),
        Bill::Fund(bill) => bill.filter_map(Result::err).next(),
        Bill::Other(bill) => bill.filter_map(Result::err).next(),
        _ => None,
    };
    error.expect("it is refused")
}

#[track_caller]
fn refused(text: impl AsRef<[u8]>, line: u64, column: Option<&str>, problem: &str) {
    let error = refusal(text.as_ref());
    let found = format!("{:?}", error.problem());
    assert!(found.starts_with(problem), "{error}");
    assert_eq!((error.line(), error.column()), (line, column), "{error}");
    let (english, chinese) = (error.to_string(), error.zh());
    assert!(english.starts_with(&format!("line {line}")), "{english}");
    assert!(chinese.starts_with(&format!("第 {line} 行")), "{chinese}");
    if let Some(column) = column {
        assert!(english.contains(column) && chinese.contains(column));
    }
}

#[test]
fn what_a_spreadsheet_has_saved() {
    let text = all();
    refused(text.replace('`', ""), 2, None, "NoBackQuote");
    refused(
        text.replace(",`", ",\"`").replace('`', ""),
        2,
        None,
        "NoBackQuote",
    );
    let quoted = text.replace(
        "`2026-11-25 10:00:00,`wx1",
        "\"`2026-11-25 10:00:00\",\"`wx1\"",
    );
    refused(quoted, 2, None, "NoBackQuote");
    refused(
        text.replace("`1900000109", "1900000109"),
        2,
        None,
        "FieldCount",
    );
    let time = text.replace("`2026-11-25 10:00:00", "`2026/11/25 10:00");
    refused(time, 2, Some("交易时间"), "NotATime");
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    refused([b"\xFF\xFE", &utf16[..]].concat(), 1, None, "Spreadsheet");
    refused(b"PK\x03\x04 a workbook", 1, None, "Spreadsheet");
    refused(b"\xD0\xCF\x11\xE0", 1, None, "Spreadsheet");
    refused(b"\x1F\x8B\x08\x00", 1, None, "Packed");
    // 交易 in GBK.
    let at = text.find("小食").unwrap();
    let gbk = [
        &text.as_bytes()[..at],
        b"\xBD\xBB\xD2\xD7",
        &text.as_bytes()[at + 6..],
    ]
    .concat();
    refused(gbk, 2, Some("商品名称"), "NotUtf8");
    refused(b"\xBD\xBB\xD2\xD7,\xCA\xB1", 1, None, "NotUtf8");
}

#[test]
fn what_is_not_the_shape_of_a_bill() {
    let text = all();
    refused(
        text.replace("`T1,", ""),
        2,
        None,
        "FieldCount { expected: 27, found: 26 }",
    );
    refused(
        text.replace("`T1,", "`T1,`T2,"),
        2,
        None,
        "FieldCount { expected: 27, found: 28 }",
    );
    refused(
        text.replace("商户订单号,", "微信订单号,"),
        1,
        Some("微信订单号"),
        "RepeatedColumn",
    );
    refused(
        text.replace("设备号,", "子商户号,"),
        1,
        Some("子商户号"),
        "RepeatedColumn",
    );
    refused(text.replace("商户订单号,", ","), 1, None, "NamelessColumn");
    for column in [
        "公众账号ID",
        "商户订单号",
        "手续费",
        "订单金额",
        "申请退款金额",
        "微信退款单号",
        "退款金额",
        "退款状态",
        "商户数据包",
    ] {
        let other = text.replacen(&format!(",{column},"), ",别的,", 1);
        refused(other, 1, Some(column), "MissingColumn");
    }
    let fund = FUND.replace("账户结余(元)", "别的");
    refused(fund, 1, Some("账户结余(元)"), "MissingColumn");
    refused(text.replace("`wx1", "`"), 2, Some("公众账号ID"), "Empty");
    refused(text.replace("`SUCCESS", "`"), 2, Some("交易状态"), "Empty");
    refused(
        text.replace("`2026-11-25 10:00:00", "`"),
        2,
        Some("交易时间"),
        "Empty",
    );
    refused(
        text.replace("`2026-11-25 10:00:00", "`2026-11-31 10:00:00"),
        2,
        Some("交易时间"),
        "NotATime",
    );
    refused(
        text.replace("`-0.00300", "`-0.00300000001"),
        3,
        Some("手续费"),
        "NotAnAmount",
    );
    refused(
        text.replace("\r\n`2026-11-25 11", "\r\n\r\n`2026-11-25 11"),
        3,
        None,
        "NoBackQuote",
    );
    let fund = format!("{FUND}\n`2018-02-01 04:21:23,`1,`2,`a,`b,`进账,`0.02,`0.17,`,`,`\n");
    refused(fund, 2, Some("收支类型"), "NotADirection");
}

#[test]
fn what_is_not_whole_or_more_than_one() {
    let text = all();
    let lines: Vec<&str> = text.split_inclusive("\r\n").collect();
    refused(lines[..1].concat(), 2, None, "NoSummary");
    refused(lines[..3].concat(), 4, None, "NoSummary");
    refused(lines[..4].concat(), 5, None, "NoSummary");
    refused(
        [&lines[..4], &["总交易单数"]].concat().concat(),
        5,
        None,
        "NoBackQuote",
    );
    refused(format!("{text}{text}"), 6, None, "AfterSummary");
    refused(format!("{text}x"), 6, None, "AfterSummary");
    // Line ends alone may follow.
    assert!(trade_rows(&format!("{text}\r\n\n")).is_ok());
    // A name that holds the word of the summary is no summary.
    let named = text.replace("小食", "总交易单数");
    assert_eq!(trade_rows(&named).unwrap().len(), 2);
}

#[test]
fn every_line_is_bounded() {
    let mut long = format!("{ALL}\n`").into_bytes();
    long.resize(long.len() + 3 * 1024 * 1024, b'x');
    refused(&long, 2, None, "LineTooLong");
    let names = "a,".repeat(1024 * 1024);
    refused(names, 1, None, "LineTooLong");
}

#[test]
fn a_reader_that_fails_is_told() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::ConnectionReset.into())
        }
    }
    let text = all();
    let head = text.as_bytes().split_at(700).0;
    let bill = Bill::open(BufReader::new(head.chain(Broken))).unwrap();
    let Bill::Trade(mut bill) = bill else {
        panic!("a trade bill")
    };
    let error = bill.find_map(Result::err).unwrap();
    assert!(matches!(error.problem(), Problem::Io(_)));
    assert!(std::error::Error::source(&error).is_some());
    assert!(
        bill.next().is_none(),
        "after an error there is nothing more"
    );
}
