//! Bills that are written by other code are read back; no text makes the reader panic, and none
//! that is cut short is a bill.

use proptest::prelude::*;
use wxpay_bill::{Bill, BillError, Direction, FundRow, MilliFen, OtherBill, Problem, TradeRow};
use wxpay_core::Fen;

use crate::texts::*;

/// An order or a refund.
#[derive(Clone, Debug)]
struct Trade {
    is_refund: bool,
    number: String,
    settled: i64,
    coupon: i64,
    asked: i64,
    fee: i64,
    text: String,
    second: u32,
}

fn a_trade() -> impl Strategy<Value = Trade> {
    let amount = 0..1_000_000_000_000_i64;
    (
        any::<bool>(),
        "[0-9A-Za-z_|*@-]{1,32}",
        (amount.clone(), amount.clone(), amount),
        -1_000_000_000..1_000_000_000_i64,
        "[\\\\'\"`,\n\r\t a-z中文\u{1A}😀]{0,16}",
        0..86_400_u32,
    )
        .prop_map(
            |(is_refund, number, (settled, coupon, asked), fee, text, second)| Trade {
                is_refund,
                number,
                settled,
                coupon,
                asked,
                fee,
                text,
                second,
            },
        )
}

/// A text as the documents say that a trade bill writes it.
pub(crate) fn escaped(text: &str, refund: bool) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        match character {
            '\\' => escaped += r"\\",
            '\'' if !refund => escaped += r"\'",
            '"' => escaped += "\\\"",
            '`' if refund => escaped += r"\140",
            '`' => escaped += r"\`",
            ',' => escaped += r"\ ",
            '\n' => escaped += r"\n",
            '\r' => escaped += r"\r",
            '\t' => escaped += r"\t",
            '\u{1A}' => escaped += "\\\u{1A}",
            other => escaped.push(other),
        }
    }
    escaped
}

fn yuan(fen: i64) -> String {
    Fen::new(fen).to_yuan()
}

/// Five places, written apart from the reader's code.
fn fee(millifen: i64) -> String {
    let sign = if millifen < 0 { "-" } else { "" };
    format!(
        "{sign}{}.{:05}",
        millifen.abs() / 100_000,
        millifen.abs() % 100_000
    )
}

fn time(second: u32) -> String {
    format!(
        "2026-11-25 {:02}:{:02}:{:02}",
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}

impl Trade {
    fn field(&self, name: &str) -> String {
        let amount = |is: bool, fen: i64| yuan(if is { fen } else { 0 });
        let number = || {
            if self.is_refund {
                self.number.clone()
            } else {
                "0".to_owned()
            }
        };
        match name {
            "交易时间" | "退款申请时间" => time(self.second),
            "退款成功时间" => String::new(),
            "公众账号ID" => "wx1".to_owned(),
            "商户号" => "1900000109".to_owned(),
            "特约商户号" | "子商户号" => "0".to_owned(),
            "微信订单号" | "商户订单号" => self.number.clone(),
            "微信退款单号" | "商户退款单号" => number(),
            "用户标识" => "o1".to_owned(),
            "交易类型" => "JSAPI".to_owned(),
            "交易状态" => if self.is_refund { "REFUND" } else { "SUCCESS" }.to_owned(),
            "付款银行" => "OTHERS".to_owned(),
            "货币种类" => "CNY".to_owned(),
            "应结订单金额" | "总金额" => amount(!self.is_refund, self.settled),
            "代金券金额" | "代金券或立减优惠金额" => {
                amount(!self.is_refund, self.coupon)
            }
            "退款金额" => amount(self.is_refund, self.settled),
            "充值券退款金额" | "代金券或立减优惠退款金额" => {
                amount(self.is_refund, self.coupon)
            }
            "订单金额" => amount(!self.is_refund, self.asked),
            "申请退款金额" => amount(self.is_refund, self.asked),
            "商品名称" | "商户数据包" | "设备号" => escaped(&self.text, self.is_refund),
            "手续费" => fee(self.fee),
            "费率" => "0.60%".to_owned(),
            "新列" => "new".to_owned(),
            _ => String::new(),
        }
    }

    fn is_read_as(&self, row: &TradeRow, is_old: bool) -> Result<(), TestCaseError> {
        prop_assert_eq!(row.is_refund(), self.is_refund);
        prop_assert_eq!(row.out_trade_no.as_str(), &self.number);
        for text in [&row.body, &row.attach, &row.device] {
            prop_assert_eq!(text.text(), self.text.clone());
        }
        let amount = if is_old { self.settled } else { self.asked };
        prop_assert_eq!(row.amount(), Fen::new(amount));
        let settled = if self.is_refund {
            row.settlement_refund.unwrap()
        } else {
            row.settlement_total
        };
        prop_assert_eq!(settled, Fen::new(self.settled));
        prop_assert_eq!(row.fee, MilliFen::new(self.fee));
        prop_assert_eq!(
            row.refund_id.is_some(),
            self.is_refund && self.number != "0"
        );
        Ok(())
    }
}

/// The summary of some trades by the names of its sums.
fn sum(name: &str, trades: &[Trade]) -> String {
    let of = |refund: bool, amount: fn(&Trade) -> i64| {
        let trades = trades.iter().filter(|trade| trade.is_refund == refund);
        yuan(trades.map(amount).sum())
    };
    match name {
        "总交易单数" => trades.len().to_string(),
        "应结订单总金额" | "总交易额" => of(false, |trade| trade.settled),
        "退款总金额" | "总退款金额" => of(true, |trade| trade.settled),
        "充值券退款总金额" | "总代金券或立减优惠退款金额" => {
            of(true, |trade| trade.coupon)
        }
        "手续费总金额" => fee(trades.iter().map(|trade| trade.fee).sum()),
        "订单总金额" => of(false, |trade| trade.asked),
        "申请退款总金额" => of(true, |trade| trade.asked),
        other => panic!("{other}"),
    }
}

fn written(names: &str, rows: &[Vec<String>], sums: &str, values: &[String], crlf: bool) -> String {
    let quoted = |fields: &[String]| {
        let fields: Vec<String> = fields.iter().map(|field| format!("`{field}")).collect();
        fields.join(",")
    };
    let end = if crlf { "\r\n" } else { "\n" };
    let mut lines = vec![names.to_owned()];
    lines.extend(rows.iter().map(|row| quoted(row)));
    lines.extend([sums.to_owned(), quoted(values)]);
    let mark = if crlf { "\u{feff}" } else { "" };
    format!("{mark}{}{end}", lines.join(end))
}

fn bill_of(kind: usize, further: bool, trades: &mut [Trade], crlf: bool) -> (String, bool) {
    let (names, sums) = [
        (ALL, SUMS_OF_ALL),
        (SUCCESS, SUMS_OF_SUCCESS),
        (REFUND, SUMS_OF_ALL),
        (OLD_ALL, SUMS_OF_OLD),
        (OLD_SUCCESS, SUMS_OF_OLD),
        (OLD_REFUND, SUMS_OF_OLD),
    ][kind % 6];
    match kind % 3 {
        1 => trades.iter_mut().for_each(|trade| trade.is_refund = false),
        2 => trades.iter_mut().for_each(|trade| trade.is_refund = true),
        _ => {}
    }
    let names = if further {
        format!("{names},新列")
    } else {
        names.to_owned()
    };
    let row = |trade: &Trade| names.split(',').map(|name| trade.field(name)).collect();
    let rows: Vec<Vec<String>> = trades.iter().map(row).collect();
    let values: Vec<String> = sums.split(',').map(|name| sum(name, trades)).collect();
    (written(&names, &rows, sums, &values, crlf), kind >= 3)
}

/// A change of an account.
type Flow = (bool, i64, i64, String, u32);

fn a_flow() -> impl Strategy<Value = Flow> {
    let amount = -1_000_000..1_000_000_000_i64;
    (
        any::<bool>(),
        amount.clone(),
        amount,
        "[^`\u{0}-\u{1F}\u{FEFF}]{0,24}",
        0..86_400_u32,
    )
}

fn fund_bill(flows: &[Flow]) -> String {
    let row = |(comes, amount, balance, text, second): &Flow| {
        let direction = if *comes { "收入" } else { "支出" };
        let (amount, balance) = (yuan(*amount), yuan(*balance));
        [
            time(*second),
            "1".into(),
            "2".into(),
            "交易".into(),
            "交易".into(),
            direction.into(),
            amount,
            balance,
            text.clone(),
            text.clone(),
            text.clone(),
        ]
        .to_vec()
    };
    let rows: Vec<Vec<String>> = flows.iter().map(row).collect();
    let count = |comes: bool| flows.iter().filter(|flow| flow.0 == comes).count();
    let amount = |comes: bool| {
        yuan(
            flows
                .iter()
                .filter(|flow| flow.0 == comes)
                .map(|flow| flow.1)
                .sum(),
        )
    };
    let values = [
        format!("{}.0", flows.len()),
        count(true).to_string(),
        amount(true),
        count(false).to_string(),
        amount(false),
    ];
    written(FUND, &rows, SUMS_OF_FUND, &values, true)
}

/// Reads a text as whatever it is, to its end.
fn read(text: &[u8]) -> Result<(), BillError> {
    if let Ok(bill) = OtherBill::open(text) {
        let _ = bill.count();
    }
    match Bill::open(text)? {
        Bill::Trade(mut bill) => bill.try_for_each(|row| row.map(drop)),
        Bill::Fund(mut bill) => bill.try_for_each(|row| row.map(drop)),
        Bill::Other(mut bill) => bill.try_for_each(|row| row.map(drop)),
        _ => Ok(()),
    }
}

proptest! {
    #[test]
    fn trade_bills_of_every_kind_are_read_back(
        kind in 0_usize..6,
        mut trades in proptest::collection::vec(a_trade(), 0..8),
        (further, crlf) in (any::<bool>(), any::<bool>()),
    ) {
        let (text, is_old) = bill_of(kind, further, &mut trades, crlf);
        let mut bill = trade(text.as_bytes()).unwrap();
        prop_assert_eq!(bill.kind().is_old, is_old);
        let rows: Vec<TradeRow> = bill.by_ref().collect::<Result<_, _>>().unwrap();
        prop_assert_eq!(rows.len(), trades.len());
        for (row, trade) in rows.iter().zip(&trades) {
            trade.is_read_as(row, is_old)?;
            prop_assert_eq!(row.further.len(), usize::from(further));
        }
        prop_assert!(bill.comparison().unwrap().agrees());
    }

    #[test]
    fn fund_flow_bills_are_read_back(flows in proptest::collection::vec(a_flow(), 0..8)) {
        let text = fund_bill(&flows);
        let rows: Vec<FundRow> = fund(text.as_bytes()).unwrap().collect::<Result<_, _>>().unwrap();
        prop_assert_eq!(rows.len(), flows.len());
        for (row, (comes, amount, balance, text, _)) in rows.iter().zip(&flows) {
            prop_assert_eq!(row.direction == Direction::In, *comes);
            prop_assert_eq!((row.amount.get(), row.balance.get()), (*amount, *balance));
            prop_assert_eq!(row.remark.raw(), text);
            prop_assert_eq!(&row.applicant, text);
        }
    }

    #[test]
    fn an_amount_of_a_row_that_is_another_shows_in_the_sums(
        mut trades in proptest::collection::vec(a_trade(), 1..6),
        which in any::<prop::sample::Index>(),
        more in 1..1_000_000_i64,
    ) {
        let (text, _) = bill_of(0, false, &mut trades, true);
        let summary = text.split_once("总交易单数").unwrap().1.to_owned();
        which.get_mut(&mut trades).asked += more;
        let (other, _) = bill_of(0, false, &mut trades, true);
        let mixed = format!("{}总交易单数{summary}", other.split_once("总交易单数").unwrap().0);
        let error = read(mixed.as_bytes()).unwrap_err();
        prop_assert!(matches!(error.problem(), Problem::SummaryDiffers), "{error}");
    }

    #[test]
    fn a_bill_that_is_cut_short_is_never_one(
        kind in 0_usize..6,
        mut trades in proptest::collection::vec(a_trade(), 1..4),
        cut in any::<prop::sample::Index>(),
    ) {
        let (text, _) = bill_of(kind, false, &mut trades, true);
        let text = text.trim_end().as_bytes();
        let cut = cut.index(text.len());
        // Zeros at the end of the last sum are the same sum, and a fee, which is last in old bills,
        // may be rounded to the fen. Before the first name is whole it is no bill yet.
        let (end, is_old) = (&text[cut..], kind >= 3);
        let same = end.iter().all(|byte| b"0.".contains(byte) || is_old && byte.is_ascii_digit());
        if cut > "\u{feff}交易时间".len() && !same {
            prop_assert!(read(&text[..cut]).is_err(), "{}", cut);
        }
    }

    #[test]
    fn a_bill_with_bytes_altered_is_read_or_refused(
        mut trades in proptest::collection::vec(a_trade(), 1..4),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        flows in proptest::collection::vec(a_flow(), 1..4),
    ) {
        for text in [bill_of(0, false, &mut trades, true).0, fund_bill(&flows)] {
            let mut text = text.into_bytes();
            for (at, byte) in &changes {
                let at = at.index(text.len());
                text[at] = *byte;
            }
            if let Err(error) = read(&text) {
                prop_assert!(!error.to_string().is_empty() && !error.zh().is_empty());
            }
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&text);
        let with_names = [ALL.as_bytes(), b"\n`", &text].concat();
        prop_assert!(read(&with_names).is_err());
    }
}
